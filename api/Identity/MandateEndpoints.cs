using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Identity.Problems;

namespace Cirm.Api.Identity;

/// <summary>Mandates: entered by staff, given by citizens with a code, revoked by either at once.</summary>
public static class MandateEndpoints
{
    static readonly TimeSpan Window = TimeSpan.FromMinutes(5);
    const int WrongPerAccount = 10;
    const int WrongPerAddress = 60;

    public static void MapMandates(this IEndpointRouteBuilder app)
    {
        var agency = app.MapGroup("/v1/agencies/{agency}").WithTags("Mandates").WithEtags();
        agency.MapPost("/citizens/{id:guid}/mandates", Give).WithName("giveMandate").Allow(Who.Staff, "mandates:write")
            .Refuses(Problems.MandateForOneself, Problems.MandateEndsBeforeItBegins, Problems.MandateDateOutOfRange, Problems.MandateServiceUnknown,
                Problems.RepresentativeUnknown, Problems.CitizenErased);
        agency.MapGet("/citizens/{id:guid}/mandates", List).WithName("listMandates").Allow(Who.Members, "mandates:read");
        agency.MapPost("/citizens/{id:guid}/mandates/codes", MakeCode).WithName("makeMandateCode").Allow(Who.Members, "mandates:write")
            .Refuses(Problems.MandateEndsBeforeItBegins, Problems.MandateDateOutOfRange, Problems.MandateServiceUnknown, Problems.CitizenErased);
        agency.MapGet("/citizens/{id:guid}/mandates/{mandate:guid}", Get).WithName("getMandate").Allow(Who.Members, "mandates:read");
        agency.MapPost("/citizens/{id:guid}/mandates/{mandate:guid}/revoke", Revoke).WithName("revokeMandate").Allow(Who.Members, "mandates:write")
            .Refuses(Problems.MandateRevoked);
        agency.MapGet("/mandates", Held).WithName("listHeldMandates").Allow(Who.Citizen | Who.Representative);
        agency.MapPost("/mandates/redeem", Redeem).WithName("redeemMandateCode").Allow(Who.Citizen | Who.Representative)
            .Refuses(Problems.MandateCodeInvalid, Core.Platform.Problems.TooMany);
    }

    static async Task<Created<Mandate>> Give(Guid id, Body<GiveMandate> body, Caller caller, Agency home, Mandates mandates, CancellationToken ct)
    {
        var wanted = body.Value;
        var representative = new Representative(wanted.Representative.Account, wanted.Representative.Citizen, wanted.Representative.Organisation);
        if (new object?[] { representative.Account, representative.Citizen, representative.Organisation }.Count(r => r is not null) != 1)
            throw Core.Platform.Problems.InvalidValue("/representative", "one", "Name one representative: an account, a citizen or an organisation.");
        if (wanted.Given == MandateForm.Code)
            throw Core.Platform.Problems.InvalidValue("/given", "not-allowed", "A mandate by code comes about when the representative redeems the code.");
        var given = await mandates.GiveAsync(
            caller, id, representative, wanted.Services, wanted.From, wanted.Until, wanted.Given, wanted.Evidence, ct) ?? throw UnknownCitizen(id);
        return TypedResults.Created(AddressOf(home, given), given);
    }

