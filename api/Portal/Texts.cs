using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;

namespace Cirm.Api.Portal;

/// <summary>What the pages say, by language: the files in <c>Texts/</c>, which have the same keys (a test compares them).</summary>
public static class Texts
{
    public static readonly IReadOnlyList<string> Languages = ["en", "fa"];

    static readonly FrozenDictionary<string, FrozenDictionary<string, string>> ByLanguage = Languages.ToFrozenDictionary(l => l, Load);

    /// <summary>A text; values stand for {0}, {1}, ….</summary>
    /// <exception cref="KeyNotFoundException">There is no such text: a page has a mistake, which a test finds.</exception>
    public static string Of(string language, string key, params ReadOnlySpan<object?> values)
    {
        var text = ByLanguage[language][key];
        return values.Length == 0 ? text : string.Format(System.Globalization.CultureInfo.InvariantCulture, text, values);
    }

    public static bool Has(string language, string key) => ByLanguage[language].ContainsKey(key);

    public static IEnumerable<string> Keys(string language) => ByLanguage[language].Keys;

    static FrozenDictionary<string, string> Load(string language)
    {
        using var file = Assembly.GetExecutingAssembly().GetManifestResourceStream($"texts/{language}.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, string>>(file)!.ToFrozenDictionary();
    }
}
