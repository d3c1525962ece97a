using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Insight.Loop;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Insight.Problems;

namespace Cirm.Api.Insight;

/// <summary>Findings and what became of them: written by staff, with an owner and a date from the first moment (docs/insights.md).</summary>
public static class InsightEndpoints
{
    public static void MapInsights(this IEndpointRouteBuilder app)
    {
        var insights = app.MapGroup("/v1/agencies/{agency}/insights").WithTags("Insights").WithEtags();
        insights.MapPost("", Register).WithName("registerInsight").Allow(Who.Staff, "insights:write");
        insights.MapGet("", List).WithName("listInsights").Allow(Who.Staff, "insights:read");
        insights.MapGet("/{id:guid}", Get).WithName("getInsight").Allow(Who.Staff, "insights:read");
        insights.MapPatch("/{id:guid}", Change).WithName("changeInsight").Allow(Who.Staff, "insights:write").Refuses(Problems.InsightDecided);
        insights.MapGet("/{id:guid}/history", History).WithName("getInsightHistory").Allow(Who.Staff, "insights:read");
    }

    static async Task<Created<Finding>> Register(Body<WriteInsight> body, Caller caller, Agency home, Findings findings, TimeProvider clock, CancellationToken ct)
    {
        var draft = body.Value.ToDraft(
            body.Value.Owner ?? (caller.Kind == ActorKind.Staff ? caller.Id : null)
                ?? throw Core.Platform.Problems.InvalidValue("/owner", "required", "A system names the member of staff who sees to it."), home);
        if (draft.DueAt is { } due) CheckDue(due, clock.Now());
        var registered = await findings.RegisterAsync(caller, draft, ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/insights/{registered.Id}", registered);
    }

    static async Task<Ok<Page<Finding>>> List(
        [FromQuery, Description("Any of these, with commas between: open, decided, acting, done, measured, closed, withdrawn.")] string? state,
        [FromQuery, Description("survey, cases, participation, discussion, staff, superior or budget.")] string? source,
        [FromQuery, Description("The key of the service that they are about.")] string? service,
        [FromQuery, Description("Who has to see to them.")] string? owner,
        [FromQuery, Description("true: the next step is late; false: the others.")] string? overdue,
        [AsParameters] PageRequest page, Caller caller, Findings findings, HttpContext http, CancellationToken ct)
    {
        var read = new QueryErrors();
        var filter = new FindingFilter(
            read.Words<FindingState>("state", state), read.Word<FindingSource>("source", source), read.Text("service", service), read.Id("owner", owner), read.Flag("overdue", overdue));
        read.ThrowIfAny();
        var found = await findings.ListAsync(caller.Agency, filter, TimeCursor.Parse(page.Cursor), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, f => new TimeCursor(f.DueAt, f.Id).ToString()));
    }

    static async Task<Ok<Finding>> Get(Guid id, Caller caller, Findings findings, CancellationToken ct) => TypedResults.Ok(await FindAsync(findings, caller, id, ct));

    static async Task<Ok<Finding>> Change(
        Guid id, IfMatch ifMatch, MergePatch<WriteInsight> patch, Caller caller, Agency home, Findings findings, TimeProvider clock, CancellationToken ct)
    {
        var current = await FindAsync(findings, caller, id, ct);
        ifMatch.Check(current);
        var edited = patch.ApplyTo(WriteInsight.Of(current));
        var draft = edited.ToDraft(edited.Owner ?? throw Core.Platform.Problems.InvalidValue("/owner", "required", "Somebody always has to see to it."), home);
        var due = draft.DueAt ?? throw Core.Platform.Problems.InvalidValue("/dueAt", "required", "The next step always has a date.");
        if (due != current.DueAt) CheckDue(due, clock.Now());
        return TypedResults.Ok(await findings.ChangeAsync(caller, current, draft, ct) ?? throw IfMatch.Changed());
    }

