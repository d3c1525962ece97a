using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Segmentation;

/// <summary>How people are best served, and asked (SEG-STYLE). It is said of a segment, and shown with a case as words alone.</summary>
/// <param name="Key">Its word.</param>
/// <param name="Name">What the agency's managers call it.</param>
/// <param name="Text">For staff who handle a case.</param>
/// <param name="Surveys">What it means for asking.</param>
/// <param name="Standard">It came with CiRM, and is as it came.</param>
/// <param name="Version">For If-Match; 0 while the agency has not changed it.</param>
public sealed record Advice(string Key, Localized Name, Localized Text, Localized? Surveys, bool Standard, [property: JsonIgnore] long Version) : IVersioned;

/// <summary>Which advice is good for a segment.</summary>
/// <param name="Advice">Its keys.</param>
/// <param name="Version">Of the segment, for If-Match.</param>
public sealed record SegmentAdvice(IReadOnlyList<string> Advice, [property: JsonIgnore] long Version) : IVersioned;

/// <summary>What staff who handle a case are told: not why, and not to whom else it applies.</summary>
/// <param name="Texts">Advice.</param>
/// <param name="Offer">What this person gets of the service beyond its standard; null: nothing.</param>
public sealed record CaseAdvice(IReadOnlyList<Localized> Texts, AppliedOffer? Offer);

/// <summary>An agency's advice, and the segments that it is good for.</summary>
public sealed class AdviceBook(TenantDb db, TimeProvider clock)
{
    /// <summary>Advice by key, that which came with CiRM among it.</summary>
    public async Task<IReadOnlyList<Advice>> ListAsync(Guid agency, CancellationToken ct)
    {
        var own = await db.QueryAsync<Advice>(agency, """
            select key, name, text, surveys, false as standard, version from advice where agency_id = @agency order by key
            """, null, ct);
        return [.. own.Concat(StandardAdvice.All.Where(s => own.All(o => o.Key != s.Key))).OrderBy(a => a.Key, StringComparer.Ordinal)];
    }

    /// <summary>One piece of advice.</summary>
    public async Task<Advice?> FindAsync(Guid agency, string key, CancellationToken ct) =>
        await db.QuerySingleOrDefaultAsync<Advice>(agency, """
            select key, name, text, surveys, false as standard, version from advice where agency_id = @agency and key = @key
            """, new { key }, ct) ?? StandardAdvice.All.SingleOrDefault(s => s.Key == key);

    /// <summary>Keeps advice; under the key of one that came with CiRM it takes that one's place.</summary>
    /// <returns>The advice, or null when it is not at that version.</returns>
    public async Task<Advice?> PutAsync(Caller caller, Advice advice, long? version, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var kept = await change.QuerySingleOrDefaultAsync<Advice>("""
            insert into advice as a (agency_id, key, name, text, surveys, created_at, updated_at)
            select @agency, @key, @name, @text, @surveys, @now, @now
            where @version is null or @version = 0 or exists (select from advice k where k.agency_id = @agency and k.key = @key)
            on conflict (agency_id, key) do update
              set name = excluded.name, text = excluded.text, surveys = excluded.surveys, version = a.version + 1, updated_at = @now
              where @version is null or a.version = @version
            returning key, name, text, surveys, false as standard, version
            """, new { advice.Key, advice.Name, advice.Text, advice.Surveys, version, now }, ct);
        if (kept is null) return null;
        change.Audit(now, "advice.kept", "advice", null, JsonSerializer.Serialize(new { advice.Key }, Wire.Json));
        await change.CommitAsync(ct);
        return kept;
    }

    /// <summary>Removes the agency's own advice that is still at a version; one that came with CiRM is back as it came.</summary>
    public async Task<bool> RemoveAsync(Caller caller, string key, long version, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        if (await change.ExecuteAsync("delete from advice where agency_id = @agency and key = @key and version = @version", new { key, version }, ct) == 0) return false;
        if (StandardAdvice.All.All(s => s.Key != key)) change.Enqueue("delete from segment_advice where agency_id = @agency and advice_key = @key", new { key });
        change.Audit(now, "advice.removed", "advice", null, JsonSerializer.Serialize(new { key }));
        await change.CommitAsync(ct);
        return true;
    }

