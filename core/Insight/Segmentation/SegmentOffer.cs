using System.Text.Json.Serialization;
using Cirm.Core.Information;
using Cirm.Core.Platform;

namespace Cirm.Core.Insight.Segmentation;

/// <summary>What a segment gets of a service beyond its standard; null leaves a thing as everybody has it (SEG-FLOOR).</summary>
/// <param name="Service">The service's key.</param>
/// <param name="FirstResponseHours">Until a first answer.</param>
/// <param name="ResolutionHours">Until it is resolved or refused.</param>
/// <param name="Channels">By which they can ask: those of the service and more.</param>
/// <param name="Languages">In which they are served: those in which the service is published and more, or others alone, which they get besides.</param>
/// <param name="Priority">How far they come before others, 0 being everybody's place.</param>
/// <param name="Paused">The measured floor of the service is not met: until it is, everybody has the standard.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="Version">For If-Match.</param>
public sealed record SegmentOffer(
    string Service, decimal? FirstResponseHours, decimal? ResolutionHours, string[]? Channels, string[]? Languages, int? Priority, bool Paused, DateTimeOffset CreatedAt,
    [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>What of it is less than everybody has.</summary>
    /// <param name="service">The version in force.</param>
    public IEnumerable<ValidationError> BelowFloor(ServiceVersion service)
    {
        if (FirstResponseHours > service.FirstResponseHours)
            yield return new("/firstResponseHours", "below-floor", $"Everybody is answered within {service.FirstResponseHours:0.##} hours.");
        if (ResolutionHours > service.ResolutionHours)
            yield return new("/resolutionHours", "below-floor", $"Everybody's case is resolved within {service.ResolutionHours:0.##} hours.");
        if (Missing(Channels, service.Channels) is { Count: > 0 } channels)
            yield return new("/channels", "below-floor", $"Everybody can ask by {string.Join(", ", channels)} as well.");
        if (Missing(Languages, [.. service.Name.Keys]) is { Count: > 0 } languages && (Languages!.Length == 0 || languages.Count < service.Name.Count))
            yield return new("/languages", "below-floor", $"Everybody is served in {string.Join(", ", languages)} as well.");
        if (Priority < 0) yield return new("/priority", "below-floor", "Nobody comes behind everybody else.");
    }

    static List<string> Missing(string[]? offered, string[]? everybodys) =>
        offered is null || everybodys is null ? [] : [.. everybodys.Except(offered, StringComparer.OrdinalIgnoreCase)];
}

/// <summary>What applies to one person of all that their segments get: the best of each.</summary>
/// <param name="FirstResponseHours">Until a first answer.</param>
/// <param name="ResolutionHours">Until it is resolved or refused.</param>
/// <param name="Channels">By which they can ask as well.</param>
/// <param name="Languages">In which they are served as well.</param>
/// <param name="Priority">How far they come before others.</param>
public sealed record AppliedOffer(decimal? FirstResponseHours, decimal? ResolutionHours, string[]? Channels, string[]? Languages, int? Priority)
{
    /// <summary>The standard, or what is better of each promise.</summary>
    public ServiceStandard Over(ServiceStandard standard) => new(
        FirstResponseHours is { } f ? Math.Min(f, standard.FirstResponseHours) : standard.FirstResponseHours,
        ResolutionHours is { } r ? Math.Min(r, standard.ResolutionHours) : standard.ResolutionHours);
}
