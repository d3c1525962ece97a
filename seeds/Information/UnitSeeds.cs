using System.Text.Json;
using Cirm.Core.Identity;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Seeds.Information;

/// <summary>The demo agencies' units, with the demo's manager at their head and its agent in them, and the civil organisations that they know.</summary>
public sealed class UnitSeeds(TenantDb db, Units units, Organisations organisations, Accounts accounts, Action<string> tell)
{
    public async Task EnsureAsync(Agency agency, CancellationToken ct)
    {
        var by = Caller.System(agency.Id);
        var there = (await db.QueryAsync<string>(agency.Id, "select key from units where agency_id = @agency", null, ct)).ToHashSet();
        var missing = Known()[agency.Slug].Where(u => !there.Contains(u.Key)).ToList();
        var manager = await accounts.ForSignInAsync(agency.Id, $"manager@{agency.Slug}.example", ct);
        var agent = await accounts.ForSignInAsync(agency.Id, $"agent@{agency.Slug}.example", ct);
        foreach (var u in missing)
        {
            await units.CreateAsync(by, new(u.Key, u.Name, u.Parent, u.Calendar, u.Contact, u.OpeningHours, false, default, 0), ct);
            if (manager is not null) await units.AddMemberAsync(by, u.Key, manager.Id, UnitFunction.Head, ct);
            if (agent is not null) await units.AddMemberAsync(by, u.Key, agent.Id, UnitFunction.Member, ct);
        }
        if (missing.Count > 0) tell($"{agency.Slug}: {missing.Count} units");
        await EnsureOrganisationsAsync(agency, ct);
    }

    /// <summary>The unit of each of Boston's departments.</summary>
    public static IReadOnlyDictionary<string, string> BostonUnits() =>
        Known()["boston"].Where(u => u.Department is not null).ToDictionary(u => u.Department!, u => u.Key);

    async Task EnsureOrganisationsAsync(Agency agency, CancellationToken ct)
    {
        var by = Caller.System(agency.Id);
        var there = (await db.QueryAsync<string>(agency.Id, "select key from organisations where agency_id = @agency", null, ct)).ToHashSet();
        var missing = Read<OrganisationSeed>("organisations.json")[agency.Slug].Where(o => !there.Contains(o.Key)).ToList();
        foreach (var o in missing)
        {
            await organisations.RegisterAsync(by, new(o.Key, o.Name, o.Description, o.Contact, o.Acts, false, default, 0), ct);
            foreach (var s in o.Support)
                await organisations.AddSupportAsync(by, o.Key, new(default, s.GivenOn, s.Kind, null, null, s.Text, s.Outcome, s.OutcomeOn, default, 0), ct);
        }
        if (missing.Count > 0) tell($"{agency.Slug}: {missing.Count} civil organisations");
    }

    static Dictionary<string, List<UnitSeed>> Known() => Read<UnitSeed>("units.json");

    static Dictionary<string, List<T>> Read<T>(string file)
    {
        using var stream = File.OpenRead(Demo.File("Information", file));
        return JsonSerializer.Deserialize<Dictionary<string, List<T>>>(stream, Wire.Json)!;
    }

    sealed record UnitSeed(string Key, Localized Name, string? Department, string? Parent, string? Calendar, Localized? Contact, Localized? OpeningHours);

    sealed record OrganisationSeed(string Key, Localized Name, Localized? Description, Localized? Contact, string[] Acts, List<SupportSeed> Support);

    sealed record SupportSeed(string GivenOn, SupportKind Kind, Localized Text, Localized? Outcome, string? OutcomeOn);
}
