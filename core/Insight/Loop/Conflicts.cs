using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Loop;

/// <summary>What whoever decides a finding has to have seen before.</summary>
/// <param name="Interests">Declared interests in its service.</param>
/// <param name="OpposedDemands">Segments that want the opposite of each other of that service.</param>
/// <param name="ToAcknowledge">The ids that a decision has to name: opposed demands that are not settled, and interests of who decides or owns it.</param>
public sealed record Conflicts(IReadOnlyList<Interest> Interests, IReadOnlyList<OpposedDemand> OpposedDemands, IReadOnlyList<Guid> ToAcknowledge)
{
    /// <summary>Those of a finding; none when it is about no service.</summary>
    /// <param name="transaction">In which it may be decided.</param>
    /// <param name="finding">The finding.</param>
    /// <param name="decides">Who decides it.</param>
    /// <param name="ct">Gives up.</param>
    internal static async Task<Conflicts> OfAsync(TenantTransaction transaction, Finding finding, Guid? decides, CancellationToken ct)
    {
        if (finding.Service is null) return new([], [], []);
        var interests = await transaction.QueryAsync<Interest>($"""
            select {Loop.Interests.Columns}
            from interests n
            where n.agency_id = @agency and n.about = 'service' and n.subject = @service and n.ended_at is null
            order by n.id
            """, new { finding.Service }, ct);
        var opposed = await transaction.QueryAsync<OpposedDemand>($"""
            select {Loop.OpposedDemands.Columns}
            from opposed_demands d
            join services s on s.agency_id = d.agency_id and s.id = d.service_id
            where d.agency_id = @agency and s.key = @service and d.state not in ('closed', 'dismissed')
            order by d.id
            """, new { finding.Service }, ct);
        return new(interests, opposed,
        [
            .. opposed.Where(d => d.State is OpposedState.Open or OpposedState.Dialogue).Select(d => d.Id),
            .. interests.Where(i => i.Account is { } account && (account == decides || account == finding.Owner)).Select(i => i.Id),
        ]);
    }

    /// <summary>Refuses a decision that does not say that it knows of them, with all of them.</summary>
    /// <exception cref="Refusal"><see cref="Problems.ConflictsNotAcknowledged"/>.</exception>
    internal void Check(IReadOnlyCollection<Guid> acknowledged)
    {
        if (ToAcknowledge.Except(acknowledged).ToArray() is not { Length: > 0 } missing) return;
        throw Problems.ConflictsNotAcknowledged.Because($"{missing.Length} of them {(missing.Length == 1 ? "is" : "are")} not acknowledged.", new Dictionary<string, object?>
        {
            ["missing"] = missing, ["interests"] = Interests, ["opposedDemands"] = OpposedDemands,
        });
    }
}

/// <summary>What whoever decided had before them: as everybody may know it.</summary>
/// <param name="Interests">How many interests of their own, or of the owner, they declared.</param>
/// <param name="OpposedDemands">The opposed demands that were not settled then.</param>
public sealed record Weighed(int Interests, Guid[] OpposedDemands) : IJsonColumn;