    static async Task<Ok<Page<Mandate>>> List(
        Guid id, [AsParameters] PageRequest page, Caller caller, Citizens citizens, Mandates mandates, HttpContext http, CancellationToken ct)
    {
        if (await citizens.FindAsync(caller, id, ct) is null) throw UnknownCitizen(id);
        var found = await mandates.ListAsync(caller, id, Before(page), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, m => PageRequest.After(m.Id.ToString())));
    }

    static async Task<Created<MandateCode>> MakeCode(Guid id, Body<MakeMandateCode> body, Caller caller, Agency home, Mandates mandates, CancellationToken ct)
    {
        if (!caller.IsStaff && id != caller.CitizenId) throw UnknownCitizen(id);
        var code = TrackingCode.Create();
        var expiresAt = await mandates.MakeCodeAsync(
            caller, id, code, body.Value.Services, body.Value.Until, TimeSpan.FromHours(body.Value.ValidForHours), ct) ?? throw UnknownCitizen(id);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/citizens/{id}/mandates", new MandateCode(code, expiresAt));
    }

    static async Task<Ok<Mandate>> Get(Guid id, Guid mandate, Caller caller, Mandates mandates, CancellationToken ct) =>
        TypedResults.Ok(await mandates.FindAsync(caller, id, mandate, ct) ?? throw Unknown(mandate));

    static async Task<Ok<Mandate>> Revoke(Guid id, Guid mandate, Body<RevokeMandate> body, Caller caller, Mandates mandates, CancellationToken ct) =>
        TypedResults.Ok(await mandates.RevokeAsync(caller, id, mandate, body.Value.Reason, ct) ?? throw Unknown(mandate));

    static async Task<Ok<Page<Mandate>>> Held([AsParameters] PageRequest page, Caller caller, Mandates mandates, HttpContext http, CancellationToken ct)
    {
        var found = await mandates.HeldAsync(caller, Before(page), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, m => PageRequest.After(m.Id.ToString())));
    }

    static async Task<Created<Mandate>> Redeem(
        Body<RedeemMandateCode> body, Caller caller, Agency home, Mandates mandates, GuessThrottle throttle, HttpContext http, CancellationToken ct)
    {
        var mandate = await RedeemAsync(body.Value, caller, mandates, throttle, http, ct);
        return TypedResults.Created(AddressOf(home, mandate), mandate);
    }

    internal static async Task<Mandate> RedeemAsync(RedeemMandateCode wanted, Caller caller, Mandates mandates, GuessThrottle throttle, HttpContext http, CancellationToken ct)
    {
        var (perAccount, perAddress) = ($"mandate codes of {caller.Id}", $"mandate codes from {Limits.AddressOf(http)}");
        throttle.Check(perAccount, WrongPerAccount, Window);
        throttle.Check(perAddress, WrongPerAddress, Window);
        if (await mandates.RedeemAsync(caller, wanted.Code, ct) is { } mandate) return mandate;
        throttle.CountWrong(perAccount, WrongPerAccount, Window);
        throttle.CountWrong(perAddress, WrongPerAddress, Window);
        throw Problems.MandateCodeInvalid.Because("No citizen's mandate can be had with this code.");
    }

    static string AddressOf(Agency home, Mandate mandate) => $"/v1/agencies/{home.Slug}/citizens/{mandate.CitizenId}/mandates/{mandate.Id}";

    static Guid? Before(PageRequest page) => page.KeyCursor is not { } key ? null
        : Guid.TryParse(key, out var id) ? id : throw Core.Platform.Problems.InvalidValue("?cursor", "cursor", "This is not a cursor of this list; take it from next.");

    static Refusal UnknownCitizen(Guid id) => Core.Platform.Problems.NotFound.Because($"There is no citizen {id} for you here.");

    static Refusal Unknown(Guid id) => Core.Platform.Problems.NotFound.Because($"There is no mandate {id} for you here.");

    /// <summary>A mandate that staff have seen.</summary>
    public sealed record GiveMandate
    {
        /// <summary>Who may act.</summary>
        public required WhoActs Representative { get; init; }

        /// <summary>On which services, by key; on all when there are none.</summary>
        [MinLength(1), MaxLength(200)]
        public string[]? Services { get; init; }

        /// <summary>From when; from now on when it is missing.</summary>
        public DateTimeOffset? From { get; init; }

        /// <summary>Until when; until it is revoked when it is missing.</summary>
        public DateTimeOffset? Until { get; init; }

        /// <summary>On paper or by a court.</summary>
        /// <example>paper</example>
        public required MandateForm Given { get; init; }

        /// <summary>Where the paper or the decision lies; not what stands in it.</summary>
        /// <example>File 2026/118, folio 3</example>
        [MinLength(1), MaxLength(300)]
        public required string Evidence { get; init; }
    }

    /// <summary>Who acts: one of the three.</summary>
    public sealed record WhoActs
    {
        /// <summary>A member with the role citizen or representative.</summary>
        public Guid? Account { get; init; }

        /// <summary>A citizen without an account, who speaks through staff.</summary>
        public Guid? Citizen { get; init; }

        /// <summary>A civil organisation, by key.</summary>
        [MinLength(1), MaxLength(100)]
        public string? Organisation { get; init; }
    }

    /// <summary>What a representative will be able to do with a code.</summary>
    public sealed record MakeMandateCode
    {
        /// <summary>On which services, by key; on all when there are none.</summary>
        [MinLength(1), MaxLength(200)]
        public string[]? Services { get; init; }

        /// <summary>Until when the mandate will hold; until it is revoked when it is missing.</summary>
        public DateTimeOffset? Until { get; init; }

        /// <summary>How many hours the code can be redeemed.</summary>
        /// <example>48</example>
        [Range(1, 720)]
        public int ValidForHours { get; init; } = 48;
    }

    /// <summary>A code for a representative; it is not shown again.</summary>
    /// <param name="Code">In groups of four; capitals and hyphens do not count.</param>
    /// <param name="ExpiresAt">Until when it can be redeemed.</param>
    public sealed record MandateCode(string Code, DateTimeOffset ExpiresAt);

    /// <summary>A code that a citizen handed over.</summary>
    public sealed record RedeemMandateCode
    {
        /// <summary>As it was shown to them.</summary>
        /// <example>7K2M-9QXA-C3TV-0HWN</example>
        [MinLength(1), MaxLength(60)]
        public required string Code { get; init; }
    }

    /// <summary>The end of a mandate.</summary>
    public sealed record RevokeMandate
    {
        /// <summary>Why.</summary>
        /// <example>Speaks for himself again.</example>
        [MinLength(1), MaxLength(1000)]
        public required string Reason { get; init; }
    }
}
