using Cirm.Core.Participation.Consultation;
using Cirm.Core.Participation.Dialogue;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;

namespace Cirm.Seeds.Participation;

/// <summary>Rules of moderation, a question with its answer and a topic for each demo agency: written for this demonstration, in nobody's name.</summary>
public sealed class DialogueSeeds(TenantDb db, TimeProvider clock, Action<string> tell)
{
    // As somebody who came to the counter and gave no name.
    static readonly Speaker Somebody = new(null, null, ActorKind.Citizen, true, Channel.Counter, null);

    readonly Moderation moderation = new(db, clock);
    readonly Discussions discussions = new(db, clock);
    readonly Topics topics = new(db, clock);
    readonly Agenda agenda = new(db, clock);

    public Task EnsureBostonAsync(Agency agency, CancellationToken ct) => EnsureAsync(agency, "street-light-outages", new(
        new("en", "No insults"), new("en", "Criticism stays, of us too. What insults a person, or tells where somebody lives, is removed."),
        "Which number is on the pole?", "I want to report a lamp and there are two plates on it. (Written for this demonstration.)", "The small one at eye level. The other belongs to the telephone company.",
        "Light on the way to school", "The path behind the school is dark in winter. (Written for this demonstration.)"), ct);

    public Task EnsureMashhadAsync(Agency agency, CancellationToken ct) => EnsureAsync(agency, "street-lighting", new(
        new Localized { ["fa"] = "بدون توهین", ["en"] = "No insults" },
        new Localized
        {
            ["fa"] = "انتقاد می‌ماند، از ما هم. آنچه به کسی توهین کند یا نشانی خانهٔ کسی را بگوید برداشته می‌شود.", ["en"] = "Criticism stays, of us too. What insults a person, or tells where somebody lives, is removed.",
        },
        "شمارهٔ تیر چراغ کدام است؟", "می‌خواهم چراغی را گزارش کنم و دو پلاک روی آن است. (برای این نمایش نوشته شده است.)", "پلاک کوچک، هم‌قد چشم. پلاک دیگر برای مخابرات است.",
        "روشنایی راه مدرسه", "کوچهٔ پشت مدرسه در زمستان تاریک است. (برای این نمایش نوشته شده است.)"), ct);

    async Task EnsureAsync(Agency agency, string service, Texts texts, CancellationToken ct)
    {
        if (await db.QuerySingleOrDefaultAsync<bool>(agency.Id, "select exists (select from moderation_rules where agency_id = @agency)", null, ct)) return;
        var caller = Caller.System(agency.Id);
        await moderation.PutRuleAsync(caller, "no-insults", texts.Rule, texts.RuleText, ct);
        var asked = await discussions.BeginAsync(caller, Somebody, service, DiscussionKind.Question, texts.Question, texts.QuestionText, ct);
        await discussions.AddAsync(caller, Somebody, asked.Id, texts.Answer, ct);
        await agenda.SetAsync(caller, 100, 30, ct);
        await topics.OpenAsync(caller, Somebody, service, texts.Topic, texts.TopicText, ct);
        tell($"{agency.Slug}: citizens with each other");
    }

    sealed record Texts(Localized Rule, Localized RuleText, string Question, string QuestionText, string Answer, string Topic, string TopicText);
}
