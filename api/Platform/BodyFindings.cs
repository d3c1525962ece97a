using System.Text.Json;
using Cirm.Core.Platform;

namespace Cirm.Api.Platform;

/// <summary>What a look at a body found: what is wrong with it, and what is only written another way than our records read it.</summary>
sealed class BodyFindings
{
    readonly List<ValidationError> errors = [];
    readonly Dictionary<string, long?> other = new(StringComparer.Ordinal);

    public IReadOnlyList<ValidationError> Errors => errors;

    public void Add(ValidationError error) => errors.Add(error);

    /// <summary>A null that says what leaving out says.</summary>
    public void LeaveOut(string pointer) => other[pointer] = null;

    /// <summary>A whole number that was written with a fraction of nothing, or an exponent.</summary>
    public void Write(string pointer, long number) => other[pointer] = number;

    /// <summary>The same body as our records read it. Everything else stays as it was written, also what nobody here could read.</summary>
    public JsonElement Mended(JsonElement json)
    {
        if (other.Count == 0) return json;
        using var piece = new Piece();
        using (var writer = new Utf8JsonWriter(piece)) Write(writer, json, "");
        return JsonElement.Parse(piece.Written.Span);
    }

    void Write(Utf8JsonWriter writer, JsonElement json, string at)
    {
        if (other.TryGetValue(at, out var number) && number is { } whole)
        {
            writer.WriteNumberValue(whole);
        }
        else if (!other.Keys.Any(p => p.Length > at.Length && p[at.Length] == '/' && p.StartsWith(at, StringComparison.Ordinal)))
        {
            writer.WriteRawValue(json.GetRawText(), skipInputValidation: true);
        }
        else if (json.ValueKind == JsonValueKind.Array)
        {
            writer.WriteStartArray();
            foreach (var (index, entry) in json.EnumerateArray().Index()) Write(writer, entry, $"{at}/{index}");
            writer.WriteEndArray();
        }
        else
        {
            writer.WriteStartObject();
            foreach (var member in json.EnumerateObject())
            {
                var pointer = $"{at}/{BodyValidator.Escape(member.Name)}";
                if (other.TryGetValue(pointer, out var left) && left is null) continue;
                writer.WritePropertyName(member.Name);
                Write(writer, member.Value, pointer);
            }
            writer.WriteEndObject();
        }
    }
}
