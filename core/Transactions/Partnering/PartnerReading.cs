using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Partnering;

/// <summary>Reads what partners did, and notes how far it came.</summary>
public sealed class PartnerReading(TenantDb db, Databases databases, PartnerUpdates updates, GeoReportClient client, PartnerKeys keys, TimeProvider clock)
{
    /// <summary>After that long a reader is taken for dead.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    /// <summary>Servers give this many rows at most: an answer that has them all may have left some out (GeoReport v2).</summary>
    public const int MostRows = 1000;

    /// <summary>Times that differ by less are no news.</summary>
    public static readonly TimeSpan RightClock = TimeSpan.FromMinutes(5);

    // GeoReport lets a question span 90 days.
    static readonly TimeSpan Widest = TimeSpan.FromDays(30);
    static readonly TimeSpan Narrowest = TimeSpan.FromMinutes(1);
    static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);
    const int RequestsAtATime = 50;
    const int RequestsARun = 500;

    /// <summary>The partners that are to be read now.</summary>
    public async Task<IReadOnlyList<(Guid Agency, Guid Partner)>> DueAsync(CancellationToken ct)
    {
        await using var command = databases.Router.CreateCommand("select agency_id, id from partners where state = 'active' and fetches <> 'nothing' and fetch_due_at <= $1");
        command.Parameters.Add(new() { Value = clock.Now().UtcDateTime });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var due = new List<(Guid, Guid)>();
        while (await reader.ReadAsync(ct)) due.Add((reader.GetGuid(0), reader.GetGuid(1)));
        return due;
    }

    /// <summary>Reads from a partner, unless somebody else does.</summary>
    /// <returns>Whether it was read to the end; null when it is not this one's turn.</returns>
    public async Task<bool?> ReadAsync(Guid agency, Guid partner, CancellationToken ct)
    {
        var now = clock.Now();
        Source? source;
        await using (var transaction = await db.BeginAsync(agency, ct))
            source = (await transaction.QueryAndCommitAsync<Source>("""
                update partners p set fetch_due_at = @until
                from agencies g
                where p.agency_id = @agency and p.id = @partner and p.state = 'active' and p.fetches <> 'nothing' and p.fetch_due_at <= @now
                  and g.id = p.agency_id and g.status = 'active'
                returning p.name, p.url, p.format, p.jurisdiction, p.api_key, p.fetches, p.fetch_minutes, p.overlap_hours, p.statuses_in, p.high_water, p.fetch_failing_since, p.created_at
                """, new { partner, now, Until = now + Lease }, ct)).SingleOrDefault();
        if (source is null) return null;
        var address = new PartnerAddress(source.Url, source.Format, source.Jurisdiction, keys.Open(agency, partner, source.ApiKey));
        var voice = new PartnerVoice(partner, source.Name, source.StatusesIn, TimeSpan.Zero, source.Fetches == PartnerFetching.Updates);
        var end = source.Fetches == PartnerFetching.Updates ? await ReadUpdatesAsync(agency, source, address, voice, ct) : await ReadRequestsAsync(agency, address, voice, ct);
        await NoteAsync(agency, partner, source, end, ct);
        return end.Error is null;
    }

    // Begins behind what was read: what they entered late, and what a clock that was wrong hid, is found. What is known is passed over.
    async Task<End> ReadUpdatesAsync(Guid agency, Source source, PartnerAddress address, PartnerVoice voice, CancellationToken ct)
    {
        var (now, end) = (clock.Now(), new End());
        var until = now + TimeSpan.FromHours(1);
        var spans = new Stack<(DateTimeOffset From, DateTimeOffset To)>();
        for (var to = until; to > (source.HighWater ?? source.CreatedAt) - TimeSpan.FromHours(source.OverlapHours); to -= Widest)
            spans.Push((Latest(to - Widest, (source.HighWater ?? source.CreatedAt) - TimeSpan.FromHours(source.OverlapHours)), to));
        while (spans.TryPop(out var span))
        {
            var answer = await client.GetAsync(address, "servicerequestupdates",
                [new("start_date", PartnerLetters.Time(span.From)), new("end_date", PartnerLetters.Time(span.To))], withKey: true, clock.Now(), ct);
            if (!answer.Attempt.Taken) return end with { Error = ErrorOf(answer) };
            if (answer.Things.Count >= MostRows && span.To - span.From > Narrowest)
            {
                var middle = span.From + (span.To - span.From) / 2;
                spans.Push((middle, span.To));
                spans.Push((span.From, middle));
                continue;
            }
            voice = voice with { Ahead = answer.Ahead ?? TimeSpan.Zero };
            end = await TakeAsync(agency, voice, [.. answer.Things.Select(PartnerUpdate.Of)], end with { Ahead = voice.Ahead }, ct);
        }
        // What they did up to now has been read, by whichever clock is behind.
        return end with { HighWater = now + (end.Ahead < TimeSpan.Zero ? end.Ahead : TimeSpan.Zero) };
    }

    async Task<End> ReadRequestsAsync(Guid agency, PartnerAddress address, PartnerVoice voice, CancellationToken ct)
    {
        var (now, end) = (clock.Now(), new End());
        var wanted = await db.QueryAsync<Asked>(agency, """
            select k.case_id, k.reference
            from partner_cases k
            join cases c on c.agency_id = k.agency_id and c.id = k.case_id
            where k.agency_id = @agency and k.partner_id = @partner and k.reference is not null
              and c.erased_at is null and (c.closed_at is null or c.closed_at > @since)
            order by k.checked_at nulls first
            limit @limit
            """, new { Partner = voice.Id, Since = now.AddDays(-90), Limit = RequestsARun }, ct);
        foreach (var some in wanted.Chunk(RequestsAtATime))
        {
            var answer = await client.GetAsync(address, "requests", [new("service_request_id", string.Join(',', some.Select(s => s.Reference)))], withKey: true, clock.Now(), ct);
            if (!answer.Attempt.Taken) return end with { Error = ErrorOf(answer) };
            voice = voice with { Ahead = answer.Ahead ?? TimeSpan.Zero };
            end = await TakeAsync(agency, voice, [.. answer.Things.Select(t => PartnerUpdate.OfRequest(t, clock.Now()))], end with { Ahead = voice.Ahead }, ct);
            await using var transaction = await db.BeginAsync(agency, ct);
            transaction.Enqueue("""
                update partner_cases set checked_at = @now where agency_id = @agency and partner_id = @partner and case_id = any (@cases)
                """, new { Partner = voice.Id, Cases = some.Select(s => s.CaseId).ToArray(), now });
            await transaction.CommitAsync(ct);
        }
        return end;
    }

    // By their time, whatever the order in which they come.
    async Task<End> TakeAsync(Guid agency, PartnerVoice voice, IReadOnlyList<PartnerUpdate?> read, End end, CancellationToken ct)
    {
        var named = read.OfType<PartnerUpdate>().ToList();
        var ours = (await db.QueryAsync<Ours>(agency, """
            select reference, forgotten_until from partner_cases where agency_id = @agency and partner_id = @partner and reference = any (@references)
            """, new { Partner = voice.Id, References = named.Select(u => u.Reference).Distinct().ToArray() }, ct)).ToDictionary(o => o.Reference, o => o.ForgottenUntil);
        var known = (await db.QueryAsync<Taken>(agency, """
            select k.reference, u.update_id as id
            from partner_updates u
            join partner_cases k on k.agency_id = u.agency_id and k.partner_id = u.partner_id and k.case_id = u.case_id
            where u.agency_id = @agency and u.partner_id = @partner and k.reference = any (@references) and u.update_id = any (@ids)
            """, new { Partner = voice.Id, References = ours.Keys.ToArray(), Ids = named.Select(u => u.Id).ToArray() }, ct)).ToHashSet();
        var now = clock.Now();
        foreach (var update in named.Where(u => ours.TryGetValue(u.Reference, out var until) && !(u.ChangedAt <= until) && !known.Contains(new(u.Reference, u.Id))).OrderBy(u => u.ChangedAt))
        {
            ct.ThrowIfCancellationRequested();
            await updates.TakeAsync(agency, voice, update, ct);
            if (update.ChangedAt - now > end.Ahead) end = end with { Ahead = update.ChangedAt - now };
        }
        return end with { Unreadable = end.Unreadable + read.Count - named.Count };
    }

    async Task NoteAsync(Guid agency, Guid partner, Source source, End end, CancellationToken ct)
    {
        var now = clock.Now();
        var since = end.Error is null ? (DateTimeOffset?)null : source.FetchFailingSince ?? now;
        var pause = TimeSpan.FromMinutes(source.FetchMinutes);
        if (since is { } failing && (now - failing) / 2 is var longer && longer > pause) pause = longer < LongestPause ? longer : Latest(LongestPause, pause);
        await using var transaction = await db.BeginAsync(agency, ct);
        transaction.Enqueue("""
            update partners set
              fetch_due_at = @next, fetch_error = @error, fetch_failing_since = @since, fetched_at = case when @since is null then @now else fetched_at end,
              high_water = greatest(high_water, @highWater), clock_ahead = @ahead
            where agency_id = @agency and id = @partner
            """,
            new
            {
                partner, now, Next = now + pause, Error = end.Error ?? (end.Unreadable > 0 ? $"unreadable: {end.Unreadable}" : null), since, end.HighWater,
                Ahead = end.Ahead.Duration() < RightClock ? (int?)null : (int)Math.Clamp(end.Ahead.TotalSeconds, int.MinValue, int.MaxValue),
            });
        if (since <= now - PartnerNotes.TroubleAfter) await PartnerNotes.TellAsync(transaction, partner, "fetching", now, ct);
        await transaction.CommitAsync(ct);
    }

    static string ErrorOf(GeoReportAnswer answer) => answer.Attempt.Error ?? $"http-{answer.Attempt.Status}";

    static T Latest<T>(T one, T other) where T : IComparable<T> => one.CompareTo(other) > 0 ? one : other;

    sealed record Source(
        string Name, string Url, GeoReportFormat Format, string? Jurisdiction, byte[]? ApiKey, PartnerFetching Fetches, int FetchMinutes, int OverlapHours, JsonList<StatusIn> StatusesIn,
        DateTimeOffset? HighWater, DateTimeOffset? FetchFailingSince, DateTimeOffset CreatedAt);

    sealed record Ours(string Reference, DateTimeOffset? ForgottenUntil);

    sealed record Taken(string Reference, string Id);

    sealed record Asked(Guid CaseId, string Reference);

    sealed record End(string? Error = null, DateTimeOffset? HighWater = null, TimeSpan Ahead = default, int Unreadable = 0);
}
