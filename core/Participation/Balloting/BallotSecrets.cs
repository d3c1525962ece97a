using System.Security.Cryptography;
using System.Text;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Participation.Balloting;

/// <summary>
/// What the database must not be able to do: tell who has voted, or read a ballot before the box is opened. It hangs on the installation's
/// secret, which the database does not have (docs/adr/0023-secret-ballots.md).
/// </summary>
public sealed class BallotSecrets(Databases databases)
{
    const int Nonce = 12, Tag = 16;
    const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // as tracking codes have it

    readonly byte[] secret = Encoding.UTF8.GetBytes(databases.SecretFor("ballots"));

    /// <summary>The key of a decision's register: how its citizens stand in it.</summary>
    public byte[] RegisterKey(Guid agency, Guid initiative) => KeyOf("register", agency, initiative);

    /// <summary>How a citizen stands in a register.</summary>
    public static byte[] ParticipantOf(byte[] registerKey, Guid citizen) => HMACSHA256.HashData(registerKey, citizen.ToByteArray(bigEndian: true));

    /// <summary>A new receipt, 120 bits: <c>7K2M-9QXA-C3TV-0HWN-1B5D-8XZR</c>.</summary>
    public static string NewReceipt() => string.Join('-', RandomNumberGenerator.GetString(Alphabet, 24).Chunk(4).Select(c => new string(c)));

    /// <summary>The number under which a ballot is published: the first ten bytes of SHA-256 of its receipt, which is typed without hyphens and in capitals, in hexadecimal.</summary>
    public static string NumberOf(string receipt)
    {
        var plain = new StringBuilder(24);
        foreach (var letter in receipt.ToUpperInvariant())
            if (letter is not ('-' or ' ')) plain.Append(letter switch { 'O' => '0', 'I' or 'L' => '1', _ => letter });
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(plain.ToString())).AsSpan(0, 10));
    }

    /// <summary>
    /// What a repeated request has to agree with: an HMAC under a key that hangs on the client's own Idempotency-Key as well, so that nobody
    /// finds out by trying which ballot it stands for.
    /// </summary>
    public byte[] RequestHash(Guid agency, byte[] keyHash, ReadOnlySpan<byte> body) => HMACSHA256.HashData(HKDF.Expand(HashAlgorithmName.SHA256, [.. KeyOf("request", agency, default), .. keyHash], 32), body);

    /// <summary>Says whether two entries of a paper ballot say the same, and nothing more.</summary>
    public byte[] DigestOf(Guid agency, Guid initiative, string number, ReadOnlySpan<byte> ballot) =>
        HMACSHA256.HashData(HMACSHA256.HashData(KeyOf("paper", agency, initiative), Encoding.UTF8.GetBytes(number)), ballot);

    /// <summary>Encrypts a ballot for the box of its decision (AES-256-GCM, key by HKDF); under another number it does not open.</summary>
    public byte[] Seal(Guid agency, Guid initiative, string number, ReadOnlySpan<byte> ballot)
    {
        var sealedBallot = new byte[Nonce + Tag + ballot.Length];
        RandomNumberGenerator.Fill(sealedBallot.AsSpan(0, Nonce));
        using var aes = new AesGcm(KeyOf("box", agency, initiative), Tag);
        aes.Encrypt(sealedBallot.AsSpan(0, Nonce), ballot, sealedBallot.AsSpan(Nonce + Tag), sealedBallot.AsSpan(Nonce, Tag), Encoding.UTF8.GetBytes(number));
        return sealedBallot;
    }

    /// <summary>What opens the ballots of a box.</summary>
    public Opener OpenerOf(Guid agency, Guid initiative) => new(KeyOf("box", agency, initiative));

    byte[] KeyOf(string purpose, Guid agency, Guid initiative) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: [.. Encoding.UTF8.GetBytes(purpose), 0, .. agency.ToByteArray(bigEndian: true), .. initiative.ToByteArray(bigEndian: true)]);

    /// <summary>Opens the ballots of one box.</summary>
    public sealed class Opener(byte[] key) : IDisposable
    {
        readonly AesGcm aes = new(key, Tag);

        /// <summary>Opens what <see cref="Seal"/> closed.</summary>
        /// <exception cref="AuthenticationTagMismatchException">It was changed or moved, or the installation's secret was.</exception>
        public byte[] Open(string number, byte[] sealedBallot)
        {
            var ballot = new byte[sealedBallot.Length - Nonce - Tag];
            aes.Decrypt(sealedBallot.AsSpan(0, Nonce), sealedBallot.AsSpan(Nonce + Tag), sealedBallot.AsSpan(Nonce, Tag), ballot, Encoding.UTF8.GetBytes(number));
            return ballot;
        }

        /// <inheritdoc/>
        public void Dispose() => aes.Dispose();
    }
}
