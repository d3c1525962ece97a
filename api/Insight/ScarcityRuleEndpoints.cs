using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Insight.Scarcity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Insight.Problems;

namespace Cirm.Api.Insight;

/// <summary>Who comes first when capacity is short: written, simulated on past cases, published with the reason (docs/insights.md).</summary>
public static class ScarcityRuleEndpoints
{
    public static void MapScarcityRules(this IEndpointRouteBuilder app)
    {
        var rules = app.MapGroup("/v1/agencies/{agency}/scarcity-rules").WithTags("Scarcity rules").WithEtags();
        rules.MapPost("", Create).WithName("createScarcityRule").Allow(Who.Manager | Who.Admin, "scarcity-rules:write").Refuses(Problems.ScarcityRuleTaken);
        rules.MapGet("", List).WithName("listScarcityRules").Allow(Who.Anyone | Who.Operator, "scarcity-rules:read");
        rules.MapGet("/{key}", Get).WithName("getScarcityRule").Allow(Who.Anyone | Who.Operator, "scarcity-rules:read");
        rules.MapPatch("/{key}", Change).WithName("changeScarcityRule").Allow(Who.Manager | Who.Admin, "scarcity-rules:write").Refuses(Problems.ScarcityRuleNotADraft);
        rules.MapPost("/{key}/simulation", Simulate).WithName("simulateScarcityRule").Allow(Who.Manager | Who.Admin, "scarcity-rules:write");
        rules.MapGet("/{key}/simulations", Simulations).WithName("listSimulations").Allow(Who.Manager | Who.Admin, "scarcity-rules:read");
        rules.MapGet("/{key}/simulations/{id:guid}", GetSimulation).WithName("getSimulation").Allow(Who.Manager | Who.Admin, "scarcity-rules:read");
        rules.MapPost("/{key}/publish", Publish).WithName("publishScarcityRule").Allow(Who.Manager | Who.Admin, "scarcity-rules:write")
            .Refuses(Problems.ScarcityRuleNotADraft, Problems.NotSimulated);
        rules.MapPost("/{key}/retire", Retire).WithName("retireScarcityRule").Allow(Who.Manager | Who.Admin, "scarcity-rules:write").Refuses(Problems.ScarcityRuleNotInForce);
    }

    static async Task<Created<ScarcityRule>> Create(Body<CreateScarcityRule> body, Caller caller, Agency home, ScarcityRules rules, CancellationToken ct)
    {
        var wanted = body.Value;
        var created = await rules.CreateAsync(caller, wanted.Key, wanted.Service, wanted.Name.In(home.Language), wanted.ToTerms(), ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/scarcity-rules/{created.Key}", created);
    }

    static async Task<Ok<Page<ScarcityRule>>> List(
        [FromQuery, Description("A service's key.")] string? service,
        [FromQuery, Description("draft (for staff), published or retired.")] string? state,
        [AsParameters] PageRequest page, Caller caller, ScarcityRules rules, HttpContext http, CancellationToken ct)
    {
        var read = new QueryErrors();
        var (of, stands) = (read.Text("service", service), read.Word<ScarcityState>("state", state));
        read.ThrowIfAny();
        var found = await rules.ListAsync(caller.Agency, of, stands, caller.IsStaff, null, page.KeyCursor, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, r => PageRequest.After(r.Key)));
    }

    static async Task<Ok<ScarcityRule>> Get(string key, Caller caller, ScarcityRules rules, CancellationToken ct) => TypedResults.Ok(await FindAsync(rules, caller, key, ct));

