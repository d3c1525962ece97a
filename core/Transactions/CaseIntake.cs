using System.Text.Json;
using Cirm.Core.Identity;
using Cirm.Core.Information;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Timekeeping;
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
/// <param name="Answers">To the questions of the service, by question key.</param>
/// <param name="OnBehalfOf">Whose case it is, when a representative submits it.</param>
/// <param name="Mandate">The mandate under which: staff have to name it, others may.</param>
/// <param name="Newcomer">Whose case it is, when a system that submits it tells who they are.</param>
/// <param name="Sent">What it says of place and picture in GeoReport's own words.</param>
public sealed record Submission(string Service, CaseKind Kind, string Title, string? Description, Channel Channel, Location? Location, Guid? CitizenId,
    Dictionary<string, JsonElement>? Answers = null, Guid? OnBehalfOf = null, Guid? Mandate = null, Newcomer? Newcomer = null, SentPlace? Sent = null)
{
    /// <summary>Whether staff or a system enter it for somebody who called, came or wrote.</summary>
    public bool IsAssisted(Caller caller) =>
        caller.IsStaff && (CitizenId is not null || OnBehalfOf is not null || Channel is Channel.Phone or Channel.Counter or Channel.Letter);
}

/// <summary>Somebody whom a system introduces with a case: nobody has checked that they are who they say.</summary>
/// <param name="ExternalId">What the system calls them; the same one again is the same citizen. Null: somebody new.</param>
/// <param name="Name">How they are called.</param>
/// <param name="Email">To write to.</param>
/// <param name="Phone">To call.</param>
public sealed record Newcomer(string? ExternalId, string? Name, string? Email, string? Phone);

/// <summary>Place and picture of a case as GeoReport's client sent them.</summary>
/// <param name="Address">In words.</param>
/// <param name="AddressId">In the client's register of addresses.</param>
/// <param name="MediaUrl">Where a picture is; nobody fetches it.</param>
public sealed record SentPlace(string? Address, string? AddressId, string? MediaUrl);

