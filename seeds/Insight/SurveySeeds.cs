using System.Globalization;
using System.Text.Json;
using Cirm.Core.Identity;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;

namespace Cirm.Seeds.Insight;

/// <summary>A survey on street lights that is open in both demo agencies, with the answers of forty invented citizens: their number decides what they say.</summary>
public sealed class SurveySeeds(Databases databases, TenantDb db, TimeProvider clock, Action<string> tell)
{
    const string Key = "street-lights", Wave = "2026";
    const int People = 40;
    static readonly string[] AgeGroups = ["18-34", "35-54", "55+"];
    static readonly string[] Lit = ["yes", "no", "partly", "no", "no"];

    public async Task EnsureAsync(Agency agency, CancellationToken ct)
    {
        var caller = Caller.System(agency.Id);
        var (surveys, waves, attributes) = (new Surveys(db, clock), new SurveyWaves(db, clock), new Attributes(db, clock));
        if (await attributes.FindAsync(agency.Id, "ageGroup", ct) is null)
            await attributes.DeclareAsync(caller, "ageGroup", new("en", "Age group") { ["fa"] = "گروه سنی" }, AttributeType.Code, AgeGroups, "To see whether surveys and services reach all ages.", false, false, ct);
        if (await surveys.FindAsync(caller, Key, ct) is null) await surveys.CreateAsync(caller, Survey(), ct);
        if (await waves.FindAsync(caller, Key, Wave, ct) is null)
            await waves.AddAsync(caller, Key, Wave, clock.Now().AddDays(-1), clock.Now().AddYears(1), null, ct);

        var (citizens, responses) = (new Citizens(db, attributes, clock), new SurveyResponses(db, new SurveySecrets(databases), clock));
        var answered = 0;
        for (var i = 1; i <= People; i++)
        {
            var externalId = string.Create(CultureInfo.InvariantCulture, $"demo-respondent-{i}");
            if ((await citizens.ListAsync(agency.Id, externalId, null, 1, ct)).Count > 0) continue; // with their answer: they were here before
            var citizen = await citizens.AddAsync(caller, new(
                default, externalId, null, null, null, agency.Language, new() { ["ageGroup"] = JsonSerializer.SerializeToElement(AgeGroups[i % 3]) }, default, null, 0), ct);
            await responses.SubmitAsync(caller, Key, Wave, new(AnswersOf(i), null, false, citizen.Id, i % 4 == 0 ? Channel.Phone : Channel.Web), ct);
            answered++;
        }
        if (answered > 0) tell($"{agency.Slug}: {answered} citizens answered the survey {Key}");
    }

    static Survey Survey() => new(
        default, Key, new("en", "Street lights") { ["fa"] = "روشنایی معابر" },
        new("en", "Where is it too dark? Your answer is anonymous.") { ["fa"] = "کجا تاریک است؟ پاسخ شما ناشناس است." },
        Anonymity.Anonymous, SurveyAccess.Members, ["ageGroup"], [], JsonList<SurveyQuestion>.Of(
        [
            new("lit", SurveyQuestionType.Single, new("en", "Is your street well lit?") { ["fa"] = "آیا کوچهٔ شما روشنایی کافی دارد؟" },
                [new("yes", new("en", "Yes") { ["fa"] = "بله" }), new("partly", new("en", "In part") { ["fa"] = "تا حدی" }), new("no", new("en", "No") { ["fa"] = "خیر" })], Required: true),
            new("needs", SurveyQuestionType.Multiple, new("en", "What is needed?") { ["fa"] = "چه چیزی لازم است؟" },
                [new("lamps", new("en", "More lamps") { ["fa"] = "چراغ بیشتر" }), new("repair", new("en", "Quicker repair") { ["fa"] = "تعمیر سریع‌تر" }), new("trees", new("en", "Trees cut back") { ["fa"] = "هرس درختان" })],
                ShowIf: new("lit", ShowIfOp.In, JsonSerializer.SerializeToElement((string[])["partly", "no"]))),
            StandardItems.Find("trust-agency")!.ToQuestion("trust", false, null),
            StandardItems.Find("belonging-part")!.ToQuestion("belonging", false, null),
            StandardItems.Find("belonging-stranger")!.ToQuestion("stranger", false, null),
            new("words", SurveyQuestionType.Text, new("en", "What else should we know?") { ["fa"] = "چه چیز دیگری باید بدانیم؟" }, Max: 500),
        ])!, false, null, null, default, 0);

    static Dictionary<string, JsonElement> AnswersOf(int i)
    {
        var lit = Lit[i % Lit.Length];
        var answers = new Dictionary<string, object> { ["lit"] = lit, ["trust"] = i * 7 % 11, ["belonging"] = 1 + i % 5, ["stranger"] = 5 - i * 3 % 5 };
        if (lit != "yes") answers["needs"] = i % 2 == 0 ? (string[])["lamps"] : ["lamps", "repair"];
        return answers.ToDictionary(a => a.Key, a => JsonSerializer.SerializeToElement(a.Value));
    }
}
