using Cirm.Core.Insight.Reports;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Jobs.Platform;

namespace Cirm.Jobs.Insight;

/// <summary>Counts reports when a month is over, in every agency.</summary>
public sealed class CountDueReports(Databases databases, Agencies agencies, ReportBook reports) : IJob<NoArgs>
{
    public static JobTerms Terms { get; } = new("count-due-reports", JobTerms.Growing);

    public async Task RunAsync(NoArgs args, IJobProgress progress, CancellationToken ct)
    {
        foreach (var (slug, id) in await EveryAgency.ListAsync(databases, ct))
            if (id != Caller.Installation && await agencies.FindAsync(slug, ct) is { } agency && await reports.IsDueAsync(agency, ct)) await reports.CountAsync(agency, ct);
    }
}

/// <summary>Counts what has not been counted yet, because somebody asked.</summary>
public sealed class CountReports(Databases databases, Agencies agencies, ReportBook reports) : IJob<OperationArgs>
{
    public static JobTerms Terms { get; } = new(ReportBook.OperationKind, JobTerms.Growing);

    public async Task RunAsync(OperationArgs args, IJobProgress progress, CancellationToken ct)
    {
        var slug = (await EveryAgency.ListAsync(databases, ct)).Single(a => a.Id == args.Agency).Slug;
        await reports.RunAsync((await agencies.FindAsync(slug, ct))!, progress, ct);
    }
}
