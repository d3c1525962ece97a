using Cirm.Core.Participation.CoDesign;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Jobs.Platform;

namespace Cirm.Jobs.Participation;

/// <summary>Counts the ratings of services anew where a group of people has said something new (docs/participation.md).</summary>
public sealed class CountRatings(Databases databases, Ratings ratings) : IJob<NoArgs>
{
    public static JobTerms Terms { get; } = new("count-ratings"); // its next run is its retry

    public async Task RunAsync(NoArgs args, IJobProgress progress, CancellationToken ct)
    {
        foreach (var (_, agency) in await EveryAgency.ListAsync(databases, ct)) await ratings.CountAsync(agency, ct);
    }
}
