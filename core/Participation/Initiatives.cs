using System.Text.Json;
using Cirm.Core.Participation.Consultation;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Participation;

/// <summary>What a list of initiatives is narrowed to; null does not narrow.</summary>
/// <param name="State">Any of these.</param>
/// <param name="Tier">What citizens do.</param>
/// <param name="DerivedFrom">The key of what they go on from.</param>
public sealed record InitiativeFilter(InitiativeState[]? State = null, Tier? Tier = null, string? DerivedFrom = null);

/// <summary>The initiatives of an agency.</summary>
public sealed class Initiatives(TenantDb db, TimeProvider clock)
{
    /// <summary>By what an area is meant when nobody says: the first of these that is declared.</summary>
    public static readonly string[] AreaAttributes = ["area", "district", "neighbourhood", "neighborhood", "ward"];

    const string State = """
        case when i.closed_at is not null then 'closed' when i.published_at is null then 'draft' when i.opens_at > @now then 'planned' when i.closes_at > @now then 'open' else 'ended' end
        """;

    // Which segments may take part is a label that nobody outside is told; nor is whose case it was.
    const string Columns = $"""
        i.id, i.key, i.title, i.summary, i.tier, {State} as state, i.mandate, i.binding, i.decision, case when @staff then i.segments end as segments, i.areas, i.area_attribute,
        i.census, i.languages, i.channels, i.phases, d.key as derived_from, i.insight_id as insight, case when @staff then i.case_id end as case,
        i.opens_at, i.closes_at, i.closed_at, i.created_at, i.version
        """;

    const string From = """
        initiatives i
        left join initiatives d on d.agency_id = i.agency_id and d.id = i.derived_from and (@staff or d.published_at is not null)
        """;

    static Initiatives()
    {
        JsonColumns.Register<DecisionSettings>();
        JsonColumns.Register<JsonList<Phase>>();
    }

    /// <summary>Makes an initiative; published at once, unless it is to be a draft.</summary>
    /// <exception cref="Refusal"><see cref="Problems.InitiativeTaken"/>; <see cref="Platform.Problems.Invalid"/> for what cannot be.</exception>
    public async Task<Initiative> CreateAsync(Caller caller, Initiative wanted, CancellationToken ct)
    {
        var now = clock.Now();
        var id = Guid.CreateVersion7(now);
        await using var change = await db.BeginAsync(caller, ct);
        wanted = await CheckAsync(change, wanted, ct);
        var made = await change.ExecuteAsync("""
            insert into initiatives
              (agency_id, id, key, title, summary, tier, mandate, binding, decision, segments, areas, area_attribute, census, languages, channels, phases, derived_from, insight_id,
               case_id, published_at, opens_at, closes_at, created_at, updated_at)
            select @agency, @id, @key, @title, @summary, @tier, @mandate, @binding, @decision, @segments, @areas, @areaAttribute, @census, @languages, @channels, @phases,
              (select d.id from initiatives d where d.agency_id = @agency and d.key = @derivedFrom), @insight, @case, @publishedAt, @opensAt, @closesAt, @now, @now
            on conflict (agency_id, key) do nothing
            """, ArgumentsOf(wanted, id, now), ct);
        if (made == 0) throw Problems.InitiativeTaken.Because($"There is an initiative \"{wanted.Key}\" already.");
        var draft = wanted.State == InitiativeState.Draft;
        if (!draft) Append(change, id, now, "published", null, new { wanted.Tier, wanted.OpensAt, wanted.ClosesAt });
        change.Audit(now, "initiative.created", "initiative", id, JsonSerializer.Serialize(new { wanted.Key, wanted.Tier, wanted.OpensAt, wanted.ClosesAt, draft }, Wire.Json));
        if (!draft) change.Emit(now, OutboxEvent.Of("initiative.published", id, new { initiative = wanted.Key, wanted.Tier, wanted.OpensAt, wanted.ClosesAt }));
        var created = (await FindAsync(change, true, wanted.Key, now, ct))!;
        await change.CommitAsync(ct);
        return created;
    }

