using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Cirm.Core.Platform;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Platform;

/// <summary>
/// Checks JSON against the record that it is to become, and reports everything that is wrong, not the first thing. What is
/// checked is what the record declares and OpenAPI shows: types, required members, the standard validation attributes.
/// Members that the record does not know are ignored: clients may be newer than we are. Null says the same as leaving out what need
/// not be there, and 7.0 is the whole number 7 (JSON Schema, section 4.2.3): serializers of other languages write both.
/// </summary>
public static partial class BodyValidator
{
    /// <summary>For texts that declare no length of their own.</summary>
    public const int LongestText = 4_000;

    /// <exception cref="Refusal"><see cref="Problems.Invalid"/> with every error.</exception>
    public static T Read<T>(JsonElement json)
    {
        var found = new BodyFindings();
        Check(json, typeof(T), nullable: false, [], "", found);
        return found.Errors.Count == 0 ? found.Mended(json).Deserialize<T>(Wire.Json)! : throw Problems.InvalidInput(found.Errors);
    }

    static void Check(JsonElement json, Type declared, bool nullable, object[] attributes, string at, BodyFindings found)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (json.ValueKind == JsonValueKind.Null)
        {
            if (!nullable && type == declared) found.Add(new(at, "required", "This may not be null."));
            return;
        }

        if (type == typeof(JsonElement))
        {
            CheckAnything(json, attributes.OfType<MaxLengthAttribute>().ToArray(), at, found);
            return;
        }
        if (type == typeof(string)) CheckText(json, attributes, at, found);
        else if (type == typeof(Localized)) CheckLocalized(json, attributes, at, found);
        else if (type.IsEnum) CheckWord(json, type, at, found);
        else if (type == typeof(bool)) Expect(json.ValueKind is JsonValueKind.True or JsonValueKind.False, "true or false");
        else if (type == typeof(Guid)) Expect(IsText(json) && json.TryGetGuid(out _), "a UUID");
        else if (type == typeof(DateTimeOffset)) Expect(IsText(json) && Wire.TryTime(json.GetString(), out _), "a time such as 2026-03-21T08:00:00Z (RFC 3339)");
        else if (type == typeof(int)) CheckNumber(Whole(int.MinValue, int.MaxValue), "a whole number");
        else if (type == typeof(long)) CheckNumber(Whole(long.MinValue, long.MaxValue), "a whole number");
        else if (type == typeof(decimal)) CheckNumber(json.ValueKind == JsonValueKind.Number && json.TryGetDecimal(out var n) ? (double)n : null, "a number");
        else if (type == typeof(double)) CheckNumber(json.ValueKind == JsonValueKind.Number && json.TryGetDouble(out var n) && double.IsFinite(n) ? n : null, "a number");
        else if (type.IsAssignableTo(typeof(IDictionary))) CheckMap(json, type.GetGenericArguments()[1], attributes, at, found);
        else if (type.IsArray) CheckList(json, type.GetElementType()!, attributes, at, found);
        else CheckObject(json, type, at, found);

        void Expect(bool holds, string what)
        {
            if (!holds) found.Add(new(at, "type", $"This has to be {what}."));
        }

        double? Whole(long least, long most)
        {
            if (json.ValueKind != JsonValueKind.Number) return null;
            if (json.TryGetInt64(out var whole)) return whole >= least && whole <= most ? whole : null;
            if (!json.TryGetDecimal(out var written) || written != decimal.Truncate(written) || written < least || written > most) return null;
            found.Write(at, (long)written);
            return (double)written;
        }

