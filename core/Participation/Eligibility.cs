using Cirm.Core.Tenancy;

namespace Cirm.Core.Participation;

/// <summary>
/// Who may take part in an initiative: in any of its segments, in any of its areas, on its list; each only where it is named. It is
/// asked of the citizen as they are now.
/// </summary>
public static class Eligibility
{
    /// <summary>The condition in SQL, on <c>citizens c</c> and <c>initiatives i</c> of the same agency.</summary>
    public const string Condition = """
        (c.erased_at is null
          and (cardinality(i.segments) = 0 or exists (
            select from segment_members m
            join segments g on g.agency_id = m.agency_id and g.id = m.segment_id
            where m.agency_id = @agency and m.citizen_id = c.id and m.valid_to is null and g.key = any (i.segments)))
          and (cardinality(i.areas) = 0 or coalesce(c.attributes ->> i.area_attribute = any (i.areas), false))
          and (not i.census or exists (
            select from initiative_census l where l.agency_id = @agency and l.initiative_id = i.id and l.citizen_id = c.id)))
        """;

    /// <summary>Refuses a citizen whom the initiative does not ask.</summary>
    /// <param name="transaction">Of the agency.</param>
    /// <param name="initiative">Its id.</param>
    /// <param name="citizen">Who wants to take part.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Platform.Refusal"><see cref="Problems.NotEligible"/>; <see cref="Platform.Problems.NotFound"/> when there is no such citizen.</exception>
    public static async Task CheckAsync(TenantTransaction transaction, Guid initiative, Guid citizen, CancellationToken ct)
    {
        var found = await transaction.QueryAsync<bool>($"""
            select {Condition}
            from citizens c
            join initiatives i on i.agency_id = c.agency_id and i.id = @initiative
            where c.agency_id = @agency and c.id = @citizen
            """, new { initiative, citizen }, ct);
        if (found.Count == 0) throw Platform.Problems.NotFound.Because("There is no such citizen.");
        if (!found[0]) throw Problems.NotEligible.Because("It asks other people.");
    }

    /// <summary>How many citizens may take part now.</summary>
    public static async Task<long> CountAsync(TenantTransaction transaction, Guid initiative, CancellationToken ct) =>
        (await transaction.QueryAsync<long>($"""
            select count(*)
            from citizens c
            join initiatives i on i.agency_id = c.agency_id and i.id = @initiative
            where c.agency_id = @agency and {Condition}
            """, new { initiative }, ct)).Single();
}
