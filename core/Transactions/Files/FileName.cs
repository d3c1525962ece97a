using System.Globalization;
using System.Text;

namespace Cirm.Core.Transactions.Files;

/// <summary>What a file is called: text to be shown, never a path.</summary>
public static class FileName
{
    /// <summary>Characters of a name.</summary>
    public const int Longest = 200;

    const char NonJoiner = '\u200c';
    const char Joiner = '\u200d';

    static readonly HashSet<string> Reserved = new(
        ["con", "prn", "aux", "nul", .. Enumerable.Range(1, 9).SelectMany(n => (string[])[$"com{n}", $"lpt{n}"])], StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// A name that is safe to show and to save under: without folders, control characters, bidirectional overrides (which make
    /// <c>gpj.exe</c> look like <c>exe.jpg</c>; Unicode Technical Report 36, 2.5), characters that no file system takes, and
    /// names that Windows keeps for devices. The joiners that Persian words need stay.
    /// </summary>
    /// <param name="given">As the sender has it; null or empty for none.</param>
    /// <param name="extension">For a name that has none.</param>
    public static string Clean(string? given, string extension)
    {
        var clean = new StringBuilder();
        foreach (var rune in (given ?? "").Split('/', '\\')[^1].EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (rune.Value is NonJoiner or Joiner) clean.Append(rune.ToString());
            else if (rune == Rune.ReplacementChar || category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                     or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse) continue;
            else clean.Append(rune.Value is '<' or '>' or ':' or '"' or '|' or '?' or '*' ? "_" : rune.ToString());
        }
        var name = clean.ToString().Normalize(NormalizationForm.FormC).Trim().Trim('.').Trim();
        if (name.Length == 0) name = "file";
        if (Reserved.Contains(name.Split('.')[0].Trim())) name = $"_{name}";
        if (ExtensionOf(name).Length == 0) name = $"{name}.{extension}";
        if (name.Length <= Longest) return name;
        var ending = $".{ExtensionOf(name)}";
        var stem = name[..(Longest - ending.Length)];
        return (char.IsHighSurrogate(stem[^1]) ? stem[..^1] : stem) + ending;
    }

    /// <summary>What stands behind the last dot, in small letters; empty when that is no extension.</summary>
    public static string ExtensionOf(string name) =>
        name.LastIndexOf('.') is > 0 and var dot && name[(dot + 1)..] is { Length: >= 1 and <= 10 } ending && ending.All(char.IsAsciiLetterOrDigit)
            ? ending.ToLowerInvariant() : "";
}
