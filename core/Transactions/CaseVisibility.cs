using Cirm.Core.Identity;

namespace Cirm.Core.Transactions;

/// <summary>
/// Whose cases a caller who is not staff may see and act on: a citizen's own, what an account without a citizen submitted, and
/// those that a mandate covers which is in force now. All fragments want <c>@citizen</c>, <c>@account</c> and <c>@now</c>.
/// </summary>
static class CaseVisibility
{
    /// <summary>That one case <c>c</c> is for the caller to see. Wants <c>@staff</c> too.</summary>
    public const string ForCaller = $"""
        (@staff or c.citizen_id = @citizen or c.citizen_id is null and c.submitted_by = @account
               or exists (select from mandates m where {Mandates.LetsAct} and {Mandates.Covers}))
        """;

    /// <summary>That the caller has the citizen's word on how the case <c>c</c> ended: they themselves, or who may object for them.</summary>
    public const string ForWord = $"""
        (c.citizen_id = @citizen or c.citizen_id is null and c.submitted_by = @account
               or exists (select from mandates m where {Mandates.LetsObject} and {Mandates.Covers}))
        """;

    /// <summary>The ids of a caller's own cases, each found by an index.</summary>
    public const string Own = """
        select c.id from cases c where c.agency_id = @agency and c.citizen_id = @citizen
        union all
        select c.id from cases c where c.agency_id = @agency and c.citizen_id is null and c.submitted_by = @account
        """;

    /// <summary>The ids of all that a caller may see: their own, and those of the citizens whom they represent.</summary>
    public const string OwnAndRepresented = $"""
        {Own}
        union
        select c.id from ({Mandates.Held}) m join cases c on c.agency_id = @agency and {Mandates.Covers}
        """;
}
