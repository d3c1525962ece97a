using System.Net;
using System.Text.Json;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Insight;

/// <summary>What tests of segments share: an agency with attributes and many citizens, and the evaluation that the worker would run.</summary>
static class Segmenting
{
    public static async Task<TestAgency> AgencyAsync(CirmHost host)
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var admin = await agency.Admin;
        foreach (var (key, type, values) in ((string, string, string[]?)[])
                 [("district", "code", ["1", "2", "3"]), ("age", "number", null), ("tenant", "boolean", null), ("movedIn", "date", null), ("street", "text", null)])
            await admin.PostJsonAsync($"{agency.Path}/attributes", new { key, name = key, type, values, purpose = "To serve every district equally well." });
        return agency;
    }

    /// <summary>Citizens with these attributes, put into the table as an import would.</summary>
    public static async Task<Guid[]> CitizensAsync(CirmHost host, TestAgency agency, int count, Func<int, object> attributes)
    {
        var ids = Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7()).ToArray();
        await using var transaction = await host.Services.GetRequiredService<TenantDb>().BeginAsync(agency.Id, CancellationToken.None);
        transaction.Enqueue("""
            insert into citizens (agency_id, id, attributes, created_at, updated_at)
            select @agency, r.id, r.attributes::jsonb, now(), now() from unnest(@ids, @attributes) as r (id, attributes)
            """, new { ids, Attributes = Enumerable.Range(0, count).Select(i => JsonSerializer.Serialize(attributes(i), Wire.Json)).ToArray() });
        SegmentChanges.OfCitizens(transaction, DateTimeOffset.UtcNow, ids);
        await transaction.CommitAsync(CancellationToken.None);
        return ids;
    }

    public static Task<Evaluated?> EvaluateAsync(CirmHost host, TestAgency agency, TimeProvider? clock = null) =>
        new SegmentEvaluation(host.Services.GetRequiredService<TenantDb>(), clock ?? TimeProvider.System).RunAsync(agency.Id, CancellationToken.None);

    /// <summary>Who is in a segment at a moment, as the table says.</summary>
    public static async Task<HashSet<Guid>> MembersAsync(CirmHost host, TestAgency agency, string segment, DateTimeOffset? at = null)
    {
        await using var transaction = await host.Services.GetRequiredService<TenantDb>().BeginAsync(agency.Id, CancellationToken.None);
        return [.. await transaction.QueryAndCommitAsync<Guid>("""
            select m.citizen_id
            from segment_members m
            join segments s on s.agency_id = m.agency_id and s.id = m.segment_id
            where m.agency_id = @agency and s.key = @segment
              and m.valid_from <= coalesce(@at, 'infinity') and (m.valid_to is null or m.valid_to > @at)
            """, new { segment, at }, CancellationToken.None)];
    }

    public static Task<System.Text.Json.Nodes.JsonNode> SegmentAsync(HttpClient manager, TestAgency agency, string key, object rule, string? parent = null) =>
        manager.PostJsonAsync($"{agency.Path}/segments", new { key, name = key, parent, rule }, HttpStatusCode.Created);

    /// <summary>Takes the snapshot that an operation asks for, as the worker does.</summary>
    public static async Task SnapshotAsync(CirmHost host, TestAgency agency, Guid id)
    {
        var operations = host.Services.GetRequiredService<Operations>();
        var operation = (await operations.StartAsync(agency.Id, DateTimeOffset.UtcNow, id, CancellationToken.None))!;
        await host.Services.GetRequiredService<SegmentSnapshots>().RunAsync(agency.Id, new Progress(operation), CancellationToken.None);
        await operations.EndAsync(agency.Id, DateTimeOffset.UtcNow, operation, OperationState.Succeeded, null, CancellationToken.None);
    }

    sealed class Progress(Operation operation) : IJobProgress
    {
        public Operation Operation => operation;

        public Task ReportAsync(TenantTransaction transaction, OperationCounts counts, CancellationToken ct) => Operations.ReportAsync(transaction, operation, counts, ct);
    }
}
