using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Cirm.Core.Information;

/// <summary>How texts and questions become words that meet: one function for both sides of a search.</summary>
public static partial class SearchText
{
    /// <summary>Longer runs of letters are no words.</summary>
    public const int LongestWord = 64;

    const char HalfSpace = '\u200c';
    const char Tatweel = '\u0640';

    // Our own table: we run without ICU (InvariantGlobalization), where String.Normalize decomposes nothing.
    static readonly FrozenDictionary<int, string> Letters = new (string Plain, string Written)[]
    {
        ("a", "àáâãäåāăąǎǟǡǻȁȃȧ"),
        ("c", "çćĉċč"),
        ("d", "ďđ"),
        ("e", "èéêëēĕėęěȅȇȩ"),
        ("g", "ĝğġģǧǵ"),
        ("h", "ĥȟħ"),
        ("i", "ìíîïĩīĭįǐȉȋı"),
        ("j", "ĵǰ"),
        ("k", "ķǩ"),
        ("l", "ĺļľł"),
        ("n", "ñńņňǹ"),
        ("o", "òóôõöōŏőơǒǫǭȍȏȫȭȯȱø"),
        ("r", "ŕŗřȑȓ"),
        ("s", "śŝşšſș"),
        ("t", "ţťțŧ"),
        ("u", "ùúûüũūŭůűųưǔǖǘǚǜȕȗ"),
        ("w", "ŵ"),
        ("y", "ýÿŷȳ"),
        ("z", "źżž"),
        ("ss", "ß"), ("ae", "æ"), ("oe", "œ"), ("th", "þ"),
        ("ا", "أإآٱ"), ("ی", "يىئ"), ("ک", "ك"), ("ه", "ةۀہۂە"), ("و", "ؤ"),
        ("0", "٠۰"), ("1", "١۱"), ("2", "٢۲"), ("3", "٣۳"), ("4", "٤۴"), ("5", "٥۵"), ("6", "٦۶"), ("7", "٧۷"), ("8", "٨۸"), ("9", "٩۹"),
    }.SelectMany(l => l.Written.EnumerateRunes().Select(rune => (rune.Value, l.Plain))).ToFrozenDictionary(l => l.Value, l => l.Plain);

    // Persian words that stand in every sentence, and the plural that a half-space sets apart; after normalising.
    static readonly HashSet<string> Everywhere = [.. "و در به از که را این ان با برای است هست بود شد شده می نمی ها های هایی تر ترین یا تا هم یک هر اگر ما شما من او بر ای ام اند".Split(' ')];

