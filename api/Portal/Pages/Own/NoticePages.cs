using Cirm.Api.Information;
using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Pages.Own;

/// <summary>Where the link in a notice leads by which one says "no more of these". To open it says nothing yet: mail programs open links, too.</summary>
public static class NoticePages
{
    public static void MapNoticePages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/no-more-notices/{code}", Show).Allow(Who.Anyone | Who.Operator);
        pages.MapPost("/no-more-notices/{code}", Refuse).Allow(Who.Anyone | Who.Operator).RequireRateLimiting(Limits.AnonymousWrites);
    }

    static async Task<RazorComponentResult<NoMoreNotices>> Show(string code, Caller caller, NoticeLinks links, Consents consents, CancellationToken ct) =>
        new(new { Code = code, HasRefused = await NoticeEndpoints.HasRefusedAsync(NoticeEndpoints.CitizenOf(code, caller, links), caller, consents, ct) });

    static async Task<IResult> Refuse(string code, Caller caller, Reader reader, NoticeLinks links, Consents consents, CancellationToken ct)
    {
        await NoticeEndpoints.RefuseAsync(NoticeEndpoints.CitizenOf(code, caller, links), caller, consents, ct);
        return SeeOther.To(reader.To($"no-more-notices/{code}"));
    }
}
