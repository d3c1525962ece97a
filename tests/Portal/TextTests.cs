using System.Text.RegularExpressions;
using Cirm.Api.Portal;
using Cirm.Core.Platform;
using Cirm.Core.Transactions;

namespace Cirm.Tests.Portal;

public sealed partial class TextTests
{
    [Fact]
    public void Every_text_is_there_in_every_language_with_the_same_places_for_values()
    {
        foreach (var key in Texts.Keys("en").Union(Texts.Keys("fa")))
        {
            Assert.True(Texts.Has("en", key) && Texts.Has("fa", key), $"{key} is missing in one language.");
            Assert.Equal(Places(Texts.Of("en", key)), Places(Texts.Of("fa", key)));
        }

        static string Places(string text) => string.Join(' ', Place().Matches(text).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_text_that_a_page_names_is_there()
    {
        var named = Directory.EnumerateFiles(Path.Combine(SourceFolder(), "api/Portal"), "*.*", SearchOption.AllDirectories)
            .Where(f => (f.EndsWith(".razor", StringComparison.Ordinal) || f.EndsWith(".cs", StringComparison.Ordinal)) && !f.Contains("node_modules", StringComparison.Ordinal))
            .SelectMany(f => Named().Matches(File.ReadAllText(f)).Select(m => m.Groups[1].Value)).Distinct().ToList();
        Assert.True(named.Count > 50);
        Assert.All(named, key => Assert.True(Texts.Has("en", key), key));
    }

    [Fact]
    public void Every_word_of_a_case_can_be_said()
    {
        foreach (var word in Words<CaseKind>().Concat(Words<CaseStatus>()).Concat(Words<CaseOutcome>()).Concat(Words<Verdict>()).Concat(Words<Channel>()).Concat(Words<ActorKind>()))
            Assert.True(Texts.Has("en", word), word);

        static IEnumerable<string> Words<T>() where T : struct, Enum => Enum.GetValues<T>().Select(v => $"{typeof(T).Name}.{v.Word()}");
    }

    [Theory]
    [InlineData("۱۴۰۵-۰۱-۰۱", "2026-03-21")]
    [InlineData("1405/1/1", "2026-03-21")]
    [InlineData("2026-03-21", "2026-03-21")]
    [InlineData("2026-02-31", null)]
    [InlineData("1404-12-31", null)] // no leap year
    [InlineData("tomorrow", null)]
    public void A_day_is_typed_by_the_readers_calendar(string typed, string? day) => Assert.Equal(day, Reader.TypedDate(typed));

    static string SourceFolder()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "CiRM.sln"))) folder = Path.GetDirectoryName(folder.TrimEnd('/'))!;
        return folder;
    }

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Place();

    [GeneratedRegex("[Rr]eader\\[\"([^\"{]+)\"")]
    private static partial Regex Named();
}
