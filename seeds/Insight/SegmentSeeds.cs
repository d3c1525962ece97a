using System.Globalization;
using System.Text.Json;
using Cirm.Core.Identity;
using Cirm.Core.Information;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Seeds.Insight;

/// <summary>
/// Citizens of the demo agencies and a few segments of them. Sex, age and education are shared out as in the United States' census
/// survey of 2017 (see seeds/README.md); districts and languages are made up, and nobody is anybody.
/// </summary>
public sealed class SegmentSeeds(TenantDb db, Services services, TimeProvider clock, Action<string> tell)
{
    const int People = 160;

    readonly Attributes attributes = new(db, clock);
    readonly Segments segments = new(db, clock);

    // Keys of their own: whoever tries the demo declares what they like.
    /// <summary>Declares attributes, adds citizens and describes segments, each once.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="districts">Its districts.</param>
    /// <param name="language">What citizens speak, and one in eight does not.</param>
    /// <param name="other">What those speak.</param>
    /// <param name="service">Of which the older ones get more, with its hours.</param>
    /// <param name="ct">Gives up.</param>
    public async Task EnsureAsync(Agency agency, string[] districts, string language, string other, string service, CancellationToken ct)
    {
        var caller = Caller.System(agency.Id);
        if (await segments.FindAsync(agency.Id, "demo-65-plus", ct) is not null) return;
        await DeclareAsync(caller, "censusAge", Of("Age", "سن"), [.. Shares().Select(s => s.Age).Distinct()], ct);
        await DeclareAsync(caller, "censusEducation", Of("Education", "تحصیلات"), [.. Shares().Select(s => s.Education).Distinct()], ct);
        await DeclareAsync(caller, "neighbourhood", Of("District", "محله"), districts, ct);
        await AddCitizensAsync(caller, districts, language, other, ct);

        await CreateAsync(caller, "demo-65-plus", Of("65 and older", "۶۵ سال و بالاتر"), null, new { attribute = "censusAge", op = "eq", value = "65+" }, null, ct);
        await CreateAsync(caller, "demo-under-35", Of("Under 35", "زیر ۳۵ سال"), null, new { attribute = "censusAge", op = "in", value = (string[])["18-24", "25-34"] }, null, ct);
        await CreateAsync(caller, "demo-65-plus-silent", Of("65 and older who have not asked for anything", "۶۵ سال و بالاتر که چیزی نخواسته‌اند"), "demo-65-plus",
            new { behaviour = "cases", op = "eq", value = 0 }, new(service, null, Of("A call before the form", "تماس تلفنی پیش از فرم")), ct);
        var older = (await segments.FindAsync(agency.Id, "demo-65-plus", ct))!;
        await new AdviceBook(db, clock).AttachAsync(caller, older, ["needing-help"], ct);
        var silent = (await segments.FindAsync(agency.Id, "demo-65-plus-silent", ct))!;
        await new AdviceBook(db, clock).AttachAsync(caller, silent, ["silent"], ct);
        if (await services.InForceAsync(agency.Id, service, ct) is { Standard: { } standard })
        {
            await new SegmentOffers(db, services, clock).PutAsync(
                caller, older, new(service, Math.Max(1, standard.FirstResponseHours / 2), null, null, null, 1, false, default, 1), null, ct);
        }
        tell($"{agency.Slug}: {People} citizens and 3 segments of them");
    }

    async Task DeclareAsync(Caller caller, string key, Localized name, string[] values, CancellationToken ct)
    {
        if (await attributes.FindAsync(caller.Agency, key, ct) is null)
            await attributes.DeclareAsync(caller, key, name, AttributeType.Code, values, "To see whether everybody is served equally well.", false, false, ct);
    }

    async Task CreateAsync(Caller caller, string key, Localized name, string? parent, object rule, SegmentVariant? variant, CancellationToken ct)
    {
        if (await segments.FindAsync(caller.Agency, key, ct) is null)
            await segments.CreateAsync(caller, new(key, name, parent, JsonSerializer.SerializeToElement(rule, Wire.Json), variant), ct);
    }

    // The largest remainder decides who is one more; the same people every time.
    async Task AddCitizensAsync(Caller caller, string[] districts, string language, string other, CancellationToken ct)
    {
        var citizens = new Citizens(db, attributes, clock);
        var (shares, sum) = (Shares(), Shares().Sum(s => s.Weight));
        var counts = shares.Select(s => (s, Exact: s.Weight / sum * People)).ToList();
        var more = People - counts.Sum(c => (int)c.Exact);
        var whole = counts.OrderByDescending(c => c.Exact - (int)c.Exact).Select((c, i) => (c.s, Count: (int)c.Exact + (i < more ? 1 : 0)));
        var n = 0;
        foreach (var share in whole.OrderBy(w => w.s.Line).SelectMany(w => Enumerable.Repeat(w.s, w.Count)))
        {
            n++;
            var values = new Dictionary<string, string> { ["censusAge"] = share.Age, ["censusEducation"] = share.Education, ["neighbourhood"] = districts[n * 7 % districts.Length] };
            try
            {
                await citizens.AddAsync(caller, new(default, $"demo-{n:000}", null, null, null, n % 8 == 0 ? other : language,
                    values.ToDictionary(v => v.Key, v => JsonSerializer.SerializeToElement(v.Value)), default, null, 1), ct);
            }
            catch (Refusal refusal) when (refusal.Problem == Core.Identity.Problems.ExternalIdTaken)
            {
                // left by a run that was stopped
            }
        }
    }

    static Localized Of(string en, string fa) => new() { ["en"] = en, ["fa"] = fa };

    static List<Share> Shares() => [.. File.ReadLines(Demo.File("Insight", "us_acs_2017.csv")).Skip(1).Select((line, i) =>
        line.Split(',') is [_, var age, var education, var weight] ? new Share(i, age, education, double.Parse(weight, CultureInfo.InvariantCulture)) : throw new InvalidDataException(line))];

    sealed record Share(int Line, string Age, string Education, double Weight);
}
