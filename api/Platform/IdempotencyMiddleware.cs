using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Npgsql;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Platform;

/// <summary>Marks an operation that reads a large body as a stream, and sets the Idempotency-Key's request hash itself.</summary>
public sealed record HashesItsBody;

/// <summary>Marks an operation that changes nothing: a repeated request is simply answered again.</summary>
public sealed record NeedsNoIdempotencyKey;

/// <summary>Marks an operation whose answers are not always JSON.</summary>
public interface IReplayedAs
{
    /// <summary>What the answer to a request is written in.</summary>
    string ContentTypeOf(HttpContext http);
}

/// <summary>
/// Gives every POST its Idempotency-Key: the answer is committed with the change that it tells of, and given again to whoever
/// repeats the request (draft-ietf-httpapi-idempotency-key-header).
/// </summary>
public sealed class IdempotencyMiddleware(RequestDelegate next)
{
    const string Header = "Idempotency-Key";

    public async Task InvokeAsync(HttpContext http, CallContext call, TenantDb db)
    {
        if (!HttpMethods.IsPost(http.Request.Method) || call.Caller is not { } caller || !http.Request.Headers.TryGetValue(Header, out var sent)
            || http.GetEndpoint()?.Metadata.GetMetadata<NeedsNoIdempotencyKey>() is not null)
        {
            await next(http);
            return;
        }

        var key = sent.ToString();
        if (key.Length is 0 or > 255 || key.Any(c => c is <= ' ' or > '~'))
            throw Problems.BadRequest.Because($"{Header} has to be 1 to 255 visible ASCII characters.");
        var hash = http.GetEndpoint()?.Metadata.GetMetadata<HashesItsBody>() is null ? await HashAsync(http) : [];
        var retry = new Idempotency(key, $"{caller.Kind}:{caller.Id}\n{http.Request.Path}{http.Request.QueryString}", hash);
        call.Caller = caller with { Retry = retry };

        var wire = http.Response.Body;
        using var answer = new MemoryStream();
        http.Response.Body = answer;
        try
        {
            await next(http);
            if (retry.Waiting is { } change && http.Response.StatusCode < 400) // a page sends its reader on (303)
                await change.CompleteAsync(http.Response.StatusCode, http.Response.Headers.Location, http.Response.Headers.ETag, retry.Essence ?? answer.ToArray(), http.RequestAborted);
            http.Response.Body = wire;
            if (answer.Length > 0) http.Response.ContentLength = answer.Length; // sent in one piece
            answer.Position = 0;
            await answer.CopyToAsync(wire, http.RequestAborted);
        }
        catch (Exception e) when (e is IdempotencyKeyTakenException or Refusal)
        {
            http.Response.Body = wire;
            // A refusal may only be due to what the first request did: its answer comes before any other.
            if (await retry.FindAsync(db, caller.Agency, http.RequestAborted) is { } first) await ReplayAsync(http, first);
            else throw;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            throw new Refusal(Problems.IdempotencyKeyBusy, "The first request has not finished.") { RetryAfter = TimeSpan.FromSeconds(1) };
        }
        finally
        {
            http.Response.Body = wire;
            if (retry.Waiting is { } change) await change.EndAsync();
        }
    }

    static async Task<byte[]> HashAsync(HttpContext http) => SHA256.HashData((await RawBody.ReadAsync(http)).Span);

    static async Task ReplayAsync(HttpContext http, StoredAnswer first)
    {
        http.Response.Clear();
        http.Response.StatusCode = first.Status;
        http.Response.Headers.Location = first.Location;
        http.Response.Headers.ETag = first.ETag;
        http.Response.Headers["Idempotent-Replayed"] = "true";
        if (first.Body.Length == 0) return;
        http.Response.ContentType = http.GetEndpoint()?.Metadata.GetMetadata<IReplayedAs>()?.ContentTypeOf(http) ?? "application/json; charset=utf-8";
        var body = first.Number is not { } number ? first.Body : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(first.Body).Replace(
            $"\"number\":{StoredAnswer.NumberMarker.ToString(CultureInfo.InvariantCulture)}", $"\"number\":{number.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal));
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }
}