    /// <summary>
    /// A text as it is compared: lower case, without diacritics and tatweel, with one form of each letter (ي ى ئ are ی, ك is ک, ة ۀ are ه,
    /// أ إ آ ٱ are ا, ؤ is و; Latin ones without their accents), Arabic and Persian digits as ASCII, and without half-spaces. Doing it twice changes nothing more.
    /// </summary>
    public static string Normalize(string text)
    {
        var normal = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) // half of a surrogate pair comes as U+FFFD
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format || rune.Value == Tatweel) continue;
            var lower = Rune.ToLowerInvariant(rune);
            if (Letters.TryGetValue(lower.Value, out var plain)) normal.Append(plain);
            else normal.Append(lower.ToString());
        }
        return normal.ToString();
    }

    /// <summary>The words of a text, normalised, in their order. What a half-space joins is one word, and each of its parts another.</summary>
    public static IEnumerable<string> Words(string text)
    {
        foreach (var (start, length) in Places(text))
            foreach (var word in Forms(text.AsSpan(start, length).ToString()))
                yield return word;
    }

    /// <summary>A text of Markdown without its marks, on one line.</summary>
    public static string Plain(string markdown) => Spaces().Replace(Marks().Replace(Links().Replace(markdown, "$1"), ""), " ").Trim();

    /// <summary>
    /// The part of a text in which the words of a search stand, as HTML: everything is escaped, and what was found stands in
    /// <c>&lt;mark&gt;</c>. A stem marks the words that begin with it; that is good enough to show, what is found was decided by PostgreSQL.
    /// </summary>
    /// <param name="text">Plain text.</param>
    /// <param name="found">The words that were looked for, as stems or as they are.</param>
    /// <param name="length">About how many characters.</param>
    public static string Snippet(string text, IReadOnlyCollection<string> found, int length = 220)
    {
        var marks = Places(text).Where(p => Forms(text.Substring(p.Start, p.Length)).Any(w => found.Any(stem => Meets(w, stem)))).ToList();
        var from = marks.Count == 0 ? 0 : Beginning(text, marks.MaxBy(m => marks.Count(o => o.Start >= m.Start && o.Start < m.Start + length - 40)).Start - 40);
        var to = Ending(text, from + length);
        var html = new StringBuilder(from > 0 ? "… " : "");
        var at = from;
        foreach (var (start, size) in marks.Where(m => m.Start >= from && m.Start + m.Length <= to))
        {
            Escape(html, text.AsSpan(at, start - at));
            html.Append("<mark>");
            Escape(html, text.AsSpan(start, size));
            html.Append("</mark>");
            at = start + size;
        }
        Escape(html, text.AsSpan(at, to - at));
        return html.Append(to < text.Length ? " …" : "").ToString();
    }

    // Runs of letters, digits and the marks that belong to letters; a half-space holds a word together.
    static IEnumerable<(int Start, int Length)> Places(string text)
    {
        var start = -1;
        for (var i = 0; i <= text.Length; i += i < text.Length && char.IsSurrogatePair(text, i) ? 2 : 1)
        {
            var inside = i < text.Length && (char.IsLetterOrDigit(text, i) || start >= 0 && (text[i] is HalfSpace or Tatweel || CharUnicodeInfo.GetUnicodeCategory(text, i) == UnicodeCategory.NonSpacingMark));
            if (inside && start < 0) start = i;
            if (inside || start < 0) continue;
            yield return (start, i - start);
            start = -1;
        }
    }

    static IEnumerable<string> Forms(string word)
    {
        var joined = Normalize(word);
        if (IsWord(joined)) yield return joined;
        if (!word.Contains(HalfSpace, StringComparison.Ordinal)) yield break;
        foreach (var part in word.Split(HalfSpace, StringSplitOptions.RemoveEmptyEntries))
            if (Normalize(part) is var normal && IsWord(normal)) yield return normal;
    }

    static bool IsWord(string word) => word.Length is > 0 and <= LongestWord && !Everywhere.Contains(word) && word.All(c => char.IsLetterOrDigit(c) || char.IsSurrogate(c));

    // Snowball's English stems are beginnings of their words, but for y, which becomes i.
    static bool Meets(string word, string stem)
    {
        if (word == stem) return true;
        if (stem.Length < 3 || !char.IsAsciiLetterLower(stem[0]) || word.Length - stem.Length > 4) return false;
        if (stem[^1] == 'i') return word.StartsWith(stem[..^1], StringComparison.Ordinal) && word.AsSpan(stem.Length - 1) is ['y', ..] or ['i', 'e', ..];
        return word.StartsWith(stem, StringComparison.Ordinal);
    }

    static int Beginning(string text, int at)
    {
        if (at <= 0) return 0;
        var space = text.IndexOf(' ', at);
        return space >= 0 && space < at + 40 ? space + 1 : char.IsLowSurrogate(text[at]) ? at + 1 : at;
    }

    static int Ending(string text, int at)
    {
        if (at >= text.Length) return text.Length;
        var space = text.LastIndexOf(' ', at, 40);
        return space > 0 ? space : char.IsLowSurrogate(text[at]) ? at - 1 : at;
    }

    static void Escape(StringBuilder html, ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            _ = c switch
            {
                '&' => html.Append("&amp;"),
                '<' => html.Append("&lt;"),
                '>' => html.Append("&gt;"),
                '"' => html.Append("&quot;"),
                '\'' => html.Append("&#39;"),
                _ => html.Append(c),
            };
    }

    [GeneratedRegex(@"!?\[([^\]\n]{0,500})\]\([^)\n]{0,2000}\)")]
    private static partial Regex Links();

    [GeneratedRegex(@"^[ \t]{0,3}(#{1,6}|>|[-*+]|\d{1,9}[.)])[ \t]+|[*_`]{1,3}|^[ \t]*([-*_][ \t]*){3,}$", RegexOptions.Multiline)]
    private static partial Regex Marks();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