    /// <summary>Initiatives by key: for staff all of them, for others those that are published.</summary>
    public Task<IReadOnlyList<Initiative>> ListAsync(Caller caller, InitiativeFilter filter, string? after, int limit, CancellationToken ct) =>
        db.QueryAsync<Initiative>(caller.Agency, $"""
            select {Columns}
            from {From}
            where i.agency_id = @agency
              and (@staff or i.published_at is not null)
              and (@states is null or {State} = any (@states))
              and (@tier is null or i.tier = @tier)
              and (@derivedFrom is null or d.key = @derivedFrom)
              and (@after is null or i.key > @after)
            order by i.key
            limit @limit
            """, new { Staff = caller.IsStaff, States = filter.State?.Select(s => s.Word()).ToArray(), filter.Tier, filter.DerivedFrom, after, limit, Now = clock.Now() }, ct);

    /// <summary>One initiative; null when there is none for the caller.</summary>
    public async Task<Initiative?> FindAsync(Caller caller, string key, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(caller.Agency, ct);
        var found = await FindAsync(transaction, caller.IsStaff, key, clock.Now(), ct);
        await transaction.CommitAsync(ct);
        return found;
    }

    /// <summary>The same within a transaction.</summary>
    public static Task<Initiative?> FindAsync(TenantTransaction transaction, bool staff, string key, DateTimeOffset now, CancellationToken ct) =>
        transaction.QuerySingleOrDefaultAsync<Initiative>($"""
            select {Columns}
            from {From}
            where i.agency_id = @agency and i.key = @key and (@staff or i.published_at is not null)
            """, new { key, staff, now }, ct);

    /// <summary>Changes an initiative that is still at a version, as far as its promises allow.</summary>
    /// <returns>The initiative, or null when it is not at that version.</returns>
    /// <exception cref="Refusal">As <see cref="Initiative.CheckChange"/> and <see cref="CreateAsync"/>.</exception>
    public async Task<Initiative?> ChangeAsync(Caller caller, Initiative from, Initiative to, Localized? reason, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        to = await CheckAsync(change, to, ct);
        from.CheckChange(to, reason, now);
        // A promise holds from the moment of opening: it may come between reading and writing.
        var changed = await change.ExecuteAsync("""
            update initiatives i set
              title = @title, summary = @summary, tier = @tier, mandate = @mandate, binding = @binding, decision = @decision, segments = @segments, areas = @areas,
              area_attribute = @areaAttribute, census = @census, languages = @languages, channels = @channels, phases = @phases,
              derived_from = (select d.id from initiatives d where d.agency_id = @agency and d.key = @derivedFrom and d.id <> i.id), insight_id = @insight, case_id = @case,
              published_at = coalesce(i.published_at, @publishedAt), opens_at = @opensAt, closes_at = @closesAt, version = i.version + 1, updated_at = @now
            where i.agency_id = @agency and i.id = @id and i.version = @version and i.closed_at is null
              and (@opened or i.published_at is null or i.opens_at > @now)
            """, ArgumentsOf(to, from.Id, now, from.Version, from.HasOpened), ct);
        if (changed == 0) return null;
        var published = from.State == InitiativeState.Draft && to.State != InitiativeState.Draft;
        var kind = published ? "published" : to.Tier > from.Tier ? "raised" : from.HasMoved(to) ? "deadlineMoved" : "changed";
        if (from.State != InitiativeState.Draft || published)
            Append(change, from.Id, now, kind, reason, new { before = from.State == InitiativeState.Draft ? null : new { from.Tier, from.OpensAt, from.ClosesAt }, to.Tier, to.OpensAt, to.ClosesAt });
        change.Audit(now, "initiative.changed", "initiative", from.Id, JsonSerializer.Serialize(new { from.Key, kind, to.Tier, to.OpensAt, to.ClosesAt }, Wire.Json));
        if (published || from.State != InitiativeState.Draft)
            change.Emit(now, OutboxEvent.Of(published ? "initiative.published" : "initiative.changed", from.Id, new { initiative = from.Key, to.Tier, to.OpensAt, to.ClosesAt }));
        var result = await FindAsync(change, true, from.Key, now, ct);
        await change.CommitAsync(ct);
        return result;
    }

