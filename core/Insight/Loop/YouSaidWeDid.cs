using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Loop;

/// <summary>What was found, what the agency did about it or why it did nothing: for everybody to read, and about nobody.</summary>
/// <param name="Id">Of the insight.</param>
/// <param name="State">How far it is.</param>
/// <param name="Source">Where the finding comes from.</param>
/// <param name="Title">In one line.</param>
/// <param name="YouSaid">In full.</param>
/// <param name="Evidence">Where it can be looked up.</param>
/// <param name="Service">The service that it is about.</param>
/// <param name="FoundAt">When it was written down.</param>
/// <param name="Decision">What was decided.</param>
/// <param name="Because">Why.</param>
/// <param name="DecidedAt">When.</param>
/// <param name="Origin">Who moved it, as shares.</param>
/// <param name="PromisedAt">Until when something was promised.</param>
/// <param name="Overdue">It was not done by then, or nobody has looked at what came of it.</param>
/// <param name="WeDid">What was done, and on which version of which service; null while nothing was, and when nothing changes.</param>
/// <param name="ActedAt">Since when it is in force.</param>
/// <param name="WithdrawnBecause">Why the promise was given up.</param>
/// <param name="Weighed">Which conflicts whoever decided had before them; an opposed demand that opened a dialogue stands under <c>…/dialogues</c>.</param>
/// <param name="Effects">What came of it, as far as it was measured.</param>
/// <param name="Version">For the ETag.</param>
public sealed record SaidAndDone(
    Guid Id, FindingState State, FindingSource Source, Localized Title, Localized YouSaid, Evidence? Evidence, string? Service, DateTimeOffset FoundAt,
    Decision Decision, Localized Because, DateTimeOffset DecidedAt, Origin Origin, DateTimeOffset? PromisedAt, bool Overdue, FindingAction? WeDid, DateTimeOffset? ActedAt,
    Localized? WithdrawnBecause, Weighed? Weighed, JsonList<MeasuredEffect>? Effects, [property: JsonIgnore] long Version) : IVersioned;

/// <summary>What came of a decision, by one measure.</summary>
/// <param name="What">What is compared with what.</param>
/// <param name="Result">What came out.</param>
public sealed record MeasuredEffect(MeasureSpec What, Effect Result);

/// <summary>How an agency deals with what is found: about its own acts, so that nothing of it has to be hidden.</summary>
/// <param name="Findings">Written down in the time that was asked for.</param>
/// <param name="BySource">The same by source.</param>
/// <param name="Open">Not decided yet,</param>
/// <param name="OpenOverdue">and late. Every one of them has an owner.</param>
/// <param name="Answered">Decided, with a reason.</param>
/// <param name="AnsweredShare">Of all; null when there are none.</param>
/// <param name="AnsweredInTimeShare">Of those that were answered: by their date.</param>
/// <param name="NoChange">Answered with "no change, because …".</param>
/// <param name="Promises">Accepted in full or in part.</param>
/// <param name="Kept">In force by the date that was promised.</param>
/// <param name="Late">In force after it.</param>
/// <param name="Withdrawn">Given up, with a reason.</param>
/// <param name="Broken">Neither in force nor given up, after the date.</param>
/// <param name="Pending">Their date has not come.</param>
/// <param name="KeptShare">Of those whose date has come or that have ended; null when there are none.</param>
/// <param name="Measured">Whose effect is known.</param>
/// <param name="MovedByCitizens">The mean share of what citizens moved in all that was promised; null when nothing was.</param>
/// <param name="MovedBy">The same for all four.</param>
public sealed record LoopReport(
    long Findings, IReadOnlyDictionary<string, long> BySource, long Open, long OpenOverdue, long Answered, double? AnsweredShare, double? AnsweredInTimeShare, long NoChange,
    long Promises, long Kept, long Late, long Withdrawn, long Broken, long Pending, double? KeptShare, long Measured, double? MovedByCitizens, Origin? MovedBy);

/// <summary>Reads what everybody may know of an agency's insights.</summary>
public sealed class YouSaidWeDid(TenantDb db, TimeProvider clock)
{
    static YouSaidWeDid()
    {
        JsonColumns.Register<JsonList<MeasuredEffect>>();
        JsonColumns.Register<Origin>();
        JsonColumns.Register<Evidence>();
        JsonColumns.Register<FindingAction>();
        JsonColumns.Register<Weighed>();
    }

    const string Shown = """
        i.id, i.state, i.source, i.title, i.text as you_said, i.evidence, s.key as service, i.found_at, i.decision, i.reason as because, i.decided_at, i.origin, i.promised_at,
        i.state in ('decided', 'acting', 'done') and i.due_at < @now as overdue,
        case when v.number is not null then jsonb_build_object(
          'service', t.key, 'version', i.action_version, 'state', v.state, 'text', i.action_text,
          'publishedAt', to_char(v.published_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) end as we_did,
        i.acted_at, i.withdrawn_reason as withdrawn_because, i.weighed,
        (select jsonb_agg(jsonb_build_object('what', m.spec, 'result', m.result) order by m.id)
         from insight_measures m where m.agency_id = i.agency_id and m.insight_id = i.id and m.result is not null) as effects, i.version
        """;

