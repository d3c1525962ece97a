using System.Diagnostics.Metrics;
using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Outside;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Partnering;
using Cirm.Jobs.Engines;

namespace Cirm.Jobs.Platform;

/// <summary>
/// Turns the outbox's pending events into work, puts them down for webhooks, and gives them their places in the feed. Any number of workers
/// may do so at once, each for other agencies: the places of one are given by one at a time, or a reader could miss some. A crash between giving
/// work to the engine and marking its event done gives the same work again under the same name: at least once, and jobs are safe to run twice.
/// </summary>
public sealed class DispatchOutbox(Databases databases, TenantDb db, JobTable table, IJobEngine engine, TimeProvider clock) : IJob<NoArgs>
{
    /// <summary>Events claimed in one transaction.</summary>
    const int AtATime = 500;

    static readonly Histogram<double> Lag = JobRunner.Meter.CreateHistogram<double>("cirm.outbox.lag", "s", "How long an event waited to be turned into work.");

    public static JobTerms Terms { get; } = new("dispatch-outbox"); // its next run is its retry

    public Task RunAsync(NoArgs args, IJobProgress progress, CancellationToken ct) => DispatchAsync(ct);

    /// <summary>Gives everything that is pending to the engine.</summary>
    public async Task DispatchAsync(CancellationToken ct)
    {
        foreach (var agency in await PendingAsync(ct))
            while (await DispatchAsync(agency, ct) == AtATime) { }
    }

    async Task<IReadOnlyList<Guid>> PendingAsync(CancellationToken ct)
    {
        await using var command = databases.Router.CreateCommand("select distinct agency_id from outbox where done_at is null");
        await using var reader = await command.ExecuteReaderAsync(ct);
        var agencies = new List<Guid>();
        while (await reader.ReadAsync(ct)) agencies.Add(reader.GetGuid(0));
        return agencies;
    }

    async Task<int> DispatchAsync(Guid agency, CancellationToken ct)
    {
        var now = clock.Now();
        await using var transaction = await db.BeginAsync(agency, ct);
        transaction.Enqueue("insert into outbox_heads (agency_id, position) values (@agency, 0) on conflict (agency_id) do nothing");
        var head = await transaction.QuerySingleOrDefaultAsync<long?>(
            "select position from outbox_heads where agency_id = @agency for update skip locked", null, ct);
        if (head is null) return 0; // another worker is at it
        IReadOnlyList<PlacedEvent> events = [.. (await transaction.QueryAsync<PlacedEvent>("""
            with claimed as (
              select id
              from outbox
              where agency_id = @agency and done_at is null
              order by id
              limit @limit
              for update skip locked),
            placed as (
              select id, @head + row_number() over (order by id) as position
              from claimed)
            update outbox as o
            set done_at = @now, position = placed.position
            from placed
            where o.agency_id = @agency and o.id = placed.id and o.done_at is null
            returning o.id, o.type, o.subject_id, o.data, o.created_at, o.position
            """, new { Limit = AtATime, now, Head = head.Value }, ct)).OrderBy(e => e.Position)];
        if (events.Count == 0) return 0;
        transaction.Enqueue("update outbox_heads set position = @position where agency_id = @agency", new { events[^1].Position });
        await Deliveries.PutDownAsync(transaction, events, now, ct);
        await PartnerOutbox.PutDownAsync(transaction, events, now, ct);
        await engine.EnqueueAsync([.. events.SelectMany(e => WorkFor(agency, e))], ct);
        await transaction.CommitAsync(ct);
        foreach (var e in events) Lag.Record((now - e.CreatedAt).TotalSeconds);
        return events.Count;
    }

    IEnumerable<JobRequest> WorkFor(Guid agency, PlacedEvent e)
    {
        if (e.Type == Operations.Requested)
            yield return Request(e.Data.GetProperty("kind").GetString()!, new OperationArgs(agency, e.SubjectId), isLong: true);
        foreach (var (_, job) in table.Events.Where(on => on.Type == e.Type))
            yield return Request(job.Terms.Name, new FactArgs(agency, e.Id, e.Type, e.SubjectId, e.Data));

        JobRequest Request<TArgs>(string job, TArgs args, bool isLong = false) => new($"{e.Id}", job, JsonSerializer.Serialize(args, Wire.Json), isLong);
    }
}
