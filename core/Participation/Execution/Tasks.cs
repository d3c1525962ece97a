using System.Text.Json;
using Cirm.Core.Participation.Consultation;
using Cirm.Core.Participation.Dialogue;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Participation.Execution;

/// <summary>Tasks of an initiative that is carried out by citizens: started, done, confirmed by others.</summary>
public sealed class Tasks(TenantDb db, TimeProvider clock)
{
    const string Columns = $"""
        t.id, t.state, t.organisation, s.key as service, k.number as case, t.option_key as option, d.key as option_of, case when r.removal_id is null then t.safety end as safety, {Remarks.Shown},
        (select count(*) from task_pledges p where p.agency_id = @agency and p.task_id = t.id and p.withdrawn_at is null) as pledges,
        (select count(*) from task_confirmations f where f.agency_id = @agency and f.task_id = t.id) as confirmations,
        (select count(*) from support_requests q join remarks a on a.agency_id = q.agency_id and a.id = q.id
         where q.agency_id = @agency and q.task_id = t.id and q.due_at < @now and a.answer_id is null) as support_overdue,
        r.created_at, t.done_at, t.confirmed_at, t.version + r.version as version
        """;

    const string From = """
        tasks t
        join remarks r on r.agency_id = t.agency_id and r.id = t.id
        left join services s on s.agency_id = r.agency_id and s.id = r.service_id
        left join cases k on k.agency_id = t.agency_id and k.id = t.case_id
        left join initiatives d on d.agency_id = t.agency_id and d.id = t.option_of
        """;

    /// <summary>Starts a task in an initiative of the third tier that is open. Nobody has to allow it.</summary>
    /// <exception cref="Refusal"><see cref="Problems.NotExecution"/>, <see cref="Problems.InitiativeNotOpen"/>, <see cref="Problems.InitiativeClosed"/>, <see cref="Problems.NotEligible"/>;
    /// <see cref="Platform.Problems.Invalid"/> for what is not there.</exception>
    public async Task<CitizenTask> StartAsync(Caller caller, Speaker speaker, string initiative, TaskWanted wanted, CancellationToken ct)
    {
        var now = clock.Now();
        var id = Guid.CreateVersion7(now);
        await using var change = await db.BeginAsync(caller, ct);
        var of = await Contributions.HoldOpenAsync(change, initiative, now, ct);
        if (of.Tier != Tier.Execution) throw Problems.NotExecution.Because($"\"{of.Key}\" is a {of.Tier.Word()}.");
        await Contributions.CheckSpeakerAsync(change, of, speaker, ct);
        // A case is named by its citizen, or by staff.
        var there = (await change.QueryAsync<There>("""
            select (select s.id from services s where s.agency_id = @agency and s.key = @service and s.published_version is not null) as service,
              exists (select from organisations o where o.agency_id = @agency and o.key = @organisation and not o.closed) as organisation,
              exists (select from cases c where c.agency_id = @agency and c.id = @case and (@staff or c.citizen_id = @citizen)) as case,
              (select i.id from initiatives i join decision_options o on o.agency_id = i.agency_id and o.initiative_id = i.id and o.key = @option
               where i.agency_id = @agency and (i.id = @initiative or i.key = @from) order by i.id = @initiative desc limit 1) as option_of
            """, new { wanted.Service, wanted.Organisation, wanted.Case, wanted.Option, Initiative = of.Id, From = of.DerivedFrom, Staff = caller.IsStaff, Citizen = caller.CitizenId }, ct)).Single();
        var errors = new List<ValidationError>();
        if (wanted.Service is not null && there.Service is null) errors.Add(new("/service", "unknown", $"No service \"{wanted.Service}\" is published."));
        if (wanted.Organisation is not null && !there.Organisation) errors.Add(new("/organisation", "unknown", $"There is no civil organisation \"{wanted.Organisation}\"."));
        if (wanted.Case is not null && !there.Case) errors.Add(new("/case", "unknown", "There is no such case of yours."));
        if (wanted.Option is not null && there.OptionOf is null) errors.Add(new("/option", "unknown", $"Neither this initiative nor what it goes on from has an option \"{wanted.Option}\"."));
        if (errors.Count > 0) throw Platform.Problems.InvalidInput(errors);
        await Remarks.AddAsync(change, now, id, RemarkKind.Task, speaker, there.Service, wanted.Title, wanted.Text, ct);
        change.Enqueue("""
            insert into tasks (agency_id, initiative_id, id, organisation, case_id, option_of, option_key, safety, state)
            values (@agency, @initiative, @id, @organisation, @case, @optionOf, @option, @safety, 'open')
            """, new { Initiative = of.Id, id, wanted.Organisation, wanted.Case, there.OptionOf, wanted.Option, wanted.Safety });
        Leave(change, now, "task.started", id, new { initiative, wanted.Service });
        return await EndAsync(change, caller, of.Id, id, now, ct);
    }