    // A draft is the agency's own until it is published: only then it was done.
    const string Joined = """
        insights i
        left join services s on s.agency_id = i.agency_id and s.id = i.service_id
        left join services t on t.agency_id = i.agency_id and t.id = i.action_service
        left join service_versions v on v.agency_id = i.agency_id and v.service_id = i.action_service and v.number = i.action_version and v.state <> 'draft'
        """;

    /// <summary>What was decided, the last decision first.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="id">Only this one.</param>
    /// <param name="service">Only about this service, or done on it.</param>
    /// <param name="version">Only done on this version of it.</param>
    /// <param name="changed">Only those that promise something, or only the others.</param>
    /// <param name="after">Only those after this place.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="ct">Gives up.</param>
    public Task<IReadOnlyList<SaidAndDone>> ListAsync(
        Guid agency, Guid? id, string? service, int? version, bool? changed, TimeCursor? after, int limit, CancellationToken ct) =>
        db.QueryAsync<SaidAndDone>(agency, $"""
            select {Shown}
            from {Joined}
            where i.agency_id = @agency and i.decided_at is not null
              and (@only is null or i.id = @only)
              and (@service is null or s.key = @service or t.key = @service and v.number is not null)
              and (@version is null or t.key = @service and v.number = @version)
              and (@changed is null or @changed = (i.decision in ('accepted', 'partly')))
              and (@at is null or (i.decided_at, i.id) < (@at, @id))
            order by i.decided_at desc, i.id desc
            limit @limit
            """, new { Only = id, service, version, changed, after?.At, after?.Id, limit, Now = clock.Now() }, ct);

    /// <summary>How the agency deals with what is found.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="from">Written down at this time or later.</param>
    /// <param name="to">Before.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<LoopReport> ReportAsync(Guid agency, DateTimeOffset? from, DateTimeOffset? to, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(agency, ct);
        var args = new { from, to, Now = clock.Now() };
        var c = (await transaction.QuerySingleOrDefaultAsync<Counts>("""
            select count(*) as findings,
              count(*) filter (where i.state = 'open') as open,
              count(*) filter (where i.state = 'open' and i.due_at < @now) as open_overdue,
              count(*) filter (where i.decided_at is not null) as answered,
              count(*) filter (where i.decided_in_time) as in_time,
              count(*) filter (where i.decision in ('declined', 'noted')) as no_change,
              count(*) filter (where i.promised_at is not null) as promises,
              count(*) filter (where i.acted_at <= i.promised_at and i.state <> 'withdrawn') as kept,
              count(*) filter (where i.acted_at > i.promised_at and i.state <> 'withdrawn') as late,
              count(*) filter (where i.state = 'withdrawn') as withdrawn,
              count(*) filter (where i.acted_at is null and i.state in ('decided', 'acting') and i.promised_at < @now) as broken,
              count(*) filter (where i.acted_at is null and i.state in ('decided', 'acting') and i.promised_at >= @now) as pending,
              count(*) filter (where i.state = 'measured') as measured,
              coalesce(sum((i.origin ->> 'citizens')::numeric) filter (where i.promised_at is not null), 0) as citizens,
              coalesce(sum((i.origin ->> 'staff')::numeric) filter (where i.promised_at is not null), 0) as staff,
              coalesce(sum((i.origin ->> 'superior')::numeric) filter (where i.promised_at is not null), 0) as superior,
              coalesce(sum((i.origin ->> 'budget')::numeric) filter (where i.promised_at is not null), 0) as budget
            from insights i
            where i.agency_id = @agency and (@from is null or i.found_at >= @from) and (@to is null or i.found_at < @to)
            """, args, ct))!;
        var sources = await transaction.QueryAndCommitAsync<SourceCount>("""
            select i.source, count(*) as findings
            from insights i
            where i.agency_id = @agency and (@from is null or i.found_at >= @from) and (@to is null or i.found_at < @to)
            group by i.source
            order by i.source
            """, args, ct);
        var due = c.Kept + c.Late + c.Withdrawn + c.Broken;
        return new(
            c.Findings, sources.ToDictionary(s => s.Source.Word(), s => s.Findings), c.Open, c.OpenOverdue, c.Answered, Share(c.Answered, c.Findings), Share(c.InTime, c.Answered),
            c.NoChange, c.Promises, c.Kept, c.Late, c.Withdrawn, c.Broken, c.Pending, Share(c.Kept, due), c.Measured,
            c.Promises == 0 ? null : (double)Math.Round(c.Citizens / c.Promises, 4),
            c.Promises == 0 ? null : new(
                Math.Round(c.Citizens / c.Promises, 4), Math.Round(c.Staff / c.Promises, 4), Math.Round(c.Superior / c.Promises, 4), Math.Round(c.Budget / c.Promises, 4)));

        static double? Share(long part, long whole) => whole == 0 ? null : Math.Round((double)part / whole, 4);
    }

    sealed record Counts(
        long Findings, long Open, long OpenOverdue, long Answered, long InTime, long NoChange, long Promises, long Kept, long Late, long Withdrawn, long Broken, long Pending,
        long Measured, decimal Citizens, decimal Staff, decimal Superior, decimal Budget);

    sealed record SourceCount(FindingSource Source, long Findings);
}
