using System.Diagnostics;
using System.Net;
using System.Text;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Outside;

namespace Cirm.Core.Transactions.Partnering;

/// <summary>Where a partner is, as whoever calls it has to know it.</summary>
/// <param name="Url">Of its API.</param>
/// <param name="Format">Of answers.</param>
/// <param name="JurisdictionId">Where it serves several.</param>
/// <param name="ApiKey">Open.</param>
public sealed record PartnerAddress(string Url, GeoReportFormat Format, string? JurisdictionId, string? ApiKey)
{
    internal string Of(string path) => $"{Url.TrimEnd('/')}/{path}.{Format.Word()}";
}

/// <summary>How a call ended.</summary>
/// <param name="Attempt">Status or error, the first KB of the answer, how long it took.</param>
/// <param name="Things">What the answer says; empty unless it is a 2xx that could be read.</param>
/// <param name="Ahead">How far its clock is ahead of ours, by its Date header.</param>
public sealed record GeoReportAnswer(Attempt Attempt, IReadOnlyList<GeoReportThing> Things, TimeSpan? Ahead = null)
{
    /// <summary>The error of an answer that came and could not be read.</summary>
    public const string NotReadable = "not-readable";

    /// <summary>The one thing that most answers are about.</summary>
    public GeoReportThing? First => Things is [var first, ..] ? first : null;

    /// <summary>The same will be refused again, whenever it is sent: a 4xx that is not about keys, haste or timing (GeoReport v2; RFC 9110).</summary>
    public bool IsRefusal => Attempt is { Error: null, Status: >= 400 and < 500 and not (401 or 403 or 408 or 409 or 423 or 425 or 429) };

    /// <summary>It may have arrived, whatever the answer is.</summary>
    public bool IsUncertain => Attempt is { Error: "timeout" or "no-answer" or NotReadable } or { Status: >= 500 };
}

/// <summary>
/// Calls GeoReport v2 servers, with FixMyStreet's <c>servicerequestupdates</c>. It goes out only (<see cref="OutboundGuard"/>), follows nothing, and takes
/// an answer whole or not at all.
/// </summary>
/// <param name="guard">What may be called.</param>
/// <param name="patience">For a whole call; less than <see cref="PartnerSending.Lease"/>, and than a worker that was asked to stop may take.</param>
public sealed class GeoReportClient(OutboundGuard guard, TimeSpan? patience = null) : IDisposable
{
    const int AnswerKept = 1024;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly HttpClient http = guard.CreateClient(patience ?? Patience, GeoReport.LongestAnswer);

    /// <summary>With the origins in CIRM_TRUSTED_PARTNERS, which may be inside.</summary>
    public static GeoReportClient FromEnvironment() => new(new OutboundGuard(OutboundGuard.OriginsIn("CIRM_TRUSTED_PARTNERS")));

    /// <summary>Why an address cannot be a partner's; null when it can.</summary>
    public string? Refusal(string url) => !Uri.TryCreate(url, UriKind.Absolute, out var address) ? "This is not an address."
        : address.Query.Length > 0 || address.Fragment.Length > 0 ? "An API's address has no query." : guard.Refusal(address);

    /// <summary>Posts a form, with the partner's key.</summary>
    /// <param name="to">Whom.</param>
    /// <param name="path">As in <c>requests</c>.</param>
    /// <param name="fields">Of the form.</param>
    /// <param name="key">Of this thing, for servers that know an Idempotency-Key.</param>
    /// <param name="now">For a Retry-After that is a date.</param>
    /// <param name="ct">Gives up.</param>
    public Task<GeoReportAnswer> PostAsync(PartnerAddress to, string path, IEnumerable<KeyValuePair<string, string>> fields, Guid key, DateTimeOffset now, CancellationToken ct)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, to.Of(path) + QueryOf([Own("jurisdiction_id", to.JurisdictionId)]))
        {
            Content = new FormUrlEncodedContent([.. ((KeyValuePair<string, string?>[])[Own("api_key", to.ApiKey), Own("jurisdiction_id", to.JurisdictionId)]).Where(f => f.Value is not null)!, .. fields]),
        };
        request.Headers.Add("Idempotency-Key", key.ToString());
        return SendAsync(request, now, ct);
    }

    /// <summary>Reads.</summary>
    /// <param name="from">Whom.</param>
    /// <param name="path">As in <c>requests</c>.</param>
    /// <param name="query">Further parameters; a null value is left out.</param>
    /// <param name="withKey">Sends the key, without which servers tell less of requests and updates. Not where nobody needs one: an address lands in logs.</param>
    /// <param name="now">For a Retry-After that is a date, and to compare clocks.</param>
    /// <param name="ct">Gives up.</param>
    public Task<GeoReportAnswer> GetAsync(PartnerAddress from, string path, IEnumerable<KeyValuePair<string, string?>> query, bool withKey, DateTimeOffset now, CancellationToken ct) =>
        SendAsync(new(HttpMethod.Get, from.Of(path) + QueryOf([Own("jurisdiction_id", from.JurisdictionId), .. query, Own("api_key", withKey ? from.ApiKey : null)])), now, ct);

    async Task<GeoReportAnswer> SendAsync(HttpRequestMessage request, DateTimeOffset now, CancellationToken ct)
    {
        using var _ = request;
        request.Headers.UserAgent.Add(new("CiRM", "1"));
        request.Headers.Accept.Add(new(request.RequestUri!.AbsolutePath.EndsWith(".xml", StringComparison.Ordinal) ? "text/xml" : "application/json"));
        var began = Stopwatch.GetTimestamp();
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, ct);
            var body = await answer.Content.ReadAsByteArrayAsync(ct);
            var (status, text) = ((int)answer.StatusCode, Encoding.UTF8.GetString(body, 0, Math.Min(body.Length, AnswerKept)).Replace("\0", "", StringComparison.Ordinal));
            var attempt = new Attempt(status, null, text, Stopwatch.GetElapsedTime(began), OutsideAnswers.RetryAfterOf(answer, now));
            if (!answer.IsSuccessStatusCode) return new(attempt, []);
            try
            {
                return new(attempt, GeoReport.Read(body), answer.Headers.Date - now);
            }
            catch (GeoReportFault)
            {
                return new(attempt with { Error = GeoReportAnswer.NotReadable }, []);
            }
        }
        catch (Exception e) when (OutsideAnswers.CodeOf(e) is { } code && !ct.IsCancellationRequested)
        {
            return new(new(null, code, null, Stopwatch.GetElapsedTime(began), null), []);
        }
    }

    static string QueryOf(IEnumerable<KeyValuePair<string, string?>> query)
    {
        var parts = query.Where(q => q.Value is not null).Select(q => $"{q.Key}={WebUtility.UrlEncode(q.Value)}").ToList();
        return parts.Count == 0 ? "" : "?" + string.Join('&', parts);
    }

    static KeyValuePair<string, string?> Own(string name, string? value) => new(name, value);

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();
}
