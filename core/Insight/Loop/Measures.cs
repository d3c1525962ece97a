using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using NodaTime;

namespace Cirm.Core.Insight.Loop;

/// <summary>Measures of what came of a decision: declared by staff, taken by ourselves from the agency's own records.</summary>
public sealed class Measures(TenantDb db, TimeProvider clock)
{
    static Measures()
    {
        JsonColumns.Register<MeasureSpec>();
        JsonColumns.Register<Effect>();
    }

    /// <summary>Measures of one insight.</summary>
    public const int Most = 20;

    const string Columns = "m.id, m.spec, m.due_at, m.result, m.measured_at, m.version";

    /// <summary>Declares a measure; when its time is over already, it is taken at once.</summary>
    /// <returns>The measure, or null when there is no such insight.</returns>
    /// <exception cref="Refusal"><see cref="Problems.InsightStep"/> when nothing changes; <see cref="Platform.Problems.Invalid"/>.</exception>
    public async Task<Measure?> DeclareAsync(Caller caller, Agency agency, Guid insight, MeasureSpec spec, CancellationToken ct)
    {
        if (spec.Wrong().ToList() is { Count: > 0 } errors) throw Platform.Problems.InvalidInput(errors);
        var now = clock.Now();
        var zone = DateTimeZoneProviders.Tzdb[agency.TimeZone];
        var due = spec.Kind == MeasureKind.Stated ? now : Begins(spec.After.Months()![^1].PlusMonths(1), zone);
        await using var change = await db.BeginAsync(caller, ct);
        if (await FindingSteps.HoldAsync(change, insight, now, ct) is not { } finding) return null;
        if (finding.State is FindingState.Closed or FindingState.Withdrawn)
            throw Problems.InsightStep.Because($"It is {finding.State.Word()}: there is no effect to be measured.",
                new Dictionary<string, object?> { ["state"] = finding.State, ["allowed"] = Array.Empty<FindingState>() });
        if (spec.Service is not null && !await change.QuerySingleOrDefaultAsync<bool>(
                "select true from services where agency_id = @agency and key = @service", new { spec.Service }, ct))
            throw Platform.Problems.InvalidValue("/service", "unknown", $"There is no service \"{spec.Service}\".");
        if (spec.Kind == MeasureKind.SurveyItem && !await ItemMeasures.IsAskedAsync(change, spec, ct))
            throw Platform.Problems.InvalidValue("/item", "unknown", $"There is no survey \"{spec.Survey}\" that asks the standard item \"{spec.Item}\".");
        var declared = await change.QuerySingleOrDefaultAsync<Measure>($"""
            insert into insight_measures as m (agency_id, insight_id, id, spec, due_at, created_at)
            select @agency, @insight, @id, @spec, @due, @now
            where (select count(*) from insight_measures k where k.agency_id = @agency and k.insight_id = @insight) < {Most}
            returning {Columns}
            """, new { insight, Id = Guid.CreateVersion7(now), spec, due, now }, ct)
            ?? throw Platform.Problems.InvalidValue("", "too-many", $"An insight has at most {Most} measures.");
        change.Audit(now, "insight.measure-declared", "insight", insight, JsonSerializer.Serialize(new { measure = declared.Id, spec.Kind, spec.Service }, Wire.Json));
        if (due <= now) declared = await TakeAsync(change, caller, agency, finding, declared, zone, now, ct);
        await change.CommitAsync(ct);
        return declared;
    }

    /// <summary>The measures of an insight, oldest first.</summary>
    public Task<IReadOnlyList<Measure>> ListAsync(Guid agency, Guid insight, CancellationToken ct) =>
        db.QueryAsync<Measure>(agency, $"""
            select {Columns} from insight_measures m where m.agency_id = @agency and m.insight_id = @insight order by m.id
            """, new { insight }, ct);

    /// <summary>Takes a measure back that is still at a version and was not taken yet.</summary>
    /// <returns>Whether it was at that version.</returns>
    /// <exception cref="Refusal"><see cref="Problems.MeasureTaken"/>.</exception>
    public async Task<bool> RemoveAsync(Caller caller, Guid insight, Measure measure, long version, CancellationToken ct)
    {
        if (measure.Result is not null) throw Problems.MeasureTaken.Because("It has a result.");
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var removed = await change.ExecuteAsync("""
            delete from insight_measures where agency_id = @agency and insight_id = @insight and id = @id and version = @version and result is null
            """, new { insight, measure.Id, version }, ct);
        if (removed == 0) return false;
        change.Audit(now, "insight.measure-removed", "insight", insight, JsonSerializer.Serialize(new { measure = measure.Id }));
        await change.CommitAsync(ct);
        return true;
    }

