using System.Collections.Concurrent;
using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Information;

/// <summary>What a draft says; null leaves a thing unsaid.</summary>
public sealed record ServiceDraft(Localized Name, Localized? Description, Localized? Serves, Rights? Rights, string? Calendar, ServiceStandard? Standard)
{
    /// <summary>What it says beyond that.</summary>
    public ServiceDetails Details { get; init; } = new();
}

/// <summary>The agency's services and their versions.</summary>
public sealed class Services(TenantDb db, TimeProvider clock)
{
    // Every submission needs the promise of its service; the statement that submits checks that it is still in force.
    static readonly TimeSpan Remembered = TimeSpan.FromSeconds(2);
    readonly ConcurrentDictionary<(Guid Agency, string Key), (ServiceVersion Version, long At)> remembered = new();

    static Services()
    {
        JsonColumns.Register<Rights>();
        JsonColumns.Register<JsonList<Localized>>();
        JsonColumns.Register<JsonMap<Spoken>>();
        JsonColumns.Register<JsonMap<string[]>>();
        JsonColumns.Register<JsonList<Question>>();
    }

    const string Columns = """
        s.id, s.key, v.number, v.state, v.name, v.description, v.serves, v.rights, v.calendar, v.first_response_hours, v.resolution_hours,
        v.eligibility, v.documents, v.cost, v.channels, v.unit, v.spoken, v.keywords, v.questions, v.published_at, v.retired_at, v.created_at, v.version
        """;

    /// <summary>Makes a service: its first version as a draft, or published at once.</summary>
    /// <exception cref="Refusal"><see cref="Problems.ServiceTaken"/>; <see cref="Platform.Problems.Invalid"/> with what is missing to publish.</exception>
    public async Task<ServiceVersion> CreateAsync(Caller caller, string key, ServiceDraft draft, bool publish, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var id = await change.QuerySingleOrDefaultAsync<Guid?>("""
            insert into services (agency_id, id, key, created_at, updated_at)
            values (@agency, @id, @key, @now, @now)
            on conflict (agency_id, key) do nothing
            returning id
            """, new { Id = Guid.CreateVersion7(now), key, now }, ct) ?? throw Problems.ServiceTaken.Because($"There is a service \"{key}\" already.");
        var version = await InsertDraftAsync(change, id, 1, draft, now, ct);
        change.Audit(now, "service.created", "service", id);
        if (publish) version = await PublishAsync(change, version, now, ct);
        await change.CommitAsync(ct);
        return version;
    }

    /// <summary>Makes the next draft of a service.</summary>
    /// <returns>The draft, or null when there is no such service.</returns>
    public async Task<ServiceVersion?> AddVersionAsync(Caller caller, string key, ServiceDraft draft, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var last = await change.QuerySingleOrDefaultAsync<LastVersion>("""
            select s.id, v.number, v.state
            from services s
            join service_versions v on v.agency_id = s.agency_id and v.service_id = s.id
            where s.agency_id = @agency and s.key = @key
            order by v.number desc
            limit 1
            for update of s
            """, new { key }, ct);
        if (last is null) return null;
        if (last.State == ServiceState.Draft) throw Problems.DraftExists.Because($"Version {last.Number} of \"{key}\" is a draft.");
        var version = await InsertDraftAsync(change, last.Id, last.Number + 1, draft, now, ct);
        change.Audit(now, "service.drafted", "service", last.Id);
        await change.CommitAsync(ct);
        return version;
    }

    /// <summary>Changes a draft that is still at a version.</summary>
    /// <returns>The draft, or null when it is not there, not a draft or not at that version.</returns>
    public async Task<ServiceVersion?> ChangeDraftAsync(Caller caller, string key, int number, long version, ServiceDraft draft, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        await CheckUnitAsync(change, draft, ct);
        var changed = await change.QuerySingleOrDefaultAsync<ServiceVersion>($"""
            update service_versions v set
              name = @name, description = @description, serves = @serves, rights = @rights, calendar = @calendar,
              first_response_hours = @firstResponseHours, resolution_hours = @resolutionHours,
              eligibility = @eligibility, documents = @documents, cost = @cost, channels = @channels, unit = @unit, spoken = @spoken, keywords = @keywords,
              questions = @questions, version = v.version + 1
            from services s
            where v.agency_id = @agency and s.agency_id = v.agency_id and s.id = v.service_id
              and s.key = @key and v.number = @number and v.version = @version and v.state = 'draft'
            returning {Columns}
            """,
            new
            {
                key, number, version, draft.Name, draft.Description, draft.Serves, draft.Rights, draft.Calendar, draft.Standard?.FirstResponseHours,
                draft.Standard?.ResolutionHours, draft.Details.Eligibility, draft.Details.Documents, draft.Details.Cost, draft.Details.Channels, draft.Details.Unit,
                draft.Details.Spoken, draft.Details.Keywords, draft.Details.Questions,
            }, ct);
        if (changed is null) return null;
        change.Audit(now, "service.draft-changed", "service", changed.Id);
        await change.CommitAsync(ct);
        return changed;
    }

