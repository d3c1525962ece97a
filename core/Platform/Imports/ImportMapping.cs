using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Platform.Imports;

/// <summary>How an agency's own export becomes our columns: docs/importing.md.</summary>
public sealed record ImportMapping : IJsonColumn
{
    /// <summary>Which kind of import it is for.</summary>
    /// <example>cases</example>
    public required string Kind { get; init; }

    /// <summary>Our column → where it comes from.</summary>
    /// <example>{"externalId": {"from": "case_id"}, "service": {"from": "reason", "slug": true}, "channel": {"value": "web"}, "status": {"value": "submitted"}, "title": {"from": "title"}, "submittedAt": {"from": "opened"}}</example>
    public required Dictionary<string, ColumnSource> Columns { get; init; }

    /// <summary>What separates the fields of a CSV file: a comma (also when it is not said), a semicolon, a tab or a bar.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Delimiter { get; init; }

    /// <summary>In which local times are read (IANA); the agency's own when it is not said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TimeZone { get; init; }

    /// <summary>How times are written, besides RFC 3339 and 2026-03-21 14:05:00: .NET format strings, or <c>unix</c> (seconds since 1970) or <c>unixMilliseconds</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string[]? TimeFormats { get; init; }

    /// <summary>In which calendar local dates are; <c>persian</c> for the solar Hijri one: 1405/01/01.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public FileCalendar Calendar { get; init; }

    /// <summary>Points that stand for no place at all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Point[]? NoPlace { get; init; }

    /// <summary>What stands in the file where nothing is known, in any of its columns: <c>NULL</c>, <c>N/A</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string[]? NoValue { get; init; }

    /// <summary>Columns of the file that are not read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string[]? Ignore { get; init; }

    /// <summary>What happens when the file has further columns.</summary>
    public OtherColumns Others { get; init; }

    /// <summary>Members that nobody knows, such as a misspelt one.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; init; }

    /// <summary>The words of <see cref="NoValue"/> as values are compared; null for none.</summary>
    [JsonIgnore]
    internal IReadOnlySet<string>? Nothing => NoValue?.Select(word => word.Trim()).ToHashSet();

    /// <summary>The columns of the file that are not read; null for all that are not named.</summary>
    [JsonIgnore]
    public IReadOnlySet<string>? Ignored => Others == OtherColumns.Ignore ? null : (Ignore ?? []).ToHashSet();
}

/// <summary>Where a column comes from: a column of the file, or the same value for every row.</summary>
public sealed record ColumnSource
{
    /// <summary>The file's name for it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? From { get; init; }

    /// <summary>The same value for every row.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Value { get; init; }

    /// <summary>The value of rows where it is empty.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Default { get; init; }

    /// <summary>The file's words → ours.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Dictionary<string, string>? Values { get; init; }

    /// <summary>For words that <see cref="Values"/> does not have; without it such a row is rejected.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Otherwise { get; init; }

    /// <summary>The value is a name, of which a key is made; a service that is made on the way is called by the name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Slug { get; init; }

    /// <summary>The column has a whole point, of which this is one half: <see cref="PointText"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Point { get; init; }

    /// <summary>Members that nobody knows, such as a misspelt one.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; init; }
}

/// <summary>A point in degrees (WGS 84).</summary>
public sealed record Point(double Latitude, double Longitude);

/// <summary>What happens when a file has columns that nobody named.</summary>
public enum OtherColumns
{
    /// <summary>Nothing is taken: a typing error must not lose a column unseen.</summary>
    Refuse,
    /// <summary>They are not read.</summary>
    Ignore,
}
