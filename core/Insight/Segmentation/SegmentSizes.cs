using System.Text.Json;
using Cirm.Core.Insight.Disclosure;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Segmentation;

/// <summary>
/// Decides whether the size of a group may be told (SEG-PRIVACY, docs/adr/0019-segments.md): not below k, and not when together with
/// what was told before it says of fewer than k people that they are in one group and not in the other, or joined or left it.
/// </summary>
static class SegmentSizes
{
    // Of older figures nobody knows any more what has become of them.
    static readonly TimeSpan Remembered = TimeSpan.FromDays(365);

    /// <summary>Figures that are near in size and looked at; where there are more, nothing is told.</summary>
    const int MostNear = 35;

    /// <summary>The last figures, of whatever size: together with the near ones they are bits of a number.</summary>
    const int Last = 25;

    /// <summary>Parts of the population that the attacker's programme is asked about; where there are more, nothing is told.</summary>
    const int MostParts = 400;

    /// <summary>Holds the agency's figures until the end of the transaction: what is told is decided one after the other.</summary>
    public static void Hold(TenantTransaction transaction, DateTimeOffset now) => transaction.Enqueue("""
        insert into segment_tellings (agency_id, id, size, told_at) values (@agency, @id, 0, @now)
        on conflict (agency_id, id) do update set told_at = excluded.told_at
        """, new { Id = Guid.Empty, now });

    /// <summary>Decides, and remembers what is told.</summary>
    /// <param name="transaction">In which <see cref="Hold"/> came first.</param>
    /// <param name="rule">Written out.</param>
    /// <param name="size">How many there are.</param>
    /// <param name="k">The agency's smallest group.</param>
    /// <param name="words">The agency's attributes.</param>
    /// <param name="now">The time.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>Whether the size may be told.</returns>
    public static async Task<bool> TellAsync(TenantTransaction transaction, Rule rule, long size, int k, Vocabulary words, DateTimeOffset now, CancellationToken ct)
    {
        if (size < k) return false;
        var told = await transaction.QueryAsync<Told>("""
            (select rule, size
             from segment_tellings
             where agency_id = @agency and rule is not null and told_at > @since and size > @size - @k and size < @size + @k
             order by told_at desc
             limit @most)
            union
            (select rule, size
             from segment_tellings
             where agency_id = @agency and rule is not null and told_at > @since
             order by told_at desc
             limit @last)
            """, new { size, K = (long)k, Since = now - Remembered, Most = MostNear + 1, Last }, ct);
        var near = told.Where(t => Math.Abs(t.Size - size) < k).ToList();
        if (near.Count > MostNear) return false;
        var text = RuleLogic.Text(rule);
        var same = near.Where(t => RuleLogic.IsSame(RuleReader.Kept(t.Rule), rule)).ToList();
        if (same.Exists(t => t.Size != size)) return false; // the difference tells who came or went
        if (same.Count > 0) return true;
        // Everybody can compare the words of two rules: where one holds the other, the difference is a group too.
        if (near.Select(t => RuleReader.Kept(t.Rule)).Any(other => RuleLogic.Implies(rule, other) || RuleLogic.Implies(other, rule))) return false;
        var others = told.Select(t => RuleReader.Kept(t.Rule)).DistinctBy(RuleLogic.Text).Where(r => RuleLogic.Text(r) != text).ToList();
        if (others.Count > 0 && !IsSafe(await PartsAsync(transaction, [rule, .. others], words, now, ct), 1 + others.Count, k)) return false;
        transaction.Enqueue("insert into segment_tellings (agency_id, id, rule, size, told_at) values (@agency, @id, @rule, @size, @now)",
            new { Id = Guid.CreateVersion7(now), Rule = rule.ToJson(), size, now });
        return true;
    }

    /// <summary>How many citizens a rule matches.</summary>
    public static Task<long> CountAsync(TenantTransaction transaction, Rule rule, Vocabulary words, DateTimeOffset now, CancellationToken ct)
    {
        var sql = SegmentSql.Of([rule], words, now, "", "");
        return transaction.QuerySingleOrDefaultAsync<long>($"select count(*) from {sql.From} r where r.{sql.Columns[0]}", sql.Args, ct);
    }

    // The citizens by the groups that they are in: bit 0 is the one in question.
    static Task<IReadOnlyList<SetOfGroups>> PartsAsync(TenantTransaction transaction, IReadOnlyList<Rule> rules, Vocabulary words, DateTimeOffset now, CancellationToken ct)
    {
        var sql = SegmentSql.Of(rules, words, now, "", "");
        var bits = string.Join(" | ", sql.Columns.Select((column, i) => $"(r.{column}::int::bigint << {i})"));
        return transaction.QueryAsync<SetOfGroups>($"""
            select n.groups, count(*) as people
            from (select {bits} as groups from {sql.From} r) n
            where n.groups <> 0
            group by n.groups
            """, sql.Args, ct);
    }

    // The attacker has the sizes of the groups that hold this one or lie in it, and of those that hold or lie in these: a group less its
    // parts is a group, too. Whoever is in none of them does not matter. Groups that nobody is in are taken as known to be empty.
    static bool IsSafe(IReadOnlyList<SetOfGroups> parts, int count, int k)
    {
        var family = new HashSet<int> { 0 };
        for (var step = 0; step < 2; step++)
            family.UnionWith(Enumerable.Range(1, count - 1).Where(i => family.Any(f => IsIn(i, f) || IsIn(f, i))).ToList());
        if (family.Count == 1) return true;
        var mask = family.Aggregate(0L, (bits, i) => bits | 1L << i);
        var atoms = parts.Where(p => (p.Groups & mask) != 0).GroupBy(p => p.Groups & mask, p => p.People).Select(g => (Groups: g.Key, People: g.Sum())).OrderBy(a => a.Groups).ToList();
        if (atoms.Count > MostParts) return false;
        var problem = new DisclosureProblem(k);
        foreach (var (_, people) in atoms) problem.Variable(people);
        var forms = family.ToDictionary(i => i, i => LinearForm.Sum(atoms.Index().Where(a => (a.Item.Groups >> i & 1) == 1).Select(a => a.Index)));
        var asked = problem.Count(forms[0]);
        foreach (var i in family.Where(i => i != 0)) problem.Count(forms[i], FigureState.Shown);
        for (var v = 0; v < atoms.Count; v++) problem.Protect(LinearForm.Of(v));
        foreach (var i in family)
            foreach (var j in family)
                if (i != j && IsIn(i, j)) problem.Protect(forms[j] - forms[i]);
        return !DisclosureControl.Protect(problem).Hidden[asked];

        bool IsIn(int one, int other) => !parts.Any(p => (p.Groups >> one & 1) == 1 && (p.Groups >> other & 1) == 0);
    }

    sealed record SetOfGroups(long Groups, long People);

    sealed record Told(JsonElement Rule, long Size);
}
