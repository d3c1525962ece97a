using Cirm.Core.Tenancy;

namespace Cirm.Api.Platform;

/// <summary>In which languages a reader wants a plain text: those of Accept-Language in their order (RFC 9110, section 12.5.4), then the agency's own.</summary>
public static class Languages
{
    public static IReadOnlyList<string> Of(HttpContext http, Agency home) =>
    [
        .. http.Request.GetTypedHeaders().AcceptLanguage.Where(l => (l.Quality ?? 1) > 0 && l.Value != "*").OrderByDescending(l => l.Quality ?? 1).Take(20).Select(l => l.Value.ToString()),
        .. home.Locales,
    ];
}
