using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Cirm.Bench;

/// <summary>One line of the benchmark: ours against the reference, medians over the rounds.</summary>
sealed record Measure(string Name, double Ours, double Reference, double Ratio, string Unit, Dictionary<string, object> Detail)
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = false };

    const int MostWarmUps = 12;
    static readonly TimeSpan LongestWarmUp = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Measures ours and the reference in turn. First ours warms up, which does not count: a server that runs for months is measured,
    /// not the minute in which .NET compiles it anew. It is warm when
    /// the seventh round or a later one needs no less processor time than the one before, give or take 3 %; after a minute it has to be.
    /// </summary>
    /// <param name="name">Of the measure.</param>
    /// <param name="unit">What is counted.</param>
    /// <param name="rounds">How many count.</param>
    /// <param name="ours">One round of ours.</param>
    /// <param name="reference">One round of the reference.</param>
    /// <param name="warm">Done between warming up and the first round that counts; null for nothing.</param>
    public static async Task<Measure> InTurnAsync(string name, string unit, int rounds, Func<Task<Round>> ours, Func<Task<Round>> reference, Func<Task>? warm = null)
    {
        var (our, their) = (new List<Round>(), new List<Round>());
        var (cost, watch) = (double.MaxValue, Stopwatch.StartNew());
        for (var (warmUp, steady) = (1, false); !steady && warmUp <= MostWarmUps && watch.Elapsed < LongestWarmUp; warmUp++)
        {
            var round = await ours();
            (steady, cost) = (warmUp > 6 && round.CoreMilliseconds >= cost * 0.97, round.CoreMilliseconds);
            Console.Error.WriteLine(FormattableString.Invariant($"  warm-up {warmUp}: ours {round.Value:0.#} {unit}, {round.CoreMilliseconds:0.###} core-ms"));
        }
        if (warm is not null) await warm();
        var steal = Steal.Now();
        for (var round = 1; round <= rounds; round++)
        {
            var (a, b) = (await ours(), await reference());
            Console.Error.WriteLine(FormattableString.Invariant($"  round {round}: ours {a.Value:0.#}, reference {b.Value:0.#} {unit}, {a.CoreMilliseconds:0.###} ({a.Client:0.###}, {a.Server:0.###}, {a.Postgres:0.###}) and {b.CoreMilliseconds:0.###} core-ms"));
            our.Add(a);
            their.Add(b);
        }
        var (o, r) = (Median(our.Select(x => x.Value)), Median(their.Select(x => x.Value)));
        return new(name, Math.Round(o, 2), Math.Round(r, 2), Math.Round(Median(our.Zip(their, (x, y) => x.Value / y.Value)), 3), unit, new()
        {
            ["rounds"] = rounds,
            ["coreMillisecondsOurs"] = Math.Round(Median(our.Select(x => x.CoreMilliseconds)), 3),
            ["ofWhichClientServerPostgres"] = new[] { our.Select(x => x.Client), our.Select(x => x.Server), our.Select(x => x.Postgres) }.Select(x => Math.Round(Median(x), 3)),
            ["coreMillisecondsReference"] = Math.Round(Median(their.Select(x => x.CoreMilliseconds)), 3),
            ["stealPercent"] = Math.Round(steal.PercentSince(), 1),
            ["processors"] = Environment.ProcessorCount,
        });
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? 0 : sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>What one round gave: the figure, and the processor time that one operation cost everybody together.</summary>
sealed record Round(double Value, double CoreMilliseconds, double Client = 0, double Server = 0, double Postgres = 0);

/// <summary>Processor time of processes and of all that they started, from /proc; a PostgreSQL server is its postmaster.</summary>
static class ProcessorTime
{
    static readonly double MillisecondsPerTick = 1000.0 / 100; // USER_HZ is 100 on every Linux that .NET runs on

    public static double MillisecondsOf(params IEnumerable<int> roots)
    {
        var wanted = roots.ToHashSet();
        double ticks = 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(f => int.TryParse(Path.GetFileName(f), CultureInfo.InvariantCulture, out _)))
        {
            try
            {
                var stat = File.ReadAllText($"{folder}/stat");
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // from field 3, state
                var (pid, parent) = (int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture), int.Parse(fields[1], CultureInfo.InvariantCulture));
                if (wanted.Contains(pid)) ticks += Sum(fields, 11, 14); // with children that have ended
                else if (wanted.Contains(parent)) ticks += Sum(fields, 11, 12);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // the process ended in this moment
            }
        }
        return ticks * MillisecondsPerTick;

        static double Sum(string[] fields, int from, int to) => Enumerable.Range(from, to - from + 1).Sum(i => double.Parse(fields[i], CultureInfo.InvariantCulture));
    }

    public static int Own => Environment.ProcessId;
}

/// <summary>What operations cost from now on, by who pays: this process, the servers, PostgreSQL.</summary>
sealed class Costs
{
    readonly int[] processes;
    readonly double[] before;

    Costs(int[] processes) => (this.processes, before) = (processes, TimesOf(processes));

    /// <summary>Of processes as <see cref="Server.ProcessesAsync"/> lists them: this one first, PostgreSQL last.</summary>
    public static Costs Of(int[] processes) => new(processes);

    public Round RoundOf(int operations, double seconds)
    {
        double[] each = [.. TimesOf(processes).Zip(before, (now, then) => (now - then) / operations)];
        var servers = each[1..^1].Sum();
        return new(operations / seconds, each[0] + each[^1], each[0] - servers, servers, each[^1]); // the servers are children of this process
    }

    static double[] TimesOf(int[] processes) => [.. processes.Select(p => ProcessorTime.MillisecondsOf(p))];
}

/// <summary>How much of the machine others took.</summary>
sealed class Steal
{
    readonly double[] start = Read();

    public static Steal Now() => new();

    public double PercentSince()
    {
        var now = Read();
        var total = now.Sum() - start.Sum();
        return total == 0 ? 0 : 100 * (now[7] - start[7]) / total;
    }

    static double[] Read() => [.. File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(t => double.Parse(t, CultureInfo.InvariantCulture))];
}

static class Programs
{
    /// <summary>Runs a program to its end and gives its output; its processor time counts as a child of ours.</summary>
    public static async Task<string> RunAsync(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{file} failed: {string.Join("\n", (await error).Split((char)10).Take(8))}");
    }
}
