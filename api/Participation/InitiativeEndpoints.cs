using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Participation;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Participation.Problems;

namespace Cirm.Api.Participation;

/// <summary>What citizens advise on, decide and carry out, and what they are promised for it (docs/participation.md).</summary>
public static class InitiativeEndpoints
{
    public static void MapInitiatives(this IEndpointRouteBuilder app)
    {
        var initiatives = app.MapGroup("/v1/agencies/{agency}/initiatives").WithTags("Initiatives").WithEtags();
        initiatives.MapPost("", Create).WithName("createInitiative").Allow(Who.Manager | Who.Admin, "initiatives:write").Refuses(Problems.InitiativeTaken);
        initiatives.MapGet("", List).WithName("listInitiatives").Allow(Who.Anyone, "initiatives:read");
        initiatives.MapGet("/{key}", Get).WithName("getInitiative").Allow(Who.Anyone, "initiatives:read");
        initiatives.MapPatch("/{key}", Change).WithName("changeInitiative").Allow(Who.Manager | Who.Admin, "initiatives:write")
            .Refuses(Problems.InitiativeClosed, Problems.InitiativeOpen, Problems.InitiativeNotOpen, Problems.TierPromised, Problems.MandateFixed, Problems.DeadlineForward);
        initiatives.MapDelete("/{key}", Remove).WithName("removeInitiative").Allow(Who.Manager | Who.Admin, "initiatives:write").Refuses(Problems.InitiativeOpen);
        initiatives.MapPost("/{key}/open", Open).WithName("openInitiative").Allow(Who.Manager | Who.Admin, "initiatives:write").Refuses(Problems.InitiativeOpen);
        initiatives.MapPost("/{key}/close", Close).WithName("closeInitiative").Allow(Who.Manager | Who.Admin, "initiatives:write").Refuses(Problems.InitiativeClosed, Problems.InitiativeNotOpen, Problems.UnansweredContributions);
        initiatives.MapGet("/{key}/history", History).WithName("getInitiativeHistory").Allow(Who.Anyone, "initiatives:read");
        initiatives.MapPost("/{key}/census", AddToCensus).WithName("addToCensus").Allow(Who.Manager | Who.Admin, "initiatives:write").Refuses(Problems.InitiativeOpen);
    }

    static async Task<Created<Initiative>> Create(Body<MakeInitiative> body, Caller caller, Agency home, Initiatives initiatives, CancellationToken ct)
    {
        var made = await initiatives.CreateAsync(caller, body.Value.ToInitiative(body.Value.Key, home), ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/initiatives/{made.Key}", made);
    }

    /// <summary>For staff all of them; for others those that are published.</summary>
    static async Task<Ok<Page<Initiative>>> List(
        [FromQuery, Description("Any of these, with commas between: draft, planned, open, ended, closed.")] string? state,
        [FromQuery, Description("consultation, decision or execution.")] string? tier,
        [FromQuery, Description("The key of the initiative that they go on from.")] string? derivedFrom,
        [AsParameters] PageRequest page, Caller caller, Initiatives initiatives, HttpContext http, CancellationToken ct)
    {
        var read = new QueryErrors();
        var filter = new InitiativeFilter(read.Words<InitiativeState>("state", state), read.Word<Tier>("tier", tier), read.Text("derivedFrom", derivedFrom));
        read.ThrowIfAny();
        var found = await initiatives.ListAsync(caller, filter, page.KeyCursor, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, i => PageRequest.After(i.Key)));
    }

    static async Task<Ok<Initiative>> Get(string key, Caller caller, Initiatives initiatives, CancellationToken ct) => TypedResults.Ok(await FindAsync(initiatives, caller, key, ct));

    /// <summary>Anything before it opens. From then on promises hold: the tier is raised and never lowered, deadlines move forward and with a reason.</summary>
    static async Task<Ok<Initiative>> Change(
        string key, IfMatch ifMatch, MergePatch<WriteInitiative> patch, Caller caller, Agency home, Initiatives initiatives, CancellationToken ct)
    {
        var current = await FindAsync(initiatives, caller, key, ct);
        ifMatch.Check(current);
        var edited = patch.ApplyTo(WriteInitiative.Of(current));
        return TypedResults.Ok(await initiatives.ChangeAsync(caller, current, edited.ToInitiative(key, home), edited.Reason?.In(home.Language), ct) ?? throw IfMatch.Changed());
    }

