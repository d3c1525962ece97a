using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cirm.Core.Insight.Scarcity;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Timekeeping;
using Cirm.Seeds.Transactions;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.VisualBasic.FileIO;
using NodaTime;

namespace Cirm.Tests.Insight;

/// <summary>What holds of every rule, whatever it says: capacity is kept, nobody is dropped, and the same input gives the same outcome.</summary>
public sealed class ScarcitySimulationTests
{
    static readonly DateTimeOffset Monday = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
    static readonly string[] Segments = ["a", "b", "c"];

    sealed record Scene(ScarcityTerms Terms, IReadOnlyList<PastCase> Cases, Circumstances Circumstances, bool Weekly)
    {
        public IEnumerable<Shift> Shifts => ScarcitySimulation.Shifts(WorkingCalendar.Always, DateTimeZone.Utc, Monday, Weekly);

        public Served[] Run() => ScarcitySimulation.Run(Terms, Segments, Cases, Shifts, Circumstances);
    }

    static readonly Gen<ScarcityTerms> AnyTerms =
        from order in Gen.Elements<string[]>([], ["a"], ["b", "a"], ["a", "b", "c"], ["c", "b", "a"])
        from lottery in Gen.Elements(true, false)
        from seed in Gen.Choose(0, 1000)
        from quotas in Gen.Choose(0, 5).ArrayOf(order.Length)
        let sum = Math.Max(1, quotas.Sum())
        let shares = order.Zip(quotas).Where(q => q.Second > 0).Select(q => KeyValuePair.Create(q.First, (decimal)q.Second / (sum * 2)))
        from quota in Gen.Elements(true, false)
        select new ScarcityTerms(order, lottery ? WithinSegment.Lottery : WithinSegment.FirstCome, lottery ? $"seed {seed}" : null, quota && shares.Any() ? JsonMap<decimal>.Of(shares) : null);

    static Gen<Scene> AnyScene(Gen<ScarcityTerms> terms) =>
        from t in terms
        from n in Gen.Choose(0, 60)
        from minutes in Gen.Choose(0, 20 * 24 * 60).ArrayOf(n)
        from masks in Gen.Choose(0, 7).ArrayOf(n)
        from capacity in Gen.Choose(1, 6)
        from patience in Gen.Choose(0, 12)
        from weekly in Gen.Elements(true, false)
        let cases = minutes.Order().Select((m, i) => new PastCase(i + 1, Monday.AddMinutes(m), (ulong)masks[i])).ToList()
        select new Scene(t, cases, new(capacity, patience == 0 ? null : TimeSpan.FromDays(patience)), weekly);

