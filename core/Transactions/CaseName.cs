namespace Cirm.Core.Transactions;

/// <summary>A case, named to staff.</summary>
public sealed record CaseName(Guid Id, long Number)
{
    /// <summary>Those that were merged into a case <c>c</c>, by number.</summary>
    internal const string MergedIntoCase = """
        coalesce((
          select jsonb_agg(jsonb_build_object('id', m.id, 'number', m.number) order by m.number)
          from (select k.id, k.number from cases k where k.agency_id = @agency and k.merged_into = c.id order by k.number limit 200) m), '[]')
        """;
}
