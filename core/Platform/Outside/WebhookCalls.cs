using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cirm.Core.Platform.Outside;

/// <summary>
/// One call of a webhook, by Standard Webhooks 1.0.0 (https://www.standardwebhooks.com). It goes out only (<see cref="OutboundGuard"/>), follows
/// nothing, and reads no more of an answer than is kept of it.
/// </summary>
/// <param name="guard">What may be called.</param>
/// <param name="patience">For a whole call; less than <see cref="Sending.Lease"/>, and than a worker that was asked to stop may take.</param>
public sealed class WebhookCalls(OutboundGuard guard, TimeSpan? patience = null) : IDisposable
{
    const int AnswerKept = 1024;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    static readonly string Source = Environment.GetEnvironmentVariable("CIRM_URL") is { Length: > 0 } url ? url.TrimEnd('/') : "urn:cirm";

    readonly HttpClient http = guard.CreateClient(patience ?? Patience, AnswerKept);

    /// <summary>With the origins in CIRM_TRUSTED_WEBHOOKS, which may be inside.</summary>
    public static WebhookCalls FromEnvironment() => new(new OutboundGuard(OutboundGuard.OriginsIn("CIRM_TRUSTED_WEBHOOKS")));

    /// <summary>Why an address cannot be a webhook's; null when it can.</summary>
    public string? Refusal(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) ? guard.Refusal(address) : "This is not an address.";

    /// <summary>Posts an event.</summary>
    /// <param name="to">Where, and in which form.</param>
    /// <param name="secrets">Open, those that are valid now.</param>
    /// <param name="sent">What.</param>
    /// <param name="now">For the signature: receivers refuse what was signed long ago.</param>
    /// <param name="ct">The worker stops.</param>
    public async Task<Attempt> PostAsync(Receiver to, IReadOnlyList<byte[]> secrets, Sendable sent, DateTimeOffset now, CancellationToken ct)
    {
        var (id, timestamp, body) = (sent.EventId.ToString(), now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), BodyOf(to, sent));
        using var request = new HttpRequestMessage(HttpMethod.Post, to.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new(to.Format == WebhookFormat.CloudEvents ? "application/cloudevents+json" : "application/json", "utf-8");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", WebhookSecrets.Sign(secrets, id, timestamp, body));
        request.Headers.UserAgent.Add(new("CiRM", "1"));
        var began = Stopwatch.GetTimestamp();
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            var text = await FirstOfAsync(answer.Content, ct);
            return new((int)answer.StatusCode, null, text, Stopwatch.GetElapsedTime(began), OutsideAnswers.RetryAfterOf(answer, now));
        }
        catch (Exception e) when (OutsideAnswers.CodeOf(e) is { } code && !ct.IsCancellationRequested)
        {
            return new(null, code, null, Stopwatch.GetElapsedTime(began), null);
        }
    }

    static byte[] BodyOf(Receiver to, Sendable sent)
    {
        var time = sent.OccurredAt.UtcDateTime;
        var body = to.Format == WebhookFormat.Standard
            ? new JsonObject { ["type"] = sent.Type, ["timestamp"] = time, ["data"] = Data() }
            : new JsonObject
            {
                ["specversion"] = "1.0", ["id"] = sent.EventId.ToString(), ["source"] = $"{Source}/v1/agencies/{to.Agency}", ["type"] = sent.Type,
                ["subject"] = sent.SubjectId.ToString(), ["time"] = time, ["datacontenttype"] = "application/json", ["data"] = Data(),
            };
        return JsonSerializer.SerializeToUtf8Bytes(body, Wire.Json);

        JsonNode? Data() => JsonNode.Parse(sent.Data.GetRawText());
    }

    // The status has been read by now and is the answer; what is wrong with the text changes nothing.
    static async Task<string> FirstOfAsync(HttpContent content, CancellationToken ct)
    {
        var kept = new byte[AnswerKept];
        var read = 0;
        try
        {
            await using var stream = await content.ReadAsStreamAsync(ct);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
            patience.CancelAfter(TimeSpan.FromSeconds(2));
            read = await stream.ReadAtLeastAsync(kept, kept.Length, throwOnEndOfStream: false, patience.Token);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            // half an answer
        }
        return Encoding.UTF8.GetString(kept, 0, read).Replace("\0", "", StringComparison.Ordinal); // PostgreSQL keeps no NUL in a text
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();
}
