using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Transactions.Open311;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Open311;

/// <summary>The GeoReport v2 face of an agency, with FixMyStreet's service request updates (docs/adr/0032-open311.md, docs/integrating.md).</summary>
public static class Open311Setup
{
    internal const string Read = "open311:read";
    internal const string Write = "open311:write";

    // GeoReport is another face of cases: a key that may more with them may this.
    internal const string ReadsCases = "cases:read";
    internal const string WritesCases = "cases:write";

    // What a form with files may have; one without is held to the limit of all bodies.
    internal static readonly Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute WithFiles = new(Transactions.AttachmentUpload.Largest);

    public static void AddOpen311(this IServiceCollection services) =>
        services.AddSingleton<Open311SettingsBook>().AddSingleton<ServiceRequests>().AddSingleton<RequestUpdates>().AddSingleton<ReceivedUpdates>();

    public static void MapOpen311(this IEndpointRouteBuilder app)
    {
        app.MapOpen311Settings();
        // GeoReport describes itself (discovery): it is not repeated in a document whose errors and credentials are other ones.
        var geoReport = app.MapGroup("/open311/{agency}").WithTags("Open311").WithMetadata(new GeoReport()).ExcludeFromDescription();
        geoReport.AddEndpointFilter((context, next) =>
            context.HttpContext.GetRouteValue("format") is string format && !GeoReport.ContentTypes.ContainsKey(format) ? throw Unknown() : next(context));
        geoReport.MapDiscovery();
        var v2 = geoReport.MapGroup("/v2");
        v2.MapServiceList();
        v2.MapServiceRequests();
        v2.MapRequestPost();
        v2.MapUpdates();
        geoReport.Map("{**rest}", Nothing).Allow(Who.Anyone, Read, ReadsCases);
    }

    static IResult Nothing() => throw Unknown();

    static Refusal Unknown() => Problems.NotFound.Because("There is no such resource or method. The format is .xml or .json, as in /v2/services.xml.");
}
