using System.Diagnostics;

namespace Cirm.Api.Platform;

public static class SecurityHeaders
{
    /// <summary>What every answer carries: its trace, and what browsers must not do with it (OWASP REST Security Cheat Sheet).</summary>
    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        http.Response.OnStarting(static state =>
        {
            var http = (HttpContext)state;
            var headers = http.Response.Headers;
            if (Activity.Current is { } activity) headers["traceparent"] = $"00-{activity.TraceId.ToHexString()}-{activity.SpanId.ToHexString()}-{(activity.Recorded ? "01" : "00")}";
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            // Swagger UI brings its own script and style files, and styles its elements inline.
            headers.ContentSecurityPolicy = http.GetEndpoint()?.Metadata.GetMetadata<IRefusalPage>() is not null
                ? $"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'{ImagesFrom.On(http)}; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
                : http.Request.Path.StartsWithSegments("/swagger")
                ? "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
                : "default-src 'none'; frame-ancestors 'none'";
            if (http.Request.IsHttps) headers.StrictTransportSecurity = "max-age=31536000";
            if (headers.CacheControl.Count == 0) headers.CacheControl = "no-store";
            return Task.CompletedTask;
        }, http);
        return next(http);
    });
}

/// <summary>Marks a page that shows pictures of one other host, such as a map's: only there the policy lets them in.</summary>
/// <param name="Origin">As in <c>https://tiles.example</c>.</param>
public sealed record ImagesFrom(string Origin)
{
    public static string On(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<ImagesFrom>() is { } images ? $" {images.Origin}" : "";
}
