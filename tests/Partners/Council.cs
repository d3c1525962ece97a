using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cirm.Tests.Partners;

/// <summary>A member by member thing of GeoReport.</summary>
public sealed class Thing : Dictionary<string, string?>
{
    public static Thing Of(params (string Name, string? Value)[] members)
    {
        var thing = new Thing();
        foreach (var (name, value) in members) thing[name] = value;
        return thing;
    }
}

/// <summary>
/// A GeoReport server as small councils have it, without idempotency of its own, at a path for each test; and what such servers do besides: see <see cref="Desk"/>.
/// </summary>
public sealed class Council : IAsyncDisposable
{
    readonly WebApplication app;
    readonly ConcurrentDictionary<string, Desk> desks = new();

    public Council()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.Map("/{desk}/{**path}", ServeAsync);
        app.Start();
    }

    public string Origin => app.Urls.Single();

    public Desk At(string slug) => desks.GetOrAdd(slug, _ => new());

    async Task ServeAsync(HttpContext http, string desk, string path)
    {
        var at = At(desk);
        var form = new Thing();
        if (http.Request.HasFormContentType)
            foreach (var (name, values) in await http.Request.ReadFormAsync()) form[name] = values.ToString();
        var call = new Call(http, path[..path.LastIndexOf('.')], form);
        at.Calls.Enqueue(call);
        if (at.Before is { } before && await before(call)) return;
        var (root, element, things, status) = Answer(at, call);
        if (at.After is { } after && await after(call)) return;
        http.Response.StatusCode = status;
        var xml = path.EndsWith(".xml", StringComparison.Ordinal);
        http.Response.ContentType = xml ? "text/xml; charset=utf-8" : "application/json; charset=utf-8";
        await http.Response.WriteAsync(xml ? Xml(root, element, things) : JsonSerializer.Serialize(things));
    }

    static (string Root, string Element, IReadOnlyList<Thing> Things, int Status) Answer(Desk at, Call call)
    {
        var query = call.Http.Request.Query;
        switch (call.Http.Request.Method, call.Path.Split('/')[0])
        {
            case ("POST", "requests"):
                lock (at.Requests)
                {
                    var id = $"C-{at.Requests.Count + 1}";
                    at.Requests.Add(Thing.Of([.. call.Form.Select(m => (m.Key, m.Value)), ("service_request_id", id), ("status", "open"), ("updated_datetime", Now())]));
                    return ("service_requests", "request", [at.GivesTokens ? Thing.Of(("token", $"T-{id}")) : Thing.Of(("service_request_id", id))], 201);
                }
            case ("POST", "servicerequestupdates"):
                lock (at.Updates) at.Updates.Add(call.Form);
                return ("service_request_updates", "request_update", [Thing.Of(("update_id", at.OwnUpdateIds ? $"U-{at.Updates.Count}" : call.Form["update_id"]))], 200);
            case ("GET", "tokens"):
                var token = call.Path.Split('/')[1];
                return ("service_requests", "request", [Thing.Of(("token", token), ("service_request_id", at.GivesTokens ? null : token[2..]))], 200);
            case ("GET", "requests"):
                var wanted = query["service_request_id"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries);
                lock (at.Requests)
                    return ("service_requests", "request",
                        [.. at.Requests.Where(r => wanted.Length > 0 ? wanted.Contains(r["service_request_id"]) : r["service_code"] == query["service_code"])], 200);
            case ("GET", "servicerequestupdates") when at.HasUpdates:
                lock (at.Published) return ("service_request_updates", "request_update", [.. at.Published.Where(u => Within(u["updated_datetime"]!, query))], 200);
            case ("GET", "services") when call.Path.Contains('/') && at.Definition is { } definition:
                return ("service_definition", "attribute", definition, 200);
            case ("GET", "services"):
                return ("services", "service", at.Services, 200);
            default:
                return ("errors", "error", [Thing.Of(("code", "404"), ("description", "There is no such thing."))], 404);
        }
    }

    static bool Within(string time, IQueryCollection query) =>
        !DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, out var at)
        || at >= DateTimeOffset.Parse(query["start_date"]!, CultureInfo.InvariantCulture) && at <= DateTimeOffset.Parse(query["end_date"]!, CultureInfo.InvariantCulture);

    static string Xml(string root, string element, IReadOnlyList<Thing> things)
    {
        var list = new XElement(root);
        foreach (var thing in things) list.Add(new XElement(element, thing.Where(m => !m.Key.Contains('[')).Select(m => new XElement(m.Key, m.Value))));
        return $"<?xml version=\"1.0\" encoding=\"utf-8\"?>{list}";
    }

    public static string Now(TimeSpan later = default) => (DateTimeOffset.UtcNow + later).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}

/// <summary>What a council got.</summary>
public sealed record Call(HttpContext Http, string Path, Thing Form)
{
    public string Method { get; } = Http.Request.Method;
    public string Query { get; } = Http.Request.QueryString.ToString();
    public string? Key { get; } = Http.Request.Headers["Idempotency-Key"];

    /// <summary>Answers with these bytes, and nothing behind them.</summary>
    public async Task<bool> AnswerAsync(int status, string body, string type = "application/json")
    {
        (Http.Response.StatusCode, Http.Response.ContentType) = (status, type);
        await Http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body));
        return true;
    }

    /// <summary>Promises more than it sends, and hangs up.</summary>
    public async Task<bool> HangUpAsync()
    {
        Http.Response.ContentLength = 1000;
        await Http.Response.Body.WriteAsync("[{\"service_requ"u8.ToArray());
        await Http.Response.Body.FlushAsync();
        Http.Abort();
        return true;
    }
}

/// <summary>One council's, and how it behaves.</summary>
public sealed class Desk
{
    public List<Thing> Requests { get; } = [];

    /// <summary>Posted to it.</summary>
    public List<Thing> Updates { get; } = [];

    /// <summary>Listed by it.</summary>
    public List<Thing> Published { get; } = [];

    public List<Thing> Services { get; } = [];
    public List<Thing>? Definition { get; set; }
    public ConcurrentQueue<Call> Calls { get; } = [];
    public bool GivesTokens { get; set; }
    public bool OwnUpdateIds { get; set; }
    public bool HasUpdates { get; set; } = true;

    /// <summary>Instead of taking what comes: true when it has answered.</summary>
    public Func<Call, Task<bool>>? Before { get; set; }

    /// <summary>After taking it, instead of saying so.</summary>
    public Func<Call, Task<bool>>? After { get; set; }

    public IEnumerable<Call> Of(string method, string path) => Calls.Where(c => c.Method == method && c.Path == path);

    public void Says(string reference, string id, string status, string time, string? description = null, params (string, string?)[] more) =>
        Published.Add(Thing.Of([("service_request_id", reference), ("update_id", id), ("status", status), ("updated_datetime", time), ("description", description), .. more]));
}
