using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Information.Problems;

namespace Cirm.Api.Information;

/// <summary>Civil organisations: what they may do, what they were given and what came of it. Anybody reads, staff write.</summary>
public static class OrganisationEndpoints
{
    public static void MapOrganisations(this IEndpointRouteBuilder app)
    {
        var organisations = app.MapGroup("/v1/agencies/{agency}/organisations").WithTags("Organisations").WithEtags();
        organisations.MapPost("", Register).WithName("registerOrganisation").Allow(Who.Staff, "organisations:write").Refuses(Problems.OrganisationTaken);
        organisations.MapGet("", List).WithName("listOrganisations").Allow(Who.Anyone | Who.Operator, "organisations:read");
        organisations.MapGet("/{key}", Get).WithName("getOrganisation").Allow(Who.Anyone | Who.Operator, "organisations:read");
        organisations.MapPatch("/{key}", Change).WithName("changeOrganisation").Allow(Who.Staff, "organisations:write");
        organisations.MapPost("/{key}/support", AddSupport).WithName("addSupport").Allow(Who.Staff, "organisations:write");
        organisations.MapGet("/{key}/support", ListSupport).WithName("listSupport").Allow(Who.Anyone | Who.Operator, "organisations:read");
        organisations.MapGet("/{key}/support/{id:guid}", GetSupport).WithName("getSupport").Allow(Who.Anyone | Who.Operator, "organisations:read");
        organisations.MapPatch("/{key}/support/{id:guid}", ChangeSupport).WithName("changeSupport").Allow(Who.Staff, "organisations:write");
    }

    static async Task<Created<Organisation>> Register(Body<RegisterOrganisation> body, Caller caller, Agency home, Organisations organisations, CancellationToken ct)
    {
        var registered = await organisations.RegisterAsync(caller, body.Value.ToOrganisation(body.Value.Key, 0, home), ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/organisations/{registered.Key}", registered);
    }

    static async Task<Ok<Page<Organisation>>> List([AsParameters] PageRequest page, Caller caller, Organisations organisations, HttpContext http, CancellationToken ct)
    {
        var found = await organisations.ListAsync(caller.Agency, caller.IsStaff, page.KeyCursor, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, o => PageRequest.After(o.Key)));
    }

    static async Task<Ok<Organisation>> Get(string key, Caller caller, Organisations organisations, CancellationToken ct) =>
        TypedResults.Ok(await FindAsync(organisations, caller, key, ct));

    static async Task<Ok<Organisation>> Change(
        string key, IfMatch ifMatch, MergePatch<WriteOrganisation> patch, Caller caller, Agency home, Organisations organisations, CancellationToken ct)
    {
        var current = await FindAsync(organisations, caller, key, ct);
        ifMatch.Check(current);
        var edited = patch.ApplyTo(WriteOrganisation.Of(current));
        return TypedResults.Ok(await organisations.ChangeAsync(caller, edited.ToOrganisation(key, ifMatch.Version, home), ct) ?? throw IfMatch.Changed());
    }

    static async Task<Created<Support>> AddSupport(string key, Body<WriteSupport> body, Caller caller, Agency home, Organisations organisations, CancellationToken ct)
    {
        await FindAsync(organisations, caller, key, ct);
        var added = await organisations.AddSupportAsync(caller, key, body.Value.ToSupport(default, 0, home), ct) ?? throw Unknown(key);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/organisations/{key}/support/{added.Id}", added);
    }

