using System.Globalization;
using System.Text.Json.Nodes;
using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Cirm.Api.Portal;

/// <summary>A form as a reader sent it, and what is wrong with it: what was typed is shown again with the errors.</summary>
public sealed class PortalForm
{
    /// <summary>The hidden field that makes a form that is sent twice count once.</summary>
    public const string Key = "once";

    /// <summary>Nothing was sent yet.</summary>
    public static PortalForm Empty => new(new Dictionary<string, StringValues>());

    /// <summary>A form with something in it, as when what is there is changed.</summary>
    public static PortalForm Of(IEnumerable<KeyValuePair<string, StringValues>> values) => new(new OrderedDictionary<string, StringValues>(values));

    readonly IReadOnlyDictionary<string, StringValues> values;
    readonly List<(string Field, ValidationError Error)> errors = [];

    PortalForm(IReadOnlyDictionary<string, StringValues> values) => this.values = values;

    /// <summary>What was typed, without the blanks around it; empty when there was nothing.</summary>
    public string this[string field] => values.TryGetValue(field, out var sent) ? sent.ToString().Trim() : "";

    /// <summary>Whether a field was sent, be it empty.</summary>
    public bool Has(string field) => values.ContainsKey(field);

    /// <summary>What was sent of a field, as it is.</summary>
    public StringValues Sent(string field) => values.TryGetValue(field, out var sent) ? sent : StringValues.Empty;

    /// <summary>All values of a field with several.</summary>
    public IReadOnlyList<string> All(string field) => values.TryGetValue(field, out var sent) ? [.. sent.OfType<string>().Where(v => v.Length > 0)] : [];

    /// <summary>Fields that begin so.</summary>
    public IEnumerable<string> Fields(string prefix) => values.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal));

    readonly Dictionary<string, string> labels = [];

    /// <summary>Says what a field is called, where that is not what all pages call it.</summary>
    public PortalForm Label(string field, string label)
    {
        labels[field] = label;
        return this;
    }

    public string? LabelOf(string field) => labels.GetValueOrDefault(field);

    /// <summary>What is wrong, in the order in which it was found.</summary>
    public IReadOnlyList<(string Field, ValidationError Error)> Errors => errors;

    /// <summary>What was refused as a whole.</summary>
    public Refusal? Refused { get; private set; }

    public bool IsWrong => errors.Count > 0 || Refused is not null;

    /// <summary>Whether a form comes in parts, with files.</summary>
    public static bool HasFiles(HttpContext http) => http.Request.ContentType?.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) == true;

    public static async ValueTask<PortalForm> ReadAsync(HttpContext http)
    {
        if (http.Features.Get<PortalForm>() is { } read) return read;
        if (!http.Request.HasFormContentType || HasFiles(http)) return Empty;
        using var reader = new FormReader(System.Text.Encoding.UTF8.GetString((await RawBody.ReadAsync(http)).Span));
        try
        {
            read = new(reader.ReadForm());
        }
        catch (InvalidDataException e)
        {
            throw Problems.BadRequest.Because(e.Message);
        }
        http.Features.Set(read);
        return read;
    }

    /// <summary>The fields as the JSON that the API takes; what was left empty is left out.</summary>
    public JsonObject ToJson(params ReadOnlySpan<string> fields)
    {
        var json = new JsonObject();
        foreach (var field in fields)
            if (this[field] is { Length: > 0 } value) json[field] = value;
        return json;
    }

    /// <summary>The state that the page showed, on which the change was decided: what <c>If-Match</c> says to the API.</summary>
    public IfMatch Version => new(long.TryParse(this["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : -1);

    /// <summary>A text in several languages, of which each has a field; null when all are empty.</summary>
    public JsonObject? Localized(string field)
    {
        var said = Fields($"{field}/").Where(f => this[f].Length > 0).Select(f => KeyValuePair.Create(f[(field.Length + 1)..], (JsonNode?)this[f])).ToList();
        return said.Count == 0 ? null : new(said);
    }

    /// <summary>A number as people type it, or what was typed, for the API to refuse; null when there is nothing.</summary>
    public JsonNode? Number(string field) =>
        this[field] is not { Length: > 0 } typed ? null : decimal.TryParse(Latin(typed).Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture, out var number) ? number : typed;

    /// <summary>Reads a request of the API from JSON, with the API's own checks.</summary>
    /// <exception cref="Refusal"><see cref="Problems.Invalid"/>.</exception>
    public static T Read<T>(JsonNode json)
    {
        using var document = System.Text.Json.JsonDocument.Parse(json.ToJsonString());
        return BodyValidator.Read<T>(document.RootElement);
    }

    /// <summary>Persian and Arabic digits, as people type them, as the API reads them.</summary>
    public static string Latin(string typed) => string.Concat(typed.Select(c => char.IsDigit(c) ? (char)('0' + (int)char.GetNumericValue(c)) : c is '٫' ? '.' : c));

    /// <summary>Takes what was refused: what is not valid goes to its fields, anything else stands above the form.</summary>
    /// <param name="refusal">What was refused.</param>
    /// <param name="field">Which field a JSON pointer means; the pointer itself when not given.</param>
    public PortalForm Take(Refusal refusal, Func<string, string>? field = null)
    {
        errors.AddRange(refusal.Errors.Select(error => (FieldOf(field?.Invoke(error.Pointer) ?? error.Pointer.TrimStart('/')), error)));
        if (refusal.Problem != Problems.Invalid) Refused = refusal; // it has words of its own
        return this;
    }

    // A text in several languages has a field for each; what is wrong with all of it is said at the first.
    string FieldOf(string pointer) => Has(pointer) ? pointer : Fields($"{pointer}/").FirstOrDefault() ?? pointer;

    /// <summary>What is wrong with a field; null when nothing is.</summary>
    public ValidationError? ErrorOf(string field) => errors.FirstOrDefault(e => e.Field == field).Error;
}
