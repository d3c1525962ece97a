using System.ComponentModel.DataAnnotations;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Api.Information;

/// <summary>A spoken version of a text.</summary>
public sealed record WriteSpoken
{
    /// <summary>Where a recording is.</summary>
    /// <example>https://www.springfield.example/lamps.mp3</example>
    [MaxLength(2_000), RegularExpression("^https?://[^\\s]+$", ErrorMessage = "This has to be an address that begins with http:// or https://.")]
    public string? Url { get; init; }

    /// <summary>What is to be read aloud.</summary>
    [MaxLength(20_000)]
    public string? Text { get; init; }

    internal static JsonMap<Spoken>? ToCore(Dictionary<string, WriteSpoken>? spoken) =>
        JsonMap<Spoken>.Of(spoken?.Select(s => KeyValuePair.Create(s.Key, new Spoken(s.Value.Url, s.Value.Text))));

    internal static Dictionary<string, WriteSpoken>? Of(JsonMap<Spoken>? spoken) =>
        spoken?.ToDictionary(s => s.Key, s => new WriteSpoken { Url = s.Value.Url, Text = s.Value.Text });
}

/// <summary>Something that a case of the service has to tell.</summary>
public sealed record WriteQuestion
{
    /// <summary>Its word in answers.</summary>
    /// <example>lamp-number</example>
    [RegularExpression("^[a-z][A-Za-z0-9_-]{0,62}$", ErrorMessage = "A key is 1 to 63 letters, digits, - and _, beginning with a small letter.")]
    public required string Key { get; init; }

    /// <summary>What is asked.</summary>
    [MaxLength(1_000)]
    public required Localized Text { get; init; }

    /// <summary>What the answer looks like.</summary>
    /// <example>text</example>
    public required QuestionType Type { get; init; }

    /// <summary>What can be chosen; for single and multiple only.</summary>
    [MaxLength(200)]
    public WriteOption[]? Options { get; init; }

    /// <summary>A case without it is refused.</summary>
    public bool Required { get; init; }

    /// <summary>The least number, or the fewest options.</summary>
    public decimal? Min { get; init; }

    /// <summary>The greatest number, or the most options.</summary>
    public decimal? Max { get; init; }

    /// <summary>Of a text.</summary>
    [Range(1, Questions.LongestAnswer)]
    public int? MaxLength { get; init; }

    internal Question ToQuestion(Agency home) =>
        new(Key, Text.In(home.Language), Type, Options?.Select(o => new QuestionOption(o.Key, o.Text.In(home.Language))).ToList(), Required, Min, Max, MaxLength);

    internal static WriteQuestion Of(Question q) => new()
    {
        Key = q.Key, Text = q.Text, Type = q.Type, Options = q.Options?.Select(o => new WriteOption { Key = o.Key, Text = o.Text }).ToArray(),
        Required = q.Required, Min = q.Min, Max = q.Max, MaxLength = q.MaxLength,
    };
}

/// <summary>One of several answers.</summary>
public sealed record WriteOption
{
    /// <summary>How it is answered.</summary>
    [RegularExpression("^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$", ErrorMessage = "A key is 1 to 63 letters, digits, - and _.")]
    public required string Key { get; init; }

    /// <summary>How it is read.</summary>
    [MaxLength(500)]
    public required Localized Text { get; init; }
}
