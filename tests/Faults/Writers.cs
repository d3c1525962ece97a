using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Cirm.Faults;

/// <summary>What was written and acknowledged.</summary>
/// <param name="Kind">case, transition, answer, ballot or export.</param>
/// <param name="Path">Of the request.</param>
/// <param name="Body">Of the request.</param>
/// <param name="Key">Its Idempotency-Key.</param>
/// <param name="Status">Of the answer.</param>
/// <param name="Answer">Its body.</param>
sealed record Write(string Kind, string Path, string Body, string Key, HttpStatusCode Status, string Answer)
{
    public string Id => JsonDocument.Parse(Answer).RootElement.GetProperty("id").GetString()!;
}

/// <summary>
/// Clients as they should be: each write has a key, and is sent again until it is answered. What they do is drawn from the seed; what becomes of it is
/// up to whoever kills what.
/// </summary>
sealed class Writers(Uri address, AuthenticationHeaderValue authorization, int seed)
{
    static readonly string[] Moves = ["accepted", "inProgress", "resolved"];
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20), BeforeAgain = TimeSpan.FromMilliseconds(200), GivenUpAfter = TimeSpan.FromMinutes(2);
    volatile bool stopped;
    int citizens, unanswered, refused;

    /// <summary>In the order of acknowledgement.</summary>
    public ConcurrentQueue<Write> Acknowledged { get; } = new();

    /// <summary>The moves of each case, in the order in which they were acknowledged.</summary>
    public ConcurrentDictionary<string, IReadOnlyList<string>> Cases { get; } = new();

    /// <summary>What no client should ever be answered.</summary>
    public ConcurrentQueue<string> Wrong { get; } = new();

    /// <summary>Requests that got no answer, as the connection broke or none came.</summary>
    public int Unanswered => unanswered;

    /// <summary>Requests that were told to come again.</summary>
    public int ToldToComeAgain => refused;

    /// <summary>Writes until told to stop.</summary>
    public Task RunAsync(int clients) => Task.WhenAll(Enumerable.Range(0, clients).Select(WriteAsync));

    /// <summary>Lets each end what it has begun.</summary>
    public void Stop() => stopped = true;

    /// <summary>Sends everything that was acknowledged once more.</summary>
    /// <returns>What was answered otherwise than the first time.</returns>
    public async Task<IReadOnlyList<string>> RepeatAsync()
    {
        var different = new ConcurrentQueue<string>();
        using var client = Client();
        await Parallel.ForEachAsync(Acknowledged, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (write, ct) =>
        {
            // A connection of a PostgreSQL that was killed may lie in the pool still: who is told to come again does.
            for (var again = 1; ; again++)
            {
                using var answer = await SendAsync(client, write.Path, write.Body, write.Key, ct);
                var body = await answer.Content.ReadAsStringAsync(ct);
                if (IsToComeAgain(answer, body) && again < 5)
                {
                    Interlocked.Increment(ref refused);
                    await Task.Delay(BeforeAgain, ct);
                    continue;
                }
                if (answer.StatusCode != write.Status || body != write.Answer || !answer.Headers.Contains("Idempotent-Replayed"))
                    different.Enqueue($"{write.Kind}: first {write.Status} {write.Answer}, then {answer.StatusCode} {body}");
                return;
            }
        });
        return [.. different];
    }

    async Task WriteAsync(int number)
    {
        var random = new Random(HashCode.Combine(seed, number));
        using var client = Client();
        while (!stopped)
        {
            await (random.Next(20) switch
            {
                < 8 => CaseAsync(client, random),
                < 13 => PostAsync(client, random, "answer", $"surveys/{Installation.Survey}/waves/w/responses", new
                {
                    answers = new { lit = random.Next(2) == 0 ? "yes" : "no" }, assisted = true, citizenId = NextCitizen(), channel = "phone",
                }),
                < 19 => PostAsync(client, random, "ballot", $"initiatives/{Installation.Initiative}/ballots", new { choices = (string[])[random.Next(2) == 0 ? "a" : "b", "c"], citizenId = NextCitizen() }),
                _ => PostAsync(client, random, "export", "exports", new { kind = "cases" }),
            });
            await Task.Delay(random.Next(30));
        }
    }

    async Task CaseAsync(HttpClient client, Random random)
    {
        if (await PostAsync(client, random, "case", "cases", new { service = "lamps", kind = "report", title = "The lamp is out", channel = "web" }) is not { } submitted) return;
        var made = new List<string>();
        Cases[submitted.Id] = made;
        foreach (var to in Moves[..random.Next(Moves.Length + 1)])
        {
            if (await PostAsync(client, random, "transition", $"cases/{submitted.Id}/transitions", new { to, reason = $"Because {to}." }) is null) return;
            made.Add(to);
        }
    }

    // A voice is used once: answers and ballots are of different citizens each time.
    string NextCitizen() => string.Create(CultureInfo.InvariantCulture, $"0195b1c5-0000-7000-8000-{Interlocked.Increment(ref citizens):x12}");

    async Task<Write?> PostAsync(HttpClient client, Random random, string kind, string path, object body)
    {
        var (text, key, until) = (JsonSerializer.Serialize(body), $"{kind}-{random.NextInt64():x16}-{random.NextInt64():x16}", DateTime.UtcNow + GivenUpAfter);
        path = $"/v1/agencies/{Installation.Slug}/{path}";
        for (; DateTime.UtcNow < until; await Task.Delay(BeforeAgain))
        {
            try
            {
                using var answer = await SendAsync(client, path, text, key, CancellationToken.None);
                var said = await answer.Content.ReadAsStringAsync();
                if (answer.IsSuccessStatusCode)
                {
                    var write = new Write(kind, path, text, key, answer.StatusCode, said);
                    Acknowledged.Enqueue(write);
                    return write;
                }
                if (!IsToComeAgain(answer, said)) Wrong.Enqueue($"{kind}: {(int)answer.StatusCode} {said}");
                Interlocked.Increment(ref refused);
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
            {
                Interlocked.Increment(ref unanswered);
            }
        }
        Wrong.Enqueue($"{kind}: no answer within {GivenUpAfter.TotalMinutes} minutes");
        return null;
    }

    static bool IsToComeAgain(HttpResponseMessage answer, string said) =>
        answer.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests
        || said.Contains("/problems/busy", StringComparison.Ordinal) || said.Contains("/problems/idempotency-key-busy", StringComparison.Ordinal);

    static async Task<HttpResponseMessage> SendAsync(HttpClient client, string path, string body, string key, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", key);
        return await client.SendAsync(request, ct);
    }

    HttpClient Client() => new() { BaseAddress = address, Timeout = Patience, DefaultRequestHeaders = { Authorization = authorization } };
}
