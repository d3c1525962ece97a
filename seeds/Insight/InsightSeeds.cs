using Cirm.Core.Insight.Loop;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Seeds.Insight;

/// <summary>A finished "you said – we did" for each demo agency: written for this demonstration, measured on the agency's own cases where they suffice.</summary>
public sealed class InsightSeeds(TenantDb db, TimeProvider clock, Action<string> tell)
{
    readonly Findings findings = new(db, clock);
    readonly FindingSteps steps = new(db, clock);
    readonly Measures measures = new(db, clock);

    /// <summary>Boston: what was asked for is promised by the service's published standard, and the time to solve is compared before and after.</summary>
    public Task EnsureBostonAsync(Agency agency, CancellationToken ct) => EnsureAsync(agency, owner => new(
            FindingSource.Cases, In("How long until the lamp shines again?"), In("People who report a lamp ask how long it will take, and report it again when nobody tells them. (Written for this demonstration.)"),
            new(Reference: "Requests of July to December 2011"), null, "street-light-outages", owner, null),
        new(Decision.Accepted, In("Whoever reports something is to know until when it will be done."), new(0.8m, 0.2m, 0, 0), null, []),
        async (caller, id) =>
        {
            await steps.ActAsync(caller, id, "street-light-outages", 1, In("The service states its standard, and every request its date."), ct);
            await measures.DeclareAsync(caller, agency, id, new(MeasureKind.MedianHoursToSolve, "street-light-outages", new("2011-07", "2011-09"), new("2011-10", "2011-12")), ct);
        }, ct);

    /// <summary>Mashhad: no change, because …</summary>
    public Task EnsureMashhadAsync(Agency agency, CancellationToken ct) => EnsureAsync(agency, owner => new(
            FindingSource.Cases, new Localized { ["fa"] = "روشنایی همهٔ کوچه‌ها تا صبح", ["en"] = "Light in every alley until morning" },
            new Localized
            {
                ["fa"] = "شهروندان خواسته‌اند چراغ همهٔ کوچه‌ها تا صبح روشن بماند. (برای این نمایش نوشته شده است.)",
                ["en"] = "Citizens asked for every alley to be lit until morning. (Written for this demonstration.)",
            }, null, null, "street-lighting", owner, null),
        new(Decision.Declined, new Localized
        {
            ["fa"] = "تغییری داده نمی‌شود، چون ساکنان همان کوچه‌ها از نور شبانه شکایت کرده‌اند؛ چراغ‌های خاموش همچنان در زمان استاندارد تعمیر می‌شوند.",
            ["en"] = "No change, because those who live in these alleys complain of light at night; lamps that are out are repaired within the standard as before.",
        }, null, null, []), null, ct);

    async Task EnsureAsync(Agency agency, Func<Guid, FindingDraft> draft, DecisionTaken decision, Func<Caller, Guid, Task>? then, CancellationToken ct)
    {
        if (await db.QuerySingleOrDefaultAsync<bool>(agency.Id, "select exists (select from insights where agency_id = @agency)", null, ct)) return;
        var owner = await db.QuerySingleOrDefaultAsync<Guid?>(agency.Id, """
            select id from accounts where agency_id = @agency and role = 'manager' and disabled_at is null order by id limit 1
            """, null, ct);
        if (owner is null) return; // there is no demo manager any more
        var caller = Caller.System(agency.Id);
        var found = await findings.RegisterAsync(caller, draft(owner.Value), ct);
        await steps.DecideAsync(caller, found.Id, decision, ct);
        if (then is not null) await then(caller, found.Id);
        tell($"{agency.Slug}: you said – we did");
    }

    static Localized In(string text) => new("en", text);
}
