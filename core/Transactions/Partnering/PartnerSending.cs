using Cirm.Core.Platform;
using Cirm.Core.Platform.Outside;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Files;

namespace Cirm.Core.Transactions.Partnering;

/// <summary>A partner, as its sender has to know it.</summary>
/// <param name="Url">Of its API.</param>
/// <param name="Format">Of answers.</param>
/// <param name="Jurisdiction">Where it serves several.</param>
/// <param name="ApiKey">Sealed.</param>
/// <param name="Services">Which cases go, and as what.</param>
/// <param name="StatusesOut">Its words.</param>
/// <param name="Identity">What of an identity goes along.</param>
/// <param name="SendsPictures">Links to pictures go along.</param>
/// <param name="Failures">In a row.</param>
public sealed record PartnerReceiver(
    string Url, GeoReportFormat Format, string? Jurisdiction, byte[]? ApiKey, JsonList<ServiceMapping> Services, JsonList<StatusOut> StatusesOut, IdentitySharing? Identity,
    bool SendsPictures, int Failures);

/// <summary>
/// The sender's side of deliveries to partners, by lease as webhooks have it (docs/adr/0030-webhooks.md). Only the first that waits about a case can be claimed,
/// and nothing behind a case that has not arrived: that is the order, and the lock of the case.
/// </summary>
public sealed class PartnerSending(TenantDb db, Databases databases, PartnerNotes notes, GeoReportClient client, PartnerKeys keys, PictureLinks links, TimeProvider clock)
{
    /// <summary>After that long a sender is taken for dead. Longer than the calls of one attempt may take.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(90);

    /// <summary>The partners that have something to be sent now.</summary>
    public async Task<IReadOnlyList<(Guid Agency, Guid Partner)>> DueAsync(CancellationToken ct)
    {
        await using var command = databases.Router.CreateCommand("""
            select p.agency_id, p.id
            from partners p
            where p.state = 'active' and (p.blocked_until is null or p.blocked_until <= $1)
              and exists (
                select from partner_deliveries d
                where d.agency_id = p.agency_id and d.partner_id = p.id and d.state = 'waiting' and d.next_at <= $1)
            """);
        command.Parameters.Add(new() { Value = clock.Now().UtcDateTime });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var due = new List<(Guid, Guid)>();
        while (await reader.ReadAsync(ct)) due.Add((reader.GetGuid(0), reader.GetGuid(1)));
        return due;
    }

    /// <summary>Takes what can be sent to a partner now.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="partner">Which.</param>
    /// <param name="limit">At most this many; one, when the partner has failed often.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>Null when it is not to be called now.</returns>
    public async Task<(PartnerReceiver Receiver, IReadOnlyList<PartnerSendable> Claimed)?> ClaimAsync(Guid agency, Guid partner, int limit, CancellationToken ct)
    {
        var now = clock.Now();
        await using var transaction = await db.BeginAsync(agency, ct);
        var receiver = await transaction.QuerySingleOrDefaultAsync<PartnerReceiver>("""
            select p.url, p.format, p.jurisdiction, p.api_key, p.services, p.statuses_out, p.identity, p.sends_pictures, p.failures
            from partners p
            join agencies g on g.id = p.agency_id and g.status = 'active'
            where p.agency_id = @agency and p.id = @partner and p.state = 'active' and (p.blocked_until is null or p.blocked_until <= @now)
            """, new { partner, now }, ct);
        if (receiver is null) return null;
        var claimed = await transaction.QueryAndCommitAsync<PartnerSendable>("""
            with heads as (
              select d.id, d.uncertain
              from partner_deliveries d
              where d.agency_id = @agency and d.partner_id = @partner and d.state = 'waiting' and d.next_at <= @now
                and not exists (
                  select from partner_deliveries e
                  where e.agency_id = @agency and e.partner_id = @partner and e.case_id = d.case_id and e.position < d.position
                    and (e.state = 'waiting' or e.state = 'failed' and e.kind = 'request'))
              order by d.next_at, d.position
              limit @limit
              for update of d skip locked)
            update partner_deliveries d
            set attempts = d.attempts + 1, next_at = @until, first_tried_at = coalesce(d.first_tried_at, @now), last_tried_at = @now, uncertain = true -- until it is noted
            from heads
            where d.agency_id = @agency and d.id = heads.id and d.state = 'waiting' and d.next_at <= @now
            returning d.id, d.case_id, d.event_id, d.kind, d.step, d.outcome, d.note_id, d.position, d.occurred_at, d.attempts, d.first_tried_at, heads.uncertain
            """, new { partner, now, Until = now + Lease, Limit = receiver.Failures >= DeliveryPauses.Patience ? 1 : limit }, ct);
        return (receiver, [.. claimed.OrderBy(c => c.Position)]);
    }