    /// <summary>Takes the agency's measures whose time is over, each in a transaction of its own.</summary>
    /// <returns>How many were taken.</returns>
    public async Task<int> TakeDueAsync(Agency agency, CancellationToken ct)
    {
        var (taken, zone) = (0, DateTimeZoneProviders.Tzdb[agency.TimeZone]);
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            var now = clock.Now();
            var caller = Caller.System(agency.Id);
            await using var change = await db.BeginAsync(caller, ct);
            var due = await change.QuerySingleOrDefaultAsync<Due>("""
                select m.insight_id, m.id
                from insight_measures m
                where m.agency_id = @agency and m.result is null and m.due_at <= @now
                order by m.due_at, m.id
                limit 1
                for update skip locked
                """, new { now }, ct);
            if (due is null) return taken;
            var finding = (await FindingSteps.HoldAsync(change, due.InsightId, now, ct))!;
            var measure = (await change.QuerySingleOrDefaultAsync<Measure>($"""
                select {Columns} from insight_measures m where m.agency_id = @agency and m.insight_id = @insightId and m.id = @id
                """, due, ct))!;
            await TakeAsync(change, caller, agency, finding, measure, zone, now, ct);
            await change.CommitAsync(ct);
            taken++;
        }
    }

    static async Task<Measure> TakeAsync(
        Change change, Caller caller, Agency agency, Finding finding, Measure measure, DateTimeZone zone, DateTimeOffset now, CancellationToken ct)
    {
        var spec = measure.Spec;
        var result = spec.Stated is { } stated
            ? Effects.Compare(spec.Kind, new(stated.Baseline, null, null, null, null, false), new(stated.After, null, null, null, null, false))
            : Effects.Compare(spec.Kind, await FigureAsync(spec.Baseline), await FigureAsync(spec.After));
        change.Enqueue("""
            update insight_measures set result = @result, measured_at = @now, version = version + 1
            where agency_id = @agency and insight_id = @insight and id = @id
            """, new { Insight = finding.Id, measure.Id, result, now });
        if (finding.State == FindingState.Done)
        {
            change.Enqueue("""
                update insights set state = 'measured', ended_at = @now, version = version + 1, updated_at = @now where agency_id = @agency and id = @id
                """, new { finding.Id, now });
            FindingSteps.Tell(change, caller, finding.Id, FindingState.Done, FindingState.Measured, "measured", null, now, new { measure = measure.Id });
        }
        else
        {
            change.Audit(now, "insight.measure-taken", "insight", finding.Id, JsonSerializer.Serialize(new { measure = measure.Id }));
        }
        return measure with { Result = result, MeasuredAt = now, Version = measure.Version + 1 };

        Task<Figure> FigureAsync(Period period) =>
            spec.Kind == MeasureKind.SurveyItem ? ItemMeasures.ReadAsync(change, spec, Begin(period, zone), ct) : CountAsync(change, spec, period, zone, agency.SmallestGroup, ct);
    }

    static async Task<Figure> CountAsync(Change change, MeasureSpec spec, Period period, DateTimeZone zone, int k, CancellationToken ct)
    {
        var months = period.Months()!;
        var begins = Begin(period, zone);
        // What was merged into another case is counted there. A pause has moved due_at by what the citizen took to answer (docs/clocks.md).
        var (time, yes, no, silent, hours) = spec.Kind switch
        {
            MeasureKind.Volume => ("c.submitted_at", "true", "false", "false", "null::float8[]"),
            MeasureKind.MedianHoursToSolve => (Decided, "true", "false", "false", $"array_agg(extract(epoch from {Decided} - c.submitted_at)::float8 / 3600)"),
            MeasureKind.SolvedByCitizens => (Decided, "c.verdict = 'solved'", "c.verdict = 'notSolved'", "c.verdict is null", "null::float8[]"),
            _ => (Decided, $"{Decided} <= c.due_at", $"{Decided} > c.due_at", "c.due_at is null", "null::float8[]"),
        };
        var counted = await change.QueryAsync<MonthCount>($"""
            select width_bucket({time}, @begins) as month, count(*) filter (where {yes}) as yes, count(*) filter (where {no}) as no,
              count(*) filter (where {silent}) as silent, {hours} as hours
            from cases c
            where c.agency_id = @agency
              and c.service_id = (select s.id from services s where s.agency_id = @agency and s.key = @service)
              and c.merged_into is null
              and {(spec.Kind == MeasureKind.Volume ? "true" : "c.status in ('resolved', 'refused', 'closed')")}
              and {time} >= @from and {time} < @to
            group by 1
            """, new { spec.Service, begins, From = new DateTimeOffset(begins[0]), To = new DateTimeOffset(begins[^1]) }, ct);
        return Effects.Of(spec.Kind, [.. months.Select((_, i) => counted.SingleOrDefault(c => c.Month == i + 1) ?? new MonthCount(i + 1, 0, 0, 0, []))],
            (int)Math.Round((begins[^1] - begins[0]).TotalDays), k);
    }

    /// <summary>When each month of a period begins, and at last when it is over.</summary>
    internal static DateTime[] Begin(Period period, DateTimeZone zone) =>
        period.Months() is { } months ? [.. months.Append(months[^1].PlusMonths(1)).Select(m => Begins(m, zone).UtcDateTime)] : [];

    const string Decided = "coalesce(c.decided_at, c.closed_at)";

    static DateTimeOffset Begins(YearMonth month, DateTimeZone zone) => zone.AtStartOfDay(month.OnDayOfMonth(1)).ToDateTimeOffset().ToUniversalTime();

    sealed record Due(Guid InsightId, Guid Id);
}
