using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Importing;

namespace Cirm.Core.Transactions.Partnering;

/// <summary>How a partner's own requests become cases here: by its description, as anything else it says. Pure.</summary>
/// <param name="partner">Whose they are.</param>
public sealed class PartnerRequests(PartnerHistory partner)
{
    /// <summary>The kind of import.</summary>
    public const string KindName = "open311Requests";

    const int LongestTitle = 120;

    /// <summary>Our columns of one of its requests, with the elements they come from.</summary>
    public IReadOnlyDictionary<string, (string? Value, string Element)> ColumnsOf(GeoReportThing request)
    {
        var (code, name) = (request["service_code"], request["service_name"]);
        var mapped = partner.Services.FirstOrDefault(s => s.Code == code)?.Service;
        var status = StatusOf(request);
        var address = request["address"] is { } text ? string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) : null;
        // Servers write 0 and 0 where there is no place.
        var somewhere = request["lat"]?.Trim('0', '.', '-') is { Length: > 0 } || request["long"]?.Trim('0', '.', '-') is { Length: > 0 };
        return new Dictionary<string, (string?, string)>
        {
            ["externalId"] = (request["service_request_id"] is { } reference ? partner.ExternalIdOf(reference) : null, "service_request_id"),
            ["service"] = (mapped ?? name ?? code, "service_code"),
            ["channel"] = (Channel.Partner.Word(), "channel"),
            ["status"] = (status?.Word() ?? request["status"], "status"),
            ["title"] = (TitleOf(request, name ?? code), "description"),
            ["description"] = (string.Join("\n\n", ((string?[])[request["description"], address, request["status_notes"] is { } notes ? $"{partner.Name}: {notes}" : null, request["media_url"]]).OfType<string>()), "description"),
            ["submittedAt"] = (request["requested_datetime"], "requested_datetime"),
            ["closedAt"] = (status?.IsOver() == true ? request["updated_datetime"] : null, "updated_datetime"),
            ["dueAt"] = (request["expected_datetime"], "expected_datetime"),
            ["latitude"] = (somewhere ? request["lat"] : null, "lat"), ["longitude"] = (somewhere ? request["long"] : null, "long"),
        };
    }

    // A word that only makes a note of what they write leaves the case where it begins; one that nobody translated is rejected, not guessed.
    CaseStatus? StatusOf(GeoReportThing request) => request["status"] is { } status && PartnerRules.Meaning(partner.StatusesIn, status, request["external_status_code"]) is { } meaning
        ? meaning.To ?? CaseStatus.Submitted : null;

    static string? TitleOf(GeoReportThing request, string? service)
    {
        var first = request["description"]?.Split('\n', 2)[0].Trim();
        return first is not { Length: > 0 } ? service : first.Length <= LongestTitle ? first : first[..(LongestTitle - (char.IsHighSurrogate(first[LongestTitle - 1]) ? 1 : 0))];
    }
}

/// <summary>A partner, as an import of its history has to know it.</summary>
/// <param name="Id">Which.</param>
/// <param name="Name">Stands before what it wrote.</param>
/// <param name="Services">Which of ours are which of its.</param>
/// <param name="StatusesIn">What its words mean.</param>
public sealed record PartnerHistory(Guid Id, string Name, JsonList<ServiceMapping> Services, JsonList<StatusIn> StatusesIn)
{
    string Prefix => $"open311:{Id.ToString("N")[^8..]}:";

    /// <summary>The external id of a case by its reference there.</summary>
    public string ExternalIdOf(string reference) => Prefix + reference;

    /// <summary>The reference that an external id was made of.</summary>
    public string ReferenceIn(string externalId) => externalId[Prefix.Length..];

    /// <summary>A partner's; null when there is none.</summary>
    public static Task<PartnerHistory?> FindAsync(TenantDb db, Guid agency, Guid id, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<PartnerHistory>(agency, "select id, name, services, statuses_in from partners where agency_id = @agency and id = @id", new { id }, ct);

    /// <summary>Of these external ids, those whose references are cases here already, however they came.</summary>
    internal async Task<IEnumerable<string>> KnownAsync(TenantTransaction transaction, IEnumerable<string> externalIds, CancellationToken ct) =>
        (await transaction.QueryAsync<string>("""
            select reference from partner_cases where agency_id = @agency and partner_id = @id and reference = any (@references)
            """, new { Id, References = externalIds.Select(ReferenceIn).ToArray() }, ct)).Select(ExternalIdOf);

    /// <summary>Writes down that these cases are the partner's, too. What it says of them later is read like of any other.</summary>
    internal void Link(TenantTransaction transaction, IReadOnlyList<CaseRow> rows, IReadOnlyList<Guid> cases, DateTimeOffset now) =>
        transaction.Enqueue("""
            insert into partner_cases (agency_id, partner_id, case_id, origin, reference, moved_at, changed_at, created_at)
            select @agency, @id, n.case_id, 'imported', n.reference, n.changed_at, n.changed_at, @now
            from unnest(@cases, @references, @times) as n (case_id, reference, changed_at)
            """,
            new
            {
                Id, Cases = cases.ToArray(), References = rows.Select(r => ReferenceIn(r.ExternalId)).ToArray(), Times = rows.Select(r => r.ClosedAt ?? r.SubmittedAt).ToArray(), now,
            });
}
