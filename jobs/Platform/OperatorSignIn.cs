using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Cirm.Core.Identity;
using Cirm.Core.Platform;

namespace Cirm.Jobs.Platform;

/// <summary>An operator's e-mail and password by HTTP Basic (RFC 7617), for what a worker shows: it has no sign-in of its own.</summary>
public sealed class OperatorSignIn(Accounts accounts, TimeProvider clock)
{
    static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);
    static readonly SemaphoreSlim OneAtATime = new(1);
    readonly ConcurrentDictionary<string, long> known = new(StringComparer.Ordinal); // by hash: to check a password costs 600,000 rounds

    /// <summary>Whether an Authorization header is an operator's.</summary>
    public async Task<bool> IsOperatorAsync(string? header, CancellationToken ct)
    {
        if (Credentials(header) is not var (email, password)) return false;
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(header!)));
        if (known.TryGetValue(hash, out var at) && clock.GetElapsedTime(at) < Remembered) return true;
        known.TryRemove(hash, out _);

        await OneAtATime.WaitAsync(ct); // so that a wrong guess costs a second, however many guess
        try
        {
            var account = await accounts.ForSignInAsync(Caller.Installation, email, ct);
            if (Passwords.Verify(account?.PasswordHash, password) && account!.Role == Role.Operator)
            {
                known[hash] = clock.GetTimestamp();
                return true;
            }
            await Task.Delay(TimeSpan.FromSeconds(1), ct);
            return false;
        }
        finally
        {
            OneAtATime.Release();
        }
    }

    static (string Email, string Password)? Credentials(string? header)
    {
        if (!AuthenticationHeaderValue.TryParse(header, out var value) || value is not { Scheme: "Basic", Parameter: { } parameter }) return null;
        var bytes = new byte[parameter.Length];
        if (!Convert.TryFromBase64String(parameter, bytes, out var length)) return null;
        var parts = Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2);
        return parts is [var email, var password] ? (email, password) : null;
    }
}
