using System.Globalization;
using System.Text.Json;
using Cirm.Core.Identity;
using Cirm.Core.Participation;
using Cirm.Core.Participation.Balloting;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Problems = Cirm.Core.Participation.Problems;

namespace Cirm.Seeds.Participation;

/// <summary>A consultation and a ranking that are open, and a budget that forty invented citizens decided: their number says how they vote.</summary>
public sealed class InitiativeSeeds(Databases databases, TenantDb db, TimeProvider clock, Action<string> tell)
{
    const string Consultation = "night-buses", Ranking = "which-first", Budget = "neighbourhood-budget";
    const int People = 40;

    static readonly (string Key, Localized Title, decimal Cost)[] Works =
    [
        ("playground", new("en", "A playground that every child can use") { ["fa"] = "زمین بازی برای همهٔ کودکان" }, 60_000),
        ("lamps", new("en", "Forty lamps on the way to school") { ["fa"] = "چهل چراغ در مسیر مدرسه" }, 45_000),
        ("benches", new("en", "Benches with backs, every two hundred metres") { ["fa"] = "نیمکت پشتی‌دار در هر دویست متر" }, 20_000),
        ("trees", new("en", "Shade trees at the market") { ["fa"] = "درختان سایه‌دار در بازار" }, 30_000),
        ("crossing", new("en", "A crossing with sound at the clinic") { ["fa"] = "گذرگاه صوتی جلوی درمانگاه" }, 25_000),
    ];

    readonly Initiatives initiatives = new(db, clock);
    readonly DecisionOptions options = new(db, clock);

    /// <summary>Puts them into an agency where they are not there yet; its citizens have answered the survey before.</summary>
    public async Task EnsureAsync(Agency agency, CancellationToken ct)
    {
        var (caller, now) = (Caller.System(agency.Id), clock.Now());
        await EnsureAsync(caller, Consultation, new("en", "Night buses: where and when?") { ["fa"] = "اتوبوس شبانه: کجا و چه وقت؟" }, Tier.Consultation, null, now, ct);
        var ranking = await EnsureAsync(caller, Ranking, new("en", "Three works for this neighbourhood: which first?") { ["fa"] = "سه کار برای این محله: کدام اول؟" }, Tier.Decision, new("ranking"), now, ct);
        foreach (var (key, title, _) in Works.Take(3)) await EnsureOptionAsync(caller, ranking, new(key, title, null, null, 0, 0), ct);
        var budget = await EnsureAsync(caller, Budget, new("en", "100,000 for the neighbourhood") { ["fa"] = "صد هزار برای محله" }, Tier.Decision, new("budget-equal-shares", 100_000, 10), now, ct);
        if (budget.State == InitiativeState.Open) await DecideAsync(agency, caller, budget, ct);
    }

    async Task DecideAsync(Agency agency, Caller caller, Initiative budget, CancellationToken ct)
    {
        foreach (var (key, title, cost) in Works) await EnsureOptionAsync(caller, budget, new(key, title, null, cost, 0, 0), ct);
        var secrets = new BallotSecrets(databases);
        var (ballots, citizens) = (new Ballots(db, secrets, clock), new Citizens(db, new Attributes(db, clock), clock));
        for (var i = 1; i <= People; i++)
        {
            if ((await citizens.ListAsync(agency.Id, string.Create(CultureInfo.InvariantCulture, $"demo-respondent-{i}"), null, 1, ct)) is not [var citizen]) continue;
            try
            {
                await ballots.CastAsync(caller, budget.Key, JsonSerializer.SerializeToElement(ChoicesOf(i)), citizen.Id, ct);
            }
            catch (Refusal voted) when (voted.Problem == Problems.AlreadyVoted)
            {
                // when the seed was interrupted the last time
            }
        }
        var closed = await initiatives.CloseAsync(caller, budget, new("en", "Everybody in the demonstration has voted.") { ["fa"] = "همهٔ افراد نمایش رأی دادند." }, ct);
        await new BallotBox(db, secrets, clock).OpenAsync(agency.Id, closed.Id, strict: true, ct);
        var counted = await new DecisionCounts(db, clock).CountAsync(agency.Id, closed.Id, null, ct);
        tell($"{agency.Slug}: {counted.Voters} citizens decided {budget.Key}: {string.Join(", ", counted.Winners)}");
    }

    // Parents, those who walk, those who wait: what one chooses fits into the budget.
    static string[] ChoicesOf(int i) => (i % 5) switch { 0 => ["playground", "benches"], 1 => ["playground", "trees"], 2 => ["lamps", "benches", "crossing"], 3 => ["benches", "crossing"], _ => ["trees", "lamps"] };

    async Task<Initiative> EnsureAsync(Caller caller, string key, Localized title, Tier tier, DecisionSettings? decision, DateTimeOffset now, CancellationToken ct) =>
        await initiatives.FindAsync(caller, key, ct) ?? await initiatives.CreateAsync(caller, new(
            default, key, title, null, tier, InitiativeState.Planned,
            new("en", "What comes out is done, or everybody reads why not.") { ["fa"] = "آنچه تصمیم گرفته شود انجام می‌شود، یا دلیل آن برای همه نوشته می‌شود." },
            tier == Tier.Decision, decision, [], [], null, false, ["en", "fa"], ["web", "phone", "counter", "letter"], [], null, null, null, now.AddDays(-1), now.AddYears(1), null, default, 0), ct);

    async Task EnsureOptionAsync(Caller caller, Initiative of, DecisionOption option, CancellationToken ct)
    {
        if (await options.FindAsync(caller.Agency, of.Id, option.Key, ct) is null) await options.AddAsync(caller, of, option, ct);
    }
}
