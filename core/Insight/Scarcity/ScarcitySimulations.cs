using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Insight.Loop;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Timekeeping;
using NodaTime;

namespace Cirm.Core.Insight.Scarcity;

/// <summary>A simulation: asked for as an operation of the same id, read here when that has ended.</summary>
/// <param name="Id">UUID version 7, of the operation too.</param>
/// <param name="Service">The service whose cases it is about.</param>
/// <param name="Spec">What is simulated.</param>
/// <param name="Result">What came out; null until then.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="DoneAt">When it had come out.</param>
public sealed record Simulation(Guid Id, string Service, SimulationSpec Spec, SimulationResult? Result, DateTimeOffset CreatedAt, DateTimeOffset? DoneAt) : IVersioned
{
    /// <summary>It changes once.</summary>
    [JsonIgnore]
    public long Version => DoneAt is null ? 1 : 2;
}

/// <summary>Runs rules side by side on cases of the past, before one of them is published (SEG-SCARCITY).</summary>
public sealed class ScarcitySimulations(TenantDb db, Calendars calendars, TimeProvider clock)
{
    /// <summary>The operation's kind, which is the job's name.</summary>
    public const string OperationKind = "scarcity-simulation";

    /// <summary>Rules side by side, besides first come, first served.</summary>
    public const int MostRules = 8;

    // A bit each.
    const int MostSegments = 60;

    static ScarcitySimulations()
    {
        JsonColumns.Register<SimulationSpec>();
        JsonColumns.Register<SimulationResult>();
    }

    const string Columns = "m.id, s.key as service, m.spec, m.result, m.created_at, m.done_at";

    /// <summary>Asks for a simulation of rules of one service as they stand.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="rules">The first is that which it is asked for; all are of one service.</param>
    /// <param name="spec">Without its rules.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Refusal"><see cref="Platform.Problems.Invalid"/>.</exception>
    public async Task<Operation> RequestAsync(Caller caller, IReadOnlyList<ScarcityRule> rules, SimulationSpec spec, CancellationToken ct)
    {
        var now = clock.Now();
        var id = Guid.CreateVersion7(now);
        if (spec.Past.Months() is null) throw Platform.Problems.InvalidValue("/past", "period", MeasureSpec.Wanted);
        var whole = spec with { Rules = JsonList<SimulatedRule>.Of([new(null, 0, ScarcityTerms.FirstComeFirstServed), .. rules.Select(r => new SimulatedRule(r.Key, r.Version, r.Terms))])! };
        if (whole.Segments.Count > MostSegments) throw Platform.Problems.InvalidValue("/alongside", "too-many", $"Together the rules name more than {MostSegments} segments.");
        var told = new { rules = rules.Select(r => r.Key).ToArray(), spec.Past, spec.Capacity };
        await using var change = await db.BeginAsync(caller, ct);
        Operations.Request(change, now, id, OperationKind, told, caller.Id);
        change.Enqueue("""
            insert into scarcity_simulations (agency_id, id, service_id, rule_key, spec, created_at)
            select @agency, @id, s.id, @rule, @whole, @now from services s where s.agency_id = @agency and s.key = @service
            """, new { id, Rule = rules[0].Key, rules[0].Service, whole, now });
        await change.CommitAsync(ct);
        return new(
            id, OperationKind, OperationState.Queued, JsonSerializer.SerializeToElement(told, Wire.Json), 0, null, 0, 0, 0,
            null, null, caller.Id, 0, 1, now, null, null);
    }

    /// <summary>Simulations that were asked for as a rule's, the last one first.</summary>
    public Task<IReadOnlyList<Simulation>> ListAsync(Guid agency, string? rule, Guid? only, Guid? before, int limit, CancellationToken ct) =>
        db.QueryAsync<Simulation>(agency, $"""
            select {Columns}
            from scarcity_simulations m
            join services s on s.agency_id = m.agency_id and s.id = m.service_id
            where m.agency_id = @agency
              and (@rule is null or m.rule_key = @rule)
              and (@only is null or m.id = @only)
              and (@before is null or m.id < @before)
            order by m.id desc
            limit @limit
            """, new { rule, only, before, limit }, ct);

