using Cirm.Core.Information;
using FsCheck;
using FsCheck.Fluent;

namespace Cirm.Tests.Information;

public sealed class SearchTextTests
{
    static readonly Arbitrary<string> Anything = Gen.Elements(
        "ی ي ى ئ ك ک ة ه ۀ أ إ آ ا ٱ ؤ و \u200c \u200d ـ ً ّ ٠ ١ ۰ ۹ 7 a A ß İ é É Ω ﬁ ﷺ ﻻ ① 漢 \ud83d\ude00 \ud800 \udc00 < > & ' \" . - \n \0".Split(' ').Append(" ").ToArray())
        .ListOf().Select(parts => string.Concat(parts)).ToArbitrary();

    [Fact]
    public void Normalising_twice_is_normalising_once() =>
        Prop.ForAll(Anything, text => SearchText.Normalize(SearchText.Normalize(text)) == SearchText.Normalize(text)).QuickCheckThrowOnFailure();

    [Fact]
    public void The_words_of_a_text_are_their_own_words() =>
        Prop.ForAll(Anything, text => SearchText.Words(text).All(word => SearchText.Words(word).SequenceEqual([word]))).QuickCheckThrowOnFailure();

    [Fact]
    public void A_snippet_is_the_text_and_nothing_in_it_is_markup_of_the_text() =>
        Prop.ForAll(Anything, text =>
        {
            var snippet = SearchText.Snippet(text, [.. SearchText.Words(text)], int.MaxValue / 4);
            var bare = snippet.Replace("<mark>", "", StringComparison.Ordinal).Replace("</mark>", "", StringComparison.Ordinal);
            return !bare.Contains('<', StringComparison.Ordinal) && !bare.Contains('>', StringComparison.Ordinal) && System.Net.WebUtility.HtmlDecode(bare) == text;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("كيك", "کیک")]
    [InlineData("جمع‌آوری", "جمعاوری")]
    [InlineData("۱۲۳ ٤٥٦", "123 456")]
    [InlineData("مسألهٔ سؤال رئیس", "مساله سوال رییس")]
    [InlineData("مـــشهد", "مشهد")]
    [InlineData("مَدرِسة", "مدرسه")]
    [InlineData("Café ÉCOLE", "cafe ecole")]
    public void One_form_stands_for_all(string written, string compared) => Assert.Equal(compared, SearchText.Normalize(written));

    [Fact]
    public void A_half_space_makes_one_word_and_its_parts() =>
        Assert.Equal(["جمعاوری", "جمع", "اوری", "پسماندها", "پسماند"], SearchText.Words("جمع‌آوری پسماند‌ها"));

    [Fact]
    public void A_long_text_is_cut_around_what_was_found()
    {
        var text = string.Join(' ', Enumerable.Repeat("nothing of interest here", 50)) + " the cities have lamps " + string.Join(' ', Enumerable.Repeat("and so on", 50));
        var snippet = SearchText.Snippet(text, ["citi", "lamp"]);
        Assert.Contains("the <mark>cities</mark> have <mark>lamps</mark> and", snippet);
        Assert.StartsWith("… ", snippet);
        Assert.EndsWith(" …", snippet);
        Assert.InRange(snippet.Length, 150, 280);
        Assert.DoesNotContain("<mark>", SearchText.Snippet("citizens", ["citi"]));
    }

    [Fact]
    public void Markdown_is_shown_without_its_marks() =>
        Assert.Equal("Title First point of the page and more quoted", SearchText.Plain("# Title\n\n- **First** point\n- of the [page](https://example.org/x)\n\n---\n\n> and `more` quoted"));

    [Fact]
    public void Whatever_is_one_letter_away_shares_a_form()
    {
        var letters = Gen.Elements("abcdefgh".ToCharArray());
        Prop.ForAll(letters.ArrayOf(7).SelectMany(word => Gen.Choose(0, 6).SelectMany(at => letters.Select(c => (word: new string(word), at, c)))).ToArbitrary(), given =>
        {
            var (word, at, c) = given;
            string[] near = [word.Remove(at, 1), word.Insert(at, c.ToString()), word.Remove(at, 1).Insert(at, c.ToString()),
                at < 6 ? string.Concat(word.AsSpan(0, at), [word[at + 1], word[at]], word.AsSpan(at + 2)) : word];
            return near.All(n => Spelling.Distance(n, word) <= 1 && Spelling.Asked(n).Intersect(Spelling.Kept(word)).Any());
        }).QuickCheckThrowOnFailure();
    }
}
