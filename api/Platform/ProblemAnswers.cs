using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.Http.Features;
using Npgsql;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Platform;

/// <summary>Marks an operation that people read: a refusal is shown to them on a page.</summary>
public interface IRefusalPage
{
    /// <summary>Shows why something was refused.</summary>
    Task ShowAsync(HttpContext http, Refusal refusal);
}

/// <summary>The one place where a refusal becomes an answer (RFC 9457), and the catalogue of all of them.</summary>
public static class ProblemAnswers
{
    const long MostReadAway = 32 << 20;

    /// <summary>Every problem that is declared anywhere, by code.</summary>
    public static readonly IReadOnlyDictionary<string, Problem> Catalogue = typeof(Problem).Assembly.GetTypes()
        .Where(t => t.Name == nameof(Problems))
        .SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.Static))
        .Where(f => f.FieldType == typeof(Problem))
        .Select(f => (Problem)f.GetValue(null)!)
        .ToDictionary(p => p.Code);

    /// <summary>Answers what handlers throw and what the framework refuses without a body.</summary>
    public static IApplicationBuilder UseProblemAnswers(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        try
        {
            await next(http);
            if (http.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null or 0, ContentType: null })
                await ShowAsync(http, Refuse(http.Response.StatusCode, http));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client went away: nobody reads an answer.
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            var refusal = Translate(e);
            if (refusal.Problem.Status >= 500)
                http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Cirm.Problems").LogError(e, "{Method} {Route} failed", http.Request.Method,
                    (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText);
            http.Response.Clear();
            if (refusal.Problem.Status == 413) await LetFinishAsync(http);
            await ShowAsync(http, refusal);
        }
    });

    /// <summary>The catalogue, for people and programs: a problem's type URI leads here.</summary>
    public static void MapProblemCatalogue(this IEndpointRouteBuilder app)
    {
        app.MapGet("/problems", () => TypedResults.Content(Page("Problems", string.Concat(Catalogue.Values.OrderBy(p => p.Code, StringComparer.Ordinal).Select(Entry))), "text/html; charset=utf-8"))
            .WithName("listProblems").WithTags("Problems").Allow(Who.Anyone | Who.Operator);
        app.MapGet("/problems/{code}", (string code) => Catalogue.TryGetValue(code, out var problem)
                ? TypedResults.Content(Page(problem.Title, Entry(problem)), "text/html; charset=utf-8")
                : throw Problems.NotFound.Because("There is no problem of that name."))
            .WithName("getProblem").WithTags("Problems").Allow(Who.Anyone | Who.Operator);

        static string Entry(Problem p) => $"<article id=\"{p.Code}\"><h2>{WebUtility.HtmlEncode(p.Title)}</h2><p><code>/problems/{p.Code}</code>, status {p.Status}</p><p>{WebUtility.HtmlEncode(p.Help)}</p></article>";
        static string Page(string title, string body) => $"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{WebUtility.HtmlEncode(title)}</title><main>{body}</main></html>";
    }

    /// <summary>
    /// Reads away what is still sent of a body that is too large. The server would hang up, and many programs tell of a broken
    /// connection then and never look at the answer. Who sends very much more, or asked first (Expect), is not waited for.
    /// </summary>
    static async Task LetFinishAsync(HttpContext http)
    {
        if (http.Request.ContentLength is not (> 0 and <= MostReadAway) || http.Request.Headers.Expect.Count > 0
            || http.Features.Get<IHttpMaxRequestBodySizeFeature>() is not { IsReadOnly: false } limit) return;
        limit.MaxRequestBodySize = MostReadAway;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        patience.CancelAfter(TimeSpan.FromSeconds(10));
        try
        {
            await http.Request.Body.CopyToAsync(Stream.Null, patience.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // It is answered all the same.
        }
    }

    static Refusal Translate(Exception e) => e switch
    {
        Refusal refusal => refusal,
        BadHttpRequestException { StatusCode: 413 } => Problems.TooLarge.Because("The body is over the limit of this operation."),
        BadHttpRequestException bad => Problems.BadRequest.Because(bad.Message),
        // By SQLSTATE: on several machines a constraint's name does not arrive.
        PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure } =>
            new Refusal(Problems.Busy, "Somebody else is changing the same thing.") { RetryAfter = TimeSpan.FromSeconds(1) },
        PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter } =>
            Problems.InvalidValue("", "characters", "A text contains a character that cannot be kept, such as NUL."),
        // Of several hosts none takes writes: Npgsql does not count that as passing, and it passes.
        NpgsqlException { IsTransient: true } or NpgsqlException and not (PostgresException or NpgsqlOperationInProgressException) => new Refusal(Problems.Unavailable, "The database does not answer.") { RetryAfter = TimeSpan.FromSeconds(2) },
        _ => Problems.Unexpected.Because("The traceId leads to the cause in our logs."),
    };

    static Refusal Refuse(int status, HttpContext http) => status switch
    {
        401 => Problems.Unauthenticated.Because("Nobody is signed in."),
        403 => Problems.Forbidden.Because("This is not for you."),
        404 => Problems.NotFound.Because("Nothing is at this address."),
        405 => Problems.MethodNotAllowed.Because($"{http.Request.Method} is not for this address."),
        413 => Problems.TooLarge.Because("The body is over the limit of this operation."),
        415 => Problems.UnsupportedMediaType.Because("The Content-Type is not one that this operation takes."),
        429 => Problems.TooMany.Because("Slow down."),
        < 500 => Problems.BadRequest.Because("The request cannot be read."),
        _ => Problems.Unexpected.Because("The traceId leads to the cause in our logs."),
    };

    static Task ShowAsync(HttpContext http, Refusal refusal) =>
        http.GetEndpoint()?.Metadata.GetMetadata<IRefusalPage>() is { } page ? page.ShowAsync(http, refusal) : WriteAsync(http, refusal);

    static async Task WriteAsync(HttpContext http, Refusal refusal)
    {
        http.Response.StatusCode = refusal.Problem.Status;
        http.Response.ContentType = "application/problem+json";
        if (refusal.Problem.Status == 401) http.Response.Headers.WWWAuthenticate = "Bearer";
        if (refusal.RetryAfter is { } wait) http.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        var document = new Dictionary<string, object?>
        {
            ["type"] = $"/problems/{refusal.Problem.Code}",
            ["title"] = refusal.Problem.Title,
            ["status"] = refusal.Problem.Status,
            ["detail"] = refusal.Detail,
            ["traceId"] = Activity.Current?.TraceId.ToHexString(),
        };
        if (refusal.Errors.Count > 0) document["errors"] = refusal.Errors;
        foreach (var (name, value) in refusal.Extensions ?? new Dictionary<string, object?>()) document[name] = value;
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(document, Wire.Json)), CancellationToken.None);
    }
}
