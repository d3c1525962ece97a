using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Insight.Loop;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Insight.Problems;

namespace Cirm.Api.Insight;

/// <summary>The steps from a finding to what came of it: decided with reasons, acted on, given up or taken up again.</summary>
public static class InsightStepEndpoints
{
    public static void MapInsightSteps(this IEndpointRouteBuilder app)
    {
        var insights = app.MapGroup("/v1/agencies/{agency}/insights/{id:guid}").WithTags("Insights").WithEtags();
        insights.MapPost("/decision", Decide).WithName("decideInsight").Allow(Who.Manager | Who.Admin, "insights:write").Refuses(Problems.InsightStep, Problems.ConflictsNotAcknowledged);
        insights.MapPost("/action", Act).WithName("actOnInsight").Allow(Who.Staff, "insights:write").Refuses(Problems.InsightStep);
        insights.MapPost("/withdrawal", Withdraw).WithName("withdrawInsight").Allow(Who.Manager | Who.Admin, "insights:write").Refuses(Problems.InsightStep);
        insights.MapPost("/reopening", Reopen).WithName("reopenInsight").Allow(Who.Staff, "insights:write").Refuses(Problems.InsightStep);
        insights.MapPost("/measures", Declare).WithName("declareMeasure").Allow(Who.Staff, "insights:write").Refuses(Problems.InsightStep);
        insights.MapGet("/measures", ListMeasures).WithName("listMeasures").Allow(Who.Staff, "insights:read");
        insights.MapGet("/measures/{measure:guid}", GetMeasure).WithName("getMeasure").Allow(Who.Staff, "insights:read");
        insights.MapDelete("/measures/{measure:guid}", RemoveMeasure).WithName("removeMeasure").Allow(Who.Staff, "insights:write").Refuses(Problems.MeasureTaken);
    }

    /// <summary>Decides what follows from a finding, with a reason that citizens read. Declined and noted end it: no change, because …</summary>
    static async Task<Ok<Finding>> Decide(Guid id, Body<DecideInsight> body, Caller caller, Agency home, FindingSteps steps, TimeProvider clock, CancellationToken ct) =>
        TypedResults.Ok(await DecideAsync(id, body.Value, caller, home, steps, clock, ct));

    internal static async Task<Finding> DecideAsync(Guid id, DecideInsight wanted, Caller caller, Agency home, FindingSteps steps, TimeProvider clock, CancellationToken ct)
    {
        if (wanted.PromisedAt is { } promised)
        {
            if (Finding.After(wanted.Decision) == FindingState.Closed)
                throw Core.Platform.Problems.InvalidValue("/promisedAt", "not-allowed", "Nothing is promised by a decision that changes nothing.");
            InsightEndpoints.CheckDue(promised, clock.Now(), "/promisedAt");
        }
        var decision = new DecisionTaken(wanted.Decision, wanted.Reason.In(home.Language), wanted.Origin?.ToOrigin("/origin"), wanted.PromisedAt, wanted.Acknowledged ?? []);
        return await steps.DecideAsync(caller, id, decision, ct) ?? throw InsightEndpoints.Unknown(id);
    }

    /// <summary>Names the version of a service that carries what was promised. A draft: the insight is done when that draft is published.</summary>
    static async Task<Ok<Finding>> Act(Guid id, Body<ActOnInsight> body, Caller caller, Agency home, FindingSteps steps, CancellationToken ct) =>
        TypedResults.Ok(await steps.ActAsync(caller, id, body.Value.Service, body.Value.Version, body.Value.Text?.In(home.Language), ct) ?? throw InsightEndpoints.Unknown(id));

    /// <summary>Gives a promise up; it counts as one that was not kept.</summary>
    static async Task<Ok<Finding>> Withdraw(Guid id, Body<SayWhy> body, Caller caller, Agency home, FindingSteps steps, CancellationToken ct) =>
        TypedResults.Ok(await steps.WithdrawAsync(caller, id, body.Value.Reason.In(home.Language), ct) ?? throw InsightEndpoints.Unknown(id));

    /// <summary>Takes up again what had ended; what was decided before stays in the history.</summary>
    static async Task<Ok<Finding>> Reopen(Guid id, Body<SayWhy> body, Caller caller, Agency home, FindingSteps steps, CancellationToken ct) =>
        TypedResults.Ok(await steps.ReopenAsync(caller, id, body.Value.Reason.In(home.Language), ct) ?? throw InsightEndpoints.Unknown(id));

    /// <summary>Declares by what the effect is seen. It is taken when its later period is over, from the agency's own records where they tell.</summary>
    static async Task<Created<Measure>> Declare(Guid id, Body<DeclareMeasure> body, Caller caller, Agency home, Measures measures, CancellationToken ct)
    {
        var declared = await measures.DeclareAsync(caller, home, id, body.Value.ToSpec(home), ct) ?? throw InsightEndpoints.Unknown(id);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/insights/{id}/measures/{declared.Id}", declared);
    }

