using System.Diagnostics;
using System.Globalization;

namespace Cirm.Faults;

/// <summary>Whether everything that was acknowledged is there, once, and everybody was told of it.</summary>
static class Count
{
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    public static async Task<Finding> AllAsync(Cluster cluster, Installation installation, Receiver receiver, Writers writers, bool leasesRunOut, Action<string> say)
    {
        var wrong = new List<string>(writers.Wrong.Take(20));
        // So that the last answers come in too.
        await cluster.ExecuteAsync("update survey_waves set closes_at = now()");
        await SettleAsync(cluster, installation, leasesRunOut, wrong, say);

        var lost = await WritesAsync(cluster, writers, wrong, say);
        await EventsAsync(cluster, receiver, writers, wrong, say);
        var different = await writers.RepeatAsync();
        wrong.AddRange(different.Take(20));
        say($"  {writers.Acknowledged.Count,6} writes repeated with their keys: {different.Count} answered otherwise");
        if (await installation.VerifyAuditAsync() is not 0 and var code) wrong.Add($"verify-audit ended with {code}");
        var log = cluster.Log;
        foreach (var trouble in (string[])["deadlock detected", "PANIC", "invalid page", "could not read"])
            if (log.IndexOf(trouble, StringComparison.Ordinal) is >= 0 and var at) wrong.Add($"PostgreSQL's log says \"{trouble}\": {log[at..Math.Min(log.Length, at + 3_000)]}");
        say($"  {writers.Unanswered,6} requests without an answer and {writers.ToldToComeAgain} that were told to come again: sent again, {writers.Wrong.Count} answered wrongly");
        say("  counted, repeated and verified");
        foreach (var one in wrong) say($"  WRONG: {one}");
        return new(writers.Acknowledged.Count, lost + different.Count, wrong);
    }

    // Nothing is left to be done: no event, no delivery, no operation, no job; and the survey is settled.
    static async Task SettleAsync(Cluster cluster, Installation installation, bool leasesRunOut, List<string> wrong, Action<string> say)
    {
        var engine = await cluster.ReadAsync<bool>("select to_regclass('engine.qrtz_triggers') is not null")
            ? "select count(*) from engine.qrtz_triggers where trigger_group <> 'timetable'"
            : "select count(*) from engine.job where statename in ('Enqueued', 'Processing', 'Scheduled') and arguments::text not like '%recurring%'";
        var (left, before) = ("", "");
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Longest; await Task.Delay(200))
        {
            installation.StartAgain();
            // Not those that a worker holds: who takes many locks in another order than it does meets it in a deadlock.
            if (!leasesRunOut)
                await cluster.ExecuteAsync("""
                    update webhook_deliveries d set next_at = now()
                    from (select agency_id, id from webhook_deliveries where state = 'waiting' and next_at > now() for update skip locked) waiting
                    where d.agency_id = waiting.agency_id and d.id = waiting.id
                    """);
            before = left;
            left = (await cluster.LinesAsync($"""
                select 'events', (select count(*) from outbox where done_at is null), 'deliveries', (select count(*) from webhook_deliveries where state <> 'delivered'),
                       'operations', (select count(*) from operations where state in ('queued', 'running')), 'jobs', ({engine}), 'waves', (select count(*) from survey_waves where closed_at is null or not mixed)
                """))[0];
            if (left == "events 0 deliveries 0 operations 0 jobs 0 waves 0")
            {
                say(string.Create(CultureInfo.InvariantCulture, $"  nothing left to do after {watch.Elapsed.TotalSeconds:0.0} s; at last there were {before}"));
                return;
            }
        }
        wrong.Add($"left after {Longest.TotalMinutes} minutes: {left}");
    }

    static async Task<int> WritesAsync(Cluster cluster, Writers writers, List<string> wrong, Action<string> say)
    {
        var lost = 0;
        var there = (await cluster.LinesAsync("""
            select c.id, coalesce((select string_agg(h.to_status, ',' order by h.id) from case_history h where h.agency_id = c.agency_id and h.case_id = c.id and h.from_status is not null), '')
            from cases c
            """)).Select(line => line.Split(' ')).ToDictionary(c => c[0], c => c[1]);
        foreach (var (id, moves) in writers.Cases)
        {
            if (there.TryGetValue(id, out var made) && made == string.Join(',', moves)) continue;
            lost++;
            wrong.Add($"case {id}: acknowledged {string.Join(',', moves)}, there {made ?? "nothing"}");
        }
        if (there.Count != writers.Cases.Count) wrong.Add($"{writers.Cases.Count} cases were acknowledged, {there.Count} are there");
        say($"  {writers.Cases.Count,6} cases acknowledged, {there.Count} there; {writers.Cases.Values.Sum(m => m.Count)} transitions acknowledged, {there.Values.Sum(m => m.Split(',', StringSplitOptions.RemoveEmptyEntries).Length)} there");
        lost += await SameAsync("answer", "select count(*) from survey_responses");
        lost += await SameAsync("ballot", "select count(*) from ballot_box");
        lost += await SameAsync("export", "select count(*) from operations where kind = 'export' and state = 'succeeded'");
        if (await cluster.ReadAsync<bool>("select count(distinct number) < count(*) from cases")) wrong.Add("two cases have one number");
        return lost;

        async Task<int> SameAsync(string kind, string sql)
        {
            var (acknowledged, found) = (writers.Acknowledged.Count(w => w.Kind == kind), await cluster.ReadAsync<long>(sql));
            say($"  {acknowledged,6} {kind}s acknowledged, {found} there");
            if (found != acknowledged) wrong.Add($"{acknowledged} {kind}s were acknowledged, {found} are there");
            return (int)Math.Max(0, acknowledged - found);
        }
    }

    static async Task EventsAsync(Cluster cluster, Receiver receiver, Writers writers, List<string> wrong, Action<string> say)
    {
        var all = receiver.All.ToList();
        var first = all.DistinctBy(e => e.Id).ToList();
        var told = first.GroupBy(e => e.Case).ToDictionary(c => c.Key, c => string.Join(',', c.Select(e => e.To ?? "submitted")));
        foreach (var (id, moves) in writers.Cases)
        {
            var happened = string.Join(',', ["submitted", .. moves]);
            if (told.GetValueOrDefault(id) != happened) wrong.Add($"case {id}: happened {happened}, told {told.GetValueOrDefault(id)}");
        }
        if (told.Count != writers.Cases.Count) wrong.Add($"{writers.Cases.Count} cases happened, {told.Count} were told");
        var places = (await cluster.LinesAsync("select count(*), count(distinct position), max(position) from outbox"))[0];
        if (places.Split(' ').Distinct().Count() != 1) wrong.Add($"events, places, last place: {places}");
        say($"  {first.Count,6} events told, each case's in its order, {all.Count - first.Count} of them more than once; {places.Split(' ')[0]} events in the feed, without a gap");
    }
}
