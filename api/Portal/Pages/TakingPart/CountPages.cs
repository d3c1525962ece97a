using System.Collections.Concurrent;
using System.Text;
using Cirm.Api.Participation;
using Cirm.Api.Platform;
using Cirm.Core.Participation;
using Cirm.Core.Participation.Balloting;
using Cirm.Core.Participation.Counting;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Pages.TakingPart;

/// <summary>How a count came out, round by round; of money, with the other method beside it.</summary>
public static class CountPages
{
    public static void MapCounts(this IEndpointRouteBuilder pages) => pages.MapGet("/initiatives/{key}/count", Show).Allow(Who.Anyone);

    static async Task<RazorComponentResult<CountShown>> Show(
        string key, Caller caller, Agency home, Initiatives initiatives, DecisionOptions options, DecisionCounts counts, SideBySide beside, CancellationToken ct)
    {
        var initiative = await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct);
        var result = await counts.FindAsync(home, caller, key, ct) ?? throw Core.Platform.Problems.NotFound.Because("It has not been counted.");
        return new(new
        {
            Initiative = initiative, Result = result, Options = await options.ListAsync(home.Id, initiative.Id, null, DecisionOptions.Most, ct),
            Beside = initiative.Decision is { IsBudget: true } ? await beside.OfAsync(home.Id, initiative.Id, result.BallotsDigest, ct) : null,
        });
    }
}

/// <summary>
/// The published ballots counted in both ways. They never change, so that each file is counted once by a process and kept; a large one is not counted for a page: anybody can do that with
/// <c>./cirm recount</c>.
/// </summary>
public sealed class SideBySide(DecisionCounts counts) : IDisposable
{
    const int Largest = 1 << 19;
    const int Kept = 50;

    readonly ConcurrentDictionary<string, CountPreview?> known = new();
    readonly SemaphoreSlim counting = new(1, 1);

    public void Dispose() => counting.Dispose();

    /// <summary>Null when the file is too large.</summary>
    public async Task<CountPreview?> OfAsync(Guid agency, Guid initiative, string digest, CancellationToken ct)
    {
        if (known.TryGetValue(digest, out var before)) return before;
        await counting.WaitAsync(ct);
        try
        {
            if (known.TryGetValue(digest, out before)) return before;
            if (known.Count >= Kept) known.Clear();
            var file = await counts.FileAsync(agency, initiative, ct);
            return known[digest] = file is not { Bytes.Length: <= Largest } ? null : CountPreview.Of(PabulibFile.Read(new StringReader(Encoding.UTF8.GetString(file.Bytes))), ct);
        }
        finally
        {
            counting.Release();
        }
    }
}