    static async Task<Ok<ScarcityRule>> Change(
        string key, IfMatch ifMatch, MergePatch<WriteScarcityRule> patch, Caller caller, Agency home, ScarcityRules rules, CancellationToken ct)
    {
        var current = await FindAsync(rules, caller, key, ct);
        ifMatch.Check(current);
        if (current.State != ScarcityState.Draft) throw Problems.ScarcityRuleNotADraft.Because($"It is {current.State.Word()}.");
        var edited = patch.ApplyTo(WriteScarcityRule.Of(current));
        return TypedResults.Ok(await rules.ChangeAsync(caller, current, edited.Name.In(home.Language), edited.ToTerms(), ct) ?? throw IfMatch.Changed());
    }

    /// <summary>Runs the rule, first come first served and any others side by side on past cases, under a given capacity.</summary>
    static async Task<Accepted<Operation>> Simulate(
        string key, Body<SimulateRule> body, Caller caller, Agency home, ScarcityRules rules, ScarcitySimulations simulations, CancellationToken ct)
    {
        var wanted = body.Value;
        var side = new List<ScarcityRule> { await FindAsync(rules, caller, key, ct) };
        var errors = new List<ValidationError>();
        foreach (var (index, other) in (wanted.Alongside ?? []).Index())
        {
            var rule = (await rules.ListAsync(caller.Agency, null, null, true, other, null, 1, ct)).SingleOrDefault();
            if (rule is null || rule.Service != side[0].Service) errors.Add(new($"/alongside/{index}", "unknown", $"There is no scarcity rule \"{other}\" of that service."));
            else if (side.Any(r => r.Key == other)) errors.Add(new($"/alongside/{index}", "duplicate", "This rule is simulated already."));
            else side.Add(rule);
        }
        if (errors.Count > 0) throw Core.Platform.Problems.InvalidInput(errors);
        var spec = new SimulationSpec([], new(wanted.Past.From, wanted.Past.To), wanted.Capacity, wanted.Per == CapacityPer.Week, wanted.RefuseAfterDays);
        var operation = await simulations.RequestAsync(caller, side, spec, ct);
        return TypedResults.Accepted($"/v1/agencies/{home.Slug}/operations/{operation.Id}", operation);
    }