    /// <summary>Publishes a draft: from now on cases are submitted under it; those before it keep theirs.</summary>
    /// <returns>The version, or null when there is none.</returns>
    public async Task<ServiceVersion?> PublishAsync(Caller caller, string key, int number, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var version = await change.QuerySingleOrDefaultAsync<ServiceVersion>($"""
            select {Columns}
            from services s
            join service_versions v on v.agency_id = s.agency_id and v.service_id = s.id
            where s.agency_id = @agency and s.key = @key and v.number = @number
            for update
            """, new { key, number }, ct);
        if (version is null) return null;
        var published = await PublishAsync(change, version, now, ct);
        await change.CommitAsync(ct);
        remembered.TryRemove((caller.Agency, key), out _);
        return published;
    }

    /// <summary>Takes a service out of the catalogue; its versions stay readable and its cases go on.</summary>
    /// <returns>The version that was in force, or null when none was.</returns>
    public async Task<ServiceVersion?> RetireAsync(Caller caller, string key, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var retired = await change.QuerySingleOrDefaultAsync<ServiceVersion>($"""
            with taken as (
              update services set published_version = null, version = version + 1, updated_at = @now
              where agency_id = @agency and key = @key and published_version is not null
              returning agency_id, id, key)
            update service_versions v set state = 'retired', retired_at = @now, version = v.version + 1
            from taken s
            where v.agency_id = @agency and s.agency_id = v.agency_id and v.service_id = s.id and v.state = 'published'
              and v.number = (select max(number) from service_versions l where l.agency_id = @agency and l.service_id = v.service_id and l.state = 'published')
            returning {Columns}
            """, new { key, now }, ct);
        if (retired is null) return null;
        SearchIndex.Remove(change, SearchKind.Service, key);
        change.Audit(now, "service.retired", "service", retired.Id);
        change.Emit(now, OutboxEvent.Of("service.retired", retired.Id, new { key, retired.Number }));
        await change.CommitAsync(ct);
        remembered.TryRemove((caller.Agency, key), out _);
        return retired;
    }