    /// <summary>Only before it has opened.</summary>
    static async Task<NoContent> Remove(string key, IfMatch ifMatch, Caller caller, Initiatives initiatives, CancellationToken ct)
    {
        var current = await FindAsync(initiatives, caller, key, ct);
        ifMatch.Check(current);
        return await initiatives.RemoveAsync(caller, current, ct) ? TypedResults.NoContent() : throw IfMatch.Changed();
    }

    /// <summary>Opens it now; a draft is published with it.</summary>
    static async Task<Ok<Initiative>> Open(string key, Caller caller, Initiatives initiatives, CancellationToken ct) =>
        TypedResults.Ok(await initiatives.OpenAsync(caller, await FindAsync(initiatives, caller, key, ct), ct));

    /// <summary>Ends it now; before closesAt that needs a reason, which everybody reads.</summary>
    static async Task<Ok<Initiative>> Close(string key, Body<CloseInitiative> body, Caller caller, Agency home, Initiatives initiatives, CancellationToken ct) =>
        TypedResults.Ok(await initiatives.CloseAsync(caller, await FindAsync(initiatives, caller, key, ct), body.Value.Reason?.In(home.Language), ct));

    /// <summary>What was changed of it and why, oldest first.</summary>
    static async Task<Ok<Page<InitiativeEvent>>> History(string key, [AsParameters] PageRequest page, Caller caller, Initiatives initiatives, HttpContext http, CancellationToken ct)
    {
        var of = await FindAsync(initiatives, caller, key, ct);
        var after = page.KeyCursor is not { } cursor ? (Guid?)null : Guid.TryParse(cursor, out var place) ? place
            : throw Core.Platform.Problems.InvalidValue("?cursor", "cursor", "This is not a cursor of this list; take it from next.");
        return TypedResults.Ok(page.Of(http, await initiatives.HistoryAsync(caller.Agency, of.Id, after, page.LimitAndOne, ct), e => PageRequest.After(e.Id.ToString())));
    }

    /// <summary>Puts citizens on the list of an initiative that goes by one (<c>census: true</c>), before it opens.</summary>
    static async Task<Ok<CensusAdded>> AddToCensus(string key, Body<NameCitizens> body, Caller caller, Initiatives initiatives, Census census, CancellationToken ct) =>
        TypedResults.Ok(await census.AddAsync(caller, await FindAsync(initiatives, caller, key, ct), body.Value.Citizens, ct));

    /// <summary>One initiative, as the caller sees it.</summary>
    internal static async Task<Initiative> FindAsync(Initiatives initiatives, Caller caller, string key, CancellationToken ct) =>
        (BodyValidator.IsClean(key) ? await initiatives.FindAsync(caller, key, ct) : null) ?? throw Core.Platform.Problems.NotFound.Because($"There is no initiative \"{key}\" for you here.");

    /// <summary>What citizens are asked, and what they are promised.</summary>
    public record WriteInitiative
    {
        /// <summary>What it is called.</summary>
        [MaxLength(500)]
        public required Localized Title { get; init; }

        /// <summary>What it is about.</summary>
        [MaxLength(20_000)]
        public Localized? Summary { get; init; }

        /// <summary>What citizens do.</summary>
        /// <example>execution</example>
        public required Tier Tier { get; init; }

        /// <summary>What the agency binds itself to.</summary>
        [MaxLength(5_000)]
        public Localized? Mandate { get; init; }

        /// <summary>The agency does what comes out, or publishes why not; when not given, of decisions.</summary>
        public bool? Binding { get; init; }

        /// <summary>How it is decided.</summary>
        public WriteDecision? Decision { get; init; }

        /// <summary>Keys of segments whose members may take part; everybody when not given.</summary>
        [MaxLength(100)]
        public string[]? Segments { get; init; }

        /// <summary>Areas whose citizens may take part; everywhere when not given.</summary>
        [MaxLength(1_000)]
        public string[]? Areas { get; init; }

        /// <summary>The attribute that says where a citizen is; area, district, neighbourhood or ward when not given.</summary>
        [MaxLength(100)]
        public string? AreaAttribute { get; init; }

        /// <summary>Only those on its list may take part.</summary>
        public bool Census { get; init; }

        /// <summary>In which it is held; the agency's first language when not given.</summary>
        [MinLength(1), MaxLength(50)]
        public string[]? Languages { get; init; }

        /// <summary>By which one can take part, one of them at least by speaking or on paper: phone, counter or letter. All three and the web when not given.</summary>
        [MinLength(1), MaxLength(7)]
        public Channel[]? Channels { get; init; }

        /// <summary>The parts of its time.</summary>
        [MaxLength(Initiative.MostPhases)]
        public WritePhase[]? Phases { get; init; }

