using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Jobs.Platform;

namespace Cirm.Jobs.Information;

/// <summary>Puts services into the search that were published before there was one. A worker runs it when it first knows it, so with the release that brings it.</summary>
public sealed class IndexServices(Databases databases, Services services) : IJob<NoArgs>
{
    public static JobTerms Terms { get; } = new("index-services"); // its next run is its retry

    public async Task RunAsync(NoArgs args, IJobProgress progress, CancellationToken ct)
    {
        foreach (var (_, agency) in await EveryAgency.ListAsync(databases, ct)) await services.IndexMissingAsync(agency, ct);
    }
}
