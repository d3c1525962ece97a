using System.Runtime.CompilerServices;
using Cirm.Core.Platform.Exports;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions;

/// <summary>Cases, in the columns that an import takes them in, and what became of them. Nobody's name: the citizen's id in the agency's own systems.</summary>
public sealed class ExportCases : IExportSource
{
    const int AtATime = 2000;

    /// <inheritdoc/>
    public string Kind => "cases";

    /// <inheritdoc/>
    public IReadOnlyList<string> Columns { get; } =
    [
        "externalId", "service", "channel", "status", "title", "description", "submittedAt", "closedAt", "latitude", "longitude", "area", "citizenExternalId", "kind", "dueAt",
        "id", "number", "outcome", "verdict", "firstResponseAt", "unit",
    ];

    /// <inheritdoc/>
    public async IAsyncEnumerable<object> RowsAsync(TenantTransaction snapshot, DateTimeOffset now, [EnumeratorCancellation] CancellationToken ct)
    {
        Guid? after = null;
        IReadOnlyList<Row> page;
        do
        {
            page = await snapshot.QueryAsync<Row>("""
                select c.external_id, s.key as service, c.channel, c.status, c.title, c.description, c.submitted_at, c.closed_at, c.latitude, c.longitude, c.area,
                  i.external_id as citizen_external_id, c.kind, c.due_at, c.id, c.number, c.outcome, c.verdict, c.first_response_at, c.unit
                from cases c
                join services s on s.agency_id = c.agency_id and s.id = c.service_id
                left join citizen_identities i on i.agency_id = c.agency_id and i.citizen_id = c.citizen_id
                where c.agency_id = @agency and (@after is null or c.id > @after)
                order by c.id
                limit @limit
                """, new { after, Limit = AtATime }, ct);
            foreach (var row in page) yield return row;
            after = page.Count > 0 ? page[^1].Id : null;
        }
        while (page.Count == AtATime);
    }

    sealed record Row(
        string? ExternalId, string Service, string Channel, string Status, string Title, string? Description, DateTimeOffset SubmittedAt, DateTimeOffset? ClosedAt,
        double? Latitude, double? Longitude, string? Area, string? CitizenExternalId, string Kind, DateTimeOffset? DueAt, Guid Id, long Number, string? Outcome, string? Verdict,
        DateTimeOffset? FirstResponseAt, string? Unit);
}
