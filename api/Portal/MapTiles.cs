using System.Globalization;

namespace Cirm.Api.Portal;

/// <summary>
/// Where a map's pictures come from. Nothing is fetched from anybody unless the installation says from whom: <c>CIRM_MAP_TILES</c>, an address with <c>{z}</c>, <c>{x}</c> and <c>{y}</c>;
/// <c>CIRM_MAP_CREDIT</c>, whom to name for it; <c>CIRM_MAP_START</c>, latitude, longitude and zoom at first. Without it a place is told in words.
/// </summary>
/// <param name="Address">Of a picture.</param>
/// <param name="Credit">Whom to name.</param>
/// <param name="Latitude">Degrees.</param>
/// <param name="Longitude">Degrees.</param>
/// <param name="Zoom">At first.</param>
public sealed record MapTiles(string Address, string Credit, double Latitude, double Longitude, int Zoom)
{
    /// <summary>The host that the policy of pages with a map lets in.</summary>
    public string Origin => new Uri(Address).GetLeftPart(UriPartial.Authority);

    /// <summary>Null when no map is wanted.</summary>
    /// <exception cref="InvalidOperationException">A setting that cannot be used.</exception>
    public static MapTiles? From(IConfiguration settings)
    {
        if (settings["CIRM_MAP_TILES"] is not { Length: > 0 } address) return null;
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http") || !((string[])["{z}", "{x}", "{y}"]).All(address.Contains) || address.Contains("{s}", StringComparison.Ordinal))
            throw new InvalidOperationException("CIRM_MAP_TILES has to be an address of one host with {z}, {x} and {y}, as in https://tiles.example/{z}/{x}/{y}.png.");
        var start = (settings["CIRM_MAP_START"] is { Length: > 0 } said ? said : "0,0,2").Split(',');
        if (start.Length != 3 || !double.TryParse(start[0], CultureInfo.InvariantCulture, out var latitude) || !double.TryParse(start[1], CultureInfo.InvariantCulture, out var longitude)
            || !int.TryParse(start[2], CultureInfo.InvariantCulture, out var zoom))
            throw new InvalidOperationException("CIRM_MAP_START has to be latitude, longitude and zoom, as in 42.36,-71.06,12.");
        return new(address, settings["CIRM_MAP_CREDIT"] ?? "", latitude, longitude, zoom);
    }
}
