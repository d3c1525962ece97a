using System.Text.Json;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Npgsql;

namespace Cirm.Core.Transactions;

/// <summary>What somebody submits.</summary>
/// <param name="Service">The service's key.</param>
/// <param name="Kind">What they want.</param>
/// <param name="Title">In one line.</param>
/// <param name="Description">In full.</param>
/// <param name="Channel">How it came in.</param>
/// <param name="Location">Where it is about.</param>
/// <param name="CitizenId">Whose case it is, when staff or a system enter it for a citizen.</param>
public sealed record Submission(string Service, CaseKind Kind, string Title, string? Description, Channel Channel, Location? Location, Guid? CitizenId);

/// <summary>What a list of cases is narrowed to; null does not narrow.</summary>
/// <param name="Status">Any of these.</param>
/// <param name="Service">A service's key.</param>
/// <param name="Channel">How it came in.</param>
/// <param name="Kind">What is wanted.</param>
/// <param name="Area">The area's name.</param>
/// <param name="Assignee">Who works on it.</param>
/// <param name="CitizenId">Whose it is.</param>
/// <param name="SubmittedFrom">Not before.</param>
/// <param name="SubmittedTo">Before.</param>
/// <param name="Text">Stands in title, description or area, or is the case's number or external id.</param>
/// <param name="Overdue">Open after its time, or not.</param>
public sealed record CaseFilter(
    CaseStatus[]? Status, string? Service, Channel? Channel, CaseKind? Kind, string? Area, Guid? Assignee, Guid? CitizenId,
    DateTimeOffset? SubmittedFrom, DateTimeOffset? SubmittedTo, string? Text, bool? Overdue);

/// <summary>Cases: the statements. Staff see all of their agency, others what they submitted or what is theirs.</summary>
public sealed class Cases(TenantDb db, Services services, TimeProvider clock)
{
    const string Columns = """
        c.id, c.number, s.key as service, c.service_version, c.kind, c.status, c.channel, c.title, c.description, c.latitude, c.longitude, c.area,
        c.citizen_id, c.assignee, c.external_id, c.submitted_at, c.first_response_at, c.due_at, c.closed_at,
        c.status in ('submitted', 'accepted', 'inProgress', 'reopened') and coalesce(c.due_at < @now, false) as overdue, c.version
        """;

