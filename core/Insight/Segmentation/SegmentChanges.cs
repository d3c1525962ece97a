using System.Security.Cryptography;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Segmentation;

/// <summary>
/// Leaves word of citizens who changed, in the transaction of the change: who has changed is evaluated, and nobody else. Rows are only
/// added, so that nobody waits for anybody; an agency without segments has none.
/// </summary>
public static class SegmentChanges
{
    const string Attributes = "";
    const string Behaviour = "and exists (select from segments s where s.agency_id = @agency and s.by_behaviour and s.retired_at is null)";

    /// <summary>What is known of these citizens has changed, or they are new.</summary>
    public static void OfCitizens(TenantTransaction transaction, DateTimeOffset now, params IReadOnlyList<Guid> citizens) => Leave(transaction, now, citizens, Attributes);

    /// <summary>These citizens have done something, or what was done has become theirs: it matters where a rule counts it.</summary>
    public static void OfBehaviour(TenantTransaction transaction, DateTimeOffset now, params IReadOnlyList<Guid> citizens) => Leave(transaction, now, citizens, Behaviour);

    /// <summary>
    /// Takes the memberships of somebody who is erased to the row that is only counted, where they are evaluated anew: figures stay, those of
    /// the past too. Those of sensitive segments end, and each goes to an id that leads nowhere: what they tell is not to be put together.
    /// </summary>
    internal static void Move(TenantTransaction transaction, DateTimeOffset now, Guid citizen, Guid successor)
    {
        transaction.Enqueue("""
            update segment_members m set
              citizen_id = case when s.sensitive then md5(@nowhere || s.id)::uuid else @successor end,
              valid_to = case when s.sensitive then coalesce(m.valid_to, @now) else m.valid_to end
            from segments s
            where m.agency_id = @agency and s.agency_id = m.agency_id and m.segment_id = s.id and m.citizen_id = @citizen
            """, new { citizen, successor, Nowhere = RandomNumberGenerator.GetHexString(32), now });
        OfCitizens(transaction, now, successor);
    }

    static void Leave(TenantTransaction transaction, DateTimeOffset now, IReadOnlyList<Guid> citizens, string condition)
    {
        if (citizens.Count == 0) return;
        transaction.Enqueue($"""
            insert into segment_changes (agency_id, id, citizen_id)
            select e.agency_id, r.id, r.citizen_id
            from segment_evaluations e
            cross join unnest(@ids, @citizens) as r (id, citizen_id)
            where e.agency_id = @agency {condition}
            """, new { Ids = citizens.Select(_ => Guid.CreateVersion7(now)).ToArray(), Citizens = citizens.ToArray() });
    }
}
