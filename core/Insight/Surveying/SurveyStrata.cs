using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Surveying;

/// <summary>The strata of one wave, while answers are put into them.</summary>
sealed class SurveyStrata
{
    // To count everybody again takes its time, the more the larger the agency is: it is done so seldom that it is this part of the time at most.
    const int Patience = 200;
    static readonly ConcurrentDictionary<Guid, TimeSpan> Took = new(); // by wave; another process measures for itself

    readonly TenantTransaction transaction;
    readonly Guid wave;
    readonly Anonymity anonymity;
    readonly string[] breakdowns, audience;
    readonly int k;
    readonly DateTimeOffset now;
    readonly Dictionary<string, (int Number, Stratum Stratum)> known = new(StringComparer.Ordinal);
    readonly HashSet<string> changed = new(StringComparer.Ordinal);
    readonly DateTimeOffset? countedAt;
    bool counted;

    SurveyStrata(TenantTransaction transaction, Guid wave, Anonymity anonymity, string[] breakdowns, string[] audience, int k, DateTimeOffset? countedAt, DateTimeOffset now) =>
        (this.transaction, this.wave, this.anonymity, this.breakdowns, this.audience, this.k, this.countedAt, this.now) = (transaction, wave, anonymity, breakdowns, audience, k, countedAt, now);

    /// <summary>The strata as they are.</summary>
    public static async Task<SurveyStrata> LoadAsync(
        TenantTransaction transaction, Guid wave, Anonymity anonymity, string[] breakdowns, string[] audience, int k, DateTimeOffset? countedAt, DateTimeOffset now, CancellationToken ct)
    {
        var strata = new SurveyStrata(transaction, wave, anonymity, breakdowns, audience, k, countedAt, now);
        foreach (var row in await transaction.QueryAsync<Row>("""
                     select t.stratum, t.labels, t.segments, t.eligible
                     from survey_strata t
                     where t.agency_id = @agency and t.wave_id = @wave
                     """, new { wave }, ct))
        {
            var stratum = new Stratum(row.Labels.ToDictionary(l => l.Key, l => l.Value.GetString()!), row.Segments, row.Eligible);
            strata.known[stratum.Key] = (row.Stratum, stratum);
        }
        if (strata.known.Count == 0) strata.Add(Stratum.Unknown);
        return strata;
    }

    /// <summary>Where an answer goes. In an anonymous survey at least k of those who are asked stand behind the place, or nothing is known of it.</summary>
    public async Task<int> PlaceAsync(IReadOnlyDictionary<string, string> labels, Guid[]? segments, CancellationToken ct)
    {
        var exact = new Stratum(labels, segments, 0);
        if (exact.Key == Stratum.Unknown.Key) return 0;
        if (anonymity == Anonymity.Confidential) return known.TryGetValue(exact.Key, out var there) ? there.Number : Add(exact);
        if (!(known.TryGetValue(exact.Key, out var found) && found.Stratum.Eligible >= k)) await CountAsync(ct);
        foreach (var place in exact.Coarser([.. breakdowns.Where(b => b != Survey.BySegment)]))
            if (known.TryGetValue(place.Key, out found) && found.Stratum.Eligible >= k) return found.Number;
        return 0;
    }

    /// <summary>Writes what is new.</summary>
    public void Save()
    {
        if (counted) transaction.Enqueue("update survey_waves set strata_at = @now where agency_id = @agency and id = @wave", new { wave, now });
        if (changed.Count == 0) return;
        var rows = changed.Select(key => known[key]).ToList();
        transaction.Enqueue("""
            insert into survey_strata as t (agency_id, wave_id, stratum, labels, segments, eligible)
            select w.agency_id, w.id, r.stratum, r.labels::jsonb, case when r.segments is not null then string_to_array(r.segments, ' ')::uuid[] end, r.eligible
            from survey_waves w
            cross join unnest(@numbers, @labels, @segments, @eligible) as r (stratum, labels, segments, eligible)
            where w.agency_id = @agency and w.id = @wave
            on conflict (agency_id, wave_id, stratum) do update set eligible = excluded.eligible
            """,
            new
            {
                wave, Numbers = rows.Select(r => r.Number).ToArray(), Labels = rows.Select(r => JsonSerializer.Serialize(r.Stratum.Labels)).ToArray(),
                Segments = rows.Select(r => r.Stratum.Segments is { } s ? string.Join(' ', s) : null!).ToArray(), Eligible = rows.Select(r => r.Stratum.Eligible).ToArray(),
            });
    }

    int Add(Stratum stratum)
    {
        var number = known.Count; // none is ever taken away
        known[stratum.Key] = (number, stratum);
        changed.Add(stratum.Key);
        return number;
    }

    // Once a wave, and again for a combination that was too small or not there then.
    async Task CountAsync(CancellationToken ct)
    {
        if (counted || countedAt is { } before && now - before < Patience * Took.GetValueOrDefault(wave)) return;
        counted = true;
        var began = Stopwatch.GetTimestamp();
        string[] labels = [.. breakdowns.Where(b => b != Survey.BySegment)];
        string? Label(int i) => i < labels.Length ? labels[i] : null;
        var people = await transaction.QueryAsync<People>("""
            select array[c.attributes->>@l0, c.attributes->>@l1, c.attributes->>@l2, c.attributes->>@l3, c.attributes->>@l4, c.attributes->>@l5, c.attributes->>@l6, c.attributes->>@l7] as labels,
              g.segments, count(*) as count
            from citizens c
            left join (
              select m.agency_id, m.citizen_id, array_agg(m.segment_id order by m.segment_id) as segments, bool_or(s.key = any (@audience)) as asked
              from segment_members m
              join segments s on s.agency_id = m.agency_id and s.id = m.segment_id
              where m.agency_id = @agency and m.valid_to is null
              group by m.agency_id, m.citizen_id) g on g.agency_id = c.agency_id and g.citizen_id = c.id and (@bySegment or cardinality(@audience) > 0)
            where c.agency_id = @agency and c.erased_at is null
              and (cardinality(@audience) = 0 or g.asked)
            group by 1, 2
            """,
            new
            {
                audience, BySegment = breakdowns.Contains(Survey.BySegment), L0 = Label(0), L1 = Label(1), L2 = Label(2), L3 = Label(3), L4 = Label(4), L5 = Label(5), L6 = Label(6), L7 = Label(7),
            }, ct);
        var merged = Stratum.Merge(people.Select(p => new Stratum(
            labels.Select((key, i) => (Key: key, Value: p.Labels[i])).Where(l => l.Value is not null).ToDictionary(l => l.Key, l => l.Value!),
            breakdowns.Contains(Survey.BySegment) ? p.Segments ?? [] : null, (int)p.Count)), labels, k);
        foreach (var key in known.Keys.Except(merged.Select(m => m.Key)).ToList()) SetEligible(key, 0);
        foreach (var stratum in merged)
        {
            if (known.ContainsKey(stratum.Key)) SetEligible(stratum.Key, stratum.Eligible);
            else Add(stratum);
        }
        Took[wave] = Stopwatch.GetElapsedTime(began);
    }

    void SetEligible(string key, int eligible)
    {
        var (number, stratum) = known[key];
        if (stratum.Eligible == eligible) return;
        known[key] = (number, stratum with { Eligible = eligible });
        changed.Add(key);
    }

    sealed record Row(int Stratum, Dictionary<string, JsonElement> Labels, Guid[]? Segments, int Eligible);

    sealed record People(string?[] Labels, Guid[]? Segments, long Count);
}