    /// <summary>
    /// Submits a case. Number, case, history, audit entry, event and the answer to a retried request go to the database in one
    /// batch with its commit: either all of them are there, or none.
    /// </summary>
    /// <param name="caller">Who submits.</param>
    /// <param name="submission">What.</param>
    /// <param name="code">The tracking code that the submitter is shown; only its hash is kept.</param>
    /// <param name="answer">Writes the answer that a retried request will get, from the case as it will be (its number being <see cref="StoredAnswer.NumberMarker"/>).</param>
    /// <param name="ct">Gives up waiting; what was sent may still happen.</param>
    /// <exception cref="Refusal"><see cref="Platform.Problems.Invalid"/> when the service or the citizen is not there.</exception>
    /// <exception cref="IdempotencyKeyTakenException">The request was answered before.</exception>
    public async Task<Case> SubmitAsync(Caller caller, Submission submission, string code, Func<Case, StoredAnswer> answer, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var service = await services.InForceAsync(caller.Agency, submission.Service, ct)
                ?? throw Platform.Problems.InvalidValue("/service", "unknown", $"There is no published service \"{submission.Service}\".");
            var now = clock.Now();
            var place = submission.Location;
            var draft = new Case(
                Guid.CreateVersion7(now), StoredAnswer.NumberMarker, service.Key, service.Number, submission.Kind, CaseStatus.Submitted, submission.Channel,
                submission.Title, submission.Description, place?.Latitude, place?.Longitude, place?.Area, submission.CitizenId ?? caller.CitizenId, null, null,
                now, null, service.Standard!.DueAt(now), null, false, 1);
            if (await TryInsertAsync(caller, draft, service.Id, code, answer, ct) is { } number) return draft with { Number = number };

            if (caller.Retry is { } retry && await retry.FindAsync(db, caller.Agency, ct) is not null) throw new IdempotencyKeyTakenException();
            if (submission.CitizenId is { } citizen && !await CitizenExistsAsync(caller.Agency, citizen, ct))
                throw Platform.Problems.InvalidValue("/citizenId", "unknown", "There is no such citizen in this agency.");
            services.Forget(caller.Agency, submission.Service); // a new version came into force in between
            if (attempt == 3) throw Platform.Problems.Busy.Because("The service is being changed right now.");
        }
    }

    // The division by the number of cases inserted takes the whole batch back when there is none: the service is not in force
    // any more, or the citizen is not there. So it does when the key has been used, by the number of keys inserted.
    async Task<long?> TryInsertAsync(Caller caller, Case c, Guid serviceId, string code, Func<Case, StoredAnswer> answer, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(caller.Agency, ct);
        transaction.Enqueue("""
            with next as (
              update case_numbers set last_number = last_number + 1 where agency_id = @agency returning last_number),
            new as (
              insert into cases
                (agency_id, id, number, service_id, service_version, kind, status, channel, title, description, latitude, longitude, area,
                 citizen_id, submitted_by, tracking_hash, submitted_at, due_at, updated_at)
              select @agency, @id, next.last_number, s.id, s.published_version, @kind, 'submitted', @channel, @title, @description, @latitude, @longitude, @area,
                 @citizenId, @submittedBy, @trackingHash, @now, @dueAt, @now
              from next
              join services s on s.agency_id = @agency and s.id = @serviceId and s.published_version = @serviceVersion
              where @citizenId is null or exists (select from citizens z where z.agency_id = @agency and z.id = @citizenId)
              returning number)
            select (1 / count(*)) * min(number) from new
            """,
            new
            {
                c.Id, serviceId, c.ServiceVersion, c.Kind, c.Channel, c.Title, c.Description, c.Latitude, c.Longitude, c.Area, c.CitizenId,
                SubmittedBy = caller.Id, TrackingHash = TrackingCode.HashOf(code), Now = c.SubmittedAt, c.DueAt,
            });
        AddHistory(transaction, caller, c.Id, c.SubmittedAt, "submitted", null, c.Status, null, null);
        AuditTrail.Append(transaction, AuditEntry.By(caller, c.SubmittedAt, "case.submitted", "case", c.Id));
        transaction.Emit(c.SubmittedAt, OutboxEvent.Of("case.submitted", c.Id, new { c.Service, kind = c.Kind, channel = c.Channel }));
        if (caller.Retry is { } retry)
        {
            var stored = answer(c);
            transaction.Enqueue("""
                with kept as (
                  insert into idempotency_keys (agency_id, key_hash, request_hash, claim, status, location, etag, body, number, created_at)
                  select @agency, @keyHash, @requestHash, @claim, @status, @location, @etag, @body, c.number, @now
                  from cases c
                  where c.agency_id = @agency and c.id = @id
                  on conflict (agency_id, key_hash) do nothing
                  returning 1)
                select 1 / count(*) from kept
                """,
                new
                {
                    retry.KeyHash, retry.RequestHash, retry.Claim, stored.Status, stored.Location, stored.ETag, Body = retry.Seal(stored.Body), c.Id, Now = c.SubmittedAt,
                });
        }
        try
        {
            return (await transaction.SendAndCommitAsync<long>(ct)).Single();
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DivisionByZero)
        {
            return null;
        }
    }

    /// <summary>One case; null when it is not there or not for this caller.</summary>
    public Task<Case?> FindAsync(Caller caller, Guid id, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<Case>(caller.Agency, $"""
            select {Columns}
            from cases c
            join services s on s.agency_id = c.agency_id and s.id = c.service_id
            where c.agency_id = @agency and c.id = @id
              and (@staff or c.citizen_id = @citizen or c.submitted_by = @account)
            """, new { id, Staff = caller.IsStaff, Citizen = caller.CitizenId, Account = caller.Id, Now = clock.Now() }, ct);

    /// <summary>The case of a tracking code; null when there is none.</summary>
    public Task<Case?> FindByCodeAsync(Guid agency, string code, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<Case>(agency, $"""
            select {Columns}
            from cases c
            join services s on s.agency_id = c.agency_id and s.id = c.service_id
            where c.agency_id = @agency and c.tracking_hash = @hash
            """, new { Hash = TrackingCode.HashOf(code), Now = clock.Now() }, ct);

    /// <summary>Cases, newest first.</summary>
    public async Task<IReadOnlyList<Case>> ListAsync(Caller caller, CaseFilter filter, TimeCursor? after, int limit, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(caller.Agency, ct);
        transaction.Enqueue("set local plan_cache_mode = force_custom_plan"); // so that filters that are null cost nothing
        return await transaction.QueryAndCommitAsync<Case>($"""
            select {Columns}
            from cases c
            join services s on s.agency_id = c.agency_id and s.id = c.service_id
            where c.agency_id = @agency
              and (@staff or c.citizen_id = @citizen or c.submitted_by = @account)
              and (@status is null or c.status = any (@status))
              and (@service is null or c.service_id = (select k.id from services k where k.agency_id = @agency and k.key = @service))
              and (@channel is null or c.channel = @channel)
              and (@kind is null or c.kind = @kind)
              and (@area is null or c.area = @area)
              and (@assignee is null or c.assignee = @assignee)
              and (@citizenId is null or c.citizen_id = @citizenId)
              and (@submittedFrom is null or c.submitted_at >= @submittedFrom)
              and (@submittedTo is null or c.submitted_at < @submittedTo)
              and (@text is null or c.title ilike @pattern or c.description ilike @pattern or c.area ilike @pattern
                   or c.number::text = @text or c.external_id = @text)
              and (@overdue is null
                   or @overdue = (c.status in ('submitted', 'accepted', 'inProgress', 'reopened') and coalesce(c.due_at < @now, false)))
              and (@at is null or (c.submitted_at, c.id) < (@at, @id))
            order by c.submitted_at desc, c.id desc
            limit @limit
            """,
            new
            {
                Staff = caller.IsStaff, Citizen = caller.CitizenId, Account = caller.Id, Status = filter.Status?.Select(s => s.Word()).ToArray(), filter.Service,
                filter.Channel, filter.Kind, filter.Area, filter.Assignee, filter.CitizenId, filter.SubmittedFrom, filter.SubmittedTo, filter.Text,
                Pattern = filter.Text is null ? null : $"%{filter.Text.Replace(@"\", @"\\").Replace("%", @"\%").Replace("_", @"\_")}%",
                filter.Overdue, after?.At, after?.Id, limit, Now = clock.Now(),
            }, ct);
    }

    /// <summary>Moves a case on.</summary>
    /// <returns>The case, or null when it is not there for this caller.</returns>
    /// <exception cref="Refusal"><see cref="Problems.TransitionNotAllowed"/>, <see cref="Problems.CaseMoved"/>.</exception>
    public async Task<Case?> TransitionAsync(Caller caller, Guid id, CaseStatus to, string reason, string? note, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var from = await FindForChangeAsync(change, id, now, ct);
        if (from is null) return null;
        var moved = from.Transition(to, now);
        var changed = await change.ExecuteAsync("""
            update cases set status = @status, first_response_at = @firstResponseAt, closed_at = @closedAt, version = version + 1, updated_at = @now
            where agency_id = @agency and id = @id and status = @from
            """, new { id, moved.Status, moved.FirstResponseAt, moved.ClosedAt, From = from.Status, now }, ct);
        if (changed == 0) throw Problems.CaseMoved.Because("The status changed while this was decided.");
        Guid? noteId = note is null ? null : AddNote(change, caller, id, now, note, NoteVisibility.Public);
        AddHistory(change, caller, id, now, "transitioned", from.Status, to, reason, noteId);
        change.Audit(now, "case.transitioned", "case", id, JsonSerializer.Serialize(new { from = from.Status.Word(), to = to.Word() }));
        change.Emit(now, OutboxEvent.Of("case.transitioned", id, new { from.Number, from = from.Status, to }));
        await change.CommitAsync(ct);
        return moved with { Version = from.Version + 1 };
    }

    /// <summary>Changes who works on a case, its text or its place, when it is still at a version.</summary>
    /// <returns>The case, or null when it is not there or not at that version.</returns>
    public async Task<Case?> ChangeAsync(Caller caller, Case to, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var changed = await change.ExecuteAsync("""
            update cases set
              kind = @kind, title = @title, description = @description, latitude = @latitude, longitude = @longitude, area = @area, assignee = @assignee,
              version = version + 1, updated_at = @now
            where agency_id = @agency and id = @id and version = @version
              and (@assignee is null or @assignee is not distinct from assignee
                   or exists (select from accounts a where a.agency_id = @agency and a.id = @assignee and a.role in ('agent', 'manager', 'admin')))
            """, new { to.Id, to.Version, to.Kind, to.Title, to.Description, to.Latitude, to.Longitude, to.Area, to.Assignee, now }, ct);
        if (changed == 0) return null;
        AddHistory(change, caller, to.Id, now, "changed", null, null, null, null);
        change.Audit(now, "case.changed", "case", to.Id);
        change.Emit(now, OutboxEvent.Of("case.changed", to.Id, new { to.Number }));
        await change.CommitAsync(ct);
        return to with { Version = to.Version + 1 };
    }

    /// <summary>Adds a note.</summary>
    /// <returns>The note, or null when the case is not there for this caller.</returns>
    public async Task<CaseNote?> AddNoteAsync(Caller caller, Guid id, string text, NoteVisibility visibility, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var touched = await change.ExecuteAsync("""
            update cases set
              first_response_at = case when @answers then coalesce(first_response_at, @now) else first_response_at end,
              version = version + 1, updated_at = @now
            where agency_id = @agency and id = @id
              and (@staff or citizen_id = @citizen or submitted_by = @account)
            """,
            new { id, now, Answers = caller.IsStaff && visibility == NoteVisibility.Public, Staff = caller.IsStaff, Citizen = caller.CitizenId, Account = caller.Id }, ct);
        if (touched == 0) return null;
        var note = AddNote(change, caller, id, now, text, visibility);
        AddHistory(change, caller, id, now, "noted", null, null, null, note);
        change.Audit(now, "case.noted", "case", id);
        change.Emit(now, OutboxEvent.Of("case.noted", id, new { noteId = note, visibility }));
        await change.CommitAsync(ct);
        return new(note, text, visibility, caller.Kind, now);
    }

    /// <summary>What happened to a case, oldest first; internal notes are for staff only.</summary>
    /// <param name="agency">Whose case.</param>
    /// <param name="id">The case, which the caller may see.</param>
    /// <param name="staff">With internal notes and who did what.</param>
    /// <param name="after">Only entries after this one.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="ct">Gives up.</param>
    public Task<IReadOnlyList<CaseEvent>> HistoryAsync(Guid agency, Guid id, bool staff, Guid? after, int limit, CancellationToken ct) =>
        db.QueryAsync<CaseEvent>(agency, """
            select h.id, h.at, h.kind, h.from_status, h.to_status, h.reason, n.text as note, n.visibility, h.actor_kind,
              case when @staff then h.actor_id end as actor_id
            from case_history h
            left join case_notes n on n.agency_id = h.agency_id and n.case_id = h.case_id and n.id = h.note_id
            where h.agency_id = @agency and h.case_id = @id
              and (@staff or n.id is null or n.visibility = 'public')
              and (@after is null or h.id > @after)
            order by h.id
            limit @limit
            """, new { id, staff, after, limit }, ct);

    Task<bool> CitizenExistsAsync(Guid agency, Guid citizen, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<bool>(agency, "select true from citizens where agency_id = @agency and id = @citizen", new { citizen }, ct);

    static Task<Case?> FindForChangeAsync(Change change, Guid id, DateTimeOffset now, CancellationToken ct) =>
        change.QuerySingleOrDefaultAsync<Case>($"""
            select {Columns}
            from cases c
            join services s on s.agency_id = c.agency_id and s.id = c.service_id
            where c.agency_id = @agency and c.id = @id
            """, new { id, now }, ct);

    static Guid AddNote(TenantTransaction transaction, Caller caller, Guid caseId, DateTimeOffset now, string text, NoteVisibility visibility)
    {
        var id = Guid.CreateVersion7(now);
        transaction.Enqueue("""
            insert into case_notes (agency_id, case_id, id, text, visibility, actor_kind, actor_id, created_at)
            values (@agency, @caseId, @id, @text, @visibility, @actorKind, @actorId, @now)
            """, new { caseId, id, text, visibility, ActorKind = caller.Kind, ActorId = caller.Id, now });
        return id;
    }

    static void AddHistory(
        TenantTransaction transaction, Caller caller, Guid caseId, DateTimeOffset now, string kind, CaseStatus? from, CaseStatus? to, string? reason, Guid? noteId) =>
        transaction.Enqueue("""
            insert into case_history (agency_id, case_id, id, at, kind, from_status, to_status, reason, note_id, actor_kind, actor_id)
            values (@agency, @caseId, @id, @now, @kind, @from, @to, @reason, @noteId, @actorKind, @actorId)
            """, new { caseId, Id = Guid.CreateVersion7(now), now, kind, from, to, reason, noteId, ActorKind = caller.Kind, ActorId = caller.Id });
}

/// <summary>A note on a case.</summary>
public sealed record CaseNote(Guid Id, string Text, NoteVisibility Visibility, ActorKind By, DateTimeOffset CreatedAt);

/// <summary>One thing that happened to a case.</summary>
/// <param name="Id">Its place in the history.</param>
/// <param name="At">When.</param>
/// <param name="Kind">submitted, imported, transitioned, noted or changed.</param>
/// <param name="FromStatus">Of a transition.</param>
/// <param name="ToStatus">Of a transition.</param>
/// <param name="Reason">Of a transition.</param>
/// <param name="Note">The text that came with it.</param>
/// <param name="Visibility">Of the note.</param>
/// <param name="ActorKind">Who, by kind.</param>
/// <param name="ActorId">Who; for staff only.</param>
public sealed record CaseEvent(
    Guid Id, DateTimeOffset At, string Kind, CaseStatus? FromStatus, CaseStatus? ToStatus, string? Reason, string? Note, NoteVisibility? Visibility,
    ActorKind ActorKind, Guid? ActorId);
