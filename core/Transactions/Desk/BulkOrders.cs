using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Desk;

/// <summary>
/// Does the same with many cases, each by the rules of the single call. The list is worked through in its order, a batch a transaction,
/// and how far it is stands in the operation, written by that transaction: killed at any point, the next attempt goes on behind it.
/// </summary>
public sealed class BulkOrders(TenantDb db, Casework casework, TimeProvider clock)
{
    /// <summary>The operation's kind, which is the job's name.</summary>
    public const string OperationKind = "bulk";

    /// <summary>Cases of one list.</summary>
    public const int MostCases = 10_000;

    // The agency's audit trail is held while a batch is written: everybody else's changes wait no longer than some tenths of a second.
    const int AtATime = 50;

    static BulkOrders() => JsonColumns.Register<BulkWork>();

    /// <summary>Asks for work on a list of cases, which is kept with the operation.</summary>
    /// <param name="caller">On whose word: histories will name them.</param>
    /// <param name="cases">Each once, in the order in which they are worked through.</param>
    /// <param name="work">What.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Refusal"><see cref="Platform.Problems.Invalid"/> for a unit or an assignee that no case could be given to.</exception>
    public async Task<Operation> RequestAsync(Caller caller, IReadOnlyList<Guid> cases, BulkWork work, CancellationToken ct)
    {
        var now = clock.Now();
        var id = Guid.CreateVersion7(now);
        var told = new { work = work.Word, cases = cases.Count };
        await using var change = await db.BeginAsync(caller, ct);
        if (work.HandOver is { } handOver) await HandOvers.CheckAsync(change, handOver.Unit, handOver.Assignee, "/do/handOver", ct);
        if (work.Assign is { } assign) await HandOvers.CheckAsync(change, null, assign.Assignee, "/do/assign", ct);
        Operations.Request(change, now, id, OperationKind, told, caller.Id);
        change.Enqueue("""
            insert into bulk_orders (agency_id, operation_id, actor_kind, actor_id, actor_role, work)
            values (@agency, @id, @kind, @actor, @role, @work)
            """, new { id, caller.Kind, Actor = caller.Id, caller.Role, work });
        change.Enqueue("""
            insert into bulk_cases (agency_id, operation_id, line, case_id)
            select @agency, @id, r.line, r.case_id
            from unnest(@cases) with ordinality as r (case_id, line)
            """, new { id, Cases = cases.ToArray() });
        await change.CommitAsync(ct);
        return new(
            id, OperationKind, OperationState.Queued, JsonSerializer.SerializeToElement(told, Wire.Json), 0, null, 0, 0, 0,
            null, null, caller.Id, 0, 1, now, null, null);
    }

    /// <summary>Carries out an operation, from where the attempt before this one came.</summary>
    public async Task RunAsync(Guid agency, IJobProgress progress, CancellationToken ct)
    {
        var counts = progress.Operation.Counts;
        if (counts.Total == counts.Processed) return; // killed between the last commit and the word that it was the last
        var order = await db.QuerySingleOrDefaultAsync<Order>(agency, """
            select o.actor_kind, o.actor_id, o.actor_role, o.work,
              (select count(*) from bulk_cases c where c.agency_id = @agency and c.operation_id = @id) as cases
            from bulk_orders o
            where o.agency_id = @agency and o.operation_id = @id
            """, new { progress.Operation.Id }, ct) ?? throw new InvalidOperationException("The order is not there any more.");
        var caller = Caller.System(agency) with { Kind = order.ActorKind, Id = order.ActorId, Role = order.ActorRole };
        do
        {
            ct.ThrowIfCancellationRequested();
            counts = await WorkAsync(caller, progress, order, counts);
        }
        while (counts.Processed < order.Cases);
    }

    // A batch is whole: it is not cut short.
    async Task<OperationCounts> WorkAsync(Caller caller, IJobProgress progress, Order order, OperationCounts before)
    {
        var (operation, ct) = (progress.Operation.Id, CancellationToken.None);
        await using var change = await db.BeginAsync(caller, ct);
        var places = await change.QueryAsync<Place>($"""
            select line, case_id
            from bulk_cases
            where agency_id = @agency and operation_id = @operation and line > @processed
            order by line
            limit {AtATime}
            """, new { operation, before.Processed }, ct);
        // All are held before the first is changed: whoever has one and waits for the audit trail would wait for us, and we for them.
        var numbers = (await change.QueryAsync<Held>("""
            select id, number from cases where agency_id = @agency and id = any (@ids) order by id for update
            """, new { Ids = places.Select(p => p.CaseId).ToArray() }, ct)).ToDictionary(c => c.Id, c => c.Number);
        var rejections = new List<Rejection>();
        foreach (var place in places)
        {
            if (!numbers.TryGetValue(place.CaseId, out var number)) rejections.Add(new(place.Line, "", Platform.Problems.NotFound.Code, $"There is no case {place.CaseId} here."));
            else if (await change.TryAsync(() => ActAsync(change, caller, place.CaseId, order.Work, ct)) is { } refusal)
                rejections.Add(new(place.Line, "", refusal.Problem.Code, $"Case {number}: {refusal.Detail}"));
        }
        var counts = new OperationCounts(
            before.Processed + places.Count, before.Accepted + places.Count - rejections.Count, before.Unchanged, before.Rejected + rejections.Count, order.Cases);
        if (rejections.Count > 0) Operations.Reject(change, operation, rejections);
        if (counts.Processed == order.Cases)
        {
            change.Enqueue("delete from bulk_orders where agency_id = @agency and operation_id = @operation", new { operation });
            change.Emit(clock.Now(), OutboxEvent.Of("bulk.finished", operation, counts));
        }
        await progress.ReportAsync(change, counts, ct);
        await change.CommitAsync(ct);
        return counts;
    }

    Task ActAsync(Change change, Caller caller, Guid id, BulkWork work, CancellationToken ct) => work switch
    {
        { Transition: { } step } => casework.TransitionAsync(change, caller, id, step.To, step.Reason, step.Note, step.Outcome, clock.Now(), ct),
        { HandOver: { } where } => HandOvers.HandOverAsync(change, caller, id, where.Unit, where.Assignee, where.Reason, clock.Now(), ct),
        { Assign: { } hand } => HandOvers.AssignAsync(change, caller, id, hand.Assignee, hand.Reason, clock.Now(), ct),
        { Note: { } note } => Casework.AddNoteAsync(change, caller, id, note.Text, note.Visibility, clock.Now(), ct),
        _ => throw new InvalidOperationException("The order says nothing."),
    };

    sealed record Order(ActorKind ActorKind, Guid? ActorId, Role? ActorRole, BulkWork Work, long Cases);

    sealed record Place(int Line, Guid CaseId);

    sealed record Held(Guid Id, long Number);
}