    static async Task<Ok<Page<Support>>> ListSupport(
        string key, [AsParameters] PageRequest page, Caller caller, Organisations organisations, HttpContext http, CancellationToken ct)
    {
        await FindAsync(organisations, caller, key, ct);
        var found = await organisations.SupportAsync(caller.Agency, key, null, TimeCursor.Parse(page.Cursor), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, s => new TimeCursor(s.CreatedAt, s.Id).ToString()));
    }

    static async Task<Ok<Support>> GetSupport(string key, Guid id, Caller caller, Organisations organisations, CancellationToken ct) =>
        TypedResults.Ok(await FindSupportAsync(organisations, caller, key, id, ct));

    static async Task<Ok<Support>> ChangeSupport(
        string key, Guid id, IfMatch ifMatch, MergePatch<WriteSupport> patch, Caller caller, Agency home, Organisations organisations, CancellationToken ct)
    {
        var current = await FindSupportAsync(organisations, caller, key, id, ct);
        ifMatch.Check(current);
        var edited = patch.ApplyTo(WriteSupport.Of(current));
        return TypedResults.Ok(await organisations.ChangeSupportAsync(caller, key, edited.ToSupport(id, ifMatch.Version, home), ct) ?? throw IfMatch.Changed());
    }

    static async Task<Organisation> FindAsync(Organisations organisations, Caller caller, string key, CancellationToken ct) =>
        (BodyValidator.IsClean(key) ? await organisations.FindAsync(caller.Agency, key, caller.IsStaff, ct) : null) ?? throw Unknown(key);

    static async Task<Support> FindSupportAsync(Organisations organisations, Caller caller, string key, Guid id, CancellationToken ct)
    {
        await FindAsync(organisations, caller, key, ct);
        return (await organisations.SupportAsync(caller.Agency, key, id, null, 1, ct)).SingleOrDefault()
            ?? throw Core.Platform.Problems.NotFound.Because($"There is no support {id} of that organisation.");
    }

    static Refusal Unknown(string key) => Core.Platform.Problems.NotFound.Because($"There is no organisation \"{key}\" for you here.");

    /// <summary>What is known of an organisation.</summary>
    public record WriteOrganisation
    {
        /// <summary>What it is called.</summary>
        [MaxLength(200)]
        public required Localized Name { get; init; }

        /// <summary>Whom it works for, and how.</summary>
        [MaxLength(20_000)]
        public Localized? Description { get; init; }

        /// <summary>How to reach it.</summary>
        [MaxLength(2_000)]
        public Localized? Contact { get; init; }

        /// <summary>What it may do.</summary>
        /// <example>["submitCases", "followCases"]</example>
        [MaxLength(5)]
        public required OrganisationAct[] Acts { get; init; }

        /// <summary>It is not any more, or not with the agency: only staff still see it.</summary>
        public bool Closed { get; init; }

        internal Organisation ToOrganisation(string key, long version, Agency home) =>
            new(key, Name.In(home.Language), Description?.In(home.Language), Contact?.In(home.Language), [.. Acts.Distinct().Select(a => a.Word())], Closed, default, version);

        internal static WriteOrganisation Of(Organisation o) => new()
        {
            Name = o.Name, Description = o.Description, Contact = o.Contact, Acts = [.. o.Acts.Select(a => Enum.Parse<OrganisationAct>(a, ignoreCase: true))], Closed = o.Closed,
        };
    }

    /// <summary>An organisation to register.</summary>
    public sealed record RegisterOrganisation : WriteOrganisation
    {
        /// <summary>Its word in addresses.</summary>
        /// <example>neighbours-for-neighbours</example>
        [RegularExpression("^[a-z0-9][a-z0-9-]{0,99}$", ErrorMessage = "A key is 1 to 100 of a-z, 0-9 and -.")]
        public required string Key { get; init; }
    }

    /// <summary>Support that was given, and what came of it.</summary>
    public sealed record WriteSupport
    {
        /// <summary>The day.</summary>
        /// <example>2026-03-21</example>
        [MaxLength(10)]
        public required string GivenOn { get; init; }

        /// <summary>What it consisted of.</summary>
        /// <example>space</example>
        public required SupportKind Kind { get; init; }

        /// <summary>Of money, or what it was worth.</summary>
        [Range(0.01, 999_999_999_999)]
        public decimal? Amount { get; init; }

        /// <summary>ISO 4217.</summary>
        [RegularExpression("^[A-Z]{3}$", ErrorMessage = "A currency is three capital letters (ISO 4217).")]
        public string? Currency { get; init; }

        /// <summary>What was given, and for what.</summary>
        [MaxLength(4_000)]
        public required Localized Text { get; init; }

        /// <summary>What came of it.</summary>
        [MaxLength(4_000)]
        public Localized? Outcome { get; init; }

        /// <summary>The day of that.</summary>
        /// <example>2026-10-01</example>
        [MaxLength(10)]
        public string? OutcomeOn { get; init; }

        internal Support ToSupport(Guid id, long version, Agency home)
        {
            var support = new Support(id, GivenOn, Kind, Amount, Currency, Text.In(home.Language), Outcome?.In(home.Language), OutcomeOn, default, version);
            return support.Wrong().ToList() is { Count: > 0 } errors ? throw Core.Platform.Problems.InvalidInput(errors) : support;
        }

        internal static WriteSupport Of(Support s) => new()
        {
            GivenOn = s.GivenOn, Kind = s.Kind, Amount = s.Amount, Currency = s.Currency, Text = s.Text, Outcome = s.Outcome, OutcomeOn = s.OutcomeOn,
        };
    }
}