    /// <summary>Carries a simulation out; one that has come out stays as it is.</summary>
    /// <exception cref="Refusal"><see cref="Problems.CapacityTooSmall"/>.</exception>
    public async Task RunAsync(Agency agency, IJobProgress progress, CancellationToken ct)
    {
        var id = progress.Operation.Id;
        var simulation = (await ListAsync(agency.Id, null, id, null, 1, ct)).Single();
        if (simulation.Result is not null) return;
        var (spec, zone) = (simulation.Spec, DateTimeZoneProviders.Tzdb[agency.TimeZone]);
        var begins = Measures.Begin(spec.Past, zone);
        var found = await CasesAsync(agency.Id, simulation, begins, ct);
        var calendar = await CalendarAsync(agency.Id, simulation.Service, ct);
        var cases = found.Select(c => new PastCase(c.Number, c.SubmittedAt, (ulong)c.Segments)).ToList();
        var circumstances = new Circumstances(spec.Capacity, spec.RefuseAfterDays is { } days ? TimeSpan.FromDays(days) : null);
        var outcomes = new List<Served[]>();
        foreach (var rule in spec.Rules)
        {
            ct.ThrowIfCancellationRequested();
            var outcome = ScarcitySimulation.Run(
                rule.Terms, spec.Segments, cases, cases.Count == 0 ? [] : ScarcitySimulation.Shifts(calendar, zone, cases[0].SubmittedAt, spec.Weekly), circumstances);
            if (outcome.Any(o => o == default)) throw Problems.CapacityTooSmall.Because($"With a capacity of {spec.Capacity} there would be cases that wait for ever.");
            outcomes.Add(outcome);
        }
        var result = ScarcityReport.Of(spec, cases, [.. found.Select(c => c.Month)], outcomes, agency.SmallestGroup);

        var now = clock.Now();
        await using var change = await db.BeginAsync(Caller.System(agency.Id), ct);
        change.Enqueue("""
            update scarcity_simulations set result = @result, done_at = @now where agency_id = @agency and id = @id and result is null
            """, new { id, result, now });
        change.Emit(now, OutboxEvent.Of("scarcity-rule.simulated", id, new { rules = spec.Rules.Select(r => r.Key).OfType<string>() }));
        await progress.ReportAsync(change, new(cases.Count, cases.Count, 0, 0, cases.Count), ct);
        await change.CommitAsync(ct);
    }

    // Who belongs to which segment counts as it is now: that is to whom the rule will apply. What was merged is served with the case that goes on.
    Task<IReadOnlyList<FoundCase>> CasesAsync(Guid agency, Simulation simulation, DateTime[] begins, CancellationToken ct) =>
        db.QueryAsync<FoundCase>(agency, """
            select c.number, c.submitted_at, width_bucket(c.submitted_at, @begins) as month,
              coalesce((select bit_or(1::bigint << (array_position(@segments, g.key) - 1))
                        from segment_members m
                        join segments g on g.agency_id = m.agency_id and g.id = m.segment_id
                        where m.agency_id = @agency and m.citizen_id = c.citizen_id and m.valid_to is null and g.key = any (@segments)), 0) as segments
            from cases c
            where c.agency_id = @agency
              and c.service_id = (select s.id from services s where s.agency_id = @agency and s.key = @service)
              and c.submitted_at >= @from and c.submitted_at < @to
              and c.merged_into is null
            order by c.submitted_at, c.number
            """,
            new { simulation.Service, begins, Segments = simulation.Spec.Segments.ToArray(), From = new DateTimeOffset(begins[0]), To = new DateTimeOffset(begins[^1]) }, ct);

    async Task<WorkingCalendar> CalendarAsync(Guid agency, string service, CancellationToken ct)
    {
        var last = await db.QuerySingleOrDefaultAsync<ServiceVersionId>(agency, """
            select s.id, coalesce(s.published_version, (select max(v.number) from service_versions v where v.agency_id = @agency and v.service_id = s.id)) as number
            from services s
            where s.agency_id = @agency and s.key = @service
            """, new { service }, ct);
        return (await calendars.CountingAsync(agency, last!.Id, last.Number, ct)).Calendar;
    }

    sealed record FoundCase(long Number, DateTimeOffset SubmittedAt, int Month, long Segments);

    sealed record ServiceVersionId(Guid Id, int Number);
}
