using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Segmentation;

/// <summary>How many were in a segment at a moment; null is not told.</summary>
/// <param name="Id">The snapshot.</param>
/// <param name="TakenAt">When.</param>
/// <param name="Size">How many.</param>
/// <param name="Added">How many of them were not in it at the last snapshot whose size is told.</param>
/// <param name="Removed">How many were in it then, and are not.</param>
public sealed record SegmentSnapshot([property: JsonIgnore] Guid Id, DateTimeOffset TakenAt, long? Size, long? Added, long? Removed);

/// <summary>Snapshots of segments: an operation takes one, as of a moment behind the last evaluation.</summary>
public sealed class SegmentSnapshots(TenantDb db, SegmentEvaluation evaluation, TimeProvider clock)
{
    /// <summary>The operation's kind, which is the job's name.</summary>
    public const string OperationKind = "snapshot-segment";

    /// <summary>Asks for a snapshot.</summary>
    public async Task<Operation> RequestAsync(Caller caller, Segment segment, CancellationToken ct)
    {
        var now = clock.Now();
        var id = Guid.CreateVersion7(now);
        var arguments = new { segment = segment.Key };
        await using var change = await db.BeginAsync(caller, ct);
        Operations.Request(change, now, id, OperationKind, arguments, caller.Id);
        await change.CommitAsync(ct);
        return new(
            id, OperationKind, OperationState.Queued, JsonSerializer.SerializeToElement(arguments, Wire.Json), 0, null, 0, 0, 0,
            null, null, caller.Id, 0, 1, now, null, null);
    }

    /// <summary>Snapshots of a segment, the oldest first.</summary>
    public Task<IReadOnlyList<SegmentSnapshot>> ListAsync(Guid agency, string key, TimeCursor? after, int limit, CancellationToken ct) =>
        db.QueryAsync<SegmentSnapshot>(agency, """
            select t.id, t.taken_at, t.shown_size as size, t.shown_added as added, t.shown_removed as removed
            from segments s
            join segment_snapshots t on t.agency_id = s.agency_id and t.segment_id = s.id
            where s.agency_id = @agency and s.key = @key
              and (@at is null or (t.taken_at, t.id) > (@at, @id))
            order by t.taken_at, t.id
            limit @limit
            """, new { key, after?.At, after?.Id, limit }, ct);

    /// <summary>The latest snapshots of a segment, the newest first.</summary>
    public Task<IReadOnlyList<SegmentSnapshot>> RecentAsync(Guid agency, string key, int limit, CancellationToken ct) =>
        db.QueryAsync<SegmentSnapshot>(agency, """
            select t.id, t.taken_at, t.shown_size as size, t.shown_added as added, t.shown_removed as removed
            from segments s
            join segment_snapshots t on t.agency_id = s.agency_id and t.segment_id = s.id
            where s.agency_id = @agency and s.key = @key
            order by t.taken_at desc, t.id desc
            limit @limit
            """, new { key, limit }, ct);

    /// <summary>The latest snapshot of each segment that has one, by the segment's key.</summary>
    public async Task<IReadOnlyDictionary<string, SegmentSnapshot>> LatestAsync(Guid agency, CancellationToken ct) =>
        (await db.QueryAsync<LatestSnapshot>(agency, """
            select s.key, t.id, t.taken_at, t.shown_size as size, t.shown_added as added, t.shown_removed as removed
            from segments s
            cross join lateral (
              select id, taken_at, shown_size, shown_added, shown_removed
              from segment_snapshots
              where agency_id = @agency and segment_id = s.id
              order by taken_at desc, id desc
              limit 1) t
            where s.agency_id = @agency
            """, null, ct)).ToDictionary(t => t.Key, t => new SegmentSnapshot(t.Id, t.TakenAt, t.Size, t.Added, t.Removed));

    sealed record LatestSnapshot(string Key, Guid Id, DateTimeOffset TakenAt, long? Size, long? Added, long? Removed);

    /// <summary>Takes the snapshot that an operation asked for.</summary>
    /// <exception cref="Refusal"><see cref="Problems.SegmentRetired"/>.</exception>
    public async Task RunAsync(Guid agency, IJobProgress progress, CancellationToken ct)
    {
        var key = progress.Operation.Arguments.GetProperty("segment").GetString()!;
        while (!await IsEvaluatedAsync(agency, key, ct)) await Task.Delay(TimeSpan.FromMilliseconds(200), ct); // another worker is at it
        var now = clock.Now();
        await using var transaction = await db.BeginAsync(agency, ct);
        SegmentSizes.Hold(transaction, now);
        var words = await Segments.VocabularyAsync(transaction, hold: false, ct);
        if (!words.Segments.TryGetValue(key, out var segment)) throw Problems.SegmentRetired.Because($"\"{key}\" is retired.");
        var figures = (await transaction.QuerySingleOrDefaultAsync<Figures>("""
            with last as (
              select taken_at, shown_size
              from segment_snapshots
              where agency_id = @agency and segment_id = @id and shown_size is not null
              order by taken_at desc, id desc
              limit 1),
            members as (
              select m.citizen_id, bool_or(m.valid_to is null) as is_in,
                     coalesce(bool_or(m.valid_from <= l.taken_at and (m.valid_to is null or m.valid_to > l.taken_at)), false) as was_in
              from segment_members m
              left join last l on true
              where m.agency_id = @agency and m.segment_id = @id and (m.valid_to is null or m.valid_to > l.taken_at)
              group by m.citizen_id)
            select count(*) filter (where is_in) as size, count(*) filter (where is_in and not was_in) as added, count(*) filter (where was_in and not is_in) as removed,
                   (select l.shown_size from last l) as last, (select smallest_group from agencies where id = @agency) as smallest
            from members
            """, new { segment.Id }, ct))!;
        var told = figures.IsFarFromLast && await SegmentSizes.TellAsync(transaction, RuleLogic.WrittenOut(segment, words.Segments), figures.Size, figures.Smallest, words, now, ct);
        var moves = told && figures.AreMovesTold;
        transaction.Enqueue("""
            insert into segment_snapshots (agency_id, segment_id, id, taken_at, size, shown_size, shown_added, shown_removed)
            values (@agency, @segment, @id, @now, @size, @shownSize, @added, @removed)
            on conflict do nothing
            """,
            new
            {
                Segment = segment.Id, progress.Operation.Id, now, figures.Size, ShownSize = told ? figures.Size : (long?)null,
                Added = moves ? figures.Added : (long?)null, Removed = moves ? figures.Removed : (long?)null,
            });
        await progress.ReportAsync(transaction, new(1, 1, 0, 0, 1), ct);
        await transaction.CommitAsync(ct);
    }

    async Task<bool> IsEvaluatedAsync(Guid agency, string key, CancellationToken ct)
    {
        await evaluation.RunAsync(agency, ct);
        return !await db.QuerySingleOrDefaultAsync<bool>(agency, "select pending from segments where agency_id = @agency and key = @key", new { key }, ct);
    }

    sealed record Figures(long Size, long Added, long Removed, long? Last, int Smallest)
    {
        // Too few came or went on balance for two sizes to be told one after the other.
        public bool IsFarFromLast => Last is not { } last || Size == last || Math.Abs(Size - last) >= Smallest;

        // Either is small when the other says so: sizes are told, and their difference is that of the two.
        public bool AreMovesTold => (Added == 0 || Added >= Smallest) && (Removed == 0 || Removed >= Smallest);
    }
}
