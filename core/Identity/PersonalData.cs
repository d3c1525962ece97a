using System.Security.Cryptography;
using System.Text.Json;
using Cirm.Core.Participation.CoDesign;
using Cirm.Core.Participation.Dialogue;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Messaging;

namespace Cirm.Core.Identity;

/// <summary>That somebody saw or did something with what is a citizen's.</summary>
/// <param name="At">When.</param>
/// <param name="By">Staff, a system with a key, or a representative.</param>
/// <param name="Actor">The same for the same person or system, and telling nothing else; names of clerks are not shown.</param>
/// <param name="Role">Of a member of staff, as it is today; null when they have left.</param>
/// <param name="Units">Where they work today.</param>
/// <param name="Action">What, as in <c>case.read</c>.</param>
/// <param name="CaseId">With which case; null when it was the citizen's own record, or several cases at once.</param>
/// <param name="OnList">The cases, or the citizen's own record, that stood on a list that somebody saw: the first list of that day; null for anything else.</param>
public sealed record AccessEntry(DateTimeOffset At, string By, string Actor, Role? Role, string[] Units, string Action, Guid? CaseId, Guid[]? OnList);

/// <summary>A place in an access log.</summary>
/// <param name="Position">In the agency's audit trail.</param>
/// <param name="Entry">What is shown.</param>
public sealed record AccessRow(long Position, AccessEntry Entry);

/// <summary>All that an agency keeps about a citizen (GDPR articles 15 and 20).</summary>
/// <param name="ExportedAt">When this was put together: everything in it is of that moment.</param>
/// <param name="Citizen">Identity and attributes.</param>
/// <param name="Account">How they sign in.</param>
/// <param name="Cases">What they asked for, with what happened, without the agency's internal notes.</param>
/// <param name="Mandates">Who may act for them.</param>
/// <param name="Consents">What they said to each use, and what they said before.</param>
/// <param name="Messages">What they were told about cases, and when: texts are not kept.</param>
/// <param name="Remarks">What they said in public, and what it was answered.</param>
/// <param name="Ratings">What they think of services.</param>
/// <param name="Voices">The topics that they support and the tasks that they confirmed.</param>
/// <param name="AccessLog">Who saw it, the newest 10,000 entries.</param>
public sealed record PersonalExport(
    DateTimeOffset ExportedAt, Citizen Citizen, IReadOnlyList<ExportedAccount> Account, IReadOnlyList<ExportedCase> Cases, IReadOnlyList<Mandate> Mandates,
    IReadOnlyList<ExportedConsent> Consents, IReadOnlyList<ExportedMessage> Messages, IReadOnlyList<OwnRemark> Remarks, IReadOnlyList<OwnRating> Ratings,
    IReadOnlyList<OwnVoice> Voices, IReadOnlyList<AccessEntry> AccessLog);

/// <summary>An account of a citizen.</summary>
public sealed record ExportedAccount(string? Email, string? Name, string? Provider, DateTimeOffset CreatedAt);

/// <summary>A case with what happened to it, as the citizen may read it.</summary>
public sealed record ExportedCase(Case Case, IReadOnlyList<CaseEvent> History);

/// <summary>One word of a citizen on a use.</summary>
public sealed record ExportedConsent(string Use, bool Given, DateTimeOffset At, Channel Channel);

/// <summary>That a citizen was told something about a case, or about what they said in public.</summary>
public sealed record ExportedMessage(Guid? CaseId, Guid? Remark, MessageTemplate Template, MessageChannel? Channel, string Language, MessageState State, DateTimeOffset CreatedAt, DateTimeOffset? SentAt);

/// <summary>What citizens may know of what is kept about them: all of it, and who saw it.</summary>
public sealed class PersonalData(TenantDb db, Cases cases, TimeProvider clock)
{
    const int MostCases = 10_000;

