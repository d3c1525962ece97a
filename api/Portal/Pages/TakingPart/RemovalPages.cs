using System.Text.Json.Nodes;
using Cirm.Api.Participation;
using Cirm.Api.Platform;
using Cirm.Core.Participation.Dialogue;
using Cirm.Core.Platform;

namespace Cirm.Api.Portal.Pages.TakingPart;

/// <summary>What was removed: by which rule and why, for everybody; its author objects here, and reads how that was decided.</summary>
public static class RemovalPages
{
    const Who Speakers = Who.Citizen | Who.Representative;

    public static void MapRemovalPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/removals/{id:guid}", Show).Allow(Who.Anyone);
        pages.MapPost("/removals/{id:guid}/appeal", Appeal).Allow(Speakers);
    }

    static async Task<Microsoft.AspNetCore.Http.HttpResults.RazorComponentResult<RemovalShown>> Show(Guid id, Caller caller, Moderation moderation, CancellationToken ct) =>
        new(await ReadAsync(id, caller, moderation, PortalForm.Empty, ct));

    static Task<IResult> Appeal(Guid id, HttpContext http, Caller caller, Reader reader, Moderation moderation, CancellationToken ct) =>
        PageStep.TakeAsync<RemovalShown>(http, async form =>
        {
            var wanted = PortalForm.Read<ModerationEndpoints.AppealRemoval>(new JsonObject { ["reason"] = form["reason"] });
            _ = await moderation.AppealAsync(caller, id, wanted.Reason, ct) ?? throw TalkPages.Unknown();
            return SeeOther.To(reader.To($"removals/{id}"));
        }, form => ReadAsync(id, caller, moderation, form, ct));

    static async Task<object> ReadAsync(Guid id, Caller caller, Moderation moderation, PortalForm form, CancellationToken ct) =>
        new { Removal = (await moderation.ListAsync(caller, null, id, null, 1, ct)).SingleOrDefault() ?? throw TalkPages.Unknown(), Form = form };
}
