using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Participation;
using Cirm.Core.Participation.Balloting;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Participation.Problems;

namespace Cirm.Api.Participation;

/// <summary>What can be chosen in a decision; fixed from the first ballot on.</summary>
public static class DecisionOptionEndpoints
{
    public static void MapDecisionOptions(this IEndpointRouteBuilder app)
    {
        var options = app.MapGroup("/v1/agencies/{agency}/initiatives/{key}/options").WithTags("Decisions").WithEtags();
        options.MapPost("", Add).WithName("addOption").Allow(Who.Manager | Who.Admin, "initiatives:write").Refuses(Problems.NoDecision, Problems.OptionsFixed, Problems.OptionTaken);
        options.MapGet("", List).WithName("listOptions").Allow(Who.Anyone, "initiatives:read");
        options.MapGet("/{option}", Get).WithName("getOption").Allow(Who.Anyone, "initiatives:read");
        options.MapPatch("/{option}", Change).WithName("changeOption").Allow(Who.Manager | Who.Admin, "initiatives:write").Refuses(Problems.OptionsFixed);
        options.MapDelete("/{option}", Remove).WithName("removeOption").Allow(Who.Manager | Who.Admin, "initiatives:write").Refuses(Problems.OptionsFixed);
    }

    static async Task<Created<DecisionOption>> Add(
        string key, Body<MakeOption> body, Caller caller, Agency home, Initiatives initiatives, DecisionOptions options, CancellationToken ct)
    {
        var added = await options.AddAsync(caller, await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct), body.Value.ToOption(body.Value.Key, home), ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/initiatives/{key}/options/{added.Key}", added);
    }

    /// <summary>In the declared order, to which the last ties fall.</summary>
    static async Task<Ok<Page<DecisionOption>>> List(
        string key, [AsParameters] PageRequest page, Caller caller, Initiatives initiatives, DecisionOptions options, HttpContext http, CancellationToken ct)
    {
        var of = await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct);
        var found = await options.ListAsync(caller.Agency, of.Id, (int?)page.NumberCursor, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, o => PageRequest.After(o.Place)));
    }

    static async Task<Ok<DecisionOption>> Get(string key, string option, Caller caller, Initiatives initiatives, DecisionOptions options, CancellationToken ct) =>
        TypedResults.Ok((await FindAsync(key, option, caller, initiatives, options, ct)).Option);

    static async Task<Ok<DecisionOption>> Change(
        string key, string option, IfMatch ifMatch, MergePatch<WriteOption> patch, Caller caller, Agency home, Initiatives initiatives, DecisionOptions options, CancellationToken ct)
    {
        var (of, current) = await FindAsync(key, option, caller, initiatives, options, ct);
        ifMatch.Check(current);
        var edited = patch.ApplyTo(WriteOption.Of(current)).ToOption(current.Key, home) with { Version = current.Version };
        return TypedResults.Ok(await options.ChangeAsync(caller, of, edited, ct) ?? throw IfMatch.Changed());
    }

    static async Task<NoContent> Remove(
        string key, string option, IfMatch ifMatch, Caller caller, Initiatives initiatives, DecisionOptions options, CancellationToken ct)
    {
        var (of, current) = await FindAsync(key, option, caller, initiatives, options, ct);
        ifMatch.Check(current);
        return await options.RemoveAsync(caller, of, current, ct) ? TypedResults.NoContent() : throw IfMatch.Changed();
    }

    static async Task<(Initiative Of, DecisionOption Option)> FindAsync(
        string key, string option, Caller caller, Initiatives initiatives, DecisionOptions options, CancellationToken ct)
    {
        var of = await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct);
        return (of, (BodyValidator.IsClean(option) ? await options.FindAsync(caller.Agency, of.Id, option, ct) : null)
            ?? throw Core.Platform.Problems.NotFound.Because($"\"{key}\" has no option \"{option}\"."));
    }

    /// <summary>Something that can be chosen.</summary>
    public record WriteOption
    {
        /// <summary>What it is called.</summary>
        [MaxLength(500)]
        public required Localized Title { get; init; }

        /// <summary>What it is.</summary>
        [MaxLength(10_000)]
        public Localized? Description { get; init; }

        /// <summary>What it costs; budgets need it.</summary>
        [Range(0, 1e12)]
        public decimal? Cost { get; init; }

        internal DecisionOption ToOption(string key, Agency home) => new(key, Title.In(home.Language), Description?.In(home.Language), Cost, 0, 0);

        internal static WriteOption Of(DecisionOption o) => new() { Title = o.Title, Description = o.Description, Cost = o.Cost };
    }

    /// <summary>An option to add.</summary>
    public sealed record MakeOption : WriteOption
    {
        /// <summary>Its word on ballots and in the published file.</summary>
        /// <example>playground</example>
        [RegularExpression("^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$", ErrorMessage = "A key is 1 to 100 letters, digits, ., _ and -.")]
        public required string Key { get; init; }
    }
}
