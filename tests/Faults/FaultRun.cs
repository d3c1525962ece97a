using System.Diagnostics;
using System.Globalization;

namespace Cirm.Faults;

/// <summary>What a run found.</summary>
/// <param name="Acknowledged">Writes that were.</param>
/// <param name="Lost">Of those, how many are not there as they were acknowledged.</param>
/// <param name="Wrong">Everything that is not as it should be, in words.</param>
sealed record Finding(int Acknowledged, int Lost, IReadOnlyList<string> Wrong);

/// <summary>Load on an installation whose parts are killed; then what was promised is counted.</summary>
static class FaultRun
{
    /// <summary>Kills API, workers and PostgreSQL.</summary>
    /// <param name="seed">What is drawn comes from it: what is written, what is killed when. How processes interleave does not.</param>
    /// <param name="rounds">How often each is killed.</param>
    /// <param name="workers">How many work.</param>
    /// <param name="leasesRunOut">Whether to wait until what a killed worker had in hand may be taken by others, a minute; else it is taken from it at the end.</param>
    /// <param name="say">Told what happens.</param>
    public static async Task<Finding> KillAsync(int seed, int rounds, int workers, bool leasesRunOut, Action<string> say)
    {
        say($"seed {seed}");
        say = Timed(say);
        await using var receiver = new Receiver();
        await using var cluster = await Cluster.CreateAsync();
        await using var installation = await Installation.StartAsync(cluster, cluster.Address, receiver, workers);
        say("  API and workers serve");
        var (writers, killer) = (new Writers(installation.Address, installation.Authorization, seed), new Killer(cluster, installation, new Random(seed), say));
        var writing = writers.RunAsync(clients: 6);
        await killer.RunAsync(rounds);
        writers.Stop();
        await writing;
        say("  everything that was begun is answered");
        return await Count.AllAsync(cluster, installation, receiver, writers, leasesRunOut, say);
    }

    // Where the time of a run goes.
    static Action<string> Timed(Action<string> say)
    {
        var watch = Stopwatch.StartNew();
        return line => say(string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalSeconds,6:0.0} s {line}"));
    }

    /// <summary>Kills a PostgreSQL for good, and promotes the standby that followed it.</summary>
    /// <param name="seed">What is written, and when it ends.</param>
    /// <param name="seconds">How long it is written at least, before and after.</param>
    /// <param name="leasesRunOut">As in <see cref="KillAsync"/>.</param>
    /// <param name="say">Told what happens.</param>
    public static async Task<Finding> PromoteAsync(int seed, double seconds, bool leasesRunOut, Action<string> say)
    {
        say($"seed {seed}");
        say = Timed(say);
        var random = new Random(seed);
        await using var receiver = new Receiver();
        await using var primary = await Cluster.CreateAsync();
        await using var standby = await primary.FollowAsync();
        await primary.WaitForStandbyAsync();
        await using var installation = await Installation.StartAsync(primary, Cluster.AddressOf(primary, standby), receiver, 1);
        say("  API and worker serve");
        var writers = new Writers(installation.Address, installation.Authorization, seed);
        var writing = writers.RunAsync(clients: 6);
        await Task.Delay(TimeSpan.FromSeconds(seconds + random.NextDouble()));
        var (at, before) = (DateTime.UtcNow, writers.Acknowledged.Count);
        await primary.KillAsync();
        await standby.PromoteAsync();
        var promoted = DateTime.UtcNow - at;
        await installation.ReadyAsync();
        while (writers.Acknowledged.Count - before < 20) await Task.Delay(20); // those in flight, and more
        say(string.Create(CultureInfo.InvariantCulture,
            $"  killed the primary after {before} writes; promoted after {promoted.TotalSeconds:0.0} s, written again after {(DateTime.UtcNow - at).TotalSeconds:0.0} s"));
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        writers.Stop();
        await writing;
        return await Count.AllAsync(standby, installation, receiver, writers, leasesRunOut, say);
    }
}