        void CheckNumber(double? number, string what)
        {
            if (number is not { } value) found.Add(new(at, "type", $"This has to be {what}."));
            else if (attributes.OfType<RangeAttribute>().FirstOrDefault() is { } range
                     && (value < Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture) || value > Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture)))
                found.Add(new(at, "range", $"This has to be between {range.Minimum} and {range.Maximum}."));
        }
    }

    static void CheckObject(JsonElement json, Type type, string at, BodyFindings found)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            found.Add(new(at, "type", "This has to be an object."));
            return;
        }
        foreach (var property in Wire.Json.GetTypeInfo(type).Properties)
        {
            var pointer = $"{at}/{Escape(property.Name)}";
            var sent = json.TryGetProperty(property.Name, out var value);
            if (sent && !property.IsRequired && value.ValueKind == JsonValueKind.Null && !(property.IsSetNullable || Nullable.GetUnderlyingType(property.PropertyType) is not null)) found.LeaveOut(pointer);
            else if (sent) Check(value, property.PropertyType, property.IsSetNullable, AttributesOf(property), pointer, found);
            else if (property.IsRequired) found.Add(new(pointer, "required", "This is required."));
        }
    }

    static void CheckList(JsonElement json, Type item, object[] attributes, string at, BodyFindings found)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            found.Add(new(at, "type", "This has to be a list."));
            return;
        }
        CheckLength(json.GetArrayLength(), attributes, 1_000, "entries", at, found);
        var index = 0;
        foreach (var value in json.EnumerateArray()) Check(value, item, false, [], $"{at}/{index++}", found);
    }

    static void CheckMap(JsonElement json, Type item, object[] attributes, string at, BodyFindings found)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            found.Add(new(at, "type", "This has to be an object."));
            return;
        }
        CheckLength(json.EnumerateObject().Count(), attributes, 200, "members", at, found);
        foreach (var member in json.EnumerateObject())
        {
            if (!IsClean(member.Name)) found.Add(new($"{at}/{Escape(member.Name)}", "characters", "The name contains a character that cannot be kept."));
            if (member.Value.ValueKind == JsonValueKind.Null) found.LeaveOut($"{at}/{Escape(member.Name)}");
            else Check(member.Value, item, false, [], $"{at}/{Escape(member.Name)}", found);
        }
    }

    // Whatever it means is for others to say; that it can be kept is for us. How long its texts may be, it can declare.
    static void CheckAnything(JsonElement json, object[] texts, string at, BodyFindings found)
    {
        if (json.ValueKind == JsonValueKind.String) CheckText(json, texts, at, found);
        else if (json.ValueKind == JsonValueKind.Array)
        {
            foreach (var (index, value) in json.EnumerateArray().Index()) CheckAnything(value, texts, $"{at}/{index}", found);
        }
        else if (json.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in json.EnumerateObject())
            {
                if (!IsClean(member.Name)) found.Add(new(at, "characters", "A name contains a character that cannot be kept."));
                CheckAnything(member.Value, texts, $"{at}/{Escape(member.Name)}", found);
            }
        }
    }

    static void CheckWord(JsonElement json, Type type, string at, BodyFindings found)
    {
        var words = Enum.GetValues(type).Cast<Enum>().Select(v => v.Word()).ToArray();
        if (json.ValueKind != JsonValueKind.String) found.Add(new(at, "type", "This has to be a word."));
        else if (Text(json) is not { } word || !words.Contains(word)) found.Add(new(at, "unknown", $"This has to be one of {string.Join(", ", words)}."));
    }

    static void CheckLocalized(JsonElement json, object[] attributes, string at, BodyFindings found)
    {
        if (json.ValueKind == JsonValueKind.String)
        {
            CheckText(json, [.. attributes, new MinLengthAttribute(1)], at, found);
            return;
        }
        if (json.ValueKind != JsonValueKind.Object)
        {
            found.Add(new(at, "type", "This has to be a text, or an object of texts by language tag."));
            return;
        }
        CheckLength(json.EnumerateObject().Count(t => t.Value.ValueKind != JsonValueKind.Null), [new MinLengthAttribute(1)], 50, "languages", at, found);
        foreach (var text in json.EnumerateObject())
        {
            var pointer = $"{at}/{Escape(text.Name)}";
            if (!IsLanguageTag(text.Name)) found.Add(new(pointer, "language", "The name has to be a language tag such as en or fa."));
            if (text.Value.ValueKind == JsonValueKind.Null) found.LeaveOut(pointer);
            else CheckText(text.Value, [.. attributes, new MinLengthAttribute(1)], pointer, found);
        }
    }

    static void CheckText(JsonElement json, object[] attributes, string at, BodyFindings found)
    {
        if (json.ValueKind != JsonValueKind.String)
        {
            found.Add(new(at, "type", "This has to be a text."));
            return;
        }
        if (Text(json) is not { } text || !IsClean(text))
        {
            found.Add(new(at, "characters", "The text contains a character that cannot be kept: NUL, another control character or half of a surrogate pair."));
            return;
        }
        CheckLength(text.Length, attributes, LongestText, "characters", at, found);
        if (text.Length > 0 && attributes.OfType<MinLengthAttribute>().Any() && string.IsNullOrWhiteSpace(text)) found.Add(new(at, "required", "This may not be blank."));
        if (attributes.OfType<RegularExpressionAttribute>().FirstOrDefault() is { } pattern && !pattern.IsValid(text))
            found.Add(new(at, "pattern", pattern.ErrorMessage ?? $"This has to match {pattern.Pattern}."));
        if (attributes.OfType<EmailAddressAttribute>().Any() && !Email().IsMatch(text)) found.Add(new(at, "email", "This is not an e-mail address."));
    }

    static void CheckLength(int length, object[] attributes, int longest, string what, string at, BodyFindings found)
    {
        var least = attributes.OfType<MinLengthAttribute>().Select(a => a.Length).DefaultIfEmpty(0).Max();
        var most = attributes.OfType<MaxLengthAttribute>().Select(a => a.Length).DefaultIfEmpty(longest).Min();
        if (length < least) found.Add(new(at, length == 0 ? "required" : "length", $"This needs at least {least} {what}."));
        if (length > most) found.Add(new(at, "length", $"This may have at most {most} {what}."));
    }

    /// <summary>Whether PostgreSQL can keep a text: no NUL, no other control character but tab and line ends, no half of a pair.</summary>
    public static bool IsClean(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c < ' ' && c is not ('\t' or '\n' or '\r') || c == '\u007f') return false;
            if (char.IsHighSurrogate(c) && (i + 1 == text.Length || !char.IsLowSurrogate(text[++i]))) return false;
            if (char.IsLowSurrogate(c)) return false;
        }
        return true;
    }

    /// <summary>Pointers to the texts that are none.</summary>
    public static IEnumerable<string> Unreadable(JsonElement json, string at) => json.ValueKind switch
    {
        JsonValueKind.String => IsText(json) ? [] : [at],
        JsonValueKind.Array => json.EnumerateArray().Index().SelectMany(e => Unreadable(e.Item, $"{at}/{e.Index}")),
        JsonValueKind.Object => json.EnumerateObject().SelectMany(m => Unreadable(m.Value, $"{at}/{Escape(m.Name)}")),
        _ => [],
    };

    static bool IsText(JsonElement json) => json.ValueKind == JsonValueKind.String && Text(json) is not null;

    // Null when it is half of a surrogate pair, which System.Text.Json does not read.
    static string? Text(JsonElement json)
    {
        try
        {
            return json.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    static object[] AttributesOf(JsonPropertyInfo property) => property.AttributeProvider?.GetCustomAttributes(typeof(ValidationAttribute), true) ?? [];

    /// <summary>A name as a segment of a JSON pointer (RFC 6901).</summary>
    public static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>Whether a word is a language tag, such as en, fa or fa-IR (BCP 47).</summary>
    public static bool IsLanguageTag(string word) => LanguageTag().IsMatch(word);

    [GeneratedRegex("^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
    private static partial Regex LanguageTag();

    [GeneratedRegex(@"^[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+$")]
    private static partial Regex Email();
}