    static async Task<Ok<Page<Simulation>>> Simulations(
        string key, [AsParameters] PageRequest page, Caller caller, ScarcityRules rules, ScarcitySimulations simulations, HttpContext http, CancellationToken ct)
    {
        await FindAsync(rules, caller, key, ct);
        var before = page.KeyCursor is not { } place ? (Guid?)null : Guid.TryParse(place, out var id) ? id
            : throw Core.Platform.Problems.InvalidValue("?cursor", "cursor", "This is not a cursor of this list; take it from next.");
        var found = await simulations.ListAsync(caller.Agency, key, null, before, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, s => PageRequest.After(s.Id.ToString())));
    }

    /// <summary>What each rule would have done to each group: waits, and refusals. The id is that of the operation.</summary>
    static async Task<Ok<Simulation>> GetSimulation(string key, Guid id, Caller caller, ScarcityRules rules, ScarcitySimulations simulations, CancellationToken ct)
    {
        await FindAsync(rules, caller, key, ct);
        return TypedResults.Ok((await simulations.ListAsync(caller.Agency, key, id, null, 1, ct)).SingleOrDefault()
            ?? throw Core.Platform.Problems.NotFound.Because($"There is no simulation {id} of that rule."));
    }

    /// <summary>Puts a rule that was simulated in force, with the reason why it and no other; the one before is retired.</summary>
    static async Task<Ok<ScarcityRule>> Publish(string key, Body<PublishRule> body, Caller caller, Agency home, ScarcityRules rules, CancellationToken ct) =>
        TypedResults.Ok((Clean(key) ? await rules.PublishAsync(caller, key, body.Value.Reason.In(home.Language), ct) : null) ?? throw Unknown(key));

    static async Task<Ok<ScarcityRule>> Retire(string key, Caller caller, ScarcityRules rules, CancellationToken ct) =>
        TypedResults.Ok((Clean(key) ? await rules.RetireAsync(caller, key, ct) : null) ?? throw Unknown(key));

    static async Task<ScarcityRule> FindAsync(ScarcityRules rules, Caller caller, string key, CancellationToken ct) =>
        (Clean(key) ? (await rules.ListAsync(caller.Agency, null, null, caller.IsStaff, key, null, 1, ct)).SingleOrDefault() : null) ?? throw Unknown(key);

    static bool Clean(string key) => BodyValidator.IsClean(key);

    static Refusal Unknown(string key) => Core.Platform.Problems.NotFound.Because($"There is no scarcity rule \"{key}\" for you here.");

    /// <summary>What a rule says.</summary>
    public record WriteScarcityRule
    {
        /// <summary>What it is called.</summary>
        [MaxLength(200)]
        public required Localized Name { get; init; }

        /// <summary>Segments' keys, the first one first; who is in none comes after them. Empty: nobody before anybody.</summary>
        /// <example>[]</example>
        [MaxLength(ScarcityTerms.MostSegments)]
        public string[] Order { get; init; } = [];

        /// <summary>Who is first within a segment.</summary>
        /// <example>lottery</example>
        public WithinSegment Within { get; init; }

        /// <summary>Of the lottery: declared before anybody draws, so that everybody can repeat it.</summary>
        /// <example>winter-2026</example>
        [MinLength(1), MaxLength(200)]
        public string? Seed { get; init; }

        /// <summary>Which share goes to a segment of the order as long as somebody of it waits.</summary>
        [MaxLength(ScarcityTerms.MostSegments)]
        public Dictionary<string, decimal>? Quotas { get; init; }

        internal ScarcityTerms ToTerms() => new(Order, Within, Seed, Quotas is { Count: > 0 } ? JsonMap<decimal>.Of(Quotas) : null);

        internal static WriteScarcityRule Of(ScarcityRule r) =>
            new() { Name = r.Name, Order = r.Order, Within = r.Within, Seed = r.Seed, Quotas = r.Quotas is { } q ? new(q) : null };
    }

    /// <summary>A rule to write down.</summary>
    public sealed record CreateScarcityRule : WriteScarcityRule
    {
        /// <summary>Its word in addresses.</summary>
        /// <example>winter</example>
        [RegularExpression("^[a-z0-9][a-z0-9-]{0,99}$", ErrorMessage = "A key is 1 to 100 of a-z, 0-9 and -.")]
        public required string Key { get; init; }

        /// <summary>The service's key.</summary>
        [MinLength(1), MaxLength(100)]
        public required string Service { get; init; }
    }

    /// <summary>Of what a capacity is.</summary>
    public enum CapacityPer
    {
        /// <summary>A day on which the service's calendar is open.</summary>
        Day,
        /// <summary>A week, Monday to Sunday.</summary>
        Week,
    }

    /// <summary>Under which circumstances rules are compared.</summary>
    public sealed record SimulateRule
    {
        /// <summary>Cases of these whole months of the agency's own clock.</summary>
        /// <example>{"from": "2026-01", "to": "2026-06"}</example>
        public required InsightStepEndpoints.Months Past { get; init; }

        /// <summary>How many can be served,</summary>
        /// <example>20</example>
        [Range(1, 1_000_000)]
        public required int Capacity { get; init; }

        /// <summary>a day, or a week.</summary>
        public CapacityPer Per { get; init; }

        /// <summary>Who has waited longer is refused; when not given, nobody is.</summary>
        [Range(1, 3_650)]
        public int? RefuseAfterDays { get; init; }

        /// <summary>Keys of further rules of the same service.</summary>
        /// <example>[]</example>
        [MaxLength(ScarcitySimulations.MostRules - 1)]
        public string[]? Alongside { get; init; }
    }

    /// <summary>Why a rule is put in force.</summary>
    public sealed record PublishRule
    {
        /// <summary>Why this one and no other, in words for citizens.</summary>
        [MaxLength(4_000)]
        public required Localized Reason { get; init; }
    }
}
