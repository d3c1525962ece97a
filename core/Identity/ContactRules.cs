using System.Text.RegularExpressions;

namespace Cirm.Core.Identity;

/// <summary>What an address, a number, a language look like: enough to notice a slip, not to know whether they exist.</summary>
public static partial class ContactRules
{
    /// <summary>Whether a text looks like an e-mail address.</summary>
    public static bool IsEmail(string text) => text.Length <= 254 && Email().IsMatch(text);

    /// <summary>Whether a text looks like a phone number: digits of any script, and what people write between them.</summary>
    public static bool IsPhone(string text) => text.Length <= 40 && text.Count(char.IsDigit) is >= 3 and <= 20 && Phone().IsMatch(text);

    /// <summary>Whether a text is a language tag such as fa or pt-BR (BCP 47).</summary>
    public static bool IsLanguage(string text) => Language().IsMatch(text);

    [GeneratedRegex(@"^[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+$")]
    private static partial Regex Email();

    [GeneratedRegex(@"^\+?[\d\s()./-]+$")]
    private static partial Regex Phone();

    [GeneratedRegex("^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
    private static partial Regex Language();
}
