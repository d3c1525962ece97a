namespace Cirm.Core.Information;

/// <summary>
/// Words that are nearly the same, found by equality alone: what is left of both after letters are taken away (Garbe 2012, "1000x faster
/// spelling correction: symmetric delete"). An index for equality is one that row-level security lets PostgreSQL use.
/// </summary>
public static class Spelling
{
    /// <summary>Shorter words are not corrected: too many others are near.</summary>
    public const int Shortest = 4;

    /// <summary>Longer ones neither.</summary>
    public const int Longest = 30;

    /// <summary>Whether a word is one that has a spelling: letters only, neither very short nor very long.</summary>
    public static bool Has(string word) => word.Length is >= Shortest and <= Longest && word.All(char.IsLetter);

    /// <summary>The forms under which a known word is kept: itself, and itself without one letter.</summary>
    public static IEnumerable<string> Kept(string word) => Without(word).Prepend(word).Distinct();

    /// <summary>The forms under which an unknown word is looked for; a longer one may also have two letters too many.</summary>
    public static IEnumerable<string> Asked(string word) =>
        word.Length < 6 ? Kept(word) : Kept(word).Concat(Without(word).SelectMany(Without)).Distinct();

    /// <summary>How many letters have to be added, left out, changed or swapped with their neighbour (optimal string alignment; Damerau 1964).</summary>
    public static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var change = rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(change, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }
        return rows[a.Length, b.Length];
    }

    /// <summary>How far a correction may be from what was asked.</summary>
    public static int Tolerated(string word) => word.Length < 6 ? 1 : 2;

    static IEnumerable<string> Without(string word) => Enumerable.Range(0, word.Length).Select(i => word.Remove(i, 1));
}
