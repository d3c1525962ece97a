using Cirm.Api.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Open311;

namespace Cirm.Api.Open311;

/// <summary>Where an agency's GeoReport is, and in which formats (Open311, "Service Discovery").</summary>
static class DiscoveryEndpoints
{
    const string Specification = "http://wiki.open311.org/GeoReport_v2";

    public static void MapDiscovery(this IEndpointRouteBuilder geoReport) =>
        geoReport.MapGet("/discovery.{format}", Discover).WithName("discoverOpen311").Allow(Who.Anyone, Open311Setup.Read, Open311Setup.ReadsCases);

    static async Task<GeoReportAnswer> Discover(HttpContext http, Agency home, Open311SettingsBook book, CancellationToken ct)
    {
        var settings = await book.TellAsync(home.Id, ct);
        var changed = settings.UpdatedAt ?? home.CreatedAt;
        var address = AddressOf(http, home);
        return new(writer =>
        {
            writer.Begin("discovery");
            writer.Add("changeset", changed);
            writer.Add("contact", settings.Contact);
            writer.Add("key_service", settings.KeyService);
            writer.BeginList("endpoints");
            writer.Begin("endpoint");
            writer.Add("specification", Specification);
            writer.Add("url", $"{address}/v2");
            writer.Add("changeset", changed);
            writer.Add("type", "production");
            writer.BeginList("formats");
            foreach (var type in (string[])["text/xml", "application/json"]) writer.AddEntry("format", type);
            writer.End();
            writer.End();
            writer.End();
            writer.End();
        });
    }

    /// <summary>By the name under which the client reached us, which is the one that it can reach again.</summary>
    static string AddressOf(HttpContext http, Agency home) => $"{http.Request.Scheme}://{http.Request.Host}/open311/{home.Slug}";
}
