using Cirm.Api.Identity;
using Cirm.Api.Platform;

namespace Cirm.Api.Portal;

/// <summary>
/// Who is signed in to the portal: a token of the API's own in a cookie that no script reads and no other host gets. Pages take it from there;
/// the API itself takes no cookies.
/// </summary>
public static class PortalSession
{
    const string Cookie = "__Host-cirm-session";
    const string Idempotency = "Idempotency-Key";

    static readonly CookieOptions Options = new() { HttpOnly = true, Secure = true, SameSite = SameSiteMode.Lax, Path = "/", IsEssential = true };

    /// <summary>Before anybody asks who calls: what pages send by cookie and form, the API expects in headers.</summary>
    public static IApplicationBuilder UsePortalSession(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<PortalPage>() is not null)
        {
            http.Request.Headers.Remove(ApiKeySignIn.Header);
            if (http.Request.Cookies[Cookie] is { Length: > 0 } token) http.Request.Headers.Authorization = $"Bearer {token}";
            else http.Request.Headers.Remove("Authorization");
            http.Request.Headers.Remove(Idempotency);
            if (HttpMethods.IsPost(http.Request.Method) && await KeyOfAsync(http) is { Length: > 0 } key) http.Request.Headers[Idempotency] = key;
        }
        await next(http);
    });

    // A form with files is read as it comes in: its key stands in its address.
    static async ValueTask<string?> KeyOfAsync(HttpContext http) =>
        PortalForm.HasFiles(http) ? http.Request.Query[PortalForm.Key].ToString() : (await PortalForm.ReadAsync(http))[PortalForm.Key];

    public static void Begin(HttpContext http, string token, TimeSpan life) =>
        http.Response.Cookies.Append(Cookie, token, new(Options) { MaxAge = life });

    public static void End(HttpContext http) => http.Response.Cookies.Delete(Cookie, Options);

    /// <summary>The tracking code that a reader typed or was shown, until the browser is closed: it is not to stand in addresses, which a shared computer remembers.</summary>
    public static class Code
    {
        const string Cookie = "__Host-cirm-code";

        public static string? Of(HttpContext http) => http.Request.Cookies[Cookie] is { Length: > 0 and < 100 } code && BodyValidator.IsClean(code) ? code : null;

        public static void Keep(HttpContext http, string code) => http.Response.Cookies.Append(Cookie, code, Options);

        public static void Forget(HttpContext http) => http.Response.Cookies.Delete(Cookie, Options);
    }

    /// <summary>The code of an invitation to a survey, until its answers are sent or the browser is closed.</summary>
    public static class SurveyCode
    {
        const string Cookie = "__Host-cirm-survey";

        public static string? Of(HttpContext http) => http.Request.Cookies[Cookie] is { Length: > 0 and < 100 } code && BodyValidator.IsClean(code) ? code : null;

        public static void Keep(HttpContext http, string code) => http.Response.Cookies.Append(Cookie, code, Options);

        public static void Forget(HttpContext http) => http.Response.Cookies.Delete(Cookie, Options);
    }
}
