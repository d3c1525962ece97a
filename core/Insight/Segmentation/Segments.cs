using System.Text.Json;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Segmentation;

/// <summary>What somebody wants a segment to be.</summary>
/// <param name="Key">Its word; cannot change.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Parent">The key of the segment that it refines.</param>
/// <param name="Rule">As it was sent.</param>
/// <param name="Variant">What it changes.</param>
public sealed record SegmentDraft(string Key, Localized Name, string? Parent, JsonElement Rule, SegmentVariant? Variant);

/// <summary>An agency's segments: a tree of rules. What changes who is in one is evaluated soon after, see <see cref="SegmentEvaluation"/>.</summary>
public sealed class Segments(TenantDb db, TimeProvider clock)
{
    /// <summary>Few large ones first, refined over time.</summary>
    public const int Most = 500;

    static Segments() => JsonColumns.Register<SegmentVariant>();

    internal const string Columns = """
        s.id, s.key, s.name, p.key as parent, s.rule, s.variant,
        s.parent_id is not null and s.variant is null
          and not exists (select from segment_offers o where o.agency_id = @agency and o.segment_id = s.id) as changes_nothing,
        s.pending and s.retired_at is null as pending, s.evaluated_at, s.retired_at, m.key as merged_into,
        array(select f.key from segments f where f.agency_id = @agency and f.merged_into = s.id order by f.key) as merged_from, s.created_at, s.version
        """;

    internal const string From = """
        segments s
        left join segments p on p.agency_id = s.agency_id and p.id = s.parent_id
        left join segments m on m.agency_id = s.agency_id and m.id = s.merged_into
        """;

    /// <summary>Makes a segment.</summary>
    /// <exception cref="Refusal"><see cref="Problems.SegmentTaken"/>, <see cref="Problems.TooManySegments"/>, or what is wrong with the rule, the parent or the variant.</exception>
    public async Task<Segment> CreateAsync(Caller caller, SegmentDraft draft, CancellationToken ct)
    {
        await using var change = await db.BeginAsync(caller, ct);
        var created = await CreateAsync(change, await HoldAsync(change, ct), draft, "", ct);
        await change.CommitAsync(ct);
        return created;
    }

    /// <summary>Refines a segment: its parts are children of it, made together or not at all.</summary>
    /// <param name="caller">Who does it.</param>
    /// <param name="key">Of the segment that is split; it goes on as their parent.</param>
    /// <param name="parts">Each names what it changes, or is flagged.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Refusal">As <see cref="CreateAsync(Caller, SegmentDraft, CancellationToken)"/>, with pointers below <c>/into</c>.</exception>
    public async Task<IReadOnlyList<Segment>> SplitAsync(Caller caller, string key, IReadOnlyList<SegmentDraft> parts, CancellationToken ct)
    {
        await using var change = await db.BeginAsync(caller, ct);
        var words = await HoldAsync(change, ct);
        var made = new List<Segment>();
        foreach (var (i, part) in parts.Index())
        {
            var created = await CreateAsync(change, words, part with { Parent = key }, $"/into/{i}", ct);
            words = words with { Segments = new Dictionary<string, Segment>(words.Segments) { [created.Key] = created } };
            made.Add(created);
        }
        change.Audit(clock.Now(), "segment.split", "segment", words.Segments[key].Id, JsonSerializer.Serialize(new { key, into = made.Select(m => m.Key) }));
        await change.CommitAsync(ct);
        return made;
    }

    /// <summary>Makes one segment of several with the same parent: whoever is in any of them. They are retired, and stay readable.</summary>
    /// <exception cref="Refusal">As <see cref="CreateAsync(Caller, SegmentDraft, CancellationToken)"/>; <see cref="Problems.SegmentInUse"/>.</exception>
    public async Task<Segment> MergeAsync(Caller caller, string key, Localized name, IReadOnlyList<string> of, SegmentVariant? variant, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var words = await HoldAsync(change, ct);
        var merged = of.Select((k, i) => words.Segments.GetValueOrDefault(k)
            ?? throw Refused(Problems.SegmentUnknown, $"/segments/{i}", "unknown", $"There is no segment \"{k}\", or it is retired.")).ToList();
        if (merged.FindIndex(m => m.Parent != merged[0].Parent) is >= 0 and var other)
            throw Platform.Problems.InvalidValue($"/segments/{other}", "parent", "Segments that are merged refine the same one.");
        foreach (var m in merged) ThrowIfInUse(words, m);
        var rule = new AnyRule([.. merged.Select(m => m.Tree)]).ToJson();
        var created = await CreateAsync(change, words, new(key, name, merged[0].Parent, rule, variant), "", ct);
        await change.ExecuteAsync("""
            update segments set retired_at = @now, pending = true, merged_into = @id, version = version + 1, updated_at = @now
            where agency_id = @agency and id = any (@merged)
            """, new { created.Id, Merged = merged.Select(m => m.Id).ToArray(), now }, ct);
        change.Audit(now, "segments.merged", "segment", created.Id, JsonSerializer.Serialize(new { key, of }));
        var shown = (await FindAsync(change, key, ct))!;
        await change.CommitAsync(ct);
        return shown;
    }

