using System.Text.Json;
using Cirm.Core.Information;
using Cirm.Core.Participation.Dialogue;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Timekeeping;

namespace Cirm.Core.Participation.Execution;

/// <summary>What is asked of the agency for tasks. It answers within the first response time of a service's standard, on that service's working calendar.</summary>
public sealed class SupportRequests(TenantDb db, Calendars calendars, TimeProvider clock)
{
    const string Columns = $"""
        q.id, q.task_id as task, i.key as initiative, s.key as service, q.due_at, q.due_at < coalesce(a.answered_at, @now) as overdue, {Remarks.Shown}, {Answers.Given} as answer,
        r.created_at, r.version
        """;

    const string From = """
        support_requests q
        join tasks t on t.agency_id = q.agency_id and t.id = q.task_id
        join initiatives i on i.agency_id = t.agency_id and i.id = t.initiative_id
        join remarks r on r.agency_id = q.agency_id and r.id = q.id
        left join answers a on a.agency_id = r.agency_id and a.id = r.answer_id
        left join services s on s.agency_id = r.agency_id and s.id = r.service_id
        """;

    /// <summary>Asks the agency for something.</summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="speaker">Who asks.</param>
    /// <param name="task">For which task, which the caller has seen.</param>
    /// <param name="service">By whose standard it has to be answered; the task's own when null.</param>
    /// <param name="text">What is asked.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Refusal"><see cref="Problems.RemarkRemoved"/>; <see cref="Platform.Problems.Invalid"/> without a service that is published.</exception>
    public async Task<SupportRequest> AskAsync(Caller caller, Speaker speaker, CitizenTask task, string? service, string text, CancellationToken ct)
    {
        if (task.Removed is not null) throw Problems.RemarkRemoved.Because("Nothing is asked for what is out of sight.");
        if ((service ?? task.Service) is not { } key) throw Platform.Problems.InvalidValue("/service", "required", "The task names no service: say by whose standard an answer is due.");
        var now = clock.Now();
        var id = Guid.CreateVersion7(now);
        await using var change = await db.BeginAsync(caller, ct);
        var by = await change.QuerySingleOrDefaultAsync<Standard>("""
            select s.id, v.number, v.first_response_hours, v.resolution_hours
            from services s
            join service_versions v on v.agency_id = s.agency_id and v.service_id = s.id and v.number = s.published_version
            where s.agency_id = @agency and s.key = @key
            """, new { key }, ct) ?? throw Platform.Problems.InvalidValue("/service", "unknown", $"No service \"{key}\" is published.");
        var counted = await calendars.CountingAsync(caller.Agency, by.Id, by.Number, ct);
        var dueAt = counted.Clock(new ServiceStandard(by.FirstResponseHours, by.ResolutionHours), now).FirstResponseDueAt;
        await Remarks.AddAsync(change, now, id, RemarkKind.Support, speaker, by.Id, null, text, ct);
        change.Enqueue("insert into support_requests (agency_id, task_id, id, due_at) values (@agency, @task, @id, @dueAt)", new { Task = task.Id, id, dueAt });
        change.Audit(now, "support.asked", "support-request", id, JsonSerializer.Serialize(new { task = task.Id, service = key, dueAt }, Wire.Json));
        change.Emit(now, OutboxEvent.Of("support.asked", id, new { task = task.Id, service = key, dueAt }));
        var asked = (await ListAsync(change, caller, null, null, id, null, 1, now, ct)).Single();
        await change.CommitAsync(ct);
        return asked;
    }

    /// <summary>Answers a request, late ones too; whoever asked is told.</summary>
    /// <returns>The request, or null when it is not there.</returns>
    /// <exception cref="Refusal"><see cref="Problems.RemarkAnswered"/>.</exception>
    public async Task<SupportRequest?> AnswerAsync(Caller caller, Guid task, Guid id, AnswerWanted wanted, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var answered = await change.QuerySingleOrDefaultAsync<bool?>("""
            select r.answer_id is not null
            from support_requests q
            join remarks r on r.agency_id = q.agency_id and r.id = q.id
            where q.agency_id = @agency and q.task_id = @task and q.id = @id
            for update of r
            """, new { task, id }, ct);
        if (answered is null) return null;
        if (answered.Value) throw Problems.RemarkAnswered.Because("Somebody was faster.");
        await Answers.GiveAsync(change, caller, now, [id], wanted, ct);
        var result = (await ListAsync(change, caller, null, null, id, null, 1, now, ct)).Single();
        await change.CommitAsync(ct);
        return result;
    }

    /// <summary>What was asked, by the time of the answer that is due.</summary>
    /// <param name="caller">Who reads.</param>
    /// <param name="task">For one task.</param>
    /// <param name="overdue">Only those that should have been answered by now and are not, or only others.</param>
    /// <param name="only">This one.</param>
    /// <param name="after">Only those after this place.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<IReadOnlyList<SupportRequest>> ListAsync(Caller caller, Guid? task, bool? overdue, Guid? only, TimeCursor? after, int limit, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(caller.Agency, ct);
        var found = await ListAsync(transaction, caller, task, overdue, only, after, limit, clock.Now(), ct);
        await transaction.CommitAsync(ct);
        return found;
    }

    static Task<IReadOnlyList<SupportRequest>> ListAsync(
        TenantTransaction transaction, Caller caller, Guid? task, bool? overdue, Guid? only, TimeCursor? after, int limit, DateTimeOffset now, CancellationToken ct) =>
        transaction.QueryAsync<SupportRequest>($"""
            select {Columns}
            from {From}
            where q.agency_id = @agency
              and (@task is null or q.task_id = @task)
              and (@only is null or q.id = @only)
              and (@overdue is null or (q.due_at < @now and r.answer_id is null) = @overdue)
              and (@at is null or (q.due_at, q.id) > (@at, @id))
            order by q.due_at, q.id
            limit @limit
            """, new { task, only, overdue, after?.At, after?.Id, limit, now, Account = caller.Id, Citizen = caller.CitizenId }, ct);

    sealed record Standard(Guid Id, int Number, decimal FirstResponseHours, decimal ResolutionHours);
}