    /// <summary>Says, as whoever started it or as staff for them, that a task is done.</summary>
    /// <returns>The task, or null when it is not there.</returns>
    /// <exception cref="Refusal"><see cref="Problems.TaskStep"/>, <see cref="Problems.NotTheStarter"/>.</exception>
    public async Task<CitizenTask?> CompleteAsync(Caller caller, Guid initiative, Guid id, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var done = await change.ExecuteAsync($"""
            update tasks t set state = 'done', done_at = @now, version = t.version + 1
            from remarks r
            where t.agency_id = @agency and t.initiative_id = @initiative and t.id = @id and t.state = 'open' and r.agency_id = t.agency_id and r.id = t.id
              and ({Remarks.Mine} or r.assisted and @staff)
            """, new { initiative, id, now, Account = caller.Id, Citizen = caller.CitizenId, Staff = caller.IsStaff }, ct);
        if (done == 0)
        {
            if (await FindAsync(change, caller, initiative, id, now, ct) is not { } there) return null;
            throw there.State != TaskState.Open ? Problems.TaskStep.Because($"It is {there.State.Word()}.") : Problems.NotTheStarter.Because("Somebody else started it.");
        }
        Leave(change, now, "task.done", id, new { });
        return await EndAsync(change, caller, initiative, id, now, ct);
    }

    /// <summary>Says, as somebody else, that a task is done. The second one confirms it.</summary>
    /// <returns>The task, or null when it is not there.</returns>
    /// <exception cref="Refusal"><see cref="Problems.TaskStep"/>, <see cref="Problems.OwnTask"/>, <see cref="Problems.AlreadyConfirmed"/>.</exception>
    public async Task<CitizenTask?> ConfirmAsync(Caller caller, Guid initiative, Guid id, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var held = await change.QuerySingleOrDefaultAsync<Held>($"""
            select t.state, {Remarks.Mine} as mine
            from tasks t
            join remarks r on r.agency_id = t.agency_id and r.id = t.id
            where t.agency_id = @agency and t.initiative_id = @initiative and t.id = @id
            for update of t
            """, new { initiative, id, Account = caller.Id, Citizen = caller.CitizenId }, ct);
        if (held is null) return null;
        if (held.Mine) throw Problems.OwnTask.Because("You started it.");
        if (held.State != TaskState.Done) throw Problems.TaskStep.Because($"It is {held.State.Word()}.");
        var confirmed = await change.ExecuteAsync("""
            insert into task_confirmations (agency_id, task_id, person_id, confirmed_at) values (@agency, @id, @person, @now)
            on conflict (agency_id, task_id, person_id) do nothing
            """, new { id, Person = caller.CitizenId ?? caller.Id, now }, ct);
        if (confirmed == 0) throw Problems.AlreadyConfirmed.Because("You said so before.");
        change.Enqueue("""
            update tasks t set version = t.version + 1,
              state = case when n.others >= @needed then 'confirmed' else t.state end, confirmed_at = case when n.others >= @needed then @now end
            from (select count(*) as others from task_confirmations f where f.agency_id = @agency and f.task_id = @id) n
            where t.agency_id = @agency and t.id = @id
            """, new { id, Needed = CitizenTask.ConfirmationsNeeded, now });
        Leave(change, now, "task.confirmed-by", id, new { });
        return await EndAsync(change, caller, initiative, id, now, ct);
    }

