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
/// Members that the record does not know are ignored: clients may be newer than we are.
/// </summary>
public static partial class BodyValidator
{
    /// <summary>For texts that declare no length of their own.</summary>
    public const int LongestText = 4_000;

    /// <exception cref="Refusal"><see cref="Problems.Invalid"/> with every error.</exception>
    public static T Read<T>(JsonElement json)
    {
        var errors = new List<ValidationError>();
        Check(json, typeof(T), nullable: false, [], "", errors);
        return errors.Count == 0 ? json.Deserialize<T>(Wire.Json)! : throw Problems.InvalidInput(errors);
    }

    static void Check(JsonElement json, Type declared, bool nullable, object[] attributes, string at, List<ValidationError> errors)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (json.ValueKind == JsonValueKind.Null)
        {
            if (!nullable && type == declared) errors.Add(new(at, "required", "This may not be null."));
            return;
        }

        if (type == typeof(JsonElement))
        {
            CheckAnything(json, attributes.OfType<MaxLengthAttribute>().ToArray(), at, errors);
            return;
        }
        if (type == typeof(string)) CheckText(json, attributes, at, errors);
        else if (type == typeof(Localized)) CheckLocalized(json, attributes, at, errors);
        else if (type.IsEnum) CheckWord(json, type, at, errors);
        else if (type == typeof(bool)) Expect(json.ValueKind is JsonValueKind.True or JsonValueKind.False, "true or false");
        else if (type == typeof(Guid)) Expect(IsText(json) && json.TryGetGuid(out _), "a UUID");
        else if (type == typeof(DateTimeOffset)) Expect(IsText(json) && json.TryGetDateTimeOffset(out _), "a time such as 2026-03-21T08:00:00Z (RFC 3339)");
        else if (type == typeof(int)) CheckNumber(json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out var n) ? n : null, "a whole number");
        else if (type == typeof(long)) CheckNumber(json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out var n) ? n : null, "a whole number");
        else if (type == typeof(decimal)) CheckNumber(json.ValueKind == JsonValueKind.Number && json.TryGetDecimal(out var n) ? (double)n : null, "a number");
        else if (type == typeof(double)) CheckNumber(json.ValueKind == JsonValueKind.Number && json.TryGetDouble(out var n) && double.IsFinite(n) ? n : null, "a number");
        else if (type.IsAssignableTo(typeof(IDictionary))) CheckMap(json, type.GetGenericArguments()[1], attributes, at, errors);
        else if (type.IsArray) CheckList(json, type.GetElementType()!, attributes, at, errors);
        else CheckObject(json, type, at, errors);

        void Expect(bool holds, string what)
        {
            if (!holds) errors.Add(new(at, "type", $"This has to be {what}."));
        }

        void CheckNumber(double? number, string what)
        {
            if (number is not { } value) errors.Add(new(at, "type", $"This has to be {what}."));
            else if (attributes.OfType<RangeAttribute>().FirstOrDefault() is { } range
                     && (value < Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture) || value > Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture)))
                errors.Add(new(at, "range", $"This has to be between {range.Minimum} and {range.Maximum}."));
        }
    }

    static void CheckObject(JsonElement json, Type type, string at, List<ValidationError> errors)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new(at, "type", "This has to be an object."));
            return;
        }
        foreach (var property in Wire.Json.GetTypeInfo(type).Properties)
        {
            var pointer = $"{at}/{Escape(property.Name)}";
            if (json.TryGetProperty(property.Name, out var value)) Check(value, property.PropertyType, property.IsSetNullable, AttributesOf(property), pointer, errors);
            else if (property.IsRequired) errors.Add(new(pointer, "required", "This is required."));
        }
    }

    static void CheckList(JsonElement json, Type item, object[] attributes, string at, List<ValidationError> errors)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            errors.Add(new(at, "type", "This has to be a list."));
            return;
        }
        CheckLength(json.GetArrayLength(), attributes, 1_000, "entries", at, errors);
        var index = 0;
        foreach (var value in json.EnumerateArray()) Check(value, item, false, [], $"{at}/{index++}", errors);
    }

    static void CheckMap(JsonElement json, Type item, object[] attributes, string at, List<ValidationError> errors)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new(at, "type", "This has to be an object."));
            return;
        }
        CheckLength(json.EnumerateObject().Count(), attributes, 200, "members", at, errors);
        foreach (var member in json.EnumerateObject())
        {
            if (!IsClean(member.Name)) errors.Add(new($"{at}/{Escape(member.Name)}", "characters", "The name contains a character that cannot be kept."));
            Check(member.Value, item, false, [], $"{at}/{Escape(member.Name)}", errors);
        }
    }

    // Whatever it means is for others to say; that it can be kept is for us. How long its texts may be, it can declare.
    static void CheckAnything(JsonElement json, object[] texts, string at, List<ValidationError> errors)
    {
        if (json.ValueKind == JsonValueKind.String) CheckText(json, texts, at, errors);
        else if (json.ValueKind == JsonValueKind.Array)
        {
            foreach (var (index, value) in json.EnumerateArray().Index()) CheckAnything(value, texts, $"{at}/{index}", errors);
        }
        else if (json.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in json.EnumerateObject())
            {
                if (!IsClean(member.Name)) errors.Add(new(at, "characters", "A name contains a character that cannot be kept."));
                CheckAnything(member.Value, texts, $"{at}/{Escape(member.Name)}", errors);
            }
        }
    }

    static void CheckWord(JsonElement json, Type type, string at, List<ValidationError> errors)
    {
        var words = Enum.GetValues(type).Cast<Enum>().Select(v => v.Word()).ToArray();
        if (json.ValueKind != JsonValueKind.String) errors.Add(new(at, "type", "This has to be a word."));
        else if (Text(json) is not { } word || !words.Contains(word)) errors.Add(new(at, "unknown", $"This has to be one of {string.Join(", ", words)}."));
    }

    static void CheckLocalized(JsonElement json, object[] attributes, string at, List<ValidationError> errors)
    {
        if (json.ValueKind == JsonValueKind.String)
        {
            CheckText(json, [.. attributes, new MinLengthAttribute(1)], at, errors);
            return;
        }
        if (json.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new(at, "type", "This has to be a text, or an object of texts by language tag."));
            return;
        }
        CheckLength(json.EnumerateObject().Count(), [new MinLengthAttribute(1)], 50, "languages", at, errors);
        foreach (var text in json.EnumerateObject())
        {
            var pointer = $"{at}/{Escape(text.Name)}";
            if (!LanguageTag().IsMatch(text.Name)) errors.Add(new(pointer, "language", "The name has to be a language tag such as en or fa."));
            CheckText(text.Value, [.. attributes, new MinLengthAttribute(1)], pointer, errors);
        }
    }

    static void CheckText(JsonElement json, object[] attributes, string at, List<ValidationError> errors)
    {
        if (json.ValueKind != JsonValueKind.String)
        {
            errors.Add(new(at, "type", "This has to be a text."));
            return;
        }
        if (Text(json) is not { } text || !IsClean(text))
        {
            errors.Add(new(at, "characters", "The text contains a character that cannot be kept: NUL, another control character or half of a surrogate pair."));
            return;
        }
        CheckLength(text.Length, attributes, LongestText, "characters", at, errors);
        if (text.Length > 0 && attributes.OfType<MinLengthAttribute>().Any() && string.IsNullOrWhiteSpace(text)) errors.Add(new(at, "required", "This may not be blank."));
        if (attributes.OfType<RegularExpressionAttribute>().FirstOrDefault() is { } pattern && !pattern.IsValid(text))
            errors.Add(new(at, "pattern", pattern.ErrorMessage ?? $"This has to match {pattern.Pattern}."));
        if (attributes.OfType<EmailAddressAttribute>().Any() && !Email().IsMatch(text)) errors.Add(new(at, "email", "This is not an e-mail address."));
    }

    static void CheckLength(int length, object[] attributes, int longest, string what, string at, List<ValidationError> errors)
    {
        var least = attributes.OfType<MinLengthAttribute>().Select(a => a.Length).DefaultIfEmpty(0).Max();
        var most = attributes.OfType<MaxLengthAttribute>().Select(a => a.Length).DefaultIfEmpty(longest).Min();
        if (length < least) errors.Add(new(at, length == 0 ? "required" : "length", $"This needs at least {least} {what}."));
        if (length > most) errors.Add(new(at, "length", $"This may have at most {most} {what}."));
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

    [GeneratedRegex("^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
    private static partial Regex LanguageTag();

    [GeneratedRegex(@"^[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+$")]
    private static partial Regex Email();
}