    static async Task<Ok<Page<FindingEvent>>> History(
        Guid id, [AsParameters] PageRequest page, Caller caller, Findings findings, HttpContext http, CancellationToken ct)
    {
        await FindAsync(findings, caller, id, ct);
        var after = page.KeyCursor is not { } key ? (Guid?)null : Guid.TryParse(key, out var place) ? place
            : throw Core.Platform.Problems.InvalidValue("?cursor", "cursor", "This is not a cursor of this list; take it from next.");
        var found = await findings.HistoryAsync(caller.Agency, id, after, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, e => PageRequest.After(e.Id.ToString())));
    }

    internal static async Task<Finding> FindAsync(Findings findings, Caller caller, Guid id, CancellationToken ct) =>
        await findings.FindAsync(caller.Agency, id, ct) ?? throw Unknown(id);

    internal static Refusal Unknown(Guid id) => Core.Platform.Problems.NotFound.Because($"There is no insight {id} here.");

    internal static void CheckDue(DateTimeOffset due, DateTimeOffset now, string at = "/dueAt")
    {
        if (due <= now || due > now.AddYears(5)) throw Core.Platform.Problems.InvalidValue(at, "range", "A date lies ahead, and within five years.");
    }

    /// <summary>A finding.</summary>
    public sealed record WriteInsight
    {
        /// <summary>In one line.</summary>
        [MaxLength(300)]
        public required Localized Title { get; init; }

        /// <summary>In full, in words for citizens: it becomes "you said".</summary>
        [MaxLength(10_000)]
        public required Localized Text { get; init; }

        /// <summary>Where it comes from.</summary>
        /// <example>cases</example>
        public required FindingSource Source { get; init; }

        /// <summary>Where it can be looked up.</summary>
        public WriteEvidence? Evidence { get; init; }

        /// <summary>Who moved it; when not given, as the source says.</summary>
        public WriteOrigin? Origin { get; init; }

        /// <summary>The key of the service that it is about.</summary>
        /// <example>street-light-outages</example>
        [MinLength(1), MaxLength(100)]
        public string? Service { get; init; }

        /// <summary>The member of staff who has to see to it; when not given, whoever writes it down.</summary>
        public Guid? Owner { get; init; }

        /// <summary>Until when it has to be decided; when not given, within 30 days.</summary>
        public DateTimeOffset? DueAt { get; init; }

        internal FindingDraft ToDraft(Guid owner, Agency home) =>
            new(Source, Title.In(home.Language), Text.In(home.Language), Evidence?.ToEvidence(), Origin?.ToOrigin("/origin"), Service, owner, DueAt);

        internal static WriteInsight Of(Finding f) => new()
        {
            Title = f.Title, Text = f.Text, Source = f.Source, Evidence = f.Evidence is { } e ? WriteEvidence.Of(e) : null, Origin = WriteOrigin.Of(f.Origin), Service = f.Service,
            Owner = f.Owner, DueAt = f.DueAt,
        };
    }

    /// <summary>Where a finding can be looked up.</summary>
    public sealed record WriteEvidence
    {
        /// <summary>A survey's key.</summary>
        [MaxLength(100)]
        public string? Survey { get; init; }

        /// <summary>Its wave.</summary>
        [MaxLength(100)]
        public string? Wave { get; init; }

        /// <summary>Its question.</summary>
        [MaxLength(100)]
        public string? Question { get; init; }

        /// <summary>Anything else.</summary>
        /// <example>Requests of July to December 2011</example>
        [MaxLength(1_000)]
        public string? Reference { get; init; }

        internal Evidence ToEvidence() => new(Survey, Wave, Question, Reference);

        internal static WriteEvidence Of(Evidence e) => new() { Survey = e.Survey, Wave = e.Wave, Question = e.Question, Reference = e.Reference };
    }

    /// <summary>Which share was moved by whom; together they are 1.</summary>
    public sealed record WriteOrigin
    {
        /// <summary>By citizens.</summary>
        /// <example>0.7</example>
        [Range(0, 1)]
        public decimal Citizens { get; init; }

        /// <summary>By those who do the work.</summary>
        /// <example>0.3</example>
        [Range(0, 1)]
        public decimal Staff { get; init; }

        /// <summary>By those above.</summary>
        /// <example>0</example>
        [Range(0, 1)]
        public decimal Superior { get; init; }

        /// <summary>By what money there is.</summary>
        /// <example>0</example>
        [Range(0, 1)]
        public decimal Budget { get; init; }

        internal Origin ToOrigin(string at) => new Origin(Citizens, Staff, Superior, Budget) is { IsWhole: true } whole ? whole
            : throw Core.Platform.Problems.InvalidValue(at, "sum", "The shares of citizens, staff, superior and budget add up to 1.");

        internal static WriteOrigin Of(Origin o) => new() { Citizens = o.Citizens, Staff = o.Staff, Superior = o.Superior, Budget = o.Budget };
    }
}
