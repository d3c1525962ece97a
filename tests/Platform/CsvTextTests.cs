using Cirm.Core.Platform;
using FsCheck;
using FsCheck.Fluent;

namespace Cirm.Tests.Platform;

/// <summary>Texts in files for spreadsheets.</summary>
public sealed class CsvTextTests
{
    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1.5 degrees", "'-1.5 degrees")]
    [InlineData("@home", "'@home")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\r=1", "'\r=1")]
    [InlineData("\nplain", "'\nplain")]
    [InlineData("  =1", "'  =1")]
    [InlineData("\u00A0=1", "'\u00A0=1")]
    [InlineData("＝1", "'＝1")]
    [InlineData("'=1", "''=1")]
    [InlineData("' =1", "'' =1")]
    [InlineData("روشنایی", "روشنایی")]
    [InlineData("'tis", "'tis")]
    [InlineData("a=1", "a=1")]
    [InlineData("", "")]
    [InlineData("'", "'")]
    [InlineData(null, null)]
    public void A_formula_stands_behind_an_apostrophe_and_nothing_else_does(string? text, string? written)
    {
        Assert.Equal(written, CsvText.Guarded(text));
        Assert.Equal(text, CsvText.Unguarded(written));
    }

    [Fact]
    public void Whatever_is_written_begins_no_formula_and_reads_as_it_was()
    {
        // Made of what matters, so that most of them are hostile.
        var texts = Gen.Elements("=+-@'\t\r\n ＝a".ToCharArray()).ListOf().Select(cs => string.Concat(cs)).ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(texts, text =>
        {
            var written = CsvText.Guarded(text)!;
            var first = written.TrimStart() is [var c, ..] ? c : 'x';
            return !"=+-@＝＋－＠".Contains(first, StringComparison.Ordinal) && written is not ['\t' or '\r' or '\n', ..] && CsvText.Unguarded(written) == text;
        }));
    }
}
