using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;

namespace Cirm.Core.Information;

/// <summary>Where a version of a service stands.</summary>
public enum ServiceState
{
    /// <summary>Being written; staff see it.</summary>
    Draft,
    /// <summary>In force, or was until the next one.</summary>
    Published,
    /// <summary>Not offered any more.</summary>
    Retired,
}

/// <summary>The citizen's rights with a service.</summary>
/// <param name="Basis">The law or rule they rest on.</param>
/// <param name="Objection">How to object, and where.</param>
public sealed record Rights(Localized Basis, Localized Objection) : IJsonColumn;

/// <summary>What the agency promises, in hours from submission.</summary>
/// <param name="FirstResponseHours">Until a first answer.</param>
/// <param name="ResolutionHours">Until it is resolved or refused.</param>
public sealed record ServiceStandard(decimal FirstResponseHours, decimal ResolutionHours)
{
    /// <summary>When a case that is submitted at a moment has to be resolved.</summary>
    public DateTimeOffset DueAt(DateTimeOffset submittedAt) => submittedAt.AddHours((double)ResolutionHours);
}

/// <summary>A text as it is heard: a recording, or what a person or a machine reads aloud.</summary>
/// <param name="Url">Where the recording is.</param>
/// <param name="Text">What is to be read aloud.</param>
public sealed record Spoken(string? Url, string? Text);

/// <summary>What a service says beyond its name, its rights and its standard; null leaves a thing unsaid (INFO-CATALOGUE, INFO-CONTENT).</summary>
/// <param name="Eligibility">Who may ask.</param>
/// <param name="Documents">What has to be brought or sent.</param>
/// <param name="Cost">What it costs.</param>
/// <param name="Channels">How it can be asked for, in the words of <see cref="Channel"/>; null: by every channel.</param>
/// <param name="Unit">The key of the responsible unit.</param>
/// <param name="Spoken">A spoken version, by language.</param>
/// <param name="Keywords">People's own words for it, by language.</param>
/// <param name="Questions">What a case of it has to tell.</param>
public sealed record ServiceDetails(
    Localized? Eligibility = null, JsonList<Localized>? Documents = null, Localized? Cost = null, string[]? Channels = null, string? Unit = null,
    JsonMap<Spoken>? Spoken = null, JsonMap<string[]>? Keywords = null, JsonList<Question>? Questions = null);

/// <summary>One version of a service.</summary>
/// <param name="Id">The service, the same in all versions.</param>
/// <param name="Key">The service's word in addresses and files.</param>
/// <param name="Number">1 for the first version.</param>
/// <param name="State">Draft, published or retired.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Description">What it does.</param>
/// <param name="Serves">Whose needs it serves.</param>
/// <param name="Rights">The citizen's rights.</param>
/// <param name="Calendar">The working calendar by which its hours are counted.</param>
/// <param name="FirstResponseHours">See <see cref="Standard"/>.</param>
/// <param name="ResolutionHours">See <see cref="Standard"/>.</param>
/// <param name="Eligibility">Who may ask.</param>
/// <param name="Documents">What has to be brought or sent.</param>
/// <param name="Cost">What it costs.</param>
/// <param name="Channels">How it can be asked for, in the words of <see cref="Channel"/>; null: by every channel.</param>
/// <param name="Unit">The key of the responsible unit.</param>
/// <param name="Spoken">A spoken version, by language.</param>
/// <param name="Keywords">People's own words for it, by language.</param>
/// <param name="Questions">What a case of it has to tell.</param>
/// <param name="PublishedAt">When this version came into force.</param>
/// <param name="RetiredAt">When it was withdrawn.</param>
/// <param name="CreatedAt">When its draft was begun.</param>
/// <param name="Version">For If-Match.</param>
public sealed record ServiceVersion(
    Guid Id, string Key, int Number, ServiceState State, Localized Name, Localized? Description, Localized? Serves, Rights? Rights, string? Calendar,
    [property: JsonIgnore] decimal? FirstResponseHours, [property: JsonIgnore] decimal? ResolutionHours,
    Localized? Eligibility, JsonList<Localized>? Documents, Localized? Cost, string[]? Channels, string? Unit, JsonMap<Spoken>? Spoken, JsonMap<string[]>? Keywords,
    JsonList<Question>? Questions, DateTimeOffset? PublishedAt, DateTimeOffset? RetiredAt, DateTimeOffset CreatedAt, [property: JsonIgnore] long Version) : IVersioned
{
    // Whoever can neither read nor use the internet speaks, or has somebody who does it for them.
    static readonly Channel[] WithoutReading = [Channel.Phone, Channel.Counter, Channel.Partner];

    /// <summary>The promise; null while a draft has none.</summary>
    public ServiceStandard? Standard => FirstResponseHours is { } first && ResolutionHours is { } resolution ? new(first, resolution) : null;

    /// <summary>As it is found, in each of its languages.</summary>
    public IReadOnlyList<SearchEntry> ToSearch() =>
        [.. Name.Select(n => new SearchEntry(
            SearchKind.Service, Key, n.Key, n.Value, string.Join(' ', [.. Keywords?.GetValueOrDefault(n.Key) ?? [], Serves?.GetValueOrDefault(n.Key)]),
            $"{Description?.GetValueOrDefault(n.Key)} {Eligibility?.GetValueOrDefault(n.Key)}"))];

    /// <summary>Whether it can be asked for by a channel.</summary>
    public bool IsOpenFor(Channel channel) => Channels is null || Channels.Contains(channel.Word());

    /// <summary>What is missing before this version can be published (INFO-CATALOGUE, INFO-RIGHTS, INFO-CONTENT), as JSON pointers.</summary>
    public IEnumerable<ValidationError> MissingToPublish()
    {
        if (Serves is not { Count: > 0 }) yield return new("/serves", "required", "A service cannot be published before it says whose needs it serves.");
        if (Rights is null) yield return new("/rights", "required", "A service cannot be published before it states the citizen's rights, their basis and how to object.");
        if (Standard is null) yield return new("/standard", "required", "A service cannot be published without a service standard.");
        if (Channels is not null && !WithoutReading.Any(IsOpenFor))
            yield return new("/channels", "not-reachable", "No service is reachable only by reading or by internet: it needs phone, counter or partner too.");
    }
}
