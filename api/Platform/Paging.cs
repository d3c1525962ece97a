using System.ComponentModel;
using System.Globalization;
using System.Text;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Platform;

/// <summary>A part of a list.</summary>
/// <param name="Items">At most as many as were asked for.</param>
/// <param name="Next">The cursor of the next part; null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>Which part of a list is asked for.</summary>
public sealed class PageRequest
{
    [FromQuery(Name = "limit"), Description("How many entries, 1 to 200; 50 when not given.")]
    public string? LimitText { get; init; }

    [FromQuery(Name = "cursor"), Description("Where to go on: next of the part before.")]
    public string? Cursor { get; init; }

    /// <exception cref="Refusal"><see cref="Problems.Invalid"/>.</exception>
    public int Limit => LimitText is null ? 50
        : int.TryParse(LimitText, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= 200 ? limit
        : throw Problems.InvalidValue("?limit", "range", "limit has to be a whole number from 1 to 200.");

    /// <summary>One more than asked for, which tells whether there is a next part.</summary>
    public int LimitAndOne => Limit + 1;

    /// <summary>The cursor of a list that is ordered by a key.</summary>
    /// <exception cref="Refusal"><see cref="Problems.Invalid"/>.</exception>
    public string? KeyCursor
    {
        get
        {
            if (Cursor is null) return null;
            try
            {
                var key = new UTF8Encoding(false, true).GetString(System.Buffers.Text.Base64Url.DecodeFromChars(Cursor));
                if (BodyValidator.IsClean(key)) return key;
            }
            catch (Exception e) when (e is FormatException or ArgumentException)
            {
                // falls through to the refusal
            }
            throw Problems.InvalidValue("?cursor", "cursor", "This is not a cursor of this list; take it from next.");
        }
    }

    /// <summary>The cursor of a list that is ordered by a number.</summary>
    public long? NumberCursor => KeyCursor is not { } key ? null
        : long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw Problems.InvalidValue("?cursor", "cursor", "This is not a cursor of this list; take it from next.");

    /// <summary>A page of what was found, and the Link header to the next one (RFC 8288).</summary>
    /// <param name="http">The request.</param>
    /// <param name="found">Up to <see cref="LimitAndOne"/> rows.</param>
    /// <param name="cursorOf">A row's place in the list.</param>
    public Page<T> Of<T>(HttpContext http, IReadOnlyList<T> found, Func<T, string> cursorOf)
    {
        if (found.Count <= Limit) return new(found, null);
        IReadOnlyList<T> items = [.. found.Take(Limit)];
        var next = cursorOf(items[^1]);
        var query = new QueryBuilder(http.Request.Query.Where(p => p.Key != "cursor").SelectMany(p => p.Value.Select(v => KeyValuePair.Create(p.Key, v ?? "")))) { { "cursor", next } };
        http.Response.Headers.Link = $"<{http.Request.PathBase}{http.Request.Path}{query}>; rel=\"next\"";
        return new(items, next);
    }

    /// <summary>The cursor after a key.</summary>
    public static string After(string key) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key));

    /// <summary>The cursor after a number.</summary>
    public static string After(long number) => After(number.ToString(CultureInfo.InvariantCulture));
}

/// <summary>Reads query parameters and reports every one that is wrong. One that is left empty, as forms send it, is not given.</summary>
/// <param name="at">What stands before a parameter's name where it is told what was wrong.</param>
public sealed class QueryErrors(string at = "?")
{
    readonly List<ValidationError> errors = [];

    public T? Word<T>(string name, string? text) where T : struct, Enum
    {
        if (string.IsNullOrEmpty(text)) return null;
        foreach (var value in Enum.GetValues<T>())
            if (value.Word() == text) return value;
        errors.Add(new($"{at}{name}", "unknown", $"{name} has to be one of {string.Join(", ", Enum.GetValues<T>().Select(v => v.Word()))}."));
        return null;
    }

    public T[]? Words<T>(string name, string? text) where T : struct, Enum => string.IsNullOrEmpty(text) ? null : [.. text.Split(',').Select(w => Word<T>(name, w)).OfType<T>()];

    public Guid? Id(string name, string? text) => Read<Guid>(name, text, Guid.TryParse, "a UUID");

    public DateTimeOffset? Time(string name, string? text) => Read<DateTimeOffset>(name, text,
        // The plus of an offset that nobody escaped has become a space.
        (string t, out DateTimeOffset time) => Wire.TryTime(t.Length > 6 && t[^6] == ' ' && t[10] != ' ' ? $"{t[..^6]}+{t[^5..]}" : t, out time),
        "a time such as 2026-03-21T08:00:00Z (RFC 3339)");

    public bool? Flag(string name, string? text) => Read<bool>(name, text, bool.TryParse, "true or false");

    public string? Text(string name, string? text)
    {
        if (text is not null && (text.Length > 500 || !BodyValidator.IsClean(text)))
            errors.Add(new($"{at}{name}", "characters", $"{name} may have at most 500 characters, and no control characters."));
        return text is { Length: 0 } ? null : text;
    }

    public double? Number(string name, string? text, double least, double most)
    {
        if (string.IsNullOrEmpty(text)) return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most) return value;
        errors.Add(new($"{at}{name}", "range", string.Create(CultureInfo.InvariantCulture, $"{name} has to be a number from {least} to {most}.")));
        return null;
    }

    public void Wrong(string name, string code, string detail) => errors.Add(new($"{at}{name}", code, detail));

    public void Missing(string name) => errors.Add(new($"{at}{name}", "required", "This is required."));

    /// <exception cref="Refusal"><see cref="Problems.Invalid"/> when anything was wrong.</exception>
    public void ThrowIfAny()
    {
        if (errors.Count > 0) throw Problems.InvalidInput(errors);
    }

    delegate bool TryRead<T>(string text, out T value);

    T? Read<T>(string name, string? text, TryRead<T> read, string what) where T : struct
    {
        if (string.IsNullOrEmpty(text)) return null;
        if (read(text, out var value)) return value;
        errors.Add(new($"{at}{name}", "type", $"{name} has to be {what}."));
        return null;
    }
}