    /// <summary>Tasks of an initiative, oldest first.</summary>
    public Task<IReadOnlyList<CitizenTask>> ListAsync(Caller caller, Guid initiative, TaskState? state, Guid? after, int limit, CancellationToken ct) =>
        db.QueryAsync<CitizenTask>(caller.Agency, $"""
            select {Columns}
            from {From}
            where t.agency_id = @agency and t.initiative_id = @initiative
              and (@state is null or t.state = @state)
              and (@after is null or t.id > @after)
            order by t.id
            limit @limit
            """, new { initiative, state, after, limit, Account = caller.Id, Citizen = caller.CitizenId, Now = clock.Now() }, ct);

    /// <summary>One task; null when it is not there.</summary>
    public async Task<CitizenTask?> FindAsync(Caller caller, Guid initiative, Guid id, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(caller.Agency, ct);
        var found = await FindAsync(transaction, caller, initiative, id, clock.Now(), ct);
        await transaction.CommitAsync(ct);
        return found;
    }

    /// <summary>The same within a transaction.</summary>
    internal static Task<CitizenTask?> FindAsync(TenantTransaction transaction, Caller caller, Guid initiative, Guid id, DateTimeOffset now, CancellationToken ct) =>
        transaction.QuerySingleOrDefaultAsync<CitizenTask>($"select {Columns} from {From} where t.agency_id = @agency and t.initiative_id = @initiative and t.id = @id",
            new { initiative, id, Account = caller.Id, Citizen = caller.CitizenId, now }, ct);

    /// <summary>The certificate of a task.</summary>
    /// <exception cref="Refusal"><see cref="Problems.TaskStep"/> when it is not confirmed.</exception>
    public async Task<Certificate> CertifyAsync(Guid agency, Guid id, CancellationToken ct)
    {
        var found = await db.QuerySingleOrDefaultAsync<Certificate>(agency, """
            select t.id as task, g.name as agency, i.title as initiative, case when r.removal_id is null then r.title end as title, case when r.removal_id is null then r.signed end as done_by,
              o.name as organisation, (select count(*) from task_confirmations f where f.agency_id = @agency and f.task_id = t.id) as confirmations,
              (select count(*) from task_posts p join remarks w on w.agency_id = p.agency_id and w.id = p.id
               where p.agency_id = @agency and p.task_id = t.id and w.kind = 'thanks' and w.removal_id is null) as thanks,
              r.created_at as started_at, t.confirmed_at
            from tasks t
            join remarks r on r.agency_id = t.agency_id and r.id = t.id
            join initiatives i on i.agency_id = t.agency_id and i.id = t.initiative_id
            join agencies g on g.id = t.agency_id
            left join organisations o on o.agency_id = t.agency_id and o.key = t.organisation
            where t.agency_id = @agency and t.id = @id and t.state = 'confirmed'
            """, new { id }, ct);
        return found ?? throw Problems.TaskStep.Because("It is not confirmed by two others.");
    }

    internal static void Leave(Change change, DateTimeOffset now, string what, Guid task, object detail)
    {
        change.Audit(now, what, "task", task, JsonSerializer.Serialize(detail, Wire.Json));
        change.Emit(now, OutboxEvent.Of(what, task, detail));
    }

    static async Task<CitizenTask> EndAsync(Change change, Caller caller, Guid initiative, Guid id, DateTimeOffset now, CancellationToken ct)
    {
        var task = (await FindAsync(change, caller, initiative, id, now, ct))!;
        await change.CommitAsync(ct);
        return task;
    }

    sealed record There(Guid? Service, bool Organisation, bool Case, Guid? OptionOf);

    sealed record Held(TaskState State, bool Mine);
}