/// <summary>Takes cases in.</summary>
public sealed class CaseIntake(TenantDb db, Services services, Calendars calendars, Mandates mandates, SegmentOffers offers, TimeProvider clock)
{
    /// <summary>
    /// Submits a case. Number, case, history, audit entry, event and the answer to a retried request go to the database in one
    /// batch with its commit: either all of them are there, or none.
    /// </summary>
    /// <param name="caller">Who submits.</param>
    /// <param name="submission">What.</param>
    /// <param name="code">The tracking code that the submitter is shown; only its hash is kept.</param>
    /// <param name="answer">Writes the answer that a retried request will get, from the case as it will be (its number being <see cref="StoredAnswer.NumberMarker"/>).</param>
    /// <param name="ct">Gives up waiting; what was sent may still happen.</param>
    /// <exception cref="Refusal"><see cref="Platform.Problems.Invalid"/> when the service or the citizen is not there, when
    /// the channel is not open for the service, and for each answer that is missing or wrong; <see cref="Identity.Problems.NoMandate"/>.</exception>
    /// <exception cref="IdempotencyKeyTakenException">The request was answered before.</exception>
    public async Task<Case> SubmitAsync(Caller caller, Submission submission, string code, Func<Case, StoredAnswer> answer, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var service = await services.InForceAsync(caller.Agency, submission.Service, ct)
                ?? throw Platform.Problems.InvalidValue("/service", "unknown", $"There is no published service \"{submission.Service}\".");
            var answers = ReadAnswers(service, submission);
            var counted = await calendars.CountingAsync(caller.Agency, service.Id, service.Number, ct);
            var known = submission.Newcomer is { ExternalId: { } externalId } ? await KnownAsync(caller.Agency, externalId, ct) : null;
            var whose = submission.OnBehalfOf ?? submission.CitizenId ?? known ?? caller.CitizenId;
            var promise = await offers.PromiseAsync(caller.Agency, service, whose, ct);
            var now = clock.Now();
            var due = counted.Clock(promise, now);
            var place = submission.Location;
            var newcomer = submission.Newcomer is not null && known is null ? Guid.CreateVersion7(now) : (Guid?)null;
            var draft = new Case(
                Guid.CreateVersion7(now), StoredAnswer.NumberMarker, service.Key, service.Number, submission.Kind, CaseStatus.Submitted, submission.Channel,
                submission.Title, submission.Description, place?.Latitude, place?.Longitude, place?.Area, answers,
                newcomer ?? whose, null, null, now, null, due.FirstResponseDueAt, due.DueAt, null,
                ClockRisk.None, ClockRisk.None, null, await MandateAsync(caller, submission, service, ct), submission.IsAssisted(caller) ? caller.Id : null, null, false, 1, Unit: service.Unit);
            if (await TryInsertAsync(caller, draft, service, promise, due, counted.Edition, code, submission, isNew: newcomer is not null, answer, ct) is { } number) return draft with { Number = number };

            if (caller.Retry is { } retry && await retry.FindAsync(db, caller.Agency, ct) is not null) throw new IdempotencyKeyTakenException();
            if (newcomer is null && draft.CitizenId is { } citizen && !await CitizenExistsAsync(caller.Agency, citizen, ct))
                throw citizen == caller.CitizenId
                    ? Platform.Problems.Unauthenticated.Because("This sign-in has ended: the identity behind it was removed.")
                    : Platform.Problems.InvalidValue("/citizenId", "unknown", "There is no such citizen in this agency.");
            services.Forget(caller.Agency, submission.Service); // a new version came into force in between
            if (attempt == 3) throw Platform.Problems.Busy.Because("The service is being changed right now.");
        }
    }

    static Dictionary<string, JsonElement>? ReadAnswers(ServiceVersion service, Submission submission)
    {
        var (answers, errors) = Questions.Read(service.Questions, submission.Answers);
        if (!service.IsOpenFor(submission.Channel))
            errors = [new("/channel", "not-open", $"This can be asked for by {string.Join(", ", service.Channels!)}."), .. errors];
        return errors.Count == 0 ? answers : throw Platform.Problems.InvalidInput(errors);
    }

    // The division by the number of cases inserted takes the whole batch back when there is none: the service is not in force
    // any more, or the citizen is not there, or the mandate was revoked in between. So it does when the key has been used, by the number of keys inserted.
    async Task<long?> TryInsertAsync(Caller caller, Case c, ServiceVersion service, ServiceStandard promise, CaseClock due, Guid edition, string code, Submission submission, bool isNew, Func<Case, StoredAnswer> answer, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(caller.Agency, ct);
        if (isNew) Introduce(transaction, caller, c.CitizenId!.Value, submission.Newcomer!, c.SubmittedAt);
        transaction.Enqueue("""
            with next as (
              update case_numbers set last_number = last_number + 1 where agency_id = @agency returning last_number),
            new as (
              insert into cases
                (agency_id, id, number, service_id, service_version, kind, status, channel, title, description, latitude, longitude, area, answers,
                 citizen_id, submitted_by, mandate_id, entered_by, tracking_hash, submitted_at, first_response_foreseen_at, first_response_due_at,
                 foreseen_at, due_at, offered_first_response_hours, offered_resolution_hours, calendar_edition, unit, updated_at)
              select @agency, @id, next.last_number, s.id, s.published_version, @kind, 'submitted', @channel, @title, @description, @latitude, @longitude, @area, @answers,
                 @citizenId, @submittedBy, @mandate, @enteredBy, @trackingHash, @now, @firstResponseForeseenAt, @firstResponseDueAt,
                 @foreseenAt, @dueAt, @offeredFirstResponse, @offeredResolution, @edition, @unit, @now
              from next
              join services s on s.agency_id = @agency and s.id = @serviceId and s.published_version = @serviceVersion
              where (@citizenId is null or exists (select from citizens z where z.agency_id = @agency and z.id = @citizenId and z.erased_at is null))
                and (@mandate is null or exists (
                  select from mandates m
                  where m.agency_id = @agency and m.id = @mandate and m.revoked_at is null and (m.valid_until is null or m.valid_until > @now)))
              returning number)
            select (1 / count(*)) * min(number) from new
            """,
            new
            {
                c.Id, ServiceId = service.Id, c.ServiceVersion, c.Kind, c.Channel, c.Title, c.Description, c.Latitude, c.Longitude, c.Area, c.Answers, c.CitizenId,
                SubmittedBy = caller.Id, c.Mandate, c.EnteredBy, TrackingHash = TrackingCode.HashOf(code), Now = c.SubmittedAt,
                due.FirstResponseForeseenAt, due.FirstResponseDueAt, due.ForeseenAt, due.DueAt, edition, c.Unit,
                OfferedFirstResponse = More(promise.FirstResponseHours, service.FirstResponseHours), OfferedResolution = More(promise.ResolutionHours, service.ResolutionHours),
            });
        CaseHistory.Append(transaction, caller, c.Id, c.SubmittedAt, "submitted", null, c.Status, null, null, c.Mandate is null ? null : c.CitizenId);
        // After the number is taken: all who submit hold the counter before the head of the trail, or two would wait for each other.
        if (isNew)
        {
            AuditTrail.Append(transaction, AuditEntry.By(caller, c.SubmittedAt, "citizen.added", "citizen", c.CitizenId!.Value));
            transaction.Emit(c.SubmittedAt, OutboxEvent.Of("citizen.added", c.CitizenId.Value, new { }));
        }
        AuditTrail.Append(transaction, AuditEntry.By(caller, c.SubmittedAt, "case.submitted", "case", c.Id));
        transaction.Emit(c.SubmittedAt, OutboxEvent.Of("case.submitted", c.Id, new { c.Service, kind = c.Kind, channel = c.Channel }));
        if (c.CitizenId is { } citizen) SegmentChanges.OfBehaviour(transaction, c.SubmittedAt, citizen);
        if (submission.Sent is { } sent)
            transaction.Enqueue("""
                insert into open311_requests (agency_id, case_id, address, address_id, media_url) values (@agency, @id, @address, @addressId, @mediaUrl)
                """, new { c.Id, sent.Address, sent.AddressId, sent.MediaUrl });
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
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DivisionByZero || isNew && e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return null; // or the system has introduced them with another case in this very moment
        }
    }

    // With the case or not at all: a case that is refused leaves nobody behind.
    static void Introduce(TenantTransaction transaction, Caller caller, Guid id, Newcomer who, DateTimeOffset now)
    {
        transaction.Enqueue("""
            insert into citizens (agency_id, id, language, attributes, created_at, updated_at) values (@agency, @id, null, '{}', @now, @now)
            """, new { id, now });
        transaction.Enqueue("""
            insert into citizen_identities (agency_id, citizen_id, external_id, name, email, phone) values (@agency, @id, @externalId, @name, @email, @phone)
            """, new { id, who.ExternalId, who.Name, who.Email, who.Phone });
        SegmentChanges.OfCitizens(transaction, now, id);
    }

    Task<Guid?> KnownAsync(Guid agency, string externalId, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<Guid?>(agency, "select i.citizen_id from citizen_identities i where i.agency_id = @agency and i.external_id = @externalId", new { externalId }, ct);

    // What is promised beyond the standard; null when it is the standard.
    static decimal? More(decimal promised, decimal? standard) => promised == standard ? null : promised;

    async Task<Guid?> MandateAsync(Caller caller, Submission submission, ServiceVersion service, CancellationToken ct)
    {
        if (submission.OnBehalfOf is not { } citizen) return null;
        return await mandates.ForSubmissionAsync(caller, citizen, service.Id, submission.Mandate, ct)
            ?? throw Identity.Problems.NoMandate.Because(caller.IsStaff && submission.Mandate is null
                ? "Name the mandate under which you were asked."
                : $"No mandate that is in force covers the service \"{service.Key}\" for this citizen.");
    }

    Task<bool> CitizenExistsAsync(Guid agency, Guid citizen, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<bool>(agency, "select true from citizens where agency_id = @agency and id = @citizen and erased_at is null", new { citizen }, ct);
}
