using System.Text.Json.Nodes;
using Cirm.Api.Platform;

namespace Cirm.Tests.Conformance;

/// <summary>
/// Bad input for every operation of the document, the same in every run: whatever is sent, the answer is a problem of the
/// catalogue that the document declares for that operation, never an error of ours.
/// </summary>
[Collection(nameof(WalkHost))]
public sealed class FuzzTests(WalkHost host)
{
    const int Seed = 311;

    // What the server itself refuses before any code of ours: it says 400 and nothing more.
    static readonly string[] BeforeUs = ["%00"];

    [Fact]
    public async Task Bad_input_is_refused_by_every_operation_as_its_document_says()
    {
        var world = await World.FurnishAsync(host, await host.OperationsAsync());
        var failures = new SortedSet<string>(StringComparer.Ordinal);
        var sent = 0;
        var ways = new Dictionary<ApiOperation, (string Path, HttpClient May)>();
        foreach (var operation in world.Operations) ways[operation] = (await world.PathAsync(operation.Path, fresh: false), await world.ClientAsync(operation));
        await Parallel.ForEachAsync(world.Operations, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (operation, ct) =>
        {
            // Seeded by name: an operation that is added changes nothing for the others.
            var random = new Random(operation.Id.Aggregate(Seed, (hash, c) => unchecked(hash * 31 + c)));
            var (path, may) = ways[operation];
            foreach (var attack in Attacks.On(operation, path, random))
            {
                foreach (var client in attack.AlsoAnonymous ? (HttpClient[])[may, host.Anonymous] : [may])
                {
                    Interlocked.Increment(ref sent);
                    if (await WrongAsync(operation, attack, client, ct) is { } wrong)
                        lock (failures) failures.Add($"{operation}, {attack.Name}{(client == may ? "" : ", anonymous")}: {wrong}");
                }
            }
        });
        Assert.True(failures.Count == 0, $"{failures.Count} of {sent} answers are wrong:\n{string.Join("\n", failures.Take(60))}");
        Assert.True(sent > 20 * world.Operations.Count, $"Only {sent} requests were made.");
    }

    static async Task<string?> WrongAsync(ApiOperation operation, Attack attack, HttpClient client, CancellationToken ct)
    {
        // The server closes a connection whose body it will not read; the next request on it may meet that.
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var request = attack.Request(client.BaseAddress!);
                if (attempt > 1 && request.Content is not null) request.Headers.ExpectContinue = true; // asks before it sends a body that may not be read
                using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
                return await WrongAsync(operation, attack, answer);
            }
            catch (HttpRequestException e) when (attempt == 3)
            {
                return $"broke the connection: {e.InnerException?.Message ?? e.Message}";
            }
            catch (HttpRequestException)
            {
                // once more
            }
        }
    }

    static async Task<string?> WrongAsync(ApiOperation operation, Attack attack, HttpResponseMessage answer)
    {
        var status = (int)answer.StatusCode;
        if (status < 400) return operation.Answers.ContainsKey(status) || status == 304 ? null : $"answered {status}, which is not declared";
        var text = await answer.Content.ReadAsStringAsync();
        if (status == 400 && text.Length == 0 && BeforeUs.Any(attack.Name.Contains)) return null;
        if (status >= 500) return $"answered {status}: {text}";
        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json") return $"answered {status} without problem details: {text}";
        var problem = JsonNode.Parse(text)!;
        var code = ((string?)problem["type"])?.Split('/')[^1] ?? "";
        if (!ProblemAnswers.Catalogue.TryGetValue(code, out var known) || known.Status != status || (int?)problem["status"] != status) return $"answered a problem that the catalogue does not have so: {text}";
        if (((string?)problem["traceId"])?.Length != 32 || string.IsNullOrEmpty((string?)problem["detail"])) return $"answered without traceId or detail: {text}";
        if (code == "validation" && problem["errors"] is not JsonArray { Count: > 0 }) return $"answered without saying what is not valid: {text}";
        return operation.Answers.TryGetValue(status, out var codes) && codes.Contains(code) ? null : $"answered {status} {code}, which its document does not declare";
    }
}
