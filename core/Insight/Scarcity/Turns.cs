using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;

namespace Cirm.Core.Insight.Scarcity;

/// <summary>
/// The open cases of a service in the order of its scarcity rule. The same <see cref="WaitingLine{T}"/> decides as in the simulation.
/// Nobody is told which segment a case belongs to, not even by a cursor.
/// </summary>
public sealed class Turns(TenantDb db, ScarcityRules rules, TimeProvider clock)
{
    /// <summary>Where a list goes on: behind a case, or, when that has left the queue, where it was.</summary>
    public static TimeCursor PlaceOf(int position, Case c) => new(new DateTimeOffset(position, TimeSpan.Zero), c.Id);

    /// <summary>Open cases of a service, whose turn it is first.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="service">The service's key.</param>
    /// <param name="unit">Only those of this unit; places are among all.</param>
    /// <param name="assignee">Only those of this member.</param>
    /// <param name="after">Only those after this place.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>Each with its position in the whole queue.</returns>
    /// <exception cref="Refusal"><see cref="Problems.NoScarcityRule"/>.</exception>
    public async Task<IReadOnlyList<(int Position, Case Case)>> ListAsync(
        Guid agency, string service, string? unit, Guid? assignee, TimeCursor? after, int limit, CancellationToken ct)
    {
        var rule = await rules.InForceAsync(agency, service, ct) ?? throw Problems.NoScarcityRule.Because($"No scarcity rule is in force for \"{service}\".");
        var waiting = await db.QueryAsync<Waiting>(agency, """
            select c.id, c.number, c.submitted_at, coalesce(c.unit = @unit, @unit is null) and coalesce(c.assignee = @assignee, @assignee is null) as wanted,
              coalesce((select min(array_position(@order, g.key))
                        from segment_members m
                        join segments g on g.agency_id = m.agency_id and g.id = m.segment_id
                        where m.agency_id = @agency and m.citizen_id = c.citizen_id and m.valid_to is null and g.key = any (@order)) - 1, cardinality(@order)) as segment
            from cases c
            where c.agency_id = @agency
              and c.service_id = (select s.id from services s where s.agency_id = @agency and s.key = @service)
              and c.status in ('submitted', 'accepted', 'inProgress', 'reopened')
            """, new { service, unit, assignee, rule.Order }, ct);
        var line = new WaitingLine<Waiting>(rule.Terms);
        foreach (var w in waiting) line.Add(w, w.Segment, rule.Terms.PlaceOf(w.Number, w.SubmittedAt));
        var queue = new List<Waiting>(waiting.Count);
        while (line.TryNext(out var next)) queue.Add(next);

        var from = 0;
        if (after is not null)
        {
            var at = queue.FindIndex(w => w.Id == after.Id);
            from = at >= 0 ? at + 1 : (int)Math.Min(after.At.UtcTicks, queue.Count);
        }
        var page = queue.Skip(from).Select((w, i) => (Position: from + i, w.Id, w.Wanted)).Where(w => w.Wanted).Take(limit).ToList();
        var cases = (await db.QueryAsync<Case>(agency, $"""
            select {Cases.Columns}
            from cases c
            join services s on s.agency_id = c.agency_id and s.id = c.service_id
            where c.agency_id = @agency and c.id = any (@ids)
            """, new { Ids = page.Select(p => p.Id).ToArray(), Now = clock.Now() }, ct)).ToDictionary(c => c.Id);
        return [.. page.Where(p => cases.ContainsKey(p.Id)).Select(p => (p.Position, cases[p.Id]))];
    }

    sealed record Waiting(Guid Id, long Number, DateTimeOffset SubmittedAt, bool Wanted, int Segment);
}