    /// <summary>The version of a service that is in force; for staff, its draft when none is.</summary>
    public Task<ServiceVersion?> FindAsync(Guid agency, string key, bool drafts, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<ServiceVersion>(agency, $"""
            select {Columns}
            from services s
            join service_versions v on v.agency_id = s.agency_id and v.service_id = s.id
            where s.agency_id = @agency and s.key = @key
              and (v.number = s.published_version or s.published_version is null and @drafts)
            order by v.number desc
            limit 1
            """, new { key, drafts }, ct);

    /// <summary>The version under which a case is submitted now, remembered for a moment.</summary>
    public async Task<ServiceVersion?> InForceAsync(Guid agency, string key, CancellationToken ct)
    {
        if (remembered.TryGetValue((agency, key), out var known) && clock.GetElapsedTime(known.At) < Remembered) return known.Version;
        var version = await FindAsync(agency, key, drafts: false, ct);
        if (version is null) Forget(agency, key);
        else remembered[(agency, key)] = (version, clock.GetTimestamp());
        return version;
    }

    /// <summary>Reads the version in force anew the next time.</summary>
    public void Forget(Guid agency, string key) => remembered.TryRemove((agency, key), out _);

    /// <summary>Services by key, each in the version in force; for staff, drafts of those that were never published too.</summary>
    public Task<IReadOnlyList<ServiceVersion>> ListAsync(Guid agency, string? after, bool drafts, int limit, CancellationToken ct) =>
        db.QueryAsync<ServiceVersion>(agency, $"""
            select {Columns}
            from services s
            join service_versions v on v.agency_id = s.agency_id and v.service_id = s.id
            where s.agency_id = @agency
              and (@after is null or s.key > @after)
              and (v.number = s.published_version
                   or @drafts and s.published_version is null
                      and v.number = (select max(l.number) from service_versions l where l.agency_id = s.agency_id and l.service_id = s.id))
            order by s.key
            limit @limit
            """, new { after, drafts, limit }, ct);

    /// <summary>All versions of a service, newest first; without drafts for those who are not staff.</summary>
    public Task<IReadOnlyList<ServiceVersion>> VersionsAsync(Guid agency, string key, int? before, bool drafts, int limit, CancellationToken ct) =>
        db.QueryAsync<ServiceVersion>(agency, $"""
            select {Columns}
            from services s
            join service_versions v on v.agency_id = s.agency_id and v.service_id = s.id
            where s.agency_id = @agency and s.key = @key
              and (@before is null or v.number < @before)
              and (@drafts or v.state <> 'draft')
            order by v.number desc
            limit @limit
            """, new { key, before, drafts, limit }, ct);

    /// <summary>Lets be found what is in force and is not in the search yet: it was published by a release that had none.</summary>
    /// <returns>How many services.</returns>
    public async Task<int> IndexMissingAsync(Guid agency, CancellationToken ct)
    {
        const int atATime = 200;
        for (var (all, now) = (0, clock.Now()); ;)
        {
            await using var transaction = await db.BeginAsync(agency, ct);
            // Who publishes holds the service, and puts it in.
            var missing = await transaction.QueryAsync<ServiceVersion>($"""
                select {Columns}
                from services s
                join service_versions v on v.agency_id = s.agency_id and v.service_id = s.id and v.number = s.published_version
                where s.agency_id = @agency
                  and not exists (select from search_documents d where d.agency_id = @agency and d.kind = 'service' and d.key = s.key)
                order by s.key
                limit {atATime}
                for update of s skip locked
                """, null, ct);
            foreach (var service in missing) SearchIndex.Replace(transaction, now, SearchKind.Service, service.Key, service.ToSearch());
            await transaction.CommitAsync(ct);
            all += missing.Count;
            if (missing.Count < atATime) return all;
        }
    }

    static async Task<ServiceVersion> InsertDraftAsync(Change change, Guid id, int number, ServiceDraft draft, DateTimeOffset now, CancellationToken ct)
    {
        await CheckUnitAsync(change, draft, ct);
        return (await change.QuerySingleOrDefaultAsync<ServiceVersion>($"""
            with v as (
              insert into service_versions
                (agency_id, service_id, number, state, name, description, serves, rights, calendar, first_response_hours, resolution_hours,
                 eligibility, documents, cost, channels, unit, spoken, keywords, questions, created_at)
              values (@agency, @id, @number, 'draft', @name, @description, @serves, @rights, @calendar, @firstResponseHours, @resolutionHours,
                 @eligibility, @documents, @cost, @channels, @unit, @spoken, @keywords, @questions, @now)
              returning *)
            select {Columns}
            from v
            join services s on s.agency_id = v.agency_id and s.id = v.service_id
            where s.agency_id = @agency
            """,
            new
            {
                id, number, draft.Name, draft.Description, draft.Serves, draft.Rights, draft.Calendar, draft.Standard?.FirstResponseHours,
                draft.Standard?.ResolutionHours, draft.Details.Eligibility, draft.Details.Documents, draft.Details.Cost, draft.Details.Channels, draft.Details.Unit,
                draft.Details.Spoken, draft.Details.Keywords, draft.Details.Questions, now,
            }, ct))!;
    }

    // A unit is never deleted: what was there once stays there.
    static async Task CheckUnitAsync(Change change, ServiceDraft draft, CancellationToken ct)
    {
        if (draft.Details.Unit is { } unit && !await Units.IsThereAsync(change, unit, ct))
            throw Platform.Problems.InvalidValue("/unit", "unknown", $"There is no unit \"{unit}\".");
    }

    static async Task<ServiceVersion> PublishAsync(Change change, ServiceVersion version, DateTimeOffset now, CancellationToken ct)
    {
        if (version.State != ServiceState.Draft) throw Problems.NotADraft.Because($"Version {version.Number} is {version.State.Word()}.");
        if (version.MissingToPublish().ToList() is { Count: > 0 } missing) throw Platform.Problems.InvalidInput(missing);
        var published = await change.QuerySingleOrDefaultAsync<ServiceVersion>($"""
            with taken as (
              update services set published_version = @number, version = version + 1, updated_at = @now
              where agency_id = @agency and id = @id
              returning agency_id, id, key)
            update service_versions v set state = 'published', published_at = @now, version = v.version + 1
            from taken s
            where v.agency_id = @agency and s.agency_id = v.agency_id and v.service_id = s.id and v.number = @number and v.state = 'draft'
            returning {Columns}
            """, new { version.Id, version.Number, now }, ct) ?? throw Problems.NotADraft.Because($"Version {version.Number} was published by somebody else.");
        SearchIndex.Replace(change, now, SearchKind.Service, version.Key, published.ToSearch());
        change.Audit(now, "service.published", "service", version.Id, JsonSerializer.Serialize(new { version.Number }));
        change.Emit(now, OutboxEvent.Of("service.published", version.Id, new { version.Key, version.Number }));
        return published;
    }

    sealed record LastVersion(Guid Id, int Number, ServiceState State);
}