    [Fact]
    public void Capacity_is_never_exceeded_and_nobody_is_dropped() =>
        Prop.ForAll(AnyScene(AnyTerms).ToArbitrary(), scene =>
        {
            var outcome = scene.Run();
            Assert.Equal(scene.Cases.Count, outcome.Length);
            Assert.All(outcome.Zip(scene.Cases), o =>
            {
                Assert.True(o.First.ServedAt is null != o.First.RefusedAt is null, "Each is served or refused, and not both.");
                Assert.True((o.First.ServedAt ?? o.First.RefusedAt) >= o.Second.SubmittedAt, "Nobody is served before they came.");
                if (o.First.RefusedAt is { } refused) Assert.True(refused - o.Second.SubmittedAt > scene.Circumstances.RefuseAfter);
                if (o.First.ServedAt is { } served && scene.Circumstances.RefuseAfter is { } most) Assert.True(served - o.Second.SubmittedAt <= most);
            });
            var periods = outcome.Where(o => o.ServedAt is not null).GroupBy(o => scene.Weekly ? (int)((o.ServedAt!.Value.AddTicks(-1) - Monday).TotalDays / 7) : (int)(o.ServedAt!.Value.AddTicks(-1) - Monday).TotalDays);
            Assert.All(periods, p => Assert.True(p.Count() <= scene.Circumstances.Capacity));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_place_stays_empty_while_anybody_waits() =>
        Prop.ForAll(AnyScene(AnyTerms).Where(s => !s.Weekly).ToArbitrary(), scene =>
        {
            var outcome = scene.Run();
            foreach (var shift in scene.Shifts.TakeWhile(s => s.At < Monday.AddDays(100)))
            {
                var waits = outcome.Zip(scene.Cases).Any(o => o.Second.SubmittedAt <= shift.At && (o.First.ServedAt ?? o.First.RefusedAt) > shift.At);
                if (waits) Assert.Equal(scene.Circumstances.Capacity, outcome.Count(o => o.ServedAt == shift.At));
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void First_come_first_served_is_a_queue() =>
        Prop.ForAll(AnyScene(Gen.Constant(ScarcityTerms.FirstComeFirstServed)).ToArbitrary(), scene =>
        {
            // A plain queue, written again.
            var (queue, expected, left, arrived) = (new Queue<int>(), new Served[scene.Cases.Count], 0, 0);
            foreach (var shift in scene.Shifts)
            {
                if (arrived == scene.Cases.Count && queue.Count == 0) break;
                if (shift.BeginsPeriod) left = scene.Circumstances.Capacity;
                while (arrived < scene.Cases.Count && scene.Cases[arrived].SubmittedAt <= shift.At) queue.Enqueue(arrived++);
                while (queue.TryPeek(out var old) && scene.Circumstances.RefuseAfter is { } most && shift.At - scene.Cases[old].SubmittedAt > most) expected[queue.Dequeue()] = new(null, shift.At);
                for (; left > 0 && queue.Count > 0; left--) expected[queue.Dequeue()] = new(shift.At, null);
            }
            Assert.Equal(expected, scene.Run());
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Who_comes_first_in_the_order_never_waits_for_who_comes_later() =>
        Prop.ForAll(AnyScene(AnyTerms.Where(t => t.Quotas is null)).ToArbitrary(), scene =>
        {
            var outcome = scene.Run();
            var bits = scene.Terms.Order.Select(key => 1UL << Array.IndexOf(Segments, key)).ToArray();
            var all = outcome.Zip(scene.Cases, (o, c) => (o.ServedAt, Ends: o.ServedAt ?? o.RefusedAt, c.SubmittedAt, Segment: ScarcitySimulation.SegmentOf(c, bits))).ToList();
            foreach (var served in all.Where(o => o.ServedAt is not null))
                Assert.DoesNotContain(all, o => o.Segment < served.Segment && o.SubmittedAt <= served.ServedAt && o.Ends > served.ServedAt);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_lottery_can_be_repeated_by_anybody_and_another_seed_draws_others()
    {
        Prop.ForAll(AnyScene(AnyTerms).ToArbitrary(), scene => Assert.Equal(scene.Run(), scene.Run())).QuickCheckThrowOnFailure();

        // By hand: printf '%s' 'winter:7' | sha256sum
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("winter:7")))[..32], ScarcityTerms.Draw("winter", 7).ToString("x32", CultureInfo.InvariantCulture));
        var cases = Enumerable.Range(1, 50).Select(i => new PastCase(i, Monday.AddSeconds(i), 0)).ToList();
        long[] Drawn(string seed) => [.. Run(new([], WithinSegment.Lottery, seed, null), cases, 1).Select((s, i) => (s.ServedAt, i)).OrderBy(s => s.ServedAt).Select(s => (long)s.i + 1)];
        Assert.Equal(Enumerable.Range(1, 50).OrderBy(i => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"winter:{i}"))), StringComparer.Ordinal).Select(i => (long)i), Drawn("winter"));
        Assert.NotEqual(Drawn("winter"), Drawn("summer"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public void A_quota_is_kept_whatever_the_capacity_is(int capacity)
    {
        // Everybody waits from the beginning: of a fifth for b and the rest by the order, b gets every fifth place while b waits.
        var cases = Enumerable.Range(1, 400).Select(i => new PastCase(i, Monday.AddSeconds(i), i % 2 == 0 ? 1UL : 2UL)).ToList();
        var outcome = Run(new(["a", "b"], WithinSegment.FirstCome, null, JsonMap<decimal>.Of([KeyValuePair.Create("b", 0.2m)])), cases, capacity);
        var places = outcome.Zip(cases).OrderBy(o => o.First.ServedAt).Take(200).ToList();
        Assert.InRange(places.Count(o => o.Second.Segments == 2), 40 - capacity, 40 + capacity);

        // All of it kept for b: a is served nevertheless when nobody of b waits any more.
        var forB = Run(new(["a", "b"], WithinSegment.FirstCome, null, JsonMap<decimal>.Of([KeyValuePair.Create("b", 1m)])), cases, capacity);
        Assert.True(forB.Zip(cases).Where(o => o.Second.Segments == 2).Max(o => o.First.ServedAt) <= forB.Zip(cases).Where(o => o.Second.Segments == 1).Max(o => o.First.ServedAt));
        Assert.All(forB, o => Assert.NotNull(o.ServedAt));
    }

    [Fact]
    public void Shifts_end_the_days_on_which_there_is_work()
    {
        var calendar = new CalendarRules
        {
            TimeZone = "America/New_York", Hours = new() { ["mon"] = [["09:00", "12:00"], ["13:00", "17:00"]], ["fri"] = [["09:00", "15:00"]] }, Holidays = ["2026-03-06"],
        }.ToCalendar();
        var zone = DateTimeZoneProviders.Tzdb["America/New_York"];
        string[] Of(bool weekly) => [.. ScarcitySimulation.Shifts(calendar, zone, Monday.AddHours(12), weekly).Take(4).Select(s => $"{s.At:yyyy-MM-dd HH:mm}{(s.BeginsPeriod ? " +" : "")}")];
        Assert.Equal(["2026-03-02 22:00 +", "2026-03-09 21:00 +", "2026-03-13 19:00 +", "2026-03-16 21:00 +"], Of(weekly: false)); // the clocks change on the 8th
        Assert.Equal(["2026-03-02 22:00 +", "2026-03-09 21:00 +", "2026-03-13 19:00", "2026-03-16 21:00 +"], Of(weekly: true));
    }

    [Fact]
    public void Refusals_that_are_hidden_cannot_be_worked_out_from_those_that_are_shown()
    {
        var parts = from a in Gen.Choose(10, 30) from b in Gen.Choose(10, 30) from gone in Gen.Choose(0, 100).ArrayOf(2) select (Sizes: (int[])[a, b], gone);
        Prop.ForAll(parts.ToArbitrary(), Gen.Choose(5, 10).ToArbitrary(), (p, k) =>
        {
            // Two parts, a and others; of each as many are refused as is said.
            var cases = p.Sizes.SelectMany((n, part) => Enumerable.Range(0, n).Select(i => (Case: new PastCase(i, Monday, part == 0 ? 1UL : 0UL), Refused: i < n * p.gone[part] / 100))).ToList();
            var spec = new SimulationSpec(JsonList<SimulatedRule>.Of([new("x", 1, new(["a"], WithinSegment.FirstCome, null, null))])!, new("2026-03", "2026-03"), 1, false, 1);
            Served[] outcome = [.. cases.Select(c => c.Refused ? new Served(null, Monday.AddDays(2)) : new Served(Monday.AddDays(1), null))];
            var result = ScarcityReport.Of(spec, [.. cases.Select(c => c.Case)], [.. cases.Select(_ => 1)], [outcome], k);
            var shown = result.Groups.ToDictionary(g => g.Group, g => g.Rules[0].Refused);
            foreach (var part in (int[])[0, 1])
            {
                var (size, count) = (p.Sizes[part], p.Sizes[part] * p.gone[part] / 100);
                if (count >= k && size - count >= k) continue;
                // The attacker tries every table that fits.
                var fitting = (from a in Enumerable.Range(0, p.Sizes[0] + 1)
                               from b in Enumerable.Range(0, p.Sizes[1] + 1)
                               where (shown["a"] ?? a) == a && (shown["others"] ?? b) == b && (shown["all"] ?? a + b) == a + b
                               select part == 0 ? a : b).ToList();
                Assert.Contains(count, fitting);
                Assert.True(fitting.Max() - fitting.Min() >= k, $"{count} of {size} is between {fitting.Min()} and {fitting.Max()}; k is {k}.");
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Rules_side_by_side_on_the_pickups_of_boston()
    {
        var zone = DateTimeZoneProviders.Tzdb["America/New_York"];
        var rows = Boston("Schedule a Bulk Item Pickup").ToList();
        Assert.True(rows.Count > 2_000, $"{rows.Count} pickups");
        // For the test, neighbourhoods stand for segments.
        var cases = rows.Select((r, i) => new PastCase(i + 1, Utc(r.Opened, zone), r.Neighborhood == "Dorchester" ? 1UL : r.Neighborhood == "Roslindale" ? 2UL : 0UL))
            .OrderBy(c => c.SubmittedAt).ThenBy(c => c.Number).ToList();
        string[] segments = ["dorchester", "roslindale"];
        var calendar = new CalendarRules
        {
            TimeZone = "America/New_York", Hours = ((string[])["mon", "tue", "wed", "thu", "fri"]).ToDictionary(d => d, _ => (string[][])[["08:00", "16:00"]]),
        }.ToCalendar();
        var days = ScarcitySimulation.Shifts(calendar, zone, cases[0].SubmittedAt, weekly: false).TakeWhile(s => s.At < cases[^1].SubmittedAt).Count();
        var circumstances = new Circumstances((int)(cases.Count / days * 0.8), null); // a fifth too little
        var (before, after) = (Waits(ScarcityTerms.FirstComeFirstServed), Waits(new(segments, WithinSegment.FirstCome, null, null)));
        Assert.Equal(cases.Count, before.Values.Concat([]).Sum(w => w.Count));
        Assert.Equal(cases.Count, after.Values.Sum(w => w.Count));
        Assert.True(Median(after[1]) < 4 && Median(before[1]) > 7, $"Dorchester waits {Median(before[1])} days, and {Median(after[1])} when it comes first.");
        Assert.True(Median(after[0]) > Median(before[0]), "Somebody pays for it.");

        Dictionary<ulong, List<double>> Waits(ScarcityTerms terms)
        {
            var outcome = ScarcitySimulation.Run(terms, segments, cases, ScarcitySimulation.Shifts(calendar, zone, cases[0].SubmittedAt, weekly: false), circumstances);
            return outcome.Zip(cases).GroupBy(o => o.Second.Segments).ToDictionary(g => g.Key, g => g.Select(o => (o.First.ServedAt!.Value - o.Second.SubmittedAt).TotalDays).Order().ToList());
        }

        static double Median(List<double> waits) => waits[waits.Count / 2];
    }

    static Served[] Run(ScarcityTerms terms, IReadOnlyList<PastCase> cases, int capacity) =>
        ScarcitySimulation.Run(terms, Segments, cases, ScarcitySimulation.Shifts(WorkingCalendar.Always, DateTimeZone.Utc, Monday, weekly: false), new(capacity, null));

    static DateTimeOffset Utc(string local, DateTimeZone zone) =>
        LocalDateTime.FromDateTime(DateTime.ParseExact(local, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)).InZoneLeniently(zone).ToDateTimeOffset().ToUniversalTime();

    static IEnumerable<(string Opened, string Neighborhood)> Boston(string type)
    {
        using var parser = new TextFieldParser(CaseSeeds.Open("boston_2011.csv.gz")) { Delimiters = [","], HasFieldsEnclosedInQuotes = true };
        var header = parser.ReadFields()!;
        var (at, kind, where) = (Array.IndexOf(header, "open_dt"), Array.IndexOf(header, "type"), Array.IndexOf(header, "neighborhood"));
        while (parser.ReadFields() is { } fields)
            if (fields[kind] == type) yield return (fields[at], fields[where].Trim());
    }
}
