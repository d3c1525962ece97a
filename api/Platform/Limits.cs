using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using Cirm.Core.Platform;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Platform;

/// <summary>How much one caller may ask: generous for use, tight for guessing.</summary>
public static class Limits
{
    /// <summary>Bytes of a JSON body.</summary>
    public const long LargestBody = 1 << 20;

    /// <summary>The policy of what anybody may write without sign-in.</summary>
    public const string AnonymousWrites = "anonymous-writes";

    public static void AddLimits(this IServiceCollection services)
    {
        services.AddRateLimiter(o =>
        {
            o.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http => RateLimitPartition.GetTokenBucketLimiter(AddressOf(http), _ => new()
            {
                TokenLimit = 20_000, TokensPerPeriod = 10_000, ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0,
            }));
            o.AddPolicy(AnonymousWrites, http => http.Request.Headers.ContainsKey("Authorization") || http.Request.Headers.ContainsKey("X-Api-Key")
                ? RateLimitPartition.GetNoLimiter("signed-in")
                : RateLimitPartition.GetTokenBucketLimiter(AddressOf(http), _ => new()
                {
                    TokenLimit = 300, TokensPerPeriod = 10, ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0,
                }));
            o.OnRejected = (context, _) => throw new Refusal(Problems.TooMany, "This address sends more than is fair.")
            {
                RetryAfter = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1),
            };
        });
        services.AddSingleton<GuessThrottle>();
    }

    /// <summary>Whom a limit counts against: the address (an IPv6 network, since a host has all of it).</summary>
    public static string AddressOf(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }
}

/// <summary>Counts wrong guesses only: of passwords, of tracking codes. Who guesses right is never slowed.</summary>
public sealed class GuessThrottle : IDisposable
{
    readonly PartitionedRateLimiter<(string Key, int Allowed, TimeSpan Window)> limiter =
        PartitionedRateLimiter.Create<(string Key, int Allowed, TimeSpan Window), string>(guess => RateLimitPartition.GetFixedWindowLimiter(guess.Key, _ => new()
        {
            PermitLimit = guess.Allowed, Window = guess.Window, QueueLimit = 0,
        }));

    /// <exception cref="Refusal"><see cref="Problems.TooMany"/> when the guesses are used up.</exception>
    public void Check(string key, int allowed, TimeSpan window)
    {
        // Zero permits ask without taking: the lease is not granted once none is left.
        using var lease = limiter.AttemptAcquire((key, allowed, window), 0);
        if (!lease.IsAcquired) throw new Refusal(Problems.TooMany, $"Too many wrong tries; wait up to {window.TotalMinutes.ToString(CultureInfo.InvariantCulture)} minutes.")
        {
            RetryAfter = lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : window,
        };
    }

    public void CountWrong(string key, int allowed, TimeSpan window) => limiter.AttemptAcquire((key, allowed, window)).Dispose();

    public void Dispose() => limiter.Dispose();
}
