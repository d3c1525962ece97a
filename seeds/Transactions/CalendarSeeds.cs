using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Timekeeping;

namespace Cirm.Seeds.Transactions;

/// <summary>When the demo agencies' offices are open: week and holidays as in each country, hours written for this demonstration.</summary>
public sealed class CalendarSeeds(Calendars calendars, Action<string> tell)
{
    public async Task EnsureAsync(Agency agency, CancellationToken ct)
    {
        await using var stream = File.OpenRead(Demo.File("Transactions", "calendars.json"));
        foreach (var seed in JsonSerializer.Deserialize<Dictionary<string, List<CalendarSeed>>>(stream, Wire.Json)![agency.Slug])
        {
            if (await calendars.FindAsync(agency.Id, seed.Key, ct) is not null) continue;
            if (seed.Rules.Check() is [var wrong, ..]) throw new InvalidOperationException($"calendars.json, {seed.Key}{wrong.Pointer}: {wrong.Detail}");
            await calendars.PutAsync(Caller.System(agency.Id), seed.Key, seed.Rules, null, ct);
            tell($"{agency.Slug}: the calendar \"{seed.Key}\"");
        }
    }

    sealed record CalendarSeed(string Key, CalendarRules Rules);
}
