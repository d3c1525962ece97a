using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Redress;

/// <summary>What citizens said of the cases of a service that are over, each counted once, in its last round.</summary>
/// <param name="Service">The service's key; null for several together.</param>
/// <param name="Solved">"Solved".</param>
/// <param name="NotSolved">"Not solved".</param>
/// <param name="Silent">Nothing: it is counted apart, and never as satisfaction (TX-RECOVERY).</param>
public sealed record VerdictCount(string? Service, long Solved, long NotSolved, long Silent)
{
    internal bool IsShown(int k) => Solved >= k && NotSolved >= k && Silent >= k;

    internal VerdictCount With(VerdictCount other) => new(null, Solved + other.Solved, NotSolved + other.NotSolved, Silent + other.Silent);
}

/// <summary>The agency's figures about the citizen's word, without a cell below its smallest group.</summary>
/// <param name="SmallestGroup">The k that holds.</param>
/// <param name="Services">Services by key whose cells are all large enough.</param>
/// <param name="Others">The other services together: small ones are merged, never left out. Null when there are none, or when even together they are too few.</param>
/// <param name="Suppressed">There are cases in none of these figures, because all of them together would be too few.</param>
public sealed record VerdictReport(int SmallestGroup, IReadOnlyList<VerdictCount> Services, VerdictCount? Others, bool Suppressed)
{
    /// <summary>
    /// Puts services together until no cell is below k. What is too small is merged with the rest; when the rest is still too small,
    /// the smallest service that could be shown joins it, so that nothing can be worked out as a difference.
    /// </summary>
    /// <param name="counts">One for each service.</param>
    /// <param name="k">The agency's smallest group.</param>
    public static VerdictReport Of(IReadOnlyList<VerdictCount> counts, int k)
    {
        var shown = counts.Where(c => c.IsShown(k)).OrderBy(c => c.Solved + c.NotSolved + c.Silent).ToList();
        var small = counts.Where(c => !c.IsShown(k)).ToList();
        if (small.Count == 0) return new(k, [.. shown.OrderBy(c => c.Service, StringComparer.Ordinal)], null, false);
        var others = small.Aggregate(new VerdictCount(null, 0, 0, 0), (sum, c) => sum.With(c));
        while (!others.IsShown(k) && shown.Count > 0)
        {
            others = others.With(shown[0]);
            shown.RemoveAt(0);
        }
        return others.IsShown(k) ? new(k, [.. shown.OrderBy(c => c.Service, StringComparer.Ordinal)], others, false) : new(k, [], null, true);
    }
}

/// <summary>Counts what citizens said.</summary>
public sealed class Verdicts(TenantDb db)
{
    /// <summary>By service, all cases that are over and were not merged into another.</summary>
    public async Task<VerdictReport> CountAsync(Agency agency, CancellationToken ct) =>
        VerdictReport.Of(await db.QueryAsync<VerdictCount>(agency.Id, """
            select s.key as service,
              count(*) filter (where c.verdict = 'solved') as solved,
              count(*) filter (where c.verdict = 'notSolved') as not_solved,
              count(*) filter (where c.verdict is null) as silent
            from cases c
            join services s on s.agency_id = c.agency_id and s.id = c.service_id
            where c.agency_id = @agency and c.status in ('resolved', 'refused', 'closed') and c.merged_into is null
            group by s.key
            """, null, ct), agency.SmallestGroup);
}