    /// <summary>Takes away an initiative that has not opened.</summary>
    /// <returns>Whether it was still at that version.</returns>
    /// <exception cref="Refusal"><see cref="Problems.InitiativeOpen"/>.</exception>
    public async Task<bool> RemoveAsync(Caller caller, Initiative initiative, CancellationToken ct)
    {
        if (initiative.HasOpened) throw Problems.InitiativeOpen.Because($"\"{initiative.Key}\" has opened: it stays.");
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var removed = await change.ExecuteAsync("""
            delete from initiatives i
            where i.agency_id = @agency and i.id = @id and i.version = @version and (i.published_at is null or i.opens_at > @now)
            """, new { initiative.Id, initiative.Version, now }, ct);
        if (removed == 0) return false;
        change.Audit(now, "initiative.removed", "initiative", initiative.Id, JsonSerializer.Serialize(new { initiative.Key }));
        change.Emit(now, OutboxEvent.Of("initiative.removed", initiative.Id, new { initiative = initiative.Key }));
        await change.CommitAsync(ct);
        return true;
    }

    /// <summary>Opens an initiative now, whatever was planned.</summary>
    /// <exception cref="Refusal"><see cref="Problems.InitiativeOpen"/> when it has opened already.</exception>
    public async Task<Initiative> OpenAsync(Caller caller, Initiative initiative, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var opened = await change.ExecuteAsync("""
            update initiatives i set published_at = coalesce(i.published_at, @now), opens_at = least(i.opens_at, @now), version = i.version + 1, updated_at = @now
            where i.agency_id = @agency and i.id = @id and i.closes_at > @now and (i.published_at is null or i.opens_at > @now)
            """, new { initiative.Id, now }, ct);
        if (opened == 0)
            throw initiative.ClosesAt <= now && !initiative.HasOpened ? Platform.Problems.InvalidValue("/closesAt", "range", "Its time is over before it opens: change closesAt first.")
                : Problems.InitiativeOpen.Because($"\"{initiative.Key}\" has opened already.");
        Append(change, initiative.Id, now, "opened", null, new { planned = initiative.OpensAt });
        change.Audit(now, "initiative.opened", "initiative", initiative.Id, JsonSerializer.Serialize(new { initiative.Key }));
        change.Emit(now, OutboxEvent.Of("initiative.opened", initiative.Id, new { initiative = initiative.Key }));
        var result = (await FindAsync(change, true, initiative.Key, now, ct))!;
        await change.CommitAsync(ct);
        return result;
    }

    /// <summary>Ends an initiative. Before the announced time that needs a reason, which everybody reads.</summary>
    /// <exception cref="Refusal"><see cref="Problems.InitiativeClosed"/>, <see cref="Problems.InitiativeNotOpen"/>,
    /// <see cref="Problems.UnansweredContributions"/>; <see cref="Platform.Problems.Invalid"/> without a reason.</exception>
    public async Task<Initiative> CloseAsync(Caller caller, Initiative initiative, Localized? reason, CancellationToken ct)
    {
        var now = clock.Now();
        if (initiative.State == InitiativeState.Open && reason is null) throw Platform.Problems.InvalidValue("/reason", "required", "It was announced until closesAt: say why it ends before.");
        await using var change = await db.BeginAsync(caller, ct);
        await Contributions.CheckAnsweredAsync(change, initiative, ct);
        var closed = await change.ExecuteAsync("""
            update initiatives i set closes_at = least(i.closes_at, @now), closed_at = @now, version = i.version + 1, updated_at = @now
            where i.agency_id = @agency and i.id = @id and i.closed_at is null and i.published_at is not null and i.opens_at < @now
            """, new { initiative.Id, now }, ct);
        if (closed == 0)
            throw initiative.State is InitiativeState.Draft or InitiativeState.Planned ? Problems.InitiativeNotOpen.Because("It has not opened: delete it, or change it.")
                : Problems.InitiativeClosed.Because($"\"{initiative.Key}\" is over.");
        Append(change, initiative.Id, now, "closed", reason, new { announced = initiative.ClosesAt });
        change.Audit(now, "initiative.closed", "initiative", initiative.Id, JsonSerializer.Serialize(new { initiative.Key, announced = initiative.ClosesAt }, Wire.Json));
        change.Emit(now, OutboxEvent.Of("initiative.closed", initiative.Id, new { initiative = initiative.Key }));
        var result = (await FindAsync(change, true, initiative.Key, now, ct))!;
        await change.CommitAsync(ct);
        return result;
    }

    /// <summary>What was changed of an initiative, oldest first.</summary>
    public Task<IReadOnlyList<InitiativeEvent>> HistoryAsync(Guid agency, Guid initiative, Guid? after, int limit, CancellationToken ct) =>
        db.QueryAsync<InitiativeEvent>(agency, """
            select h.id, h.at, h.kind, h.reason, h.detail
            from initiative_history h
            where h.agency_id = @agency and h.initiative_id = @initiative and (@after is null or h.id > @after)
            order by h.id
            limit @limit
            """, new { initiative, after, limit }, ct);

