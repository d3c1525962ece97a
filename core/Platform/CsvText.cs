namespace Cirm.Core.Platform;

/// <summary>
/// Texts in the CSV files that people open (docs/adr/0031-exports.md). A spreadsheet runs a cell that begins like a formula, whoever wrote it, so such a text stands
/// behind an apostrophe, and an import takes that one away again: what goes out comes back as it was. Figures are ours and stay figures.
/// </summary>
/// <remarks>OWASP, CSV Injection. A text that begins with apostrophes before a formula gets one more: no two texts are written alike.</remarks>
public static class CsvText
{
    // As OWASP lists them, the full-width ones too: some spreadsheets read them as the others.
    const string Formula = "=+-@＝＋－＠";

    /// <summary>As it stands in a file.</summary>
    public static string? Guarded(string? text) => text is not null && BeginsLikeFormula(text) ? $"'{text}" : text;

    /// <summary>As it was before <see cref="Guarded"/>; a text that no guard stands before is left as it is.</summary>
    public static string? Unguarded(string? text) => text is ['\'', ..] && BeginsLikeFormula(text) ? text[1..] : text;

    // Spaces before it do not count: some spreadsheets trim what they open.
    static bool BeginsLikeFormula(ReadOnlySpan<char> text)
    {
        text = text.TrimStart('\'');
        return text is ['\t' or '\r' or '\n', ..] || text.TrimStart() is [var first, ..] && Formula.Contains(first, StringComparison.Ordinal);
    }
}
