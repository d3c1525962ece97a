using System.Text.Json.Nodes;
using Cirm.Api.Identity;
using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Pages.Own;

/// <summary>Speaking for somebody: a citizen gives a one-time code, whoever has it takes it up, and the citizen ends it when they like.</summary>
public static class MandatePages
{
    public static void MapOwnMandates(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/you/mandates", Show).Allow(Who.Citizen | Who.Representative);
        pages.MapPost("/you/mandates/codes", MakeCode).Allow(Who.Citizen).WithMetadata(new NeedsNoIdempotencyKey()); // a code that nobody saw holds nobody to anything
        pages.MapPost("/you/mandates/held", Redeem).Allow(Who.Citizen | Who.Representative).WithMetadata(new NeedsNoIdempotencyKey()); // a code is taken up once
        pages.MapPost("/you/mandates/{id:guid}/revocation", Revoke).Allow(Who.Citizen);
    }

    static async Task<RazorComponentResult<YourMandates>> Show(Caller caller, Agency home, MandateReading reading, CancellationToken ct) => new(await reading.ReadAsync(caller, home, PortalForm.Empty, ct));

    static Task<IResult> MakeCode(HttpContext http, Caller caller, Agency home, Mandates mandates, MandateReading reading, CancellationToken ct) =>
        PageStep.TakeAsync<YourMandates>(http, async form =>
        {
            var json = new JsonObject();
            if (form.All("services") is { Count: > 0 } services) json["services"] = new JsonArray([.. services.Select(s => (JsonNode)s)]);
            if (form["until"] is { Length: > 0 } until) json["until"] = Reader.TypedDate(until) is { } day ? $"{day}T23:59:59Z" : until;
            var wanted = PortalForm.Read<MandateEndpoints.MakeMandateCode>(json);
            var code = TrackingCode.Create();
            var expiresAt = await mandates.MakeCodeAsync(caller, MeEndpoints.CitizenOf(caller), code, wanted.Services, wanted.Until, TimeSpan.FromHours(wanted.ValidForHours), ct)
                ?? throw Core.Platform.Problems.NotFound.Because("Nothing is kept about you here.");
            return new RazorComponentResult<MandateCodeMade>(new { Code = code, ExpiresAt = expiresAt });
        }, async form => await reading.ReadAsync(caller, home, form, ct));

    static Task<IResult> Redeem(HttpContext http, Caller caller, Agency home, Reader reader, Mandates mandates, GuessThrottle throttle, MandateReading reading, CancellationToken ct) =>
        PageStep.TakeAsync<YourMandates>(http, async form =>
        {
            await MandateEndpoints.RedeemAsync(PortalForm.Read<MandateEndpoints.RedeemMandateCode>(new JsonObject { ["code"] = form["code"] }), caller, mandates, throttle, http, ct);
            return SeeOther.To(reader.To("you/mandates"));
        }, async form => await reading.ReadAsync(caller, home, form, ct));

    static Task<IResult> Revoke(Guid id, HttpContext http, Caller caller, Agency home, Reader reader, Mandates mandates, MandateReading reading, CancellationToken ct) =>
        PageStep.TakeAsync<YourMandates>(http, async form =>
        {
            var wanted = PortalForm.Read<MandateEndpoints.RevokeMandate>(new JsonObject { ["reason"] = form["reason"] is { Length: > 0 } why ? why : reader["mandates.revoked.why"] });
            _ = await mandates.RevokeAsync(caller, MeEndpoints.CitizenOf(caller), id, wanted.Reason, ct) ?? throw Core.Platform.Problems.NotFound.Because($"There is no mandate {id} for you here.");
            return SeeOther.To(reader.To("you/mandates"));
        }, async form => await reading.ReadAsync(caller, home, form, ct));
}

/// <summary>Reads what the page of mandates shows.</summary>
public sealed class MandateReading(Mandates mandates, Services services, AccessLog log)
{
    const int MostShown = 100;

    public async Task<SeenMandates> ReadAsync(Caller caller, Agency home, PortalForm form, CancellationToken ct) => new(
        caller.CitizenId is { } citizen ? await mandates.ListAsync(caller, citizen, null, MostShown, ct) : [],
        [.. (await mandates.HeldAsync(caller, null, MostShown, ct)).Where(m => m.InForce)], await NamesAsync(caller, ct),
        await services.ListAsync(home.Id, null, drafts: false, MostShown, ct), form);

    /// <summary>Whom the caller speaks for, by name, and that they were told.</summary>
    public async Task<IReadOnlyDictionary<Guid, string>> NamesAsync(Caller caller, CancellationToken ct)
    {
        var names = await mandates.NamesAsync(caller, ct);
        await log.RecordNamedAsync(caller, "citizen.named", names.Keys, ct);
        return names;
    }
}

/// <summary>What the page of mandates shows.</summary>
public sealed record SeenMandates(IReadOnlyList<Mandate> Given, IReadOnlyList<Mandate> Held, IReadOnlyDictionary<Guid, string> Names, IReadOnlyList<ServiceVersion> Services, PortalForm Form);