    /// <summary>Segments by key.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="retiredToo">Those that are history as well.</param>
    /// <param name="parent">Only those that refine this one.</param>
    /// <param name="after">Only those after this key.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="ct">Gives up.</param>
    public Task<IReadOnlyList<Segment>> ListAsync(Guid agency, bool retiredToo, string? parent, string? after, int limit, CancellationToken ct) =>
        db.QueryAsync<Segment>(agency, $"""
            select {Columns}
            from {From}
            where s.agency_id = @agency
              and (@retiredToo or s.retired_at is null)
              and (@parent is null or p.key = @parent)
              and (@after is null or s.key > @after)
            order by s.key
            limit @limit
            """, new { retiredToo, parent, after, limit }, ct);

    /// <summary>One segment, retired or not.</summary>
    public Task<Segment?> FindAsync(Guid agency, string key, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<Segment>(agency, $"""
            select {Columns}
            from {From}
            where s.agency_id = @agency and s.key = @key
            """, new { key }, ct);

    /// <summary>Changes a segment that is still at a version.</summary>
    /// <returns>The segment, or null when it is not at that version.</returns>
    /// <exception cref="Refusal">As <see cref="CreateAsync(Caller, SegmentDraft, CancellationToken)"/>; <see cref="Problems.SegmentRetired"/>.</exception>
    public async Task<Segment?> ChangeAsync(Caller caller, SegmentDraft to, long version, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var words = await HoldAsync(change, ct);
        var rule = Check(words, to, "");
        var sensitive = IsSensitive(words, rule, to.Parent);
        var changed = await change.ExecuteAsync("""
            update segments set
              name = @name, parent_id = @parent, rule = @rule, variant = @variant, sensitive = sensitive or @sensitive, by_behaviour = @byBehaviour,
              pending = pending or rule <> @rule or parent_id is distinct from @parent, version = version + 1, updated_at = @now
            where agency_id = @agency and key = @key and version = @version and retired_at is null
            """,
            new
            {
                to.Key, version, to.Name, Parent = to.Parent is { } p ? words.Segments[p].Id : (Guid?)null, Rule = rule.ToJson(), to.Variant,
                sensitive, rule.ByBehaviour, now,
            }, ct);
        if (changed == 0) return null;
        if (sensitive)
        {
            await change.ExecuteAsync("update segments set sensitive = true where agency_id = @agency and id = any (@ids)",
                new { Ids = new SegmentTree(words.Segments).Dependents(new HashSet<string> { to.Key }).Select(s => s.Id).ToArray() }, ct);
        }
        var shown = (await FindAsync(change, to.Key, ct))!;
        change.Audit(now, "segment.changed", "segment", shown.Id, JsonSerializer.Serialize(new { to.Key, rule = shown.Rule }, Wire.Json));
        change.Emit(now, OutboxEvent.Of("segment.changed", shown.Id, new { to.Key }));
        await change.CommitAsync(ct);
        return shown;
    }

    /// <summary>Retires a segment that is still at a version: nobody is in it from now on; its past stays.</summary>
    /// <returns>Whether it was at that version.</returns>
    /// <exception cref="Refusal"><see cref="Problems.SegmentInUse"/>.</exception>
    public async Task<bool> RetireAsync(Caller caller, Segment segment, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        ThrowIfInUse(await HoldAsync(change, ct), segment);
        var retired = await change.ExecuteAsync("""
            update segments set retired_at = @now, pending = true, version = version + 1, updated_at = @now
            where agency_id = @agency and id = @id and version = @version and retired_at is null
            """, new { segment.Id, segment.Version, now }, ct);
        if (retired == 0) return false;
        change.Audit(now, "segment.retired", "segment", segment.Id, JsonSerializer.Serialize(new { segment.Key }, Wire.Json));
        change.Emit(now, OutboxEvent.Of("segment.retired", segment.Id, new { segment.Key }));
        await change.CommitAsync(ct);
        return true;
    }

    /// <summary>What rules may speak of, as it is now.</summary>
    /// <param name="transaction">In which it is read.</param>
    /// <param name="hold">Whether nobody may change a segment until the end of the transaction: two changes could close a circle together.</param>
    /// <param name="ct">Gives up.</param>
    internal static async Task<Vocabulary> VocabularyAsync(TenantTransaction transaction, bool hold, CancellationToken ct)
    {
        var segments = await transaction.QueryAsync<Segment>($"""
            select {Columns}
            from {From}
            where s.agency_id = @agency and s.retired_at is null
            order by s.id
            {(hold ? "for update of s" : "")}
            """, null, ct);
        var attributes = await transaction.QueryAsync<AttributeDeclaration>($"select {Attributes.Columns} from attributes where agency_id = @agency", null, ct);
        var services = await transaction.QueryAsync<string>("select key from services where agency_id = @agency", null, ct);
        return new(attributes.ToDictionary(a => a.Key), services.ToHashSet(), segments.ToDictionary(s => s.Key));
    }

    static Task<Vocabulary> HoldAsync(TenantTransaction transaction, CancellationToken ct) => VocabularyAsync(transaction, hold: true, ct);

    async Task<Segment> CreateAsync(Change change, Vocabulary words, SegmentDraft draft, string at, CancellationToken ct)
    {
        var now = clock.Now();
        if (words.Segments.Count >= Most) throw Problems.TooManySegments.Because($"There are {words.Segments.Count}.");
        var rule = Check(words, draft, at);
        var id = Guid.CreateVersion7(now);
        change.Enqueue("""
            insert into segment_evaluations (agency_id, evaluated_at, moved_at) values (@agency, @now, @now) on conflict do nothing
            """, new { now });
        var inserted = await change.ExecuteAsync("""
            insert into segments (agency_id, id, key, name, parent_id, rule, variant, sensitive, by_behaviour, created_at, updated_at)
            values (@agency, @id, @key, @name, @parent, @rule, @variant, @sensitive, @byBehaviour, @now, @now)
            on conflict (agency_id, key) do nothing
            """,
            new
            {
                id, draft.Key, draft.Name, Parent = draft.Parent is { } p ? words.Segments[p].Id : (Guid?)null, Rule = rule.ToJson(), draft.Variant,
                Sensitive = IsSensitive(words, rule, draft.Parent), rule.ByBehaviour, now,
            }, ct);
        if (inserted == 0) throw Problems.SegmentTaken.Because($"\"{draft.Key}\" is taken.");
        change.Audit(now, "segment.created", "segment", id, JsonSerializer.Serialize(new { draft.Key, draft.Parent, rule = rule.ToJson() }, Wire.Json));
        change.Emit(now, OutboxEvent.Of("segment.created", id, new { draft.Key }));
        return (await FindAsync(change, draft.Key, ct))!;
    }

    // Who is in a segment is in what it depends on, or is not: that tells as much.
    static bool IsSensitive(Vocabulary words, Rule rule, string? parent) =>
        rule.All().OfType<AttributeRule>().Any(a => words.Attributes[a.Attribute].Sensitive)
        || rule.Segments.Concat(parent is null ? [] : [parent]).Any(s => IsSensitive(words, words.Segments[s].Tree, words.Segments[s].Parent));

    static Rule Check(Vocabulary words, SegmentDraft draft, string at)
    {
        if (draft.Parent is { } parent && !words.Segments.ContainsKey(parent) && parent != draft.Key)
            throw Refused(Problems.SegmentUnknown, $"{at}/parent", "unknown", $"There is no segment \"{parent}\", or it is retired.");
        if (draft.Variant is { } variant && !words.Services.Contains(variant.Service))
            throw Refused(Problems.RuleServiceUnknown, $"{at}/variant/service", "unknown", $"There is no service \"{variant.Service}\".");
        var rule = RuleReader.Read(draft.Rule, words, $"{at}/rule", draft.Key);
        var tree = new SegmentTree(words.Segments);
        if (draft.Parent is { } above && tree.LeadsTo(above, draft.Key))
            throw Refused(Problems.RuleCircle, $"{at}/parent", "circle", $"\"{above}\" is \"{draft.Key}\" itself, or depends on it.");
        var levels = 1 + rule.Segments.Concat(draft.Parent is { } p ? [p] : []).Select(tree.LevelOf).DefaultIfEmpty(0).Max();
        if (levels > SegmentTree.MostLevels)
            throw Refused(Problems.RuleTooLarge, draft.Parent is null ? $"{at}/rule" : $"{at}/parent", "depth", $"At most {SegmentTree.MostLevels} segments depend on one another.");
        return rule;
    }

    static void ThrowIfInUse(Vocabulary words, Segment segment)
    {
        var by = words.Segments.Values.Where(s => s.DependsOn.Contains(segment.Key)).Select(s => s.Key).Order(StringComparer.Ordinal).ToList();
        if (by.Count > 0) throw Problems.SegmentInUse.Because($"\"{segment.Key}\" is what {string.Join(", ", by)} depend on.", new Dictionary<string, object?> { ["by"] = by });
    }

    static Refusal Refused(Problem problem, string pointer, string code, string detail) => new(problem, detail) { Errors = [new(pointer, code, detail)] };

    static Task<Segment?> FindAsync(TenantTransaction transaction, string key, CancellationToken ct) =>
        transaction.QuerySingleOrDefaultAsync<Segment>($"""
            select {Columns}
            from {From}
            where s.agency_id = @agency and s.key = @key
            """, new { key }, ct);
}
