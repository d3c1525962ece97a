using System.Diagnostics;
using System.Globalization;
using Cirm.Core.Participation.Counting;

namespace Cirm.Bench;

/// <summary>Equal shares with add1, on one core, at two sizes that were asked for and at sizes between that tell how it grows.</summary>
static class EqualSharesBench
{
    public static async Task<Measure> RunAsync()
    {
        await Task.Yield();
        Count(40, 2_000, 1); // compiled
        var small = Count(130, 10_000, 3);
        var large = Count(500, 200_000, 1);
        var growth = ((int Projects, int Ballots)[])[(130, 20_000), (130, 40_000), (260, 20_000)];
        return new("equal-shares", Math.Round(large.Seconds, 2), 60, Math.Round(large.Seconds / 60, 3), "seconds of processor time for 500 projects and 200,000 ballots (at most 60, on one core)", new()
        {
            ["seconds130x10000"] = Math.Round(small.Seconds, 2), ["asked130x10000"] = 2, ["steps130x10000"] = small.Steps, ["steps500x200000"] = large.Steps,
            ["peakMegabytes"] = large.Megabytes, ["askedMegabytes"] = 1_000,
            ["growth"] = growth.Select(g => Count(g.Projects, g.Ballots, 1).Told(g.Projects, g.Ballots)).ToArray(),
            ["law"] = "steps of add1, times the choices on different ballots; what one costs doubles and more once the ballots do not fit into the processor's cache any more",
            ["processors"] = Environment.ProcessorCount,
        });
    }

    static Counted Count(int projects, int ballots, int rounds)
    {
        var random = new Random(projects * 31 + ballots);
        // As in large cities: costs over two powers of ten, some projects much better known than others, up to fifteen choices, a fifth of everything can be
        // paid, and each voter has 400 units of the currency (Świecie 419, Assen 1,190).
        var weights = Enumerable.Range(0, projects).Select(_ => Math.Exp(random.NextDouble() * 4.6)).ToArray();
        var costs = weights.Select(w => Math.Floor(w / weights.Sum() * 5 * 400 * ballots)).ToArray();
        var known = Enumerable.Range(0, projects).Select(_ => random.NextDouble() * random.NextDouble()).ToArray();
        var cumulated = known.Select((_, i) => known.Take(i + 1).Sum()).ToArray();
        var (choices, lists) = (0L, new List<IReadOnlyList<Choice>>(ballots));
        for (var b = 0; b < ballots; b++)
        {
            var chosen = Enumerable.Range(0, random.Next(1, 16)).Select(_ => Pick()).Distinct().ToArray();
            choices += chosen.Length;
            lists.Add([.. chosen.Select(p => new Choice(p, 1))]);
        }
        var election = new Election((long)(costs.Sum() / 5), VoteType.Approval, [.. costs.Select((c, i) => new Project($"{i}", (long)c))], lists);
        lists.Clear();
        var seconds = new List<double>();
        var steps = 0;
        for (var round = 0; round < rounds; round++)
        {
            // Processor time: it runs on one core, and others may have the rest of the machine.
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            steps = BudgetCount.Count(election, new(BudgetMethod.EqualShares, Completion.Add1)).Steps!.Value;
            seconds.Add((Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds);
        }
        Console.Error.WriteLine(FormattableString.Invariant($"  {projects} projects, {ballots} ballots: {Measure.Median(seconds):0.00} s, {steps} steps"));
        return new(Measure.Median(seconds), steps, Process.GetCurrentProcess().PeakWorkingSet64 >> 20, choices);

        int Pick()
        {
            var at = Array.BinarySearch(cumulated, random.NextDouble() * cumulated[^1]);
            return Math.Min(projects - 1, at < 0 ? ~at : at);
        }
    }

    sealed record Counted(double Seconds, int Steps, long Megabytes, long Choices)
    {
        public string Told(int projects, int ballots) =>
            string.Create(CultureInfo.InvariantCulture, $"{projects} x {ballots}: {Seconds:0.00} s, {Steps} steps, {1e9 * Seconds / (Steps + 1) / Choices:0.0} ns a step and choice");
    }
}