        /// <summary>The key of the initiative that it goes on from.</summary>
        [MaxLength(100)]
        public string? DerivedFrom { get; init; }

        /// <summary>The insight that it goes back to.</summary>
        public Guid? Insight { get; init; }

        /// <summary>The case that it goes back to.</summary>
        public Guid? Case { get; init; }

        /// <summary>From when people take part.</summary>
        /// <example>2026-01-01T00:00:00Z</example>
        public required DateTimeOffset OpensAt { get; init; }

        /// <summary>Until when.</summary>
        /// <example>2099-01-01T00:00:00Z</example>
        public required DateTimeOffset ClosesAt { get; init; }

        /// <summary>Not published yet.</summary>
        public bool Draft { get; init; }

        /// <summary>Why a deadline moves.</summary>
        [MaxLength(2_000)]
        public Localized? Reason { get; init; }

        internal Initiative ToInitiative(string key, Agency home)
        {
            var channels = Channels ?? [Channel.Web, Channel.Phone, Channel.Counter, Channel.Letter];
            if (!channels.Any(c => c is Channel.Phone or Channel.Counter or Channel.Letter))
                throw Core.Platform.Problems.InvalidValue("/channels", "incomplete", "Nobody is left out who has no internet: add phone, counter or letter.");
            return new(
                default, key, Title.In(home.Language), Summary?.In(home.Language), Tier, Draft ? InitiativeState.Draft : InitiativeState.Planned, Mandate?.In(home.Language),
                Binding ?? Tier == Tier.Decision, Decision?.ToSettings(), Segments ?? [], Areas ?? [], AreaAttribute, Census, Languages ?? [home.Language],
                [.. channels.Distinct().Select(c => c.Word())], JsonList<Phase>.Of((Phases ?? []).Select(p => p.ToPhase(home)))!, DerivedFrom, Insight, Case, OpensAt, ClosesAt, null, default, 0);
        }

        internal static WriteInitiative Of(Initiative i) => new()
        {
            Title = i.Title, Summary = i.Summary, Tier = i.Tier, Mandate = i.Mandate, Binding = i.Binding, Decision = i.Decision is { } d ? WriteDecision.Of(d) : null, Segments = i.Segments,
            Areas = i.Areas, AreaAttribute = i.AreaAttribute, Census = i.Census, Languages = i.Languages, Channels = [.. Enum.GetValues<Channel>().Where(c => i.Channels.Contains(c.Word()))],
            Phases = [.. i.Phases.Select(WritePhase.Of)], DerivedFrom = i.DerivedFrom, Insight = i.Insight, Case = i.Case, OpensAt = i.OpensAt, ClosesAt = i.ClosesAt,
            Draft = i.State == InitiativeState.Draft,
        };
    }

    /// <summary>An initiative to make.</summary>
    public sealed record MakeInitiative : WriteInitiative
    {
        /// <summary>Its word in addresses.</summary>
        /// <example>harbour-park</example>
        [RegularExpression("^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$", ErrorMessage = "A key is 1 to 100 letters, digits, ., _ and -.")]
        public required string Key { get; init; }
    }

    /// <summary>A part of the time of an initiative.</summary>
    public sealed record WritePhase
    {
        /// <summary>Its word.</summary>
        [MinLength(1), MaxLength(100)]
        public required string Key { get; init; }

        /// <summary>What it is called; as its key when not given.</summary>
        [MaxLength(500)]
        public Localized? Title { get; init; }

        /// <summary>From when.</summary>
        public required DateTimeOffset OpensAt { get; init; }

        /// <summary>Until when.</summary>
        public required DateTimeOffset ClosesAt { get; init; }

        internal Phase ToPhase(Agency home) => new(Key, (Title ?? new Localized(home.Language, Key)).In(home.Language), OpensAt, ClosesAt);

        internal static WritePhase Of(Phase p) => new() { Key = p.Key, Title = p.Title, OpensAt = p.OpensAt, ClosesAt = p.ClosesAt };
    }

    /// <summary>The end of an initiative.</summary>
    public sealed record CloseInitiative
    {
        /// <summary>Why it ends before the announced time.</summary>
        /// <example>The building is gone.</example>
        [MaxLength(2_000)]
        public Localized? Reason { get; init; }
    }

    /// <summary>Citizens for a list.</summary>
    public sealed record NameCitizens
    {
        /// <summary>Their ids here, or their ids in other systems.</summary>
        [MinLength(1), MaxLength(Core.Participation.Census.AtATime)]
        public required string[] Citizens { get; init; }
    }
}
