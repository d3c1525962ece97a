using System.Globalization;

namespace Cirm.Core.Platform;

/// <summary>A day as it is written: 2026-03-21, from 1900 to 9999.</summary>
public static class Day
{
    /// <summary>For whoever wrote something else.</summary>
    public const string Wanted = "This has to be a day from 1900-01-01 to 9999-12-31, as in 2026-03-21.";

    /// <summary>Whether a text is a day.</summary>
    public static bool Is(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year >= 1900;
}
