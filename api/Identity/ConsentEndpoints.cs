using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Identity.Problems;

namespace Cirm.Api.Identity;

/// <summary>What personal data are used for, which anybody may read, and what each citizen says to it.</summary>
public static class ConsentEndpoints
{
    public static void MapConsents(this IEndpointRouteBuilder app)
    {
        var agency = app.MapGroup("/v1/agencies/{agency}").WithTags("Privacy").WithEtags();
        agency.MapGet("/data-uses", ListUses).WithName("listDataUses").Allow(Who.Anyone | Who.Operator, "consents:read");
        agency.MapGet("/data-uses/{key}", GetUse).WithName("getDataUse").Allow(Who.Anyone | Who.Operator, "consents:read");
        agency.MapPut("/data-uses/{key}", PutUse).WithName("putDataUse").Allow(Who.Admin).Refuses(Core.Platform.Problems.PreconditionFailed, Problems.BasisInUse);
        agency.MapGet("/citizens/{id:guid}/consents", List).WithName("listConsents").Allow(Who.Members, "consents:read");
        agency.MapPut("/citizens/{id:guid}/consents/{use}", Put).WithName("putConsent").Allow(Who.Members, "consents:write")
            .Refuses(Problems.ConsentNotAsked, Problems.CitizenErased);
        app.MapGet("/v1/me/consents", Mine).WithTags("Privacy").WithEtags().WithName("listMyConsents").Allow(Who.Citizen);
        app.MapPut("/v1/me/consents/{use}", PutMine).WithTags("Privacy").WithName("putMyConsent").Allow(Who.Citizen)
            .Refuses(Problems.ConsentNotAsked, Problems.CitizenErased);
    }

    static async Task<Ok<Page<DataUse>>> ListUses([AsParameters] PageRequest page, Agency home, Consents consents, HttpContext http, CancellationToken ct)
    {
        var found = await consents.UsesAsync(home.Id, page.KeyCursor, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, u => PageRequest.After(u.Key)));
    }

    static async Task<Ok<DataUse>> GetUse(string key, Agency home, Consents consents, CancellationToken ct) =>
        TypedResults.Ok((BodyValidator.IsClean(key) ? await consents.FindUseAsync(home.Id, key, ct) : null) ?? throw UnknownUse());

    /// <summary>Declares a use or replaces the one that is there; with If-Match, only the one that was read.</summary>
    static async Task<Results<Created<DataUse>, Ok<DataUse>>> PutUse(
        string key, Body<WriteDataUse> body, Caller caller, Agency home, Consents consents, HttpContext http, CancellationToken ct)
    {
        if (!Core.Information.ServiceKey.Is(key)) throw Core.Platform.Problems.InvalidValue("?key", "pattern", "A key is 1 to 100 of a-z, 0-9 and -.");
        var wanted = body.Value;
        if (wanted.LegalBasis != LegalBasis.Consent && wanted.Provision is null)
            throw Core.Platform.Problems.InvalidValue("/provision", "required", "A use that does not rest on consent names the law or rule that it rests on.");
        var ifMatch = http.Request.Headers.IfMatch.Count == 0 ? null : await IfMatch.BindAsync(http, null!);
        var kept = await consents.DeclareAsync(
            caller, new(key, wanted.Name.In(home.Language), wanted.Purpose.In(home.Language), wanted.LegalBasis, wanted.Provision, default, 0), ifMatch?.Version, ct)
            ?? throw IfMatch.Changed();
        return kept.Version == 1 ? TypedResults.Created($"{http.Request.Path}", kept) : TypedResults.Ok(kept);
    }

    static async Task<Ok<IReadOnlyList<Consent>>> List(Guid id, Caller caller, Citizens citizens, Consents consents, AccessLog log, CancellationToken ct)
    {
        if (await citizens.FindAsync(caller, id, ct) is null) throw UnknownCitizen(id);
        await log.RecordAsync(caller, "consents.read", "citizen", id, ct);
        return TypedResults.Ok(await consents.OfAsync(caller.Agency, id, null, ct));
    }

    static async Task<Ok<Consent>> Put(Guid id, string use, Body<SayConsent> body, Caller caller, Consents consents, CancellationToken ct)
    {
        if (!caller.IsStaff && id != caller.CitizenId) throw UnknownCitizen(id);
        return TypedResults.Ok(await SayAsync(id, use, body.Value, caller, consents, ct));
    }

    static async Task<Ok<IReadOnlyList<Consent>>> Mine(Caller caller, Consents consents, CancellationToken ct) =>
        TypedResults.Ok(await consents.OfAsync(caller.Agency, MeEndpoints.CitizenOf(caller), null, ct));

    static async Task<Ok<Consent>> PutMine(string use, Body<SayConsent> body, Caller caller, Consents consents, CancellationToken ct) =>
        TypedResults.Ok(await SayAsync(MeEndpoints.CitizenOf(caller), use, body.Value, caller, consents, ct));

    static async Task<Consent> SayAsync(Guid citizen, string use, SayConsent said, Caller caller, Consents consents, CancellationToken ct) =>
        (BodyValidator.IsClean(use) ? await consents.SayAsync(caller, citizen, use, said.Given, said.Channel, ct) : null) ?? throw UnknownUse();

    static Refusal UnknownUse() => Core.Platform.Problems.NotFound.Because("There is no such use here.");

    static Refusal UnknownCitizen(Guid id) => Core.Platform.Problems.NotFound.Because($"There is no citizen {id} for you here.");

    /// <summary>A use of personal data.</summary>
    public sealed record WriteDataUse
    {
        /// <summary>What people call it.</summary>
        [MaxLength(200)]
        public required Localized Name { get; init; }

        /// <summary>What for, in plain words.</summary>
        [MaxLength(2_000)]
        public required Localized Purpose { get; init; }

        /// <summary>Why that is allowed.</summary>
        /// <example>consent</example>
        public required LegalBasis LegalBasis { get; init; }

        /// <summary>The law or rule, when the basis is not consent.</summary>
        [MinLength(1), MaxLength(500)]
        public string? Provision { get; init; }
    }

    /// <summary>What a citizen says to a use.</summary>
    public sealed record SayConsent
    {
        /// <summary>They agree; false takes it back.</summary>
        /// <example>true</example>
        public required bool Given { get; init; }

        /// <summary>How they said it.</summary>
        public Channel Channel { get; init; } = Channel.Web;
    }
}
