using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Partnering;

namespace Cirm.Core.Transactions;

/// <summary>What a list of cases is narrowed to; null does not narrow.</summary>
/// <param name="Status">Any of these.</param>
/// <param name="Service">A service's key.</param>
/// <param name="Channel">How it came in.</param>
/// <param name="Kind">What is wanted.</param>
/// <param name="Area">The area's name.</param>
/// <param name="Assignee">Who works on it.</param>
/// <param name="Unit">The key of the unit that works it.</param>
/// <param name="CitizenId">Whose it is.</param>
/// <param name="SubmittedFrom">Not before.</param>
/// <param name="SubmittedTo">Before.</param>
/// <param name="Text">Stands in title, description or area, or is the case's number or external id.</param>
/// <param name="Overdue">Open after its time, or not.</param>
/// <param name="Verdict">What the citizen said, or that nothing was said although the case is over.</param>
/// <param name="Order">What comes first; by clock there are open cases only.</param>
/// <param name="Segment">The key of a segment that its citizen is in now: for managers alone (docs/adr/0019-segments.md).</param>
public sealed record CaseFilter(
    CaseStatus[]? Status, string? Service, Channel? Channel, CaseKind? Kind, string? Area, Guid? Assignee, string? Unit, Guid? CitizenId,
    DateTimeOffset? SubmittedFrom, DateTimeOffset? SubmittedTo, string? Text, bool? Overdue, SaidOrSilent? Verdict = null, CaseOrder Order = CaseOrder.Newest,
    string? Segment = null)
{
    /// <summary>Narrows nothing.</summary>
    public static readonly CaseFilter None = new(null, null, null, null, null, null, null, null, null, null, null, null);

    /// <summary>Narrows to one status at most, and to nothing else.</summary>
    public bool IsStatusAtMost => Status is null or [_] && this with { Status = null } == None;
}

/// <summary>What comes first in a list of cases.</summary>
public enum CaseOrder
{
    /// <summary>What came in last.</summary>
    Newest,
    /// <summary>What is due first.</summary>
    Due,
    /// <summary>Whose turn it is by the scarcity rule of a service; see <see cref="Insight.Scarcity.Turns"/>.</summary>
    Scarcity,
}

/// <summary>The citizen's word on a case that is over, or none.</summary>
public enum SaidOrSilent
{
    /// <summary>It is solved.</summary>
    Solved,
    /// <summary>It is not solved.</summary>
    NotSolved,
    /// <summary>The case is over, and the citizen has said nothing.</summary>
    Silent,
}

/// <summary>Reads cases. Staff see all of their agency, others what is theirs or of whom they represent.</summary>
public sealed class Cases(TenantDb db, TimeProvider clock)
{
    static Cases() => JsonColumns.Register<AttachedFile>();

    internal const string Columns = """
        c.id, c.number, s.key as service, c.service_version, c.kind, c.status, c.channel, c.title, c.description, c.latitude, c.longitude, c.area, c.answers,
        c.citizen_id, c.assignee, c.external_id, c.submitted_at, c.first_response_at, c.first_response_due_at, c.due_at,
        c.paused_at as waiting_since, c.first_response_risk, c.risk, c.closed_at, c.mandate_id as mandate, c.entered_by, c.erased_at,
        c.status in ('submitted', 'accepted', 'inProgress', 'reopened') and coalesce(c.due_at < coalesce(c.paused_at, @now), false) as overdue, c.version,
        c.outcome, c.verdict, c.verdict_at, c.round, coalesce(c.decided_at, c.closed_at) as decided_at, c.merged_into, c.unit
        """;

    // As in the index cases_queue, to the letter.
    const string InQueue = """
        (case when c.paused_at is not null then timestamptz 'infinity'
              else coalesce(least(case when c.first_response_at is null then c.first_response_due_at end, c.due_at), timestamptz 'infinity') end)
        """;

