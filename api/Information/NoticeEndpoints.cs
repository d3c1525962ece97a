using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Information;

/// <summary>How far a notice is that goes out, for staff; and the way in which whoever got one says that they want no more.</summary>
public static class NoticeEndpoints
{
    public static void MapNotices(this IEndpointRouteBuilder app)
    {
        var agency = app.MapGroup("/v1/agencies/{agency}").WithTags("Articles");
        agency.MapGet("/notices/{key}/versions/{number:int}/sending", GetSending).WithEtags().WithName("getNoticeSending").Allow(Who.Staff, "articles:read");
        agency.MapPost("/notice-refusals/{code}", Refuse).WithName("refuseNotices").Allow(Who.Anyone).RequireRateLimiting(Limits.AnonymousWrites).Refuses(Core.Platform.Problems.TooMany);
    }

    static async Task<Ok<NoticeSending>> GetSending(string key, int number, Caller caller, NoticeSendings sendings, CancellationToken ct) =>
        TypedResults.Ok((BodyValidator.IsClean(key) ? await sendings.FindAsync(caller.Agency, key, number, ct) : null)
            ?? throw Core.Platform.Problems.NotFound.Because($"Version {number} of \"{key}\" does not go out."));

    /// <summary>Takes a POST without a body, and that of a mail program (RFC 8058).</summary>
    static async Task<NoContent> Refuse(string code, Caller caller, NoticeLinks links, Consents consents, CancellationToken ct)
    {
        await RefuseAsync(CitizenOf(code, caller, links), caller, consents, ct);
        return TypedResults.NoContent();
    }

    /// <summary>Whose code it is.</summary>
    internal static Guid CitizenOf(string code, Caller caller, NoticeLinks links) => links.Read(caller.Agency, code) ?? throw Unknown();

    /// <summary>Whether they have said no already.</summary>
    internal static async Task<bool> HasRefusedAsync(Guid citizen, Caller caller, Consents consents, CancellationToken ct) =>
        (await consents.OfAsync(caller.Agency, citizen, DataUse.Notices, ct)).SingleOrDefault()?.Given == false;

    /// <summary>Writes down that they want no more. It is the citizen's own word, whoever is signed in where the link was followed.</summary>
    internal static async Task RefuseAsync(Guid citizen, Caller caller, Consents consents, CancellationToken ct)
    {
        try
        {
            var themself = caller with { Kind = ActorKind.Anonymous, Id = null, Role = null, CitizenId = null };
            _ = await consents.SayAsync(themself, citizen, DataUse.Notices, given: false, Channel.Web, ct) ?? throw Unknown();
        }
        catch (Refusal erased) when (erased.Problem == Core.Identity.Problems.CitizenErased)
        {
            throw Unknown(); // nothing is sent to them any more
        }
    }

    static Refusal Unknown() => Core.Platform.Problems.NotFound.Because("This link does not lead to anybody here.");
}
