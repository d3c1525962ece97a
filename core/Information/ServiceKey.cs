using System.Security.Cryptography;
using System.Text;

namespace Cirm.Core.Information;

/// <summary>A service's word in addresses and files: 1 to 100 of a-z, 0-9 and -, not beginning with -.</summary>
public static class ServiceKey
{
    /// <summary>Longest key.</summary>
    public const int Longest = 100;

    /// <summary>Whether a text is a key.</summary>
    public static bool Is(string text) =>
        text.Length is > 0 and <= Longest && text[0] != '-' && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <summary>
    /// The key that a name makes: lower case, everything but a-z and 0-9 a hyphen. The same name always makes the same key. A
    /// name with letters that are not among them also gets the beginning of its SHA-256, so that two such names differ.
    /// </summary>
    public static string From(string name)
    {
        var key = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            if (char.IsAsciiLetterOrDigit(c)) key.Append(char.ToLowerInvariant(c));
            else if (key.Length > 0 && key[^1] != '-') key.Append('-');
        }
        var lost = name.Any(c => !char.IsAscii(c) && (char.IsLetter(c) || char.IsSurrogate(c)));
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 5));
        var plain = key.ToString().TrimEnd('-');
        if (!lost && plain.Length is > 0 and <= Longest) return plain;
        return plain.Length == 0 ? "s-" + hash : string.Concat(plain.AsSpan(0, Math.Min(plain.Length, Longest - 11)), "-", hash);
    }
}
