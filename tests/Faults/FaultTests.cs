using System.Globalization;

namespace Cirm.Faults;

/// <summary>Nothing that was acknowledged is lost and nothing happens twice, whatever is killed. `./cirm bench faults` does the same for minutes.</summary>
public sealed class FaultTests(ITestOutputHelper output)
{
    // CIRM_FAULT_SEED repeats a run, as far as a run can be repeated.
    readonly int seed = int.TryParse(Environment.GetEnvironmentVariable("CIRM_FAULT_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next(1_000_000);

    [Fact]
    public async Task Api_worker_and_PostgreSQL_are_killed_under_load_and_everything_acknowledged_is_there_once_and_told_in_order()
    {
        NeedsPrograms();
        var found = await FaultRun.KillAsync(seed, rounds: 1, workers: 2, leasesRunOut: false, output.WriteLine);
        Assert.Empty(found.Wrong);
        Assert.Equal(0, found.Lost);
        Assert.True(found.Acknowledged > 30, $"There was hardly any load: {found.Acknowledged} writes.");
    }

    [Fact]
    public async Task The_primary_is_killed_under_load_and_its_standby_promoted_and_no_acknowledged_write_is_lost()
    {
        NeedsPrograms();
        var found = await FaultRun.PromoteAsync(seed, seconds: 3, leasesRunOut: false, output.WriteLine);
        Assert.Empty(found.Wrong);
        Assert.Equal(0, found.Lost);
        Assert.True(found.Acknowledged > 30, $"There was hardly any load: {found.Acknowledged} writes.");
    }

    static void NeedsPrograms() => Assert.SkipUnless(Environment.GetEnvironmentVariable("CIRM_PG_BIN") is not null, "PostgreSQL's programs are looked for by `./cirm test`.");
}
