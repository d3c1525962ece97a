using System.Security.Cryptography;
using Cirm.Core.Platform;

namespace Cirm.Core.Identity;

/// <summary>
/// Password hashing: PBKDF2 with HMAC-SHA-256 and 600,000 rounds, a 128-bit salt and a 256-bit key, as the OWASP Password
/// Storage Cheat Sheet asks (2025). A stored hash names its rounds, so that they can grow.
/// </summary>
public static class Passwords
{
    /// <summary>Rounds of a hash that is made now.</summary>
    public const int Rounds = 600_000;

    /// <summary>Shortest password that is accepted, in characters (NIST SP 800-63B).</summary>
    public const int ShortestLength = 8;

    // Hashing is made to be slow: a flood of sign-ins must not take the processors from everybody else.
    static readonly SemaphoreSlim Turns = new(Math.Max(1, Environment.ProcessorCount / 2));
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    // What an unknown address is checked against, so that the answer takes as long as for a known one.
    static readonly string NobodysHash = Hash(Convert.ToHexString(RandomNumberGenerator.GetBytes(16)));

    /// <summary>Hashes a new password: <c>pbkdf2-sha256$rounds$salt$key</c>.</summary>
    public static string Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        return $"pbkdf2-sha256${Rounds}${Convert.ToBase64String(salt)}${Convert.ToBase64String(Key(password, salt, Rounds))}";
    }

    /// <summary>Whether this password made this hash; takes the same time whatever the answer, and whether there is a hash or not.</summary>
    public static bool Verify(string? hash, string password)
    {
        var parts = (hash ?? NobodysHash).Split('$');
        var matches = CryptographicOperations.FixedTimeEquals(
            Key(password, Convert.FromBase64String(parts[2]), int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture)),
            Convert.FromBase64String(parts[3]));
        return matches && hash is not null;
    }

    /// <summary>Hashes a new password when its turn comes, off the caller's thread.</summary>
    /// <exception cref="Refusal"><see cref="Platform.Problems.TooMany"/> when that takes too long.</exception>
    public static Task<string> HashAsync(string password, CancellationToken ct) => InTurnAsync(() => Hash(password), ct);

    /// <summary>Does work that hashes when its turn comes, off the caller's thread: at most half of the processors are busy with it.</summary>
    /// <exception cref="Refusal"><see cref="Platform.Problems.TooMany"/> when that takes too long.</exception>
    public static async Task<T> InTurnAsync<T>(Func<T> work, CancellationToken ct)
    {
        if (!await Turns.WaitAsync(LongestWait, ct))
            throw new Refusal(Platform.Problems.TooMany, "Too many sign-ins at the same time.") { RetryAfter = LongestWait };
        try
        {
            return await Task.Run(work, ct);
        }
        finally
        {
            Turns.Release();
        }
    }

    static byte[] Key(string password, byte[] salt, int rounds) => Rfc2898DeriveBytes.Pbkdf2(password, salt, rounds, HashAlgorithmName.SHA256, 32);
}
