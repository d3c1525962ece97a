using System.Globalization;

namespace Cirm.Core.Platform.Imports;

/// <summary>What a mapping has to say, and may say.</summary>
public static class MappingRules
{
    static readonly string[] Delimiters = [",", ";", "\t", "|"];

    /// <summary>Everything that is wrong with a mapping, with a JSON pointer to each; empty when it can be used.</summary>
    /// <param name="mapping">As it was sent.</param>
    /// <param name="kinds">The kinds of import there are.</param>
    public static IReadOnlyList<ValidationError> Check(ImportMapping mapping, IReadOnlyList<ImportKind> kinds)
    {
        List<ValidationError> errors = [.. UnknownMembers("", mapping.Unknown?.Keys)];
        if (kinds.FirstOrDefault(k => k.Name == mapping.Kind) is not { } kind)
        {
            errors.Add(new("/kind", "unknown", $"This has to be one of {string.Join(", ", kinds.Select(k => k.Name))}."));
            return errors;
        }
        foreach (var missing in kind.Columns.Where(c => c.Required && !mapping.Columns.ContainsKey(c.Name)))
            errors.Add(new($"/columns/{missing.Name}", "required", $"An import of {kind.Name} needs {missing.Name}: say where it comes from."));
        foreach (var (name, source) in mapping.Columns)
        {
            var at = "/columns/" + name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
            if (kind.Find(name) is { } column) errors.AddRange(Check(at, column, source));
            else errors.Add(new(at, "unknown", $"An import of {kind.Name} has no such column; it has {string.Join(", ", kind.Columns.Select(c => c.Name))}{(kind.Open is null ? "" : $" and {kind.Open}…")}."));
        }
        errors.AddRange(CheckReading(mapping, kind));
        return errors;
    }

    static IEnumerable<ValidationError> Check(string at, ImportColumn column, ColumnSource source)
    {
        foreach (var error in UnknownMembers(at, source.Unknown?.Keys)) yield return error;
        if (string.IsNullOrEmpty(source.From) == (source.Value is null))
            yield return new(at, "required", "Say either \"from\", a column of the file, or \"value\", the same for every row.");
        if (source.Values is null && source.Otherwise is not null) yield return new($"{at}/otherwise", "unused", "This is for words that \"values\" does not have; there is no \"values\".");
        if (source.Slug && column.Name != "service") yield return new($"{at}/slug", "unused", "Only a service's key is made of its name.");
        if (source.Point && column.Name is not ("latitude" or "longitude")) yield return new($"{at}/point", "unused", "Only a latitude and a longitude are halves of a point.");
        if (column.Words is not { } words) yield break;
        (string Pointer, string? Word)[] said =
        [
            ("value", source.Value), ("default", source.Default), ("otherwise", source.Otherwise),
            .. (source.Values ?? []).Select(v => ($"values/{v.Key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}", (string?)v.Value)),
        ];
        foreach (var (pointer, word) in said)
            if (word is not null && !words.Contains(word))
                yield return new($"{at}/{pointer}", "unknown", $"This has to be one of {string.Join(", ", words)}.");
    }

    static IEnumerable<ValidationError> CheckReading(ImportMapping mapping, ImportKind kind)
    {
        if (mapping.Delimiter is { } delimiter && !Delimiters.Contains(delimiter)) yield return new("/delimiter", "unknown", "This has to be a comma, a semicolon, a tab or a bar.");
        if (mapping.TimeZone is { } zone && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _)) yield return new("/timeZone", "unknown", "This is no IANA time zone such as America/New_York.");
        if (mapping.NoPlace is { Length: > 0 } && kind.Find("latitude") is null) yield return new("/noPlace", "unused", $"An import of {kind.Name} has no places.");
        if (mapping.TimeFormats is { } formats && formats.Contains(FileTimes.UnixSeconds) && formats.Contains(FileTimes.UnixMilliseconds))
            yield return new("/timeFormats", "ambiguous", "A number is either seconds or milliseconds since 1970.");
        for (var i = 0; i < (mapping.TimeFormats?.Length ?? 0); i++)
            if (!IsTimeFormat(mapping.TimeFormats![i]))
                yield return new($"/timeFormats/{i}", "format", "This does not tell a time: say unix, unixMilliseconds, or a .NET format string such as MM/dd/yyyy HH:mm:ss, which has year, month and day.");
    }

    static bool IsTimeFormat(string format)
    {
        if (format is FileTimes.UnixSeconds or FileTimes.UnixMilliseconds) return true;
        var day = new DateTime(2011, 12, 31);
        try
        {
            return DateTime.TryParseExact(day.ToString(format, CultureInfo.InvariantCulture), format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var read) && read.Date == day;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    static IEnumerable<ValidationError> UnknownMembers(string at, IEnumerable<string>? names) =>
        (names ?? []).Select(name => new ValidationError($"{at}/{name}", "unknown", "A mapping has no such member."));
}
