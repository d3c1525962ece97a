using Cirm.Core.Insight.Disclosure;
using FsCheck;
using FsCheck.Fluent;

namespace Cirm.Tests.Insight;

/// <summary>Whatever is shown, no count below k can be worked out to within k.</summary>
public sealed class DisclosureTests
{
    /// <summary>Most counts are small, some are not, many are nought: as in a real breakdown.</summary>
    static readonly Gen<long> Skewed = Gen.Frequency(
        (3, Gen.Constant(0L)), (4, Gen.Choose(1, 9).Select(n => (long)n)), (4, Gen.Choose(10, 60).Select(n => (long)n)), (1, Gen.Choose(100, 5000).Select(n => (long)n)));

    static readonly Gen<int> SmallestGroup = Gen.Choose(5, 12);

    static Gen<long[][]> Tables(int mostRows, int mostColumns) =>
        from rows in Gen.Choose(2, mostRows)
        from columns in Gen.Choose(2, mostColumns)
        from cells in Skewed.ArrayOf(rows * columns)
        select cells.Chunk(columns).ToArray();

    [Fact]
    public void A_two_way_table_with_its_totals_gives_no_small_count_away() =>
        Prop.ForAll(Tables(7, 6).ToArbitrary(), SmallestGroup.ToArbitrary(), (table, k) =>
        {
            var (groups, counts) = TwoWay(table, [table.Length], [table[0].Length]);
            var shown = new TableFamily(k, groups).Protect(counts);
            Assert.False(shown.Withhold);
            Attack(k, groups, [(counts, shown)]);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public void A_hierarchy_in_rows_and_columns_gives_none_away_either() =>
        Prop.ForAll(Tables(7, 6).ToArbitrary(), SmallestGroup.ToArbitrary(), (table, k) =>
        {
            var (groups, counts) = TwoWay(table, Halves(table.Length), Halves(table[0].Length));
            var shown = new TableFamily(k, groups).Protect(counts);
            Assert.False(shown.Withhold);
            Attack(k, groups, [(counts, shown)]);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    [Fact]
    public void Overlapping_segments_nested_ones_breakdowns_and_editions_give_none_away_together() =>
        Prop.ForAll(
            Skewed.ArrayOf(8 * 3).ListOf(3).ToArbitrary(), SmallestGroup.ToArbitrary(), (editions, k) =>
        {
            // Eight kinds of people, who are known by three breakdowns and segments at once.
            var groups = new Grouping();
            var all = groups.Group("all");
            groups.Split(all, ["young", "old"], complete: true);
            var districts = groups.Split(all, ["north", "south"], complete: false);
            groups.Group("renters", all);
            groups.Group("renters in the north", districts[0]);
            groups.Within(groups.Keys.Count - 1, groups.Keys.Count - 2);
            Func<int, bool>[] members = [_ => true, i => i < 4, i => i >= 4, i => i % 4 == 0, i => i % 4 is 1 or 2, i => i % 2 == 0, i => i == 0 || i == 4];

            var before = new List<(long[][] Counts, TableProtection Shown)>();
            var sums = new long[8 * 3];
            foreach (var more in editions)
            {
                for (var i = 0; i < sums.Length; i++) sums[i] += more[i];
                var counts = members.Select(m => Enumerable.Range(0, 3).Select(o => Enumerable.Range(0, 8).Where(m).Sum(i => sums[(i * 3) + o])).ToArray()).ToArray();
                var shown = new TableFamily(k, groups) { Earlier = [.. before.Select(b => b.Shown.Shown(b.Counts))], Worth = [1, 2, 3] }.Protect(counts);
                if (shown.Withhold) continue;
                before.Add((counts, shown));
                Attack(k, groups, before, [1, 2, 3]);
            }
            Assert.NotEmpty(before);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10));

    [Fact]
    public void Two_hidden_cells_in_each_row_and_column_are_not_enough()
    {
        // The one cell that ties two blocks of hidden cells together is what the rows of a block have more than its columns.
        long[][] table =
        [
            [3, 20, 80, 90],
            [20, 30, 4, 90],
            [70, 80, 2, 30],
            [90, 95, 30, 20],
        ];
        var (groups, counts) = TwoWay(table, [4], [4]);
        bool[][] hidden = [[true, true, false, false], [true, true, true, false], [false, false, true, true], [false, false, true, true]];
        using var attacker = new DisclosureAttacker();
        for (var r = 0; r < 4; r++) attacker.Reads(table[r].Sum(), [.. Enumerable.Range(0, 4).Select(c => $"{r},{c}")]);
        for (var c = 0; c < 4; c++) attacker.Reads(table.Sum(row => row[c]), [.. Enumerable.Range(0, 4).Select(r => $"{r},{c}")]);
        for (var r = 0; r < 4; r++)
            for (var c = 0; c < 4; c++)
                if (!hidden[r][c]) attacker.Reads(table[r][c], $"{r},{c}");
        var (low, high) = attacker.Bounds(["1,2"]);
        Assert.Equal(4, low, 6);
        Assert.Equal(4, high, 6);

        Attack(10, groups, [(counts, new TableFamily(10, groups).Protect(counts))]);
    }

    [Fact]
    public void Where_everything_is_large_nothing_is_hidden()
    {
        var random = new Random(7);
        var table = Enumerable.Range(0, 12).Select(_ => Enumerable.Range(0, 9).Select(_ => (long)random.Next(10, 400)).ToArray()).ToArray();
        var (groups, counts) = TwoWay(table, Halves(12), Halves(9));
        var shown = new TableFamily(10, groups).Protect(counts);
        Assert.Equal(0, shown.ShareHidden);
        Assert.Equal((0, 0), (shown.Protection.Small, shown.Protection.Complementary));
    }

    [Fact]
    public void One_small_cell_costs_three_others_and_no_total()
    {
        long[][] table = [[4, 30, 50], [40, 60, 70], [80, 90, 95]];
        var (groups, counts) = TwoWay(table, [3], [3]);
        var shown = new TableFamily(10, groups).Protect(counts);
        Assert.Equal((1, 3), (shown.Protection.Small, shown.Protection.Complementary));
        Assert.Equal([true, true, true, true], Enumerable.Range(0, 4).Select(r => shown.Sizes[r * 4])); // the margin of the rows
    }

    [Fact]
    public void An_option_that_all_or_none_chose_is_hidden()
    {
        var groups = new Grouping();
        groups.Group("all");
        var shown = new TableFamily(10, groups) { Sizes = [true] }.Protect([[40, 0, 60]]);
        Assert.False(shown.Cells[0][1]);
        Assert.Equal(1, shown.Cells[0].Count(c => c)); // another has to go with it, or it would be what is left
        Assert.False(new TableFamily(10, groups) { Sizes = [true], LastIsRest = true }.Protect([[40, 3]]).Cells[0][0]);
    }

    [Fact]
    public void What_would_tell_of_a_few_who_answered_since_is_withheld()
    {
        var groups = new Grouping();
        groups.Group("all");
        var first = new TableFamily(10, groups).Protect([[40, 60]]);
        Assert.Equal(0, first.ShareHidden);
        var family = new TableFamily(10, groups) { Earlier = [first.Shown([[40, 60]])] };
        var few = family.Protect([[43, 64]]);
        Assert.Equal([false, false, false], [few.Sizes[0], .. few.Cells[0]]);
        var many = family.Protect([[60, 90]]);
        Assert.Equal([true, true, true], [many.Sizes[0], .. many.Cells[0]]);
        var mixed = family.Protect([[43, 90]]);
        Assert.Equal(1, new[] { mixed.Sizes[0], mixed.Cells[0][1] }.Count(s => s));
        Assert.False(mixed.Cells[0][0]);
    }

    [Fact]
    public void What_was_shown_already_cannot_be_taken_back_and_is_said()
    {
        var problem = new DisclosureProblem(10);
        var (a, b) = (LinearForm.Of(problem.Variable(40)), LinearForm.Of(problem.Variable(4)));
        problem.Count(a + b, FigureState.Shown);
        problem.Count(a, FigureState.Shown);
        problem.Count(b);
        var protection = DisclosureControl.Protect(problem);
        Assert.True(protection.Withhold);
        var exposed = Assert.Single(protection.Exposed);
        Assert.Equal((4, 4), (exposed.Low, exposed.High));
    }

    [Fact]
    public void The_same_family_is_always_answered_in_the_same_way()
    {
        var random = new Random(3);
        var table = Enumerable.Range(0, 15).Select(_ => Enumerable.Range(0, 12).Select(_ => (long)(Math.Pow(random.NextDouble(), 4) * 200)).ToArray()).ToArray();
        var (groups, counts) = TwoWay(table, Halves(15), [12]);
        var (once, again) = (new TableFamily(8, groups).Protect(counts), new TableFamily(8, groups).Protect(counts));
        Assert.Equal(once.Protection.Hidden, again.Protection.Hidden);
        Assert.Equal(once.Protection.Programmes, again.Protection.Programmes);
    }

    [Fact]
    public void A_relation_that_does_not_hold_is_refused()
    {
        var problem = new DisclosureProblem(10);
        var (whole, part) = (LinearForm.Of(problem.Variable(4)), LinearForm.Of(problem.Variable(5)));
        Assert.Throws<ArgumentException>(() => problem.Nested(part, whole));
        Assert.Throws<ArgumentException>(() => problem.Equal(whole, part));
        Assert.Throws<ArgumentOutOfRangeException>(() => problem.Variable(-1));
    }

    static int[] Halves(int count) => count < 4 ? [count] : [count / 2, count - (count / 2)];

    /// <summary>A table as groups with one option: its rows and columns in blocks, with every total.</summary>
    static (Grouping Groups, long[][] Counts) TwoWay(long[][] table, int[] rowBlocks, int[] columnBlocks)
    {
        var (rows, rowLeaves) = Side(rowBlocks);
        var (columns, columnLeaves) = Side(columnBlocks);
        return (Grouping.Cross(rows, columns), [.. from r in rowLeaves from c in columnLeaves select new[] { r.Sum(i => c.Sum(j => table[i][j])) }]);
    }

    static (Grouping Groups, List<int[]> Leaves) Side(int[] blocks)
    {
        var (side, leaves) = (new Grouping(), new List<int[]> { Enumerable.Range(0, blocks.Sum()).ToArray() });
        side.Group("all");
        var tops = blocks.Length == 1 ? [0] : side.Split(0, blocks.Select((_, b) => $"block {b}"), complete: true);
        if (blocks.Length > 1) leaves.AddRange(blocks.Select((n, b) => Enumerable.Range(blocks.Take(b).Sum(), n).ToArray()));
        for (var b = 0; b < blocks.Length; b++)
        {
            var of = Enumerable.Range(blocks.Take(b).Sum(), blocks[b]).ToList();
            side.Split(tops[b], of.Select(i => $"leaf {i}"), complete: true);
            leaves.AddRange(of.Select(i => new[] { i }));
        }
        return (side, leaves);
    }

    /// <summary>Reads what was shown, edition after edition, and tries every count there is: at any time, between two, and what nested groups leave over.</summary>
    static void Attack(int k, Grouping groups, List<(long[][] Counts, TableProtection Shown)> editions, double[]? worth = null)
    {
        var (size, options) = (groups.Keys.Count, editions[0].Counts[0].Length);
        foreach (var whole in new[] { false, true })
        {
            using var attacker = new DisclosureAttacker(whole);
            string[] Names(int g, IEnumerable<int> of, int since, int until) => [.. Enumerable.Range(since, until - since).SelectMany(e => of.Select(o => $"{e}/{g}/{o}"))];
            var every = Enumerable.Range(0, options).ToArray();
            for (var e = 0; e < editions.Count; e++)
            {
                foreach (var o in every)
                {
                    foreach (var (w, parts) in groups.Partitions) attacker.KnowsParts($"{e}/{w}/{o}", [.. parts.Select(p => $"{e}/{p}/{o}")]);
                    foreach (var (w, parts) in groups.Disjoint) attacker.KnowsWithin($"{e}/{w}/{o}", [.. parts.Select(p => $"{e}/{p}/{o}")]);
                    foreach (var (w, part) in groups.Nested) attacker.KnowsWithin($"{e}/{w}/{o}", $"{e}/{part}/{o}");
                }
                var (counts, shown) = editions[e];
                for (var g = 0; g < size; g++)
                {
                    if (shown.Sizes[g]) attacker.Reads(counts[g].Sum(), Names(g, every, 0, e + 1));
                    foreach (var o in every.Where(o => shown.Cells[g][o])) attacker.Reads(counts[g][o], Names(g, [o], 0, e + 1));
                    if (worth is null || !shown.Means[g]) continue;
                    foreach (var power in new[] { 1, 2 })
                    {
                        var times = Names(g, every, 0, e + 1).Select(n => Math.Pow(worth[int.Parse(n.Split('/')[2], System.Globalization.CultureInfo.InvariantCulture)], power)).ToArray();
                        attacker.Reads(Names(g, every, 0, e + 1).Zip(times).Sum(t => t.Second * Value(t.First)), Names(g, every, 0, e + 1), times);
                    }
                }
            }
            for (var until = 1; until <= editions.Count; until++)
                foreach (var since in new[] { 0, until - 1 }.Distinct())
                    foreach (var of in every.Select(o => new[] { o }).Append(every).Take(options == 1 ? 1 : options + 1))
                    {
                        for (var g = 0; g < size; g++) Try(Names(g, of, since, until));
                        foreach (var (w, parts) in groups.Disjoint) Try(Names(w, of, since, until), [.. parts.SelectMany(p => Names(p, of, since, until))]);
                        foreach (var (w, part) in groups.Nested) Try(Names(w, of, since, until), Names(part, of, since, until));
                    }

            void Try(string[] plus, params string[] minus)
            {
                if (plus.Sum(Value) - minus.Sum(Value) < k) attacker.CannotPin(k, plus, minus);
            }
        }

        long Value(string name)
        {
            int[] at = [.. name.Split('/').Select(p => int.Parse(p, System.Globalization.CultureInfo.InvariantCulture))];
            return editions[at[0]].Counts[at[1]][at[2]] - (at[0] == 0 ? 0 : editions[at[0] - 1].Counts[at[1]][at[2]]);
        }
    }
}
