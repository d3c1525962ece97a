using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions;

/// <summary>Why a case was refused, and what the citizen can do about it (INFO-RIGHTS, TX-INCLUSIVE).</summary>
/// <param name="Reason">In the agency's own words to the citizen; null when the case was imported as refused.</param>
/// <param name="Basis">The law or rule that the citizen's rights rest on.</param>
/// <param name="Objection">How to object, and where: as the service said when the case was submitted.</param>
public sealed record RefusalNotice(string? Reason, Localized Basis, Localized Objection) : IJsonColumn
{
    /// <summary>Of a case <c>c</c>: null when the agency's last word on it was another. A case that is open costs nothing.</summary>
    internal const string OfCase = """
        case when c.status in ('refused', 'closed') then (
          select jsonb_build_object('reason', decided.reason, 'basis', v.rights -> 'basis', 'objection', v.rights -> 'objection')
          from service_versions v
          left join lateral (
            select h.reason, h.to_status
            from case_history h
            where h.agency_id = @agency and h.case_id = c.id and h.kind = 'transitioned' and h.to_status in ('resolved', 'refused')
            order by h.id desc
            limit 1) decided on true
          where v.agency_id = @agency and v.service_id = c.service_id and v.number = c.service_version and v.rights is not null
            and (c.status = 'refused' or decided.to_status = 'refused')) end
        """;
}