    /// <summary>One case as it is shown, with why it was refused and, to staff, what was merged into it; null when it is not there or not for this caller.</summary>
    public Task<Case?> ShowAsync(Caller caller, Guid id, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<Case>(caller.Agency, $"""
            select {Columns}, {RefusalNotice.OfCase} as refusal{(caller.IsStaff ? $", {CaseName.MergedIntoCase} as merged, {PartnerReference.OfCase} as partners" : "")}
            from cases c
            join services s on s.agency_id = c.agency_id and s.id = c.service_id
            where c.agency_id = @agency and c.id = @id
              and {CaseVisibility.ForCaller}
            """, new { id, Staff = caller.IsStaff, Citizen = caller.CitizenId, Account = caller.Id, Now = clock.Now() }, ct);

    /// <summary>One case; null when it is not there or not for this caller.</summary>
    public Task<Case?> FindAsync(Caller caller, Guid id, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<Case>(caller.Agency, $"""
            select {Columns}
            from cases c
            join services s on s.agency_id = c.agency_id and s.id = c.service_id
            where c.agency_id = @agency and c.id = @id
              and {CaseVisibility.ForCaller}
            """, new { id, Staff = caller.IsStaff, Citizen = caller.CitizenId, Account = caller.Id, Now = clock.Now() }, ct);

    /// <summary>
    /// That the tracking code of a case <c>c</c> still opens it: one that was handed to a representative does so only while that
    /// mandate is in force, and they still belong to the organisation that has it.
    /// </summary>
    internal const string CodeHolds = $"""
        (c.mandate_id is null or exists (
                select from mandates m where m.agency_id = c.agency_id and m.id = c.mandate_id and {Mandates.InForce} and {Mandates.SubmitterStays}))
        """;

    /// <summary>The case of a tracking code, with why it was refused; null when there is none.</summary>
    public Task<Case?> FindByCodeAsync(Guid agency, string code, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<Case>(agency, $"""
            select {Columns}, {RefusalNotice.OfCase} as refusal
            from cases c
            join services s on s.agency_id = c.agency_id and s.id = c.service_id
            where c.agency_id = @agency and c.tracking_hash = @hash
              and {CodeHolds}
            """, new { Hash = TrackingCode.HashOf(code), Now = clock.Now() }, ct);

    /// <summary>The case of whoever speaks as its citizen: theirs or that of whom they represent by sign-in, or by its code.</summary>
    /// <param name="caller">Who speaks.</param>
    /// <param name="id">Of the case.</param>
    /// <param name="code">The tracking code; null when the sign-in is to count.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The case, or null when it is not theirs.</returns>
    public Task<Case?> FindOwnAsync(Caller caller, Guid id, string? code, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<Case>(caller.Agency, $"""
            select {Columns}
            from cases c
            join services s on s.agency_id = c.agency_id and s.id = c.service_id
            where c.agency_id = @agency and c.id = @id
              and (@hash is not null and c.tracking_hash = @hash and {CodeHolds}
                   or @hash is null and {CaseVisibility.ForWord})
            """,
            new
            {
                id, Hash = code is null ? null : TrackingCode.HashOf(code), Citizen = caller.CitizenId, Account = caller.Id, Now = clock.Now(),
            }, ct);

    /// <summary>A case's place in a list.</summary>
    public static TimeCursor PlaceOf(Case c, CaseOrder order) => new(order == CaseOrder.Newest ? c.SubmittedAt : c.NextDueAt, c.Id);

    /// <summary>Cases, newest first or by clock: what is due first, the first response counting while it is owed, those that wait for the citizen last.</summary>
    /// <param name="caller">Staff see all of their agency; others their own and those of whom they represent.</param>
    /// <param name="ownOnly">Without those of whom the caller represents.</param>
    /// <param name="filter">What the list is narrowed to.</param>
    /// <param name="after">Only those after this place.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="ct">Gives up.</param>
    /// <param name="within">A transaction that sees one moment; null for one of its own.</param>
    public async Task<IReadOnlyList<Case>> ListAsync(
        Caller caller, bool ownOnly, CaseFilter filter, TimeCursor? after, int limit, CancellationToken ct, TenantTransaction? within = null)
    {
        if (caller.IsStaff && filter.IsStatusAtMost) return await NewestAsync(caller.Agency, filter.Status?[0], after, limit, ct);
        // Somebody's own cases are few: they are found first, and then narrowed.
        var visible = caller.IsStaff ? "true" : $"c.id = any (array({(ownOnly ? CaseVisibility.Own : CaseVisibility.OwnAndRepresented)}))";
        var (behind, order) = filter.Order == CaseOrder.Newest ? ("(c.submitted_at, c.id) < (@at, @id)", "c.submitted_at desc, c.id desc")
            : ($"({InQueue}, c.id) > (@at, @id)", $"{InQueue}, c.id");
        await using var own = within is null ? await db.BeginAsync(caller.Agency, ct) : null;
        (within ?? own)!.Enqueue("set local plan_cache_mode = force_custom_plan"); // so that filters that are null cost nothing
        Func<string, object?, CancellationToken, Task<IReadOnlyList<Case>>> read = within is null ? own!.QueryAndCommitAsync<Case> : within.QueryAsync<Case>;
        return await read($"""
            select {Columns}
            from cases c
            join services s on s.agency_id = c.agency_id and s.id = c.service_id
            where c.agency_id = @agency
              and {visible}
              and (@status is null or c.status = any (@status))
              and (@service is null or c.service_id = (select k.id from services k where k.agency_id = @agency and k.key = @service))
              and (@channel is null or c.channel = @channel)
              and (@kind is null or c.kind = @kind)
              and (@area is null or c.area = @area)
              and (@assignee is null or c.assignee = @assignee)
              and (@unit is null or c.unit = @unit)
              and (@citizenId is null or c.citizen_id = @citizenId)
              and (@segment is null or c.citizen_id in (
                select m.citizen_id
                from segments g
                join segment_members m on m.agency_id = g.agency_id and m.segment_id = g.id and m.valid_to is null
                where g.agency_id = @agency and g.key = @segment))
              and (@submittedFrom is null or c.submitted_at >= @submittedFrom)
              and (@submittedTo is null or c.submitted_at < @submittedTo)
              and (@text is null or c.title ilike @pattern or c.description ilike @pattern or c.area ilike @pattern
                   or c.number::text = @text or c.external_id = @text)
              and (@overdue is null
                   or @overdue = (c.status in ('submitted', 'accepted', 'inProgress', 'reopened') and coalesce(c.due_at < coalesce(c.paused_at, @now), false)))
              -- What is overdue stands at the beginning of the queue, or waits at its end: the queue's index finds it.
              and (@overdue is distinct from true
                   or c.status in ('submitted', 'accepted', 'inProgress', 'reopened') and ({InQueue} < @now or {InQueue} = 'infinity'))
              and ({(filter.Order == CaseOrder.Newest ? "true" : "c.status in ('submitted', 'accepted', 'inProgress', 'reopened')")})
              and (@verdict is null or c.verdict = @verdict
                   or @verdict = 'silent' and c.verdict is null and c.status in ('resolved', 'refused', 'closed') and c.merged_into is null)
              and (@at is null or {behind})
            order by {order}
            limit @limit
            """,
            new
            {
                Citizen = caller.CitizenId, Account = caller.Id, Status = filter.Status?.Select(s => s.Word()).ToArray(), filter.Service,
                filter.Channel, filter.Kind, filter.Area, filter.Assignee, filter.Unit, filter.CitizenId, filter.Segment, filter.SubmittedFrom, filter.SubmittedTo, filter.Text,
                Pattern = filter.Text is null ? null : $"%{filter.Text.Replace(@"\", @"\\").Replace("%", @"\%").Replace("_", @"\_")}%",
                filter.Overdue, filter.Verdict, after?.At, after?.Id, limit, Now = clock.Now(),
            }, ct);
    }

    // The list that staff look at all day: a statement without optional filters, and
    // with a limit that the planner can see, is planned once. Planning each time is half of what the list costs.
    Task<IReadOnlyList<Case>> NewestAsync(Guid agency, CaseStatus? status, TimeCursor? after, int limit, CancellationToken ct)
    {
        var ofStatus = status switch
        {
            null => "",
            CaseStatus.Closed => "and c.status = @status",
            _ => "and c.status = @status and c.status <> 'closed'", // said once more for the index of work lists
        };
        return db.QueryAsync<Case>(agency, $"""
            select {Columns}
            from cases c
            join services s on s.agency_id = c.agency_id and s.id = c.service_id
            where c.agency_id = @agency
              {ofStatus}
              and (c.submitted_at, c.id) < (@at, @id)
            order by c.submitted_at desc, c.id desc
            limit {limit}
            """, new { status, At = after?.At ?? DateTimeOffset.MaxValue, Id = after?.Id ?? Guid.AllBitsSet, Now = clock.Now() }, ct);
    }

    /// <summary>What happened to a case, oldest first; internal notes are for staff only.</summary>
    /// <param name="agency">Whose case.</param>
    /// <param name="id">The case, which the caller may see.</param>
    /// <param name="staff">With internal notes and who did what.</param>
    /// <param name="after">Only entries after this one.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="ct">Gives up.</param>
    public Task<IReadOnlyList<CaseEvent>> HistoryAsync(Guid agency, Guid id, bool staff, Guid? after, int limit, CancellationToken ct) =>
        db.QueryAsync<CaseEvent>(agency, $"""
            select h.id, h.at, h.kind, h.from_status, h.to_status, h.reason, n.text as note, n.visibility,
              case when @staff then h.detail else h.detail - array['fromAssignee', 'toAssignee'] end as detail, h.actor_kind,
              case when @staff then h.actor_id end as actor_id, h.on_behalf_of, h.outcome, h.verdict,
              {AttachedFile.OfHistory} as attachment, h.for_organisation
            from case_history h
            left join case_notes n on n.agency_id = h.agency_id and n.case_id = h.case_id and n.id = h.note_id
            left join attachments f on f.agency_id = h.agency_id and f.case_id = h.case_id and f.id = h.attachment_id
            where h.agency_id = @agency and h.case_id = @id
              and (@staff or coalesce(n.visibility, f.visibility, 'public') = 'public')
              and (@after is null or h.id > @after)
            order by h.id
            limit @limit
            """, new { id, staff, after, limit }, ct);
}