    /// <summary>Who saw or did something with a citizen's record and cases, newest first; what they did themselves is left out.</summary>
    /// <param name="agency">Whose trail.</param>
    /// <param name="citizen">Whose data.</param>
    /// <param name="before">Only entries before this place.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<IReadOnlyList<AccessRow>> AccessLogAsync(Guid agency, Guid citizen, long? before, int limit, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(agency, ct);
        return await AccessLogAsync(transaction, citizen, before, limit, ct);
    }

    static async Task<IReadOnlyList<AccessRow>> AccessLogAsync(TenantTransaction transaction, Guid citizen, long? before, int limit, CancellationToken ct)
    {
        var rows = await transaction.QueryAsync<Row>("""
            with concerned as (
              select @citizen as id
              union all
              select c.id from cases c where c.agency_id = @agency and c.citizen_id = @citizen)
            select e.position, e.at, e.actor_kind, e.actor_id, e.action, e.subject_kind, e.subject_id, e.on_list, a.role,
              (select array_agg(u.unit order by u.unit) from unit_members u where u.agency_id = @agency and u.account_id = e.actor_id) as units
            from (
              select n.position, n.at, n.actor_kind, n.actor_id, n.action, n.subject_kind, n.subject_id, null::uuid[] as on_list
              from concerned
              cross join lateral (
                select n.position, n.at, n.actor_kind, n.actor_id, n.action, n.subject_kind, n.subject_id
                from audit_entries n
                where n.agency_id = @agency and n.subject_id = concerned.id and (@before is null or n.position < @before)
                  and (n.actor_kind in ('staff', 'key', 'citizen') or n.action = 'case.picture-fetched') -- the latter by a link that a system outside was given
                  and not exists (select from accounts o where o.agency_id = @agency and o.id = n.actor_id and o.citizen_id = @citizen)
                order by n.position desc
                limit @limit) n
              union all
              select n.position, n.at, n.actor_kind, n.actor_id, n.action, n.subject_kind, null, l.on_list
              from (
                select s.position, array_agg(s.subject_id order by s.subject_id) as on_list
                from concerned
                join list_sightings s on s.agency_id = @agency and s.subject_id = concerned.id and (@before is null or s.position < @before)
                  and not exists (select from accounts o where o.agency_id = @agency and o.id = s.actor_id and o.citizen_id = @citizen)
                group by s.position
                order by s.position desc
                limit @limit) l
              join audit_entries n on n.agency_id = @agency and n.position = l.position) e
            left join accounts a on a.agency_id = @agency and a.id = e.actor_id
            order by e.position desc
            limit @limit
            """, new { citizen, before, limit }, ct);
        return [.. rows.Select(r => new AccessRow(r.Position, new(
            r.At, r.ActorKind == "citizen" ? "representative" : r.ActorKind, PseudonymOf(citizen, r.ActorId), r.ActorKind == "citizen" ? null : r.Role, r.Units ?? [],
            r.Action, r.OnList is [var only] ? r.SubjectKind == "case" ? only : null : r.SubjectKind == "case" ? r.SubjectId : null, r.OnList)))];
    }

    /// <summary>Everything, of one citizen; null when there is none, or their identity was removed.</summary>
    public async Task<PersonalExport?> ExportAsync(Caller caller, Guid citizen, CancellationToken ct)
    {
        var now = clock.Now();
        var self = caller with { Kind = ActorKind.Citizen, CitizenId = citizen, Id = null }; // what they may see, whoever asks for them
        await using var moment = await db.BeginSnapshotAsync(caller.Agency, ct); // nothing in it contradicts the rest
        if (await Citizens.FindAsync(moment, self, citizen, ct) is not { ErasedAt: null } who) return null;
        var accounts = await moment.QueryAsync<ExportedAccount>("""
            select a.email, a.name, a.provider_issuer as provider, a.created_at
            from accounts a
            where a.agency_id = @agency and a.citizen_id = @citizen
            """, new { citizen }, ct);
        var consents = await moment.QueryAsync<ExportedConsent>("""
            select c.use_key as use, c.given, c.at, c.channel
            from consents c
            where c.agency_id = @agency and c.citizen_id = @citizen
            order by c.id
            """, new { citizen }, ct);
        var told = await moment.QueryAsync<ExportedMessage>("""
            select m.case_id, m.remark_id as remark, m.template, m.channel, m.language, m.state, m.created_at, m.sent_at
            from messages m
            where m.agency_id = @agency and m.recipient_id = @citizen
            order by m.id
            """, new { citizen }, ct);
        var own = await cases.ListAsync(self, ownOnly: true, CaseFilter.None, null, MostCases, ct, moment);
        var history = (await HistoryAsync(moment, [.. own.Select(c => c.Id)], ct)).ToLookup(h => h.CaseId, h => h.Event);
        var log = await AccessLogAsync(moment, citizen, null, MostCases, ct);
        var export = new PersonalExport(now, who, accounts, [.. own.Select(c => new ExportedCase(c, [.. history[c.Id]]))],
            await Mandates.ListAsync(moment, self, citizen, null, MostCases, now, ct), consents, told,
            await OwnRemarks.ListAsync(moment, citizen, null, null, MostCases, ct), await Participation.CoDesign.Ratings.OfAsync(moment, citizen, ct),
            await OwnRemarks.VoicesAsync(moment, citizen, ct), [.. log.Select(r => r.Entry)]);
        await moment.CommitAsync(ct);

        await using var change = await db.BeginAsync(caller with { Retry = null }, ct);
        change.Audit(now, "citizen.exported", "citizen", citizen, JsonSerializer.Serialize(new { cases = own.Count }));
        await change.CommitAsync(ct);
        return export;
    }

    static async Task<IReadOnlyList<(Guid CaseId, CaseEvent Event)>> HistoryAsync(TenantTransaction moment, Guid[] ids, CancellationToken ct) =>
        [.. (await moment.QueryAsync<HistoryRow>($"""
            select h.case_id, h.id, h.at, h.kind, h.from_status, h.to_status, h.reason, n.text as note, n.visibility, h.detail, h.actor_kind, h.on_behalf_of, h.outcome, h.verdict,
              {AttachedFile.OfHistory} as attachment, h.for_organisation
            from case_history h
            left join case_notes n on n.agency_id = h.agency_id and n.case_id = h.case_id and n.id = h.note_id
            left join attachments f on f.agency_id = h.agency_id and f.case_id = h.case_id and f.id = h.attachment_id
            where h.agency_id = @agency and h.case_id = any (@ids)
              and coalesce(n.visibility, f.visibility, 'public') = 'public'
            order by h.case_id, h.id
            """, new { ids }, ct)).Select(h => (h.CaseId, new CaseEvent(
                h.Id, h.At, h.Kind, h.FromStatus, h.ToStatus, h.Reason, h.Note, h.Visibility, h.Detail, h.ActorKind, null, h.OnBehalfOf, h.Outcome, h.Verdict, h.Attachment, h.ForOrganisation)))];

    // The same for one citizen, another for the next: nobody can follow a clerk from log to log.
    static string PseudonymOf(Guid citizen, Guid? actor) =>
        Convert.ToHexStringLower(SHA256.HashData([.. citizen.ToByteArray(), .. (actor ?? Guid.Empty).ToByteArray()]))[..12];

    sealed record Row(
        long Position, DateTimeOffset At, string ActorKind, Guid? ActorId, string Action, string SubjectKind, Guid? SubjectId, Guid[]? OnList, Role? Role, string[]? Units);

    sealed record HistoryRow(
        Guid CaseId, Guid Id, DateTimeOffset At, string Kind, CaseStatus? FromStatus, CaseStatus? ToStatus, string? Reason, string? Note, NoteVisibility? Visibility,
        JsonElement? Detail, ActorKind ActorKind, Guid? OnBehalfOf, CaseOutcome? Outcome, Verdict? Verdict, AttachedFile? Attachment, string? ForOrganisation);
}
