using Cirm.Core.Identity;
using Cirm.Core.Information;
using Cirm.Core.Insight.Reports;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Timekeeping;
using Cirm.Seeds.Information;
using Cirm.Seeds.Insight;
using Cirm.Seeds.Participation;
using Cirm.Seeds.Tenancy;
using Cirm.Seeds.Transactions;

namespace Cirm.Seeds;

/// <summary>
/// The two demo agencies: <c>boston</c> on real requests, <c>mashhad</c> in Persian. Everything goes the way that agencies themselves
/// go, through core, under row-level security, and can be run again.
/// </summary>
public sealed class Demo(Databases databases, TimeProvider clock, Action<string> tell)
{
    public async Task LoadAsync(CancellationToken ct)
    {
        var db = new TenantDb(databases);
        var agencies = new DemoAgencies(databases, db, clock, tell);
        var services = new ServiceSeeds(db, new Services(db, clock), tell);
        var calendars = new CalendarSeeds(new Calendars(db, clock), tell);
        var units = new UnitSeeds(db, new Units(db, clock), new Organisations(db, clock), new Accounts(db, databases), tell);
        var articles = new ArticleSeeds(db, new Articles(db, clock), tell);
        var insights = new InsightSeeds(db, clock, tell);
        var cases = new CaseSeeds(db, new SurveySecrets(databases), clock, tell);
        var segments = new SegmentSeeds(db, new Services(db, clock), clock, tell);

        await agencies.EnsureOperatorAsync(ct);
        var boston = await agencies.EnsureAsync("boston", new Localized("en", "City of Boston (demonstration)"), "America/New_York", ["en"], ct);
        await calendars.EnsureAsync(boston, ct);
        await units.EnsureAsync(boston, ct);
        await services.EnsureAsync(boston, ServiceSeeds.Boston(), ct);
        await articles.EnsureAsync(boston, ct);
        await cases.EnsureAsync(boston, "boston_2011.csv.gz", "boston-311.mapping.json", ct);
        await insights.EnsureBostonAsync(boston, ct);
        await segments.EnsureAsync(boston, ["Dorchester", "Roxbury", "South Boston", "Jamaica Plain", "East Boston"], "en", "es", "street-light-outages", ct);

        var mashhad = await agencies.EnsureAsync(
            "mashhad", new Localized { ["fa"] = "شهرداری مشهد (نمایشی)", ["en"] = "City of Mashhad (demonstration)" }, "Asia/Tehran", ["fa", "en"], ct);
        await calendars.EnsureAsync(mashhad, ct);
        await units.EnsureAsync(mashhad, ct);
        await services.EnsureAsync(mashhad, ServiceSeeds.Mashhad(), ct);
        await articles.EnsureAsync(mashhad, ct);
        await cases.EnsureAsync(mashhad, "mashhad-cases.ndjson", null, ct);
        await insights.EnsureMashhadAsync(mashhad, ct);
        var surveys = new SurveySeeds(databases, db, clock, tell);
        await surveys.EnsureAsync(boston, ct);
        await surveys.EnsureAsync(mashhad, ct);
        var initiatives = new InitiativeSeeds(databases, db, clock, tell);
        await initiatives.EnsureAsync(boston, ct);
        await initiatives.EnsureAsync(mashhad, ct);
        var dialogue = new DialogueSeeds(db, clock, tell);
        await dialogue.EnsureBostonAsync(boston, ct);
        await dialogue.EnsureMashhadAsync(mashhad, ct);
        await segments.EnsureAsync(mashhad, ["ثامن", "طلاب", "وکیل‌آباد", "قاسم‌آباد"], "fa", "ar", "accessibility", ct);
        var reports = new ReportBook(db, clock);
        foreach (var agency in (Agency[])[boston, mashhad])
            if (await reports.IsDueAsync(agency, ct)) tell($"{agency.Slug}: {await reports.CountAsync(agency, ct)} pages of reports");
        tell("the demo is there");
    }

    /// <summary>A file that is shipped beside this program.</summary>
    public static string File(params ReadOnlySpan<string> path) => Path.Combine([AppContext.BaseDirectory, .. path]);
}
