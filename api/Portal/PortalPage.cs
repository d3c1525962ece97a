using System.Globalization;
using Cirm.Api.Platform;
using Cirm.Api.Portal.Pages;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Portal;

/// <summary>Marks what is read by people: signed in by cookie, refused in words on a page.</summary>
public sealed class PortalPage : IRefusalPage
{
    public async Task ShowAsync(HttpContext http, Refusal refusal)
    {
        var reader = http.RequestServices.GetRequiredService<Reader>();
        if (refusal.Problem.Status == StatusCodes.Status401Unauthorized && reader.Slug is not null)
        {
            PortalSession.End(http);
            await SignInAsync(http, reader);
            return;
        }
        if (refusal.Problem.Status == StatusCodes.Status401Unauthorized && http.Request.Path.StartsWithSegments($"/{reader.Language}/-"))
        {
            PortalSession.End(http);
            http.Response.Redirect($"/{reader.Language}/-/sign-in");
            return;
        }
        http.Response.StatusCode = refusal.Problem.Status;
        if (refusal.RetryAfter is { } wait) http.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        await new RazorComponentResult<Refused>(new { Refusal = refusal }) { StatusCode = refusal.Problem.Status }.ExecuteAsync(http);
    }

    // What was typed into a form while the session ran out goes along with the sign-in, and is sent after it (WCAG 2.2, 2.2.5). What another site sent does not; files would be too much.
    static async Task SignInAsync(HttpContext http, Reader reader)
    {
        var to = $"{http.Request.Path}{http.Request.QueryString}";
        if (HttpMethods.IsPost(http.Request.Method) && SameOrigin.IsOurs(http.Request) && !PortalForm.HasFiles(http))
        {
            await new RazorComponentResult<SignIn>(new { Form = PortalForm.Empty, To = to, Kept = KeptForm.Of(await PortalForm.ReadAsync(http)) }) { StatusCode = StatusCodes.Status401Unauthorized }.ExecuteAsync(http);
            return;
        }
        http.Response.Redirect(reader.To($"sign-in?to={Uri.EscapeDataString(HttpMethods.IsGet(http.Request.Method) ? to : PageOf(http.Request.Path))}"));
    }

    // Files are sent to an address below their page's.
    static string PageOf(string path) => path.EndsWith("/attachments", StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : path;
}

/// <summary>
/// Refuses changes that another site asks a reader's browser for: a browser says where a request comes from, and no page can make it say otherwise
/// (Fetch Metadata; OWASP Cross-Site Request Forgery Prevention Cheat Sheet). Browsers older than that send Origin.
/// </summary>
public sealed class SameOrigin : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || IsOurs(request)) return next(context);
        throw Problems.Forbidden.Because("This was sent from another site. Open the page here and send it again.");
    }

    /// <summary>Whether a request comes from one of our own pages.</summary>
    public static bool IsOurs(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"] is [{ } site]) return site is "same-origin";
        return request.Headers.Origin is [{ } origin] && Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority == request.Host.Value;
    }
}

/// <summary>Marks an address of the pages at which a file is taken away, and nothing is read.</summary>
public sealed class FileOfAPage;