    static async Task<Ok<Page<Measure>>> ListMeasures(Guid id, Caller caller, Findings findings, Measures measures, CancellationToken ct)
    {
        await InsightEndpoints.FindAsync(findings, caller, id, ct);
        return TypedResults.Ok(new Page<Measure>(await measures.ListAsync(caller.Agency, id, ct), null));
    }

    static async Task<Ok<Measure>> GetMeasure(Guid id, Guid measure, Caller caller, Measures measures, CancellationToken ct) =>
        TypedResults.Ok(await FindMeasureAsync(measures, caller, id, measure, ct));

    static async Task<NoContent> RemoveMeasure(Guid id, Guid measure, IfMatch ifMatch, Caller caller, Measures measures, CancellationToken ct)
    {
        var current = await FindMeasureAsync(measures, caller, id, measure, ct);
        ifMatch.Check(current);
        return await measures.RemoveAsync(caller, id, current, ifMatch.Version, ct) ? TypedResults.NoContent() : throw IfMatch.Changed();
    }

    static async Task<Measure> FindMeasureAsync(Measures measures, Caller caller, Guid id, Guid measure, CancellationToken ct) =>
        (await measures.ListAsync(caller.Agency, id, ct)).SingleOrDefault(m => m.Id == measure)
            ?? throw Core.Platform.Problems.NotFound.Because($"There is no measure {measure} of that insight.");

    /// <summary>A decision.</summary>
    public sealed record DecideInsight
    {
        /// <summary>What is decided.</summary>
        /// <example>accepted</example>
        public required Decision Decision { get; init; }

        /// <summary>Why, in words for citizens.</summary>
        [MaxLength(4_000)]
        public required Localized Reason { get; init; }

        /// <summary>Who moved the decision; when not given, as the finding says.</summary>
        public InsightEndpoints.WriteOrigin? Origin { get; init; }

        /// <summary>Until when something is done; when not given, within 90 days.</summary>
        public DateTimeOffset? PromisedAt { get; init; }

        /// <summary>Conflicts that whoever decides knows of: the ids that <c>…/conflicts</c> names under <c>toAcknowledge</c>.</summary>
        [MaxLength(200)]
        public Guid[]? Acknowledged { get; init; }
    }

    /// <summary>What was done on which service.</summary>
    public sealed record ActOnInsight
    {
        /// <summary>The service's key.</summary>
        [MinLength(1), MaxLength(100)]
        public required string Service { get; init; }

        /// <summary>The version that carries it.</summary>
        /// <example>1</example>
        [Range(1, 1_000_000)]
        public required int Version { get; init; }

        /// <summary>What it changes, in words for citizens: it becomes "we did".</summary>
        [MaxLength(4_000)]
        public Localized? Text { get; init; }
    }

    /// <summary>A reason.</summary>
    public sealed record SayWhy
    {
        /// <summary>In words for citizens.</summary>
        [MaxLength(4_000)]
        public required Localized Reason { get; init; }
    }

    /// <summary>By what an effect is seen.</summary>
    public sealed record DeclareMeasure
    {
        /// <summary>What is compared.</summary>
        /// <example>standardMet</example>
        public required MeasureKind Kind { get; init; }

        /// <summary>The key of the service; not for stated values and items.</summary>
        [MinLength(1), MaxLength(100)]
        public string? Service { get; init; }

        /// <summary>Of an item: the survey's key. The last of its waves that closed in each time is read.</summary>
        [MinLength(1), MaxLength(100)]
        public string? Survey { get; init; }

        /// <summary>The key of a standard item that the survey asks.</summary>
        [MinLength(1), MaxLength(100)]
        public string? Item { get; init; }

        /// <summary>Before.</summary>
        /// <example>{"from": "2025-10", "to": "2025-12"}</example>
        public required Months Baseline { get; init; }

        /// <summary>After.</summary>
        /// <example>{"from": "2026-04", "to": "2026-06"}</example>
        public required Months After { get; init; }

        /// <summary>What the agency knows from elsewhere.</summary>
        public State? Stated { get; init; }

        internal MeasureSpec ToSpec(Agency home) => new(
            Kind, Service, new(Baseline.From, Baseline.To), new(After.From, After.To), Stated is { } s ? new(s.Baseline, s.After, s.Unit.In(home.Language), s.From) : null, Survey, Item);
    }

    /// <summary>Whole months of the agency's own clock.</summary>
    public sealed record Months
    {
        /// <summary>The first.</summary>
        /// <example>2026-01</example>
        [MaxLength(7)]
        public required string From { get; init; }

        /// <summary>The last.</summary>
        /// <example>2026-03</example>
        [MaxLength(7)]
        public required string To { get; init; }
    }

    /// <summary>Two values that the agency knows from elsewhere.</summary>
    public sealed record State
    {
        /// <summary>Before.</summary>
        public required double Baseline { get; init; }

        /// <summary>After.</summary>
        public required double After { get; init; }

        /// <summary>Of what.</summary>
        [MaxLength(200)]
        public required Localized Unit { get; init; }

        /// <summary>Where they are from.</summary>
        [MinLength(1), MaxLength(1_000)]
        public required string From { get; init; }
    }
}
