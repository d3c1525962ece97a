using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Cirm.Core.Platform;

namespace Cirm.Core.Identity;

/// <summary>What the values of an attribute look like.</summary>
public enum AttributeType
{
    /// <summary>Any text.</summary>
    Text,
    /// <summary>One of the declared values.</summary>
    Code,
    /// <summary>A decimal number.</summary>
    Number,
    /// <summary>True or false.</summary>
    Boolean,
    /// <summary>A day, as in 2026-03-21.</summary>
    Date,
}

/// <summary>A thing that the agency keeps about its citizens, declared with its purpose before it may be used.</summary>
/// <param name="Key">Its word in rules, files and breakdowns.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Type">What its values look like.</param>
/// <param name="Values">The codes, when the type is <see cref="AttributeType.Code"/>.</param>
/// <param name="Purpose">Why the agency keeps it (PRIVACY).</param>
/// <param name="Sensitive">Needs more care than others.</param>
/// <param name="DeclaredCommercial">The agency says that it tells revenue, consumption or commercial value.</param>
/// <param name="CreatedAt">When it was declared.</param>
/// <param name="Version">For If-Match.</param>
public sealed partial record AttributeDeclaration(
    string Key, Localized Name, AttributeType Type, string[]? Values, string Purpose, bool Sensitive, [property: JsonIgnore] bool DeclaredCommercial,
    DateTimeOffset CreatedAt, [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>Tells revenue, consumption or commercial value, by its declaration or by its words: no segment and no priority rests on it.</summary>
    public bool Commercial => DeclaredCommercial || CommercialWord().IsMatch($"{WordEnd().Replace(Key, " ")}; {string.Join("; ", Name.Values)}; {Purpose}");

    // What people earn is not among them: that decides about needs (households with little come first, docs/adr/0019-segments.md).
    [GeneratedRegex("""
        (?<!\b(?:not|never|no|non)\b[^.;]{0,30})\b(?:revenues?|profit\w*|turnover|consumption|commercial\w*|spend(?:s|ing)?|sales|purchases|(?:customer|lifetime|market)\s+value)\b
        |مصرف|تجاری|سودآوری|فروش
        """, RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex CommercialWord();

    // In annualRevenue and annual_revenue.
    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])|[_-]")]
    private static partial Regex WordEnd();
}

/// <summary>Whether a value is one that an attribute can have.</summary>
public static class AttributeRules
{
    /// <summary>Longest text, in characters.</summary>
    public const int LongestText = 500;

    /// <summary>Reads a value as it stands in a file.</summary>
    /// <returns>The value as it is kept, or why it is not one.</returns>
    public static (JsonElement? Value, string? Error) Read(AttributeDeclaration attribute, string text) => attribute.Type switch
    {
        AttributeType.Number when decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) =>
            Check(attribute, JsonSerializer.SerializeToElement(number)),
        AttributeType.Boolean when text is "true" or "false" => (JsonSerializer.SerializeToElement(text == "true"), null),
        _ => Check(attribute, JsonSerializer.SerializeToElement(text)),
    };

    /// <summary>Checks a value as it stands in JSON.</summary>
    /// <returns>The value as it is kept, or why it is not one.</returns>
    public static (JsonElement? Value, string? Error) Check(AttributeDeclaration attribute, JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        var error = attribute.Type switch
        {
            AttributeType.Text => text is { Length: > 0 and <= LongestText } ? null : $"A text of 1 to {LongestText} characters is needed.",
            AttributeType.Code => text is not null && attribute.Values?.Contains(text) == true ? null : $"One of the declared values is needed: {Listed(attribute.Values)}.",
            AttributeType.Number => value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out _) ? null : "A decimal number is needed, with a point.",
            AttributeType.Boolean => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "true or false is needed.",
            AttributeType.Date => text is not null && DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
                ? null : "A day is needed, as in 2026-03-21.",
            _ => throw new ArgumentOutOfRangeException(nameof(attribute)),
        };
        return error is null ? (value, null) : (null, error);
    }

    /// <summary>
    /// Reads a citizen's values as they stand in JSON. What a file can say as text, JSON can as well: <c>"7"</c> for the number 7,
    /// <c>"true"</c> for true. The other way round it stays what it is: the number 7 is no code.
    /// </summary>
    /// <param name="declared">The agency's attributes; those that are not among the values do not matter.</param>
    /// <param name="values">Values by attribute key.</param>
    /// <returns>The values as they are kept, and everything that is wrong, with pointers below <c>/attributes</c>.</returns>
    public static (Dictionary<string, JsonElement> Values, IReadOnlyList<ValidationError> Errors) Read(
        IEnumerable<AttributeDeclaration> declared, IReadOnlyDictionary<string, JsonElement> values)
    {
        var byKey = declared.ToDictionary(a => a.Key);
        var (kept, errors) = (new Dictionary<string, JsonElement>(), new List<ValidationError>());
        foreach (var (key, value) in values)
        {
            var pointer = $"/attributes/{key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
            if (!byKey.TryGetValue(key, out var attribute))
            {
                errors.Add(new(pointer, "unknown", "No such attribute is declared."));
                continue;
            }
            var (read, error) = value.ValueKind == JsonValueKind.String ? Read(attribute, value.GetString()!) : Check(attribute, value);
            if (read is { } good) kept[key] = good;
            else errors.Add(new(pointer, "value", error!));
        }
        return (kept, errors);
    }

    static string Listed(string[]? values) => values is null ? "none" : string.Join(", ", values.Take(20)) + (values.Length > 20 ? ", …" : "");
}
