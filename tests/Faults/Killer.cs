using System.Diagnostics;
using System.Globalization;

namespace Cirm.Faults;

/// <summary>What dies.</summary>
enum Victim
{
    Api,
    Worker,
    Postgres,

    /// <summary>One process of PostgreSQL: it ends all connections and recovers by itself.</summary>
    Backend,

    /// <summary>API, workers and PostgreSQL within a moment: the power goes.</summary>
    Everything,
}

/// <summary>Kills with SIGKILL at moments that are drawn, starts again, waits until all is as it was, and goes on.</summary>
sealed class Killer(Cluster cluster, Installation installation, Random random, Action<string> say)
{
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);
    readonly Stopwatch watch = Stopwatch.StartNew();

    public Dictionary<Victim, int> Killed { get; } = [];

    /// <summary>Each victim so many times, in an order that is drawn.</summary>
    public async Task RunAsync(int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var victims = Enum.GetValues<Victim>();
            random.Shuffle(victims);
            foreach (var victim in victims)
            {
                await Task.Delay(TimeSpan.FromSeconds(0.2 + random.NextDouble() * Longest.TotalSeconds));
                var at = watch.Elapsed;
                var what = await KillAsync(victim);
                await installation.ReadyAsync();
                installation.StartAgain();
                Killed[victim] = Killed.GetValueOrDefault(victim) + 1;
                say(string.Create(CultureInfo.InvariantCulture, $"  killed {what}; served again after {(watch.Elapsed - at).TotalSeconds:0.0} s"));
            }
        }
    }

    async Task<string> KillAsync(Victim victim)
    {
        switch (victim)
        {
            case Victim.Api:
                await installation.KillApiAsync();
                installation.StartApi();
                return "the API";
            case Victim.Worker:
                await installation.KillWorkerAsync(random.Next(installation.Workers));
                installation.StartWorker();
                return "a worker";
            case Victim.Postgres:
                var processes = await cluster.KillAsync();
                await Task.Delay(random.Next(500));
                await cluster.StartAsync();
                return $"PostgreSQL ({processes} processes)";
            case Victim.Backend:
                await cluster.KillBackendAsync(random);
                await cluster.ReadyAsync();
                return "one process of PostgreSQL";
            default:
                var all = installation.KillApiAsync();
                var workers = installation.Workers;
                for (var left = workers; left > 0; left--) await installation.KillWorkerAsync(0);
                await cluster.KillAsync();
                await all;
                await cluster.StartAsync();
                installation.StartApi();
                for (var n = 0; n < workers; n++) installation.StartWorker();
                return "everything";
        }
    }
}
