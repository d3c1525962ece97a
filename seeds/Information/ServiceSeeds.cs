using System.Globalization;
using System.Text.Json;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Seeds.Information;

/// <summary>A service of the demo.</summary>
public sealed record ServiceSeed(string Key, ServiceDraft Draft, bool Publish);

/// <summary>The demo agencies' services.</summary>
public sealed class ServiceSeeds(TenantDb db, Services services, Action<string> tell)
{
    public async Task EnsureAsync(Agency agency, IReadOnlyList<ServiceSeed> seeds, CancellationToken ct)
    {
        var there = (await db.QueryAsync<string>(agency.Id, "select key from services where agency_id = @agency", null, ct)).ToHashSet();
        var missing = seeds.Where(seed => !there.Contains(seed.Key)).ToList();
        foreach (var seed in missing) await services.CreateAsync(Caller.System(agency.Id), seed.Key, seed.Draft, seed.Publish, ct);
        if (missing.Count > 0) tell($"{agency.Slug}: {missing.Count} services, {missing.Count(s => s.Publish)} of them published");
    }

    /// <summary>
    /// The 141 types of the file. A type whose requests had a target is published with the standard that boston-services.json has
    /// for it: the median time from opening to target, in whole hours, rounded up. For a type without any target nothing was
    /// promised: it stays a draft.
    /// </summary>
    public static IReadOnlyList<ServiceSeed> Boston()
    {
        var plain = Read<PlainWords>("boston-plain.json").ToDictionary(p => p.Type);
        var units = UnitSeeds.BostonUnits();
        return [.. Read<BostonType>("boston-services.json").Select(type => ToSeed(type, plain.GetValueOrDefault(type.Type), units[type.Department]))];
    }

    static ServiceSeed ToSeed(BostonType type, PlainWords? plain, string unit) =>
        new(ServiceKey.From(type.Type), new(
            In("en", type.Type),
            In("en", $"{(plain is null ? "" : $"{plain.About} ")}{type.Type}: requests of this type to Boston's {type.Department}, group {type.Group}, as the city's file of 2011 has them."),
            type.ResolutionHours is null ? null : In("en",
                $"People who live in, work in or visit Boston and need what the {type.Department} does under \"{type.Type}\". Written for this demonstration: the city's file does not say whose needs the service serves."),
            type.ResolutionHours is null ? null : new(
                In("en", string.Create(CultureInfo.InvariantCulture,
                    $"Not a legal basis but a figure: half of the {type.WithTarget} requests of July to December 2011 that had a target were to be resolved within {type.ResolutionHours} hours or less. The first answer within a day is this demonstration's own.")),
                In("en", "In this demonstration: a new case of kind complaint on the same service. The City of Boston's real ways to object stand on its own pages.")),
            null,
            type.ResolutionHours is { } hours ? new(Math.Min(hours, 24), hours) : null)
        {
            Details = new(Unit: unit, Keywords: plain is null ? null : JsonMap<string[]>.Of([KeyValuePair.Create("en", plain.Words)])),
        },
            type.ResolutionHours is not null);

    /// <summary>A dozen services of a city's call centre, written for this demonstration.</summary>
    public static IReadOnlyList<ServiceSeed> Mashhad() => [.. Read<MashhadService>("mashhad-services.json").Select(s =>
        new ServiceSeed(s.Key, new(s.Name, s.Description, s.Serves, s.Rights, null, new(s.FirstResponseHours, s.ResolutionHours)) { Details = new(Unit: s.Unit) }, true))];

    public static IReadOnlyList<T> Read<T>(string file)
    {
        using var stream = File.OpenRead(Demo.File("Information", file));
        return JsonSerializer.Deserialize<List<T>>(stream, Wire.Json)!;
    }

    static Localized In(string language, string text) => new(language, text);

    sealed record PlainWords(string Type, string About, string[] Words);

    sealed record MashhadService(
        string Key, Localized Name, Localized Description, Localized Serves, Rights Rights, decimal FirstResponseHours, decimal ResolutionHours, string Unit);
}

/// <summary>A type of Boston's file.</summary>
/// <param name="Type">As the file has it.</param>
/// <param name="Department">The subject that most of its requests have.</param>
/// <param name="Group">The reason that most of its requests have.</param>
/// <param name="Requests">How many there are.</param>
/// <param name="WithTarget">How many of them have a target that is later than their opening.</param>
/// <param name="ResolutionHours">The median from opening to target, rounded up; null when there is no target.</param>
public sealed record BostonType(string Type, string Department, string Group, int Requests, int WithTarget, int? ResolutionHours);
