using System.Globalization;
using System.Text.RegularExpressions;

namespace Cirm.Core.Platform.Imports;

/// <summary>
/// A point that stands in one column. A pair has the latitude first, as people write it: <c>(42.35, -71.05)</c>, <c>42.35, -71.05</c>. Well-known text
/// (OGC 06-103r4) and the list of a GeoJSON point (RFC 7946, 3.1.1; <c>-71.05|42.35</c> as a list is read) have the longitude first.
/// </summary>
public static partial class PointText
{
    const NumberStyles Decimal = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>Reads a number of a place; a lone comma is its point, for no degree has thousands.</summary>
    public static bool TryDegrees(string text, out double degrees)
    {
        if (!text.Contains('.') && text.IndexOf(',') is >= 0 and var comma && comma == text.LastIndexOf(',')) text = text.Replace(',', '.');
        return double.TryParse(text, Decimal, CultureInfo.InvariantCulture, out degrees);
    }

    /// <summary>Reads a point.</summary>
    /// <param name="text">As the file has it.</param>
    /// <param name="latitude">In degrees, as a text.</param>
    /// <param name="longitude">In degrees, as a text.</param>
    /// <returns>False for what is no point; null texts and true for <c>POINT EMPTY</c>.</returns>
    public static bool TryRead(string text, out string? latitude, out string? longitude)
    {
        (latitude, longitude) = (null, null);
        if (Empty().IsMatch(text)) return true;
        if (Pair().Match(text) is { Success: true } pair)
            (latitude, longitude) = (pair.Groups["first"].Value, pair.Groups["second"].Value);
        else if ((WellKnown().Match(text) is { Success: true } known ? known : List().Match(text)) is { Success: true } xy)
            (latitude, longitude) = (xy.Groups["second"].Value, xy.Groups["first"].Value);
        return latitude is not null;
    }

    [GeneratedRegex(@"^\(?\s*(?<first>[-+0-9.eE]+)\s*,\s*(?<second>[-+0-9.eE]+)\s*\)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Pair();

    [GeneratedRegex(@"^(SRID=4326;)?\s*POINT\s*Z?\s*\(\s*(?<first>[-+0-9.eE]+)\s+(?<second>[-+0-9.eE]+)(\s+[-+0-9.eE]+)?\s*\)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex WellKnown();

    [GeneratedRegex(@"^(?<first>[-+0-9.eE]+)\|(?<second>[-+0-9.eE]+)(\|[-+0-9.eE]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex List();

    [GeneratedRegex(@"^(SRID=4326;)?\s*POINT\s+EMPTY$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Empty();
}
