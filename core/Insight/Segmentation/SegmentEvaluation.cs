using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Segmentation;

/// <summary>What an evaluation did.</summary>
/// <param name="Everybody">Segments that were evaluated for all citizens.</param>
/// <param name="Citizens">Citizens who were looked at because they, or the time, had changed.</param>
/// <param name="Begun">Memberships that began.</param>
/// <param name="Ended">Memberships that ended.</param>
public sealed record Evaluated(int Everybody, int Citizens, long Begun, long Ended);

/// <summary>
/// Keeps who is in which segment right, set by set: for everybody when a rule is new, and otherwise for those who changed, did something
/// that rules count, or for whom days have passed. All of an evaluation is true as of one moment and one transaction; whoever changes
/// meanwhile is in the next one. Killed anywhere, it has not happened; run twice, it finds nothing to do.
/// </summary>
public sealed class SegmentEvaluation(TenantDb db, TimeProvider clock)
{
    /// <summary>Segments of one statement: their bits in a number.</summary>
    const int SegmentsAtATime = 60;

    /// <summary>Citizens of one statement: a second's work or two.</summary>
    const int CitizensAtATime = 100_000;

    /// <summary>Changes of one transaction.</summary>
    const int ChangesAtATime = 20_000;

    const string OfRange = "and z.id > @after and z.id <= @upTo";
    const string OfList = "and z.id = any (@citizens)";

    /// <summary>Evaluates what there is to evaluate.</summary>
    /// <returns>What was done; null when the agency has no segments, or another worker is at it.</returns>
    public async Task<Evaluated?> RunAsync(Guid agency, CancellationToken ct)
    {
        Evaluated? all = null;
        while (await StepAsync(agency, ct) is { } step)
        {
            all = all is null ? step.Done : new(all.Everybody + step.Done.Everybody, all.Citizens + step.Done.Citizens, all.Begun + step.Done.Begun, all.Ended + step.Done.Ended);
            if (!step.More) break;
        }
        return all;
    }

    /// <summary>Has every segment evaluated for everybody at the next run, whatever is known to have changed.</summary>
    public async Task RequestAllAsync(Guid agency, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(agency, ct);
        await transaction.ExecuteAsync("update segments set pending = true where agency_id = @agency and retired_at is null and not pending", null, ct);
        await transaction.CommitAsync(ct);
    }

    async Task<Step?> StepAsync(Guid agency, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(agency, ct);
        transaction.Enqueue("set local work_mem = '64MB'");
        transaction.Enqueue("set local jit = off");
        var last = await transaction.QuerySingleOrDefaultAsync<Last>("""
            select moved_at from segment_evaluations where agency_id = @agency for update skip locked
            """, null, ct);
        if (last is null) return null;
        var now = clock.Now(); // behind the lock: no evaluation is older than the one before
        var words = await Segments.VocabularyAsync(transaction, hold: false, ct);
        var changed = await transaction.QueryAsync<Guid>("""
            delete from segment_changes
            where agency_id = @agency
              and id = any (array(select id from segment_changes where agency_id = @agency order by id limit @most))
            returning citizen_id
            """, new { Most = ChangesAtATime }, ct);
        var sum = new Sum();

        var news = words.Segments.Values.Where(s => s.Pending).ToList();
        var everybody = new SegmentTree(words.Segments).Dependents(news.Select(s => s.Key).ToHashSet());
        if (everybody.Count > 0) await ForEverybodyAsync(transaction, everybody, words, now, sum, ct);
        var others = words.Segments.Values.Except(everybody).ToList();
        HashSet<Guid> citizens = [.. changed, .. await MovedAsync(transaction, others, last.MovedAt, now, ct)];
        foreach (var some in citizens.Chunk(ChangesAtATime))
            await ApplyAsync(transaction, others, words, now, OfList, "and c.citizen_id = any (@citizens)", "and m.citizen_id = any (@citizens)", new() { ["citizens"] = some }, sum, ct);

        sum.Ended += await transaction.ExecuteAsync("""
            update segment_members m set valid_to = @now
            from segments s
            where m.agency_id = @agency and s.agency_id = m.agency_id and m.segment_id = s.id and m.valid_to is null
              and s.retired_at is not null and s.pending
            """, new { now }, ct);
        transaction.Enqueue("update segments set pending = false where agency_id = @agency and pending and retired_at is not null");
        transaction.Enqueue("""
            update segments s set pending = false, evaluated_at = @now
            from unnest(@ids, @versions) as e (id, version)
            where s.agency_id = @agency and s.id = e.id and s.version = e.version
            """, new { Ids = everybody.Select(s => s.Id).ToArray(), Versions = everybody.Select(s => s.Version).ToArray(), now });
        transaction.Enqueue("update segment_evaluations set evaluated_at = @now, moved_at = @now where agency_id = @agency", new { now });
        await transaction.CommitAsync(ct);
        return new(new(everybody.Count, citizens.Count, sum.Begun, sum.Ended), changed.Count == ChangesAtATime);
    }

