using System.Collections.Concurrent;
using Cirm.Core.Platform;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Problems = Cirm.Core.Identity.Problems;

namespace Cirm.Api.Identity;

/// <summary>
/// The signing keys of agencies' providers: fetched when they are first needed, when they have grown old, and when a token names
/// one that is not known. A provider that is down is asked by one request at a time, and not at every request.
/// </summary>
/// <remarks>Not the library's ConfigurationManager, which lets every request wait in line for a provider that is down.</remarks>
public sealed class ProviderKeys(OutboundGuard guard, TimeProvider clock) : IDisposable
{
    static readonly TimeSpan Old = TimeSpan.FromHours(1);
    static readonly TimeSpan NotAskedAgainFor = TimeSpan.FromSeconds(5);

    readonly HttpClient http = guard.CreateClient(TimeSpan.FromMinutes(1), longestAnswer: 1 << 20);
    readonly ConcurrentDictionary<Guid, Entry> entries = new(); // one an agency, whatever its admins try

    /// <summary>How long a provider may take for both of its documents.</summary>
    public TimeSpan AnswersWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The keys that an agency's provider signs with.</summary>
    /// <param name="agency">Whose provider.</param>
    /// <param name="issuer">Its issuer.</param>
    /// <param name="unknownKey">A token names a key that is not among those given before.</param>
    /// <param name="ct">Gives up waiting.</param>
    /// <exception cref="Refusal"><see cref="Problems.ProviderUnavailable"/>.</exception>
    public async Task<ICollection<SecurityKey>> OfAsync(Guid agency, string issuer, bool unknownKey, CancellationToken ct)
    {
        var entry = entries.AddOrUpdate(agency, _ => new(issuer), (_, known) => known.Issuer == issuer ? known : new(issuer));
        if (!IsDue(entry, unknownKey)) return KeysOf(entry);
        await entry.Asking.WaitAsync(ct);
        try
        {
            if (IsDue(entry, unknownKey)) await AskAsync(entry);
        }
        finally
        {
            entry.Asking.Release();
        }
        return KeysOf(entry);
    }

    public void Dispose() => http.Dispose();

    bool IsDue(Entry entry, bool unknownKey) =>
        (entry.Found is null || unknownKey || clock.GetElapsedTime(entry.FoundAt) > Old) && (entry.AskedAt is not { } asked || clock.GetElapsedTime(asked) > NotAskedAgainFor);

    static ICollection<SecurityKey> KeysOf(Entry entry) => entry.Found?.SigningKeys
        ?? throw new Refusal(Problems.ProviderUnavailable, $"The provider {entry.Issuer} does not answer as it should.") { RetryAfter = NotAskedAgainFor };

    async Task AskAsync(Entry entry)
    {
        // Nobody's own patience decides: others wait for the same answer.
        using var limit = new CancellationTokenSource(AnswersWithin);
        try
        {
            var documents = new HttpDocumentRetriever(http) { RequireHttps = false }; // the guard decides that
            // The library passes the token on, and not all the way: the wait for it ends in any case.
            var found = await OpenIdConnectConfigurationRetriever.GetAsync($"{entry.Issuer.TrimEnd('/')}/.well-known/openid-configuration", documents, limit.Token)
                .WaitAsync(limit.Token);
            if (found.Issuer == entry.Issuer && found.SigningKeys.Count > 0) // OpenID Connect Discovery 1.0, section 4.3
            {
                entry.Found = found;
                entry.FoundAt = clock.GetTimestamp();
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or ArgumentException or HttpRequestException or OperationCanceledException or System.Text.Json.JsonException)
        {
            // The keys that are known still hold; without any, KeysOf refuses.
        }
        entry.AskedAt = clock.GetTimestamp();
    }

    // Not disposed: it holds no handle, and somebody may wait for it.
#pragma warning disable CA1001
    sealed class Entry(string issuer)
#pragma warning restore CA1001
    {
        public readonly SemaphoreSlim Asking = new(1, 1);
        public volatile OpenIdConnectConfiguration? Found;
        long foundAt;
        long askedAt = long.MinValue;

        public string Issuer => issuer;

        public long FoundAt { get => Interlocked.Read(ref foundAt); set => Interlocked.Exchange(ref foundAt, value); }

        public long? AskedAt { get => Interlocked.Read(ref askedAt) is not long.MinValue and var at ? at : null; set => Interlocked.Exchange(ref askedAt, value!.Value); }
    }
}
