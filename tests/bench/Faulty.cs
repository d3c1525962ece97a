using System.Globalization;
using Cirm.Faults;

namespace Cirm.Bench;

/// <summary>
/// The long form of tests/Faults: everything is killed again and again under load, and what a killed worker had in hand is waited for. Ours is what is there
/// of the writes that were acknowledged, the reference is what was acknowledged; CIRM_FAULT_SEED repeats a run.
/// </summary>
static class Faulty
{
    const int Rounds = 12, Promotions = 4;

    public static async Task<Measure> KillAsync()
    {
        var seed = Seed();
        return MeasureOf("faults", seed, await FaultRun.KillAsync(seed, Rounds, workers: 2, leasesRunOut: true, Console.Error.WriteLine));
    }

    public static async Task<Measure> PromoteAsync()
    {
        var (first, found) = (Seed(), new List<Finding>());
        for (var n = 0; n < Promotions; n++) found.Add(await FaultRun.PromoteAsync(first + n, seconds: 5, leasesRunOut: true, Console.Error.WriteLine));
        return MeasureOf("standby", first, new(found.Sum(f => f.Acknowledged), found.Sum(f => f.Lost), [.. found.SelectMany(f => f.Wrong)]));
    }

    static int Seed() => int.TryParse(Environment.GetEnvironmentVariable("CIRM_FAULT_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next(1_000_000);

    static Measure MeasureOf(string name, int seed, Finding found) => found.Wrong.Count > 0
        ? throw new InvalidOperationException($"Seed {seed}: {string.Join("\n", found.Wrong)}")
        : new(name, found.Acknowledged - found.Lost, found.Acknowledged, Math.Round((double)(found.Acknowledged - found.Lost) / found.Acknowledged, 5), "writes, there and acknowledged", new()
        {
            ["seed"] = seed, ["lost"] = found.Lost,
        });
}