    // Range by range, so that no statement is long and none needs much memory; the ends of the ranges come from the key's index.
    static async Task ForEverybodyAsync(TenantTransaction transaction, IReadOnlyList<Segment> segments, Vocabulary words, DateTimeOffset now, Sum sum, CancellationToken ct)
    {
        Guid? end;
        for (var after = Guid.Empty; ; after = end.Value)
        {
            end = await transaction.QuerySingleOrDefaultAsync<Guid?>("""
                select z.id from citizens z where z.agency_id = @agency and z.id > @after order by z.id limit 1 offset @others
                """, new { after, Others = CitizensAtATime - 1 }, ct);
            await ApplyAsync(transaction, segments, words, now, OfRange, "and c.citizen_id > @after and c.citizen_id <= @upTo", "and m.citizen_id > @after and m.citizen_id <= @upTo",
                new() { ["after"] = after, ["upTo"] = end ?? Guid.AllBitsSet }, sum, ct);
            if (end is null) return;
        }
    }

    // Whose cases, words in public or answers have fallen out of a rule's days since the last time.
    static async Task<IReadOnlyList<Guid>> MovedAsync(TenantTransaction transaction, IReadOnlyList<Segment> segments, DateTimeOffset from, DateTimeOffset to, CancellationToken ct)
    {
        var days = segments.SelectMany(s => s.Tree.All()).OfType<BehaviourRule>().Select(r => r.WithinDays).OfType<int>().Distinct().ToArray();
        if (days.Length == 0) return [];
        // A short while of each, from the index of the times: beside "offset 0", which keeps a while together, nothing says how short it is.
        return await transaction.QueryAsync<Guid>("""
            select c.citizen_id
            from unnest(@begins, @ends) as t (begins, ends)
            cross join lateral (select citizen_id from cases where agency_id = @agency and submitted_at > t.begins and submitted_at <= t.ends offset 0) c
            where c.citizen_id is not null
            union
            select r.citizen_id
            from unnest(@begins, @ends) as t (begins, ends)
            cross join lateral (select citizen_id from remarks where agency_id = @agency and created_at > t.begins and created_at <= t.ends offset 0) r
            where r.citizen_id is not null
            union
            select l.citizen_id
            from unnest(@begins, @ends) as t (begins, ends)
            join survey_waves w on w.agency_id = @agency and w.closes_at > t.begins and w.closes_at <= t.ends
            join survey_links l on l.agency_id = w.agency_id and l.wave_id = w.id
            """, new { Begins = Array.ConvertAll(days, d => from.AddDays(-d).UtcDateTime), Ends = Array.ConvertAll(days, d => to.AddDays(-d).UtcDateTime) }, ct);
    }

    // One pass over the citizens for up to 60 segments: which they are in by the rules against which they are in by the table, as bits
    // of a number. Only where the two differ is anything written.
    static async Task ApplyAsync(
        TenantTransaction transaction, IReadOnlyList<Segment> all, Vocabulary words, DateTimeOffset now, string scope, string casesScope, string membersScope,
        Dictionary<string, object> args, Sum sum, CancellationToken ct)
    {
        foreach (var segments in all.OrderBy(s => s.Key, StringComparer.Ordinal).Chunk(SegmentsAtATime))
        {
            var rules = SegmentSql.Of([.. segments.Select(s => s.Key)], words, now, scope, casesScope);
            long[] bits = [.. segments.Select((_, i) => 1L << i)];
            var isIn = string.Join(" | ", rules.Columns.Zip(bits, (column, bit) => $"case when r.{column} then {bit}::bigint else 0 end"));
            var written = await transaction.QuerySingleOrDefaultAsync<Written>($"""
                with evaluated as materialized (
                  select n.id, n.is_in & ~coalesce(o.was_in, 0) as begins, coalesce(o.was_in, 0) & ~n.is_in as ends
                  from (select r.id, {isIn} as is_in from {rules.From} r offset 0) n
                  left join (
                    select m.citizen_id, bit_or(s.bit) as was_in
                    from segment_members m
                    join unnest(@segments, @bits) as s (id, bit) on s.id = m.segment_id
                    where m.agency_id = @agency and m.valid_to is null {membersScope}
                    group by m.citizen_id) o on o.citizen_id = n.id
                  where n.is_in <> coalesce(o.was_in, 0)),
                ended as (
                  update segment_members m set valid_to = @now
                  from evaluated e
                  where m.agency_id = @agency and m.citizen_id = e.id and m.valid_to is null
                    and e.ends <> 0 and e.ends & (@bits)[array_position(@segments, m.segment_id)] <> 0
                  returning 1),
                begun as (
                  insert into segment_members (agency_id, segment_id, citizen_id, valid_from)
                  select @agency, s.id, e.id, @now
                  from evaluated e
                  join unnest(@segments, @bits) as s (id, bit) on e.begins & s.bit <> 0
                  order by s.id, e.id
                  returning 1)
                select (select count(*) from begun) as begun, (select count(*) from ended) as ended
                """, new Dictionary<string, object>(args.Concat(rules.Args)) { ["segments"] = segments.Select(s => s.Id).ToArray(), ["bits"] = bits, ["now"] = now }, ct);
            sum.Begun += written!.Begun;
            sum.Ended += written.Ended;
        }
    }

    sealed record Last(DateTimeOffset MovedAt);

    sealed record Step(Evaluated Done, bool More);

    sealed record Written(long Begun, long Ended);

    sealed class Sum
    {
        public long Begun { get; set; }

        public long Ended { get; set; }
    }
}