    /// <summary>Sends one that was claimed, and writes down how that ended.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="partner">To whom.</param>
    /// <param name="receiver">As <see cref="ClaimAsync"/> found it.</param>
    /// <param name="sent">As it was claimed.</param>
    /// <param name="ct">Gives up: what is half sent may be sent twice.</param>
    public async Task SendAsync(Guid agency, Guid partner, PartnerReceiver receiver, PartnerSendable sent, CancellationToken ct)
    {
        Known? known;
        PartnerContent? content;
        await using (var transaction = await db.BeginAsync(agency, ct))
        {
            known = await transaction.QuerySingleOrDefaultAsync<Known>("""
                select reference, token from partner_cases where agency_id = @agency and partner_id = @partner and case_id = @caseId
                """, new { partner, sent.CaseId }, ct);
            // One that may have arrived is said again as it was said.
            if (sent is { Kind: DeliveryKind.Request, Uncertain: false } && receiver.SendsPictures && links.CanBeFollowed && known is { Reference: null, Token: null }) PartnerLetters.ChoosePicture(transaction, sent);
            content = await PartnerLetters.LoadAsync(transaction, sent, receiver.Identity, ct);
            await transaction.CommitAsync(ct);
        }
        var picture = content?.Picture is { } file && receiver.SendsPictures ? links.AddressOf(content.Agency, agency, sent.CaseId, file, sent.OccurredAt, clock.Now()) : null;
        var to = new PartnerAddress(receiver.Url, receiver.Format, receiver.Jurisdiction, keys.Open(agency, partner, receiver.ApiKey));
        var end = content is null || known is null || content.Erased ? SendEnd.Failed("erased")
            : sent.Kind == DeliveryKind.Update ? await UpdateAsync(to, receiver, sent, known, content, picture, ct)
            : known.Reference is { } arrived ? SendEnd.Arrived(arrived, null)
            : known.Token is { } token ? await AskTokenAsync(to, token, ct)
            : await RequestAsync(to, receiver, sent, content, picture, ct);
        await notes.NoteAsync(agency, partner, sent, end, Random.Shared.NextDouble(), ct);
    }

    async Task<SendEnd> RequestAsync(PartnerAddress to, PartnerReceiver receiver, PartnerSendable sent, PartnerContent content, string? picture, CancellationToken ct)
    {
        if (receiver.Services.FirstOrDefault(s => s.Service == content.Service) is not { } mapping) return SendEnd.Failed("service-not-mapped");
        if (sent.Uncertain)
        {
            // An attempt may have arrived: it is looked for before it is said again. Who can be asked and has it not, or cannot be asked at all, gets it again.
            var look = await client.GetAsync(to, "requests",
                [
                    new("service_code", mapping.Code), new("start_date", PartnerLetters.Time(sent.FirstTriedAt.AddHours(-26))), new("end_date", PartnerLetters.Time(clock.Now().AddHours(26))),
                ], withKey: true, clock.Now(), ct);
            var mark = PartnerLetters.Mark(content);
            if (look.Things.FirstOrDefault(r => r["description"]?.EndsWith(mark, StringComparison.Ordinal) == true)?["service_request_id"] is { } found) return SendEnd.Arrived(found, look.Attempt);
            if (!look.Attempt.Taken && !look.IsRefusal) return SendEnd.Again(look.Attempt, uncertain: true);
        }
        var answer = await client.PostAsync(to, "requests", PartnerLetters.Request(content, mapping, picture), sent.Id, clock.Now(), ct);
        if (!answer.Attempt.Taken) return SendEnd.Of(answer);
        var made = answer.First;
        return made?["service_request_id"] is { } reference ? SendEnd.Arrived(reference, answer.Attempt)
            : made?["token"] is { } token ? SendEnd.Promised(token, answer.Attempt)
            : SendEnd.Again(answer.Attempt with { Error = GeoReportAnswer.NotReadable }, uncertain: true);
    }

    async Task<SendEnd> AskTokenAsync(PartnerAddress to, string token, CancellationToken ct)
    {
        var answer = await client.GetAsync(to, $"tokens/{Uri.EscapeDataString(token)}", [], withKey: false, clock.Now(), ct);
        return answer.First?["service_request_id"] is { } reference ? SendEnd.Arrived(reference, answer.Attempt)
            : SendEnd.Again(answer.Attempt.Taken ? answer.Attempt with { Error = "no-reference-yet" } : answer.Attempt, uncertain: false);
    }

    async Task<SendEnd> UpdateAsync(PartnerAddress to, PartnerReceiver receiver, PartnerSendable sent, Known known, PartnerContent content, string? picture, CancellationToken ct)
    {
        if (known.Reference is not { } reference) return SendEnd.Failed("no-reference");
        var step = sent.Step is OwnStep.Noted or OwnStep.Attached ? PartnerRules.StepOf(content.Stood) : sent.Step;
        if (sent.Step == OwnStep.Noted && content.Note is null) return SendEnd.Untold;
        if (sent.Step == OwnStep.Attached && (picture is null || content.PictureSent)) return SendEnd.Untold; // it was removed, or went with the case
        if (PartnerRules.WordFor(receiver.StatusesOut, step, sent.Outcome) is not { } word) return SendEnd.Failed($"no-word-for-{step.Word()}");
        if (word.Status is not { } status) return SendEnd.Untold;
        var answer = await client.PostAsync(to, "servicerequestupdates", PartnerLetters.Update(reference, sent.EventId, status, sent.OccurredAt, content, picture), sent.EventId, clock.Now(), ct);
        return answer.Attempt.Taken ? SendEnd.Taken(answer.Attempt, status, answer.First?["update_id"]) : SendEnd.Of(answer) with { SentStatus = status };
    }

    sealed record Known(string? Reference, string? Token);
}
