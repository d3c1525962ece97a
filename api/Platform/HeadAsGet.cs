namespace Cirm.Api.Platform;

public static class HeadAsGet
{
    /// <summary>
    /// Answers HEAD as GET without the body (RFC 9110, sections 9.1 and 9.3.2): balancers look at health by it, and programs at an ETag.
    /// The server sends no body to a HEAD, whatever the method is called in here.
    /// </summary>
    public static IApplicationBuilder UseHeadAsGet(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await next(http);
            return;
        }
        http.Request.Method = HttpMethods.Get;
        await next(http);
        http.Request.Method = HttpMethods.Head;
    });
}
