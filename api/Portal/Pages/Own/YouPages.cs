using System.Text.Json;
using Cirm.Api.Identity;
using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Pages.Own;

/// <summary>What is kept about the reader: what it is used for, who saw it, all of it to take away, and its end.</summary>
public static class YouPages
{
    const int OnAPage = 50;

    static readonly JsonSerializerOptions Indented = new(Wire.Json) { WriteIndented = true };

    public static void MapOwnData(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/you", (Reader reader) => new RazorComponentResult<You>()).Allow(Who.Citizen | Who.Representative);
        pages.MapGet("/you/consents", ShowConsents).Allow(Who.Citizen);
        pages.MapPost("/you/consents/{use}", SayConsent).Allow(Who.Citizen);
        pages.MapGet("/you/seen-by", SeenBy).Allow(Who.Citizen);
        pages.MapGet("/you/data", Export).Allow(Who.Citizen).WithMetadata(new FileOfAPage());
        pages.MapGet("/you/erasure", () => new RazorComponentResult<EraseYou>(new { Form = PortalForm.Empty })).Allow(Who.Citizen | Who.Representative);
        // Whoever is erased has no account left to send it twice with.
        pages.MapPost("/you/erasure", Erase).Allow(Who.Citizen | Who.Representative).WithMetadata(new NeedsNoIdempotencyKey());
    }

    static async Task<RazorComponentResult<YourConsents>> ShowConsents(Caller caller, Consents consents, CancellationToken ct) =>
        new(new { Consents = await consents.OfAsync(caller.Agency, MeEndpoints.CitizenOf(caller), null, ct), Form = PortalForm.Empty });

    static Task<IResult> SayConsent(string use, HttpContext http, Caller caller, Reader reader, Consents consents, CancellationToken ct) =>
        PageStep.TakeAsync<YourConsents>(http, async form =>
        {
            _ = (BodyValidator.IsClean(use) ? await consents.SayAsync(caller, MeEndpoints.CitizenOf(caller), use, form["given"] == "true", Channel.Web, ct) : null)
                ?? throw Core.Platform.Problems.NotFound.Because("There is no such use here.");
            return SeeOther.To(reader.To("you/consents"));
        }, async form => new { Consents = await consents.OfAsync(caller.Agency, MeEndpoints.CitizenOf(caller), null, ct), Form = form });

    static async Task<RazorComponentResult<SeenBy>> SeenBy(string? after, Caller caller, PersonalData data, CancellationToken ct)
    {
        var found = await data.AccessLogAsync(caller.Agency, MeEndpoints.CitizenOf(caller), long.TryParse(after, out var before) ? before : null, OnAPage + 1, ct);
        return new(new { Entries = found.Take(OnAPage).Select(r => r.Entry).ToList(), Next = found.Count > OnAPage ? found[OnAPage - 1].Position : (long?)null });
    }

    static async Task<FileContentHttpResult> Export(Caller caller, PersonalData data, CancellationToken ct)
    {
        var all = await data.ExportAsync(caller, MeEndpoints.CitizenOf(caller), ct) ?? throw Core.Platform.Problems.NotFound.Because("Nothing is kept about you here.");
        return TypedResults.File(JsonSerializer.SerializeToUtf8Bytes(all, Indented), "application/json; charset=utf-8", "my-data.json");
    }

    static Task<IResult> Erase(HttpContext http, Caller caller, Erasures erasures, CancellationToken ct) =>
        PageStep.TakeAsync<EraseYou>(http, async form =>
        {
            if (form["confirmed"] != "true") throw Core.Platform.Problems.InvalidValue("/confirmed", "required", "An erasure cannot be undone: confirm it.");
            var erased = await erasures.EraseAsync(caller, caller.CitizenId, caller.Id, ct) ?? throw Core.Platform.Problems.NotFound.Because("Nothing is kept about you here.");
            PortalSession.End(http);
            PortalSession.Code.Forget(http);
            return new RazorComponentResult<YouAreErased>(new { Erased = erased });
        }, form => Task.FromResult<object>(new { Form = form }));
}
