using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Cirm.Core.Platform;

namespace Cirm.Api.Portal;

/// <summary>Style sheets and scripts, built in: each under an address that names its content, so that browsers keep it for good.</summary>
public static class PortalFiles
{
    static readonly Dictionary<string, Asset> ByName = new[] { "portal.css", "portal.rtl.css", "portal.js", "govuk-frontend.js", "chart.js", "place.js", "leaflet.js", "leaflet.css", "icon.svg" }.ToDictionary(n => n, Asset.Load);

    /// <summary>Where a file is.</summary>
    public static string At(string name) => ByName[name].Address;

    public static void MapPortalFiles(this IEndpointRouteBuilder app) =>
        app.MapGet("/assets/{content}/{name}", (string content, string name, HttpContext http) => ByName.TryGetValue(name, out var asset) && asset.Address == $"/assets/{content}/{name}"
            ? asset.SendAsync(http) : throw Problems.NotFound.Because("There is no such file, or not any more.")).ExcludeFromDescription();

    sealed record Asset(string Address, string Type, byte[] Plain, byte[] Packed)
    {
        public static Asset Load(string name)
        {
            using var file = Assembly.GetExecutingAssembly().GetManifestResourceStream($"assets/{name}")!;
            using var plain = new MemoryStream();
            file.CopyTo(plain);
            using var packed = new MemoryStream();
            using (var brotli = new BrotliStream(packed, CompressionLevel.Optimal)) brotli.Write(plain.ToArray());
            var hash = Convert.ToHexStringLower(SHA256.HashData(plain.ToArray()))[..12];
            return new($"/assets/{hash}/{name}", TypeOf(name), plain.ToArray(), packed.ToArray());
        }

        static string TypeOf(string name) => Path.GetExtension(name) switch
        {
            ".css" => "text/css; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "text/javascript; charset=utf-8",
        };

        public Task SendAsync(HttpContext http)
        {
            var packs = http.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal);
            http.Response.ContentType = Type;
            http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
            http.Response.Headers.Vary = "Accept-Encoding";
            if (packs) http.Response.Headers.ContentEncoding = "br";
            var bytes = packs ? Packed : Plain;
            http.Response.ContentLength = bytes.Length;
            return http.Response.Body.WriteAsync(bytes, 0, bytes.Length, http.RequestAborted);
        }
    }
}
