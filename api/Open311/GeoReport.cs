using System.Globalization;
using Cirm.Api.Identity;
using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Files;
using Cirm.Core.Transactions.Open311;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Open311;

/// <summary>An answer of GeoReport, in the format that its address ends with.</summary>
sealed class GeoReportAnswer(Action<SparkWriter> write, int status = StatusCodes.Status200OK) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var piece = new Piece();
        Write(GeoReport.FormatOf(httpContext), piece);
        httpContext.Response.StatusCode = status;
        httpContext.Response.ContentType = GeoReport.ContentTypes[GeoReport.FormatOf(httpContext)];
        httpContext.Response.ContentLength = piece.Written.Length;
        await httpContext.Response.Body.WriteAsync(piece.Written, httpContext.RequestAborted);
    }

    /// <summary>The bytes, to be kept with an Idempotency-Key.</summary>
    public byte[] ToBytes(string format)
    {
        using var piece = new Piece();
        Write(format, piece);
        return piece.Written.ToArray();
    }

    void Write(string format, Piece piece)
    {
        using var writer = SparkWriter.For(format, piece);
        write(writer);
    }
}

/// <summary>
/// What is different on GeoReport's routes (GeoReport v2, "Errors", "Requires API Key"): keys come as <c>api_key</c>, refusals are a list of codes and descriptions in the
/// format that was asked for.
/// </summary>
public sealed class GeoReport : IRefusalPage, IReplayedAs, ITakesKeyInRequest
{
    internal static readonly IReadOnlyDictionary<string, string> ContentTypes = new Dictionary<string, string>
    {
        ["json"] = "application/json; charset=utf-8", ["xml"] = "text/xml; charset=utf-8",
    };

    // What a member of the submission is called in GeoReport.
    static readonly Dictionary<string, string> Names = new()
    {
        ["service"] = "service_code", ["title"] = "description", ["location/latitude"] = "lat", ["location/longitude"] = "long", ["channel"] = "service_code", ["name"] = "first_name",
    };

    /// <summary>The format of an address; XML, which every client can read, when it names none.</summary>
    internal static string FormatOf(HttpContext http) =>
        http.GetRouteValue("format") is string format && ContentTypes.ContainsKey(format) ? format : http.Request.Path.Value?.EndsWith(".json", StringComparison.Ordinal) == true ? "json" : "xml";

    public string ContentTypeOf(HttpContext http) => ContentTypes[FormatOf(http)];

    public async Task<string?> KeyOfAsync(HttpContext http) =>
        http.Request.Query["api_key"] is [.., { Length: > 0 } key] ? key : await GeoReportForm.StartAsync(http) is { } form ? form.Text("api_key") : null;

    public Task ShowAsync(HttpContext http, Refusal refusal)
    {
        var status = refusal.Problem.Status switch
        {
            401 or 403 => StatusCodes.Status403Forbidden,
            404 => StatusCodes.Status404NotFound,
            429 or >= 500 => refusal.Problem.Status, // not the client's to correct, but to try again
            _ when refusal.Errors.Any(e => e is { Pointer: "/service", Code: "unknown" }) => StatusCodes.Status404NotFound,
            _ => StatusCodes.Status400BadRequest,
        };
        if (refusal.RetryAfter is { } wait) http.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        IReadOnlyList<string> descriptions = refusal.Errors.Count > 0 ? [.. refusal.Errors.Select(e => $"{NameOf(e.Pointer)}: {e.Detail}")]
            : refusal.Problem == Problems.Unauthenticated ? [$"Missing or invalid api_key: {refusal.Detail}"] : [refusal.Detail];
        return new GeoReportAnswer(writer =>
        {
            writer.BeginList("errors");
            foreach (var description in descriptions)
            {
                writer.Begin("error");
                writer.Add("code", status);
                writer.Add("description", description);
                writer.End();
            }
            writer.End();
        }, status).ExecuteAsync(http);
    }

    static string NameOf(string pointer)
    {
        var name = pointer.TrimStart('/', '?');
        return name.StartsWith("answers/", StringComparison.Ordinal) ? $"attribute[{name["answers/".Length..].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)}]"
            : Names.GetValueOrDefault(name, name);
    }

    /// <summary>Refuses what is meant for another jurisdiction, where the agency has said which it is.</summary>
    internal static void CheckJurisdiction(Open311Settings settings, string? sent)
    {
        if (settings.JurisdictionId is { } ours && !string.IsNullOrEmpty(sent) && !string.Equals(ours, sent, StringComparison.OrdinalIgnoreCase))
            throw Problems.NotFound.Because($"The jurisdiction_id was not found: this endpoint serves {ours}.");
    }

    /// <summary>Where whoever was shown a picture can fetch it: clients do so later, and without a key. The same address all day.</summary>
    internal static string AddressOf(HttpContext http, PictureLinks links, Agency home, Guid caseId, Guid picture, DateTimeOffset now) =>
        $"{http.Request.Scheme}://{http.Request.Host}{links.PathOf(home.Slug, home.Id, caseId, picture, new(now.UtcDateTime.Date, TimeSpan.Zero), now)}";

    /// <summary>Who reads: staff, and keys that may read all cases, see all of them.</summary>
    internal static Open311Reader ReaderOf(CallContext call) => new(call.Caller!, call.Caller!.Kind == ActorKind.Staff || call.Scopes.Contains("cases:read"));
}