    /// <summary>Writes down for everybody what was changed, in the transaction in which it happens.</summary>
    public static void Append(TenantTransaction transaction, Guid initiative, DateTimeOffset now, string kind, Localized? reason, object? detail) =>
        transaction.Enqueue("""
            insert into initiative_history (agency_id, initiative_id, id, at, kind, reason, detail)
            values (@agency, @initiative, @entry, @now, @kind, @reason, @detail)
            """, new { initiative, Entry = Guid.CreateVersion7(now), now, kind, reason, Detail = detail is null ? (JsonElement?)null : JsonSerializer.SerializeToElement(detail, Wire.Json) });

    // Names of other things lead somewhere, and an area can be looked up.
    static async Task<Initiative> CheckAsync(TenantTransaction transaction, Initiative wanted, CancellationToken ct)
    {
        var errors = wanted.CheckTimes().Concat(wanted.Decision?.Check("/decision") ?? []).ToList();
        if (wanted.Tier == Tier.Decision && wanted.Decision is null) errors.Add(new("/decision", "required", "Say how it is decided."));
        if (wanted.Tier == Tier.Consultation && wanted.Decision is not null) errors.Add(new("/decision", "not-allowed", "A consultation decides nothing; raise the tier."));
        var there = (await transaction.QueryAsync<string>("""
            select 's' || g.key from segments g where g.agency_id = @agency and g.key = any (@segments) and g.retired_at is null
            union all
            select 'a' || a.key from attributes a where a.agency_id = @agency and a.key = any (@attributes)
            union all
            select 'd' || d.key from initiatives d where d.agency_id = @agency and d.key = @derivedFrom and d.key <> @key
            union all
            select 'i' from insights i where i.agency_id = @agency and i.id = @insight
            union all
            select 'c' from cases c where c.agency_id = @agency and c.id = @case
            """,
            new
            {
                Segments = wanted.Segments ?? [], Attributes = wanted.AreaAttribute is { } said ? [said] : AreaAttributes, wanted.DerivedFrom, wanted.Key, wanted.Insight, wanted.Case,
            }, ct)).ToHashSet();
        foreach (var (i, key) in (wanted.Segments ?? []).Index().Where(s => !there.Contains($"s{s.Item}"))) errors.Add(new($"/segments/{i}", "unknown", $"There is no segment \"{key}\"."));
        if (wanted.DerivedFrom is { } from && !there.Contains($"d{from}")) errors.Add(new("/derivedFrom", "unknown", $"There is no other initiative \"{from}\"."));
        if (wanted.Insight is not null && !there.Contains("i")) errors.Add(new("/insight", "unknown", "There is no such insight."));
        if (wanted.Case is not null && !there.Contains("c")) errors.Add(new("/case", "unknown", "There is no such case."));
        var attribute = wanted.AreaAttribute ?? (wanted.Areas.Length > 0 ? AreaAttributes.FirstOrDefault(a => there.Contains($"a{a}")) : null);
        if (wanted.AreaAttribute is { } named && !there.Contains($"a{named}")) errors.Add(new("/areaAttribute", "unknown", $"No attribute \"{named}\" is declared."));
        else if (wanted.Areas.Length > 0 && attribute is null)
            errors.Add(new("/areas", "unknown", $"No attribute says where citizens are: declare {string.Join(", ", AreaAttributes)}, or name another as areaAttribute."));
        if (errors.Count > 0) throw Platform.Problems.InvalidInput(errors);
        return wanted with { AreaAttribute = attribute, Decision = wanted.Decision?.Complete() };
    }

    static object ArgumentsOf(Initiative to, Guid id, DateTimeOffset now, long version = 0, bool opened = false) => new
    {
        id, version, opened, now, to.Key, to.Title, to.Summary, to.Tier, to.Mandate, to.Binding, to.Decision, Segments = to.Segments ?? [], to.Areas, to.AreaAttribute, to.Census, to.Languages,
        to.Channels, to.Phases, to.DerivedFrom, to.Insight, to.Case, PublishedAt = to.State == InitiativeState.Draft ? (DateTimeOffset?)null : now, to.OpensAt, to.ClosesAt,
    };
}
