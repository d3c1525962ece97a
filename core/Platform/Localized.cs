using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cirm.Core.Platform;

/// <summary>A text for people in several languages, by language tag (BCP 47): <c>{"en": "Street lighting", "fa": "روشنایی معابر"}</c>.</summary>
[JsonConverter(typeof(LocalizedConverter))]
public sealed class Localized : Dictionary<string, string>
{
    /// <summary>An empty text.</summary>
    public Localized() : base(StringComparer.OrdinalIgnoreCase) { }

    /// <summary>A text in one language.</summary>
    public Localized(string language, string text) : this() => this[language] = text;

    /// <summary>The tag under which a plain string stands until the agency's own language is put in its place.</summary>
    public const string Undetermined = "und";

    /// <summary>The same text, a plain string being in the agency's first language.</summary>
    public Localized In(string language)
    {
        if (Remove(Undetermined, out var text)) TryAdd(language, text);
        return this;
    }

    /// <summary>The text for a reader: the first of their languages that there is, or else the first there is.</summary>
    /// <param name="languages">Language tags in order of preference; <c>fa-IR</c> is also served by <c>fa</c>.</param>
    public string For(IEnumerable<string> languages)
    {
        foreach (var language in languages)
        {
            if (TryGetValue(language, out var exact)) return exact;
            if (language.IndexOf('-', StringComparison.Ordinal) is > 0 and var dash && TryGetValue(language[..dash], out var general)) return general;
        }
        return Values.FirstOrDefault() ?? "";
    }
}

/// <summary>Reads a plain string as a text of undetermined language; writes an object always.</summary>
public sealed class LocalizedConverter : JsonConverter<Localized>
{
    /// <inheritdoc/>
    public override Localized Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String) return new Localized(Localized.Undetermined, reader.GetString()!);
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("A text is a string or an object by language tag.");
        var texts = new Localized();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var tag = reader.GetString()!;
            reader.Read();
            texts[tag] = reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException($"The text for {tag} is not a string.");
        }
        return texts;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Localized value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (tag, text) in value) writer.WriteString(tag, text);
        writer.WriteEndObject();
    }
}
