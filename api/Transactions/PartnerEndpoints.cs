using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Partnering;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Transactions.Partnering.Problems;

namespace Cirm.Api.Transactions;

/// <summary>Other GeoReport servers that an agency works with (docs/integrating.md, "Partners").</summary>
public static class PartnerEndpoints
{
    public static void AddPartners(this IServiceCollection services) => services
        .AddSingleton<PartnerBook>().AddSingleton<PartnerKeys>().AddSingleton<PartnerDeliveries>().AddSingleton<PartnerCheckup>().AddSingleton(_ => GeoReportClient.FromEnvironment());

    public static void MapPartners(this IEndpointRouteBuilder app)
    {
        var partners = app.MapGroup("/v1/agencies/{agency}/partners").WithTags("Partners").WithEtags();
        partners.MapPost("", Create).WithName("createPartner").Allow(Who.Admin, "partners:write").Refuses(Problems.PartnerLimit);
        partners.MapGet("", List).WithName("listPartners").Allow(Who.Admin, "partners:read");
        partners.MapGet("/{id:guid}", Get).WithName("getPartner").Allow(Who.Admin, "partners:read");
        partners.MapPatch("/{id:guid}", Change).WithName("changePartner").Allow(Who.Admin, "partners:write");
        partners.MapPost("/{id:guid}/api-key", PutKey).WithName("changePartnerKey").Allow(Who.Admin, "partners:write");
        partners.MapPost("/{id:guid}/check", Check).WithName("checkPartner").Allow(Who.Admin, "partners:write");
        partners.MapGet("/{id:guid}/health", Health).WithName("getPartnerHealth").Allow(Who.Admin, "partners:read");
        partners.MapPost("/{id:guid}/stop", Stop).WithName("stopPartner").Allow(Who.Admin, "partners:write");
        partners.MapPost("/{id:guid}/start", Start).WithName("startPartner").Allow(Who.Admin, "partners:write");
    }

    static async Task<Created<Partner>> Create(Body<CreatePartner> body, Caller caller, Agency home, PartnerBook partners, GeoReportClient client, CancellationToken ct)
    {
        var made = await partners.CreateAsync(caller, Checked(body.Value, client), body.Value.ApiKey, ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/partners/{made.Id}", made);
    }

    static async Task<Ok<Page<Partner>>> List([AsParameters] PageRequest page, Caller caller, PartnerBook partners, HttpContext http, CancellationToken ct)
    {
        var found = await partners.ListAsync(caller.Agency, TimeCursor.Parse(page.Cursor), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, p => new TimeCursor(p.CreatedAt, p.Id).ToString()));
    }

    static async Task<Ok<Partner>> Get(Guid id, Caller caller, PartnerBook partners, CancellationToken ct) => TypedResults.Ok(await FindAsync(partners, caller, id, ct));

    static async Task<Ok<Partner>> Change(
        Guid id, IfMatch ifMatch, MergePatch<WritePartner> patch, Caller caller, PartnerBook partners, GeoReportClient client, CancellationToken ct)
    {
        var current = await FindAsync(partners, caller, id, ct);
        ifMatch.Check(current);
        var to = Checked(patch.ApplyTo(WritePartner.Of(current)), client) with { Id = id, Version = ifMatch.Version };
        return TypedResults.Ok(await partners.ChangeAsync(caller, to, ct) ?? throw IfMatch.Changed());
    }

    /// <summary>Keeps another key by which the partner knows us. It is not shown again, by nobody.</summary>
    static async Task<Ok<Partner>> PutKey(Guid id, Body<WriteKey> body, Caller caller, PartnerBook partners, CancellationToken ct) =>
        TypedResults.Ok(await partners.PutKeyAsync(caller, id, body.Value.ApiKey, ct) ?? throw Unknown(id));

    /// <summary>Asks the partner what services it has and what it wants to know about them, and says what of its description here does not fit.</summary>
    static async Task<Ok<PartnerCheck>> Check(Guid id, Caller caller, PartnerCheckup checkup, CancellationToken ct) =>
        TypedResults.Ok(await checkup.CheckAsync(caller.Agency, id, ct) ?? throw Unknown(id));

    /// <summary>How far behind it is, what waits for whom, and which of its words nobody has translated.</summary>
    static async Task<Ok<PartnerHealth>> Health(Guid id, Caller caller, TenantDb db, TimeProvider clock, CancellationToken ct) =>
        TypedResults.Ok(await PartnerHealth.OfAsync(db, caller.Agency, id, clock.Now(), ct) ?? throw Unknown(id));

    /// <summary>Nothing is sent to it or read from it. What happens waits for thirty days.</summary>
    static async Task<Ok<Partner>> Stop(Guid id, Body<GiveReason> body, Caller caller, PartnerBook partners, CancellationToken ct) =>
        TypedResults.Ok(await partners.StopAsync(caller, id, body.Value.Reason, ct) ?? throw Unknown(id));

    /// <summary>Sends what waited, and reads what the partner did meanwhile.</summary>
    static async Task<Ok<Partner>> Start(Guid id, Caller caller, PartnerBook partners, CancellationToken ct) =>
        TypedResults.Ok(await partners.StartAsync(caller, id, ct) ?? throw Unknown(id));

    internal static async Task<Partner> FindAsync(PartnerBook partners, Caller caller, Guid id, CancellationToken ct) =>
        await partners.FindAsync(caller.Agency, id, ct) ?? throw Unknown(id);

    internal static Refusal Unknown(Guid id) => Core.Platform.Problems.NotFound.Because($"There is no partner {id} here.");

    static Partner Checked(WritePartner wanted, GeoReportClient client)
    {
        var partner = wanted.ToPartner();
        var errors = PartnerRules.Check(partner.Services, partner.StatusesIn, partner.StatusesOut).ToList();
        if (client.Refusal(partner.Url) is { } why) errors.Add(new("/url", "uri", why));
        return errors.Count == 0 ? partner : throw Core.Platform.Problems.InvalidInput(errors);
    }
}