    /// <summary>The keys of the advice that is good for a segment.</summary>
    public async Task<SegmentAdvice> OfSegmentAsync(Guid agency, Segment segment, CancellationToken ct) => new(
        await db.QueryAsync<string>(agency, "select advice_key from segment_advice where agency_id = @agency and segment_id = @id order by advice_key", new { segment.Id }, ct),
        segment.Version);

    /// <summary>Says which advice is good for a segment that is still at a version.</summary>
    /// <returns>Whether it was at that version.</returns>
    /// <exception cref="Refusal"><see cref="Platform.Problems.Invalid"/> for advice that is not there.</exception>
    public async Task<bool> AttachAsync(Caller caller, Segment segment, IReadOnlyList<string> keys, CancellationToken ct)
    {
        var now = clock.Now();
        var known = (await ListAsync(caller.Agency, ct)).Select(a => a.Key).ToHashSet();
        var errors = keys.Index().Where(k => !known.Contains(k.Item)).Select(k => new ValidationError($"/advice/{k.Index}", "unknown", "There is no such advice.")).ToList();
        if (errors.Count > 0) throw Platform.Problems.InvalidInput(errors);
        await using var change = await db.BeginAsync(caller, ct);
        var held = await change.ExecuteAsync("""
            update segments set version = version + 1, updated_at = @now where agency_id = @agency and id = @id and version = @version and retired_at is null
            """, new { segment.Id, segment.Version, now }, ct);
        if (held == 0) return false;
        change.Enqueue("delete from segment_advice where agency_id = @agency and segment_id = @id and advice_key <> all (@keys)", new { segment.Id, Keys = keys.ToArray() });
        change.Enqueue("""
            insert into segment_advice (agency_id, segment_id, advice_key, created_at)
            select s.agency_id, s.id, k.key, @now
            from segments s
            cross join unnest(@keys) as k (key)
            where s.agency_id = @agency and s.id = @id
            on conflict do nothing
            """, new { segment.Id, Keys = keys.Distinct().ToArray(), now });
        change.Audit(now, "segment.advised", "segment", segment.Id, JsonSerializer.Serialize(new { segment = segment.Key, advice = keys }));
        await change.CommitAsync(ct);
        return true;
    }

    /// <summary>What applies to a case: of its citizen's segments the advice, and the best of what they get of its service.</summary>
    public async Task<CaseAdvice> OfCaseAsync(Guid agency, Guid? citizen, string service, CancellationToken ct)
    {
        if (citizen is null) return new([], null);
        await using var transaction = await db.BeginAsync(agency, ct);
        var keys = await transaction.QueryAsync<string>("""
            select distinct a.advice_key
            from segment_advice a
            join segments s on s.agency_id = a.agency_id and s.id = a.segment_id and s.retired_at is null
            join segment_members m on m.agency_id = a.agency_id and m.segment_id = a.segment_id and m.citizen_id = @citizen and m.valid_to is null
            where a.agency_id = @agency
            """, new { citizen }, ct);
        var own = await transaction.QueryAsync<Advice>("""
            select key, name, text, surveys, false as standard, version from advice where agency_id = @agency and key = any (@keys)
            """, new { Keys = keys.ToArray() }, ct);
        var id = await transaction.QuerySingleOrDefaultAsync<Guid>("select id from services where agency_id = @agency and key = @service", new { service }, ct);
        var offer = await transaction.QuerySingleOrDefaultAsync<AppliedOffer>(SegmentOffers.Applied, new { citizen, Service = id }, ct);
        // In the order of their words, which says nothing of where they come from.
        var texts = own.Concat(StandardAdvice.All.Where(s => keys.Contains(s.Key) && own.All(o => o.Key != s.Key))).Select(a => a.Text);
        return new([.. texts.OrderBy(t => t.For(["en"]), StringComparer.Ordinal)], offer);
    }
}
