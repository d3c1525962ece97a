using System.Text.Json;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Information;

/// <summary>The shelves that texts stand on: articles, answers and guides on one, notices on the other. Keys are shared.</summary>
public enum Shelf
{
    /// <summary>Articles, answers and guides.</summary>
    Articles,
    /// <summary>Notices.</summary>
    Notices,
}

/// <summary>Articles, answers, guides and notices, and their versions.</summary>
public sealed class Articles(TenantDb db, TimeProvider clock)
{
    static Articles() => JsonColumns.Register<JsonMap<Spoken>>();

    const string Columns = """
        a.id, a.key, a.kind, v.number, v.state, v.title, v.body, v.tags, v.services, v.segments,
        case when a.kind = 'notice' then coalesce(v.channels, array['portal']) end as channels, v.spoken, v.valid_from, v.valid_to, v.author, v.reviewer,
        v.published_at, v.retired_at, v.created_at, v.version
        """;

    /// <summary>Makes a text: its first version as a draft, or published at once.</summary>
    /// <exception cref="Refusal"><see cref="Problems.ArticleTaken"/>; <see cref="Platform.Problems.Invalid"/> when a service is not there.</exception>
    public async Task<ArticleVersion> CreateAsync(Caller caller, string key, ArticleKind kind, ArticleDraft draft, bool publish, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var id = await change.QuerySingleOrDefaultAsync<Guid?>("""
            insert into articles (agency_id, id, key, kind, created_at, updated_at)
            values (@agency, @id, @key, @kind, @now, @now)
            on conflict (agency_id, key) do nothing
            returning id
            """, new { Id = Guid.CreateVersion7(now), key, kind, now }, ct)
            ?? throw Problems.ArticleTaken.Because($"There is an article or a notice \"{key}\" already.");
        var version = await InsertDraftAsync(change, caller, id, 1, draft, now, ct);
        change.Audit(now, "article.created", "article", id);
        if (publish) version = await PublishAsync(change, caller, version, now, ct);
        await change.CommitAsync(ct);
        return version;
    }

    /// <summary>Makes the next draft.</summary>
    /// <returns>The draft, or null when there is no such text.</returns>
    /// <exception cref="Refusal"><see cref="Problems.DraftExists"/>.</exception>
    public async Task<ArticleVersion?> AddVersionAsync(Caller caller, Shelf shelf, string key, ArticleDraft draft, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var last = await change.QuerySingleOrDefaultAsync<LastVersion>("""
            select a.id, v.number, v.state
            from articles a
            join article_versions v on v.agency_id = a.agency_id and v.article_id = a.id
            where a.agency_id = @agency and a.key = @key and (a.kind = 'notice') = @notices
            order by v.number desc
            limit 1
            for update of a
            """, new { key, Notices = shelf == Shelf.Notices }, ct);
        if (last is null) return null;
        if (last.State is ArticleState.Draft or ArticleState.Review) throw Problems.DraftExists.Because($"Version {last.Number} of \"{key}\" is not published yet.");
        var version = await InsertDraftAsync(change, caller, last.Id, last.Number + 1, draft, now, ct);
        change.Audit(now, "article.drafted", "article", last.Id);
        await change.CommitAsync(ct);
        return version;
    }

    /// <summary>Changes a version that is not published yet and still at a version; one that waits for review becomes a draft again.</summary>
    /// <returns>The version, or null when it is published or not at that version any more.</returns>
    public async Task<ArticleVersion?> ChangeDraftAsync(Caller caller, Shelf shelf, string key, int number, long version, ArticleDraft draft, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        await CheckNamedAsync(change, draft, ct);
        var changed = await change.QuerySingleOrDefaultAsync<ArticleVersion>($"""
            update article_versions v set
              state = 'draft', title = @title, body = @body, tags = @tags, services = @services, segments = @segments, channels = @channels, spoken = @spoken, valid_from = @validFrom, valid_to = @validTo,
              author = @author, version = v.version + 1
            from articles a
            where v.agency_id = @agency and a.agency_id = v.agency_id and a.id = v.article_id
              and a.key = @key and (a.kind = 'notice') = @notices and v.number = @number and v.version = @version and v.state in ('draft', 'review')
            returning {Columns}
            """,
            new
            {
                key, number, version, Notices = shelf == Shelf.Notices, draft.Title, draft.Body, draft.Tags, draft.Services, draft.Segments, draft.Channels, draft.Spoken, draft.ValidFrom, draft.ValidTo,
                Author = caller.Id,
            }, ct);
        if (changed is null) return null;
        change.Audit(now, "article.draft-changed", "article", changed.Id);
        await change.CommitAsync(ct);
        return changed;
    }

    /// <summary>Says that a draft is written: it waits for somebody who may publish it.</summary>
    /// <returns>The version, or null when there is none.</returns>
    /// <exception cref="Refusal"><see cref="Problems.NotADraft"/>.</exception>
    public async Task<ArticleVersion?> SubmitAsync(Caller caller, Shelf shelf, string key, int number, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        if (await FindForChangeAsync(change, shelf, key, number, ct) is not { } version) return null;
        if (version.State != ArticleState.Draft) throw Problems.NotADraft.Because($"Version {number} is {version.State.Word()}.");
        await change.ExecuteAsync("""
            update article_versions set state = 'review', version = version + 1
            where agency_id = @agency and article_id = @id and number = @number
            """, new { version.Id, number }, ct);
        change.Audit(now, "article.submitted", "article", version.Id, JsonSerializer.Serialize(new { number }));
        change.Emit(now, OutboxEvent.Of("article.submitted", version.Id, new { key, number }));
        await change.CommitAsync(ct);
        return version with { State = ArticleState.Review, Version = version.Version + 1 };
    }

    /// <summary>Publishes a version in the place of the one before; who publishes has reviewed it.</summary>
    /// <returns>The version, or null when there is none.</returns>
    /// <exception cref="Refusal"><see cref="Problems.NotADraft"/>.</exception>
    public async Task<ArticleVersion?> PublishAsync(Caller caller, Shelf shelf, string key, int number, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        if (await FindForChangeAsync(change, shelf, key, number, ct) is not { } version) return null;
        var published = await PublishAsync(change, caller, version, now, ct);
        await change.CommitAsync(ct);
        return published;
    }

    /// <summary>Withdraws a text from the public.</summary>
    /// <returns>The version that was published, or null when none was.</returns>
    public async Task<ArticleVersion?> RetireAsync(Caller caller, Shelf shelf, string key, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var retired = await change.QuerySingleOrDefaultAsync<ArticleVersion>($"""
            update article_versions v set state = 'retired', retired_at = @now, version = v.version + 1
            from articles a
            where v.agency_id = @agency and a.agency_id = v.agency_id and a.id = v.article_id
              and a.key = @key and (a.kind = 'notice') = @notices and v.number = a.published_version and v.state = 'published'
            returning {Columns}
            """, new { key, Notices = shelf == Shelf.Notices, now }, ct);
        if (retired is null) return null;
        SearchIndex.Remove(change, retired.Kind.Sought(), key);
        NoticeSendings.Stop(change, retired.Id);
        change.Audit(now, "article.retired", "article", retired.Id);
        change.Emit(now, OutboxEvent.Of("article.retired", retired.Id, new { key, retired.Number }));
        await change.CommitAsync(ct);
        return retired;
    }

    /// <summary>A text as it is shown to somebody now; to staff also what is not shown: the published version, or else the first draft.</summary>
    public async Task<ArticleVersion?> FindAsync(Guid agency, Shelf shelf, string key, bool staff, Guid? citizen, CancellationToken ct) =>
        (await ListAsync(agency, shelf, null, staff, citizen, null, key, 1, ct)).SingleOrDefault();

    /// <summary>
    /// Texts of a shelf by key, each as it is shown to somebody now; to staff also those that are not shown. What is addressed to segments is
    /// shown to the citizens who are in one of them, and does not say so.
    /// </summary>
    public Task<IReadOnlyList<ArticleVersion>> ListAsync(
        Guid agency, Shelf shelf, ArticleKind? kind, bool staff, Guid? citizen, string? after, string? key, int limit, CancellationToken ct) =>
        db.QueryAsync<ArticleVersion>(agency, $"""
            select {ForStaff("v.author", "v.reviewer", "v.segments")}
            from articles a
            join article_versions v on v.agency_id = a.agency_id and v.article_id = a.id
            where a.agency_id = @agency
              and (a.kind = 'notice') = @notices
              and (@kind is null or a.kind = @kind)
              and (@key is null or a.key = @key)
              and (@after is null or a.key > @after)
              and v.number = coalesce(a.published_version, 1)
              and (@staff or v.state = 'published' and (v.valid_from is null or v.valid_from <= @now) and (v.valid_to is null or v.valid_to > @now)
                and (v.segments is null or exists (
                  select from segment_members m
                  join segments g on g.agency_id = m.agency_id and g.id = m.segment_id
                  where m.agency_id = @agency and m.citizen_id = @citizen and m.valid_to is null and g.key = any (v.segments))))
            order by a.key
            limit @limit
            """, new { Notices = shelf == Shelf.Notices, kind, staff, citizen, after, key, limit, Now = clock.Now() }, ct);

    static string ForStaff(params string[] columns) =>
        columns.Aggregate(Columns, (all, c) => all.Replace(c, $"case when @staff then {c} end as {c[2..]}", StringComparison.Ordinal));

    /// <summary>All versions of a text, newest first; for staff.</summary>
    public Task<IReadOnlyList<ArticleVersion>> VersionsAsync(Guid agency, Shelf shelf, string key, int? before, int limit, CancellationToken ct) =>
        db.QueryAsync<ArticleVersion>(agency, $"""
            select {Columns}
            from articles a
            join article_versions v on v.agency_id = a.agency_id and v.article_id = a.id
            where a.agency_id = @agency and a.key = @key and (a.kind = 'notice') = @notices
              and (@before is null or v.number < @before)
            order by v.number desc
            limit @limit
            """, new { key, Notices = shelf == Shelf.Notices, before, limit }, ct);

    static Task<ArticleVersion?> FindForChangeAsync(Change change, Shelf shelf, string key, int number, CancellationToken ct) =>
        change.QuerySingleOrDefaultAsync<ArticleVersion>($"""
            select {Columns}
            from articles a
            join article_versions v on v.agency_id = a.agency_id and v.article_id = a.id
            where a.agency_id = @agency and a.key = @key and (a.kind = 'notice') = @notices and v.number = @number
            for update
            """, new { key, number, Notices = shelf == Shelf.Notices }, ct);

    static async Task<ArticleVersion> InsertDraftAsync(Change change, Caller caller, Guid id, int number, ArticleDraft draft, DateTimeOffset now, CancellationToken ct)
    {
        await CheckNamedAsync(change, draft, ct);
        return (await change.QuerySingleOrDefaultAsync<ArticleVersion>($"""
            with v as (
              insert into article_versions
                (agency_id, article_id, number, state, title, body, tags, services, segments, channels, spoken, valid_from, valid_to, author, created_at)
              values (@agency, @id, @number, 'draft', @title, @body, @tags, @services, @segments, @channels, @spoken, @validFrom, @validTo, @author, @now)
              returning *)
            select {Columns}
            from v
            join articles a on a.agency_id = v.agency_id and a.id = v.article_id
            where a.agency_id = @agency
            """,
            new
            {
                id, number, draft.Title, draft.Body, draft.Tags, draft.Services, draft.Segments, draft.Channels, draft.Spoken, draft.ValidFrom, draft.ValidTo, Author = caller.Id, now,
            }, ct))!;
    }

    static async Task<ArticleVersion> PublishAsync(Change change, Caller caller, ArticleVersion version, DateTimeOffset now, CancellationToken ct)
    {
        if (version.State is not (ArticleState.Draft or ArticleState.Review)) throw Problems.NotADraft.Because($"Version {version.Number} is {version.State.Word()}.");
        await change.ExecuteAsync("""
            with taken as (
              update articles set published_version = @number, version = version + 1, updated_at = @now
              where agency_id = @agency and id = @id
              returning agency_id, id)
            update article_versions v set state = 'published', published_at = @now, reviewer = @reviewer, version = v.version + 1
            from taken a
            where v.agency_id = @agency and a.agency_id = v.agency_id and v.article_id = a.id and v.number = @number
            """, new { version.Id, version.Number, Reviewer = caller.Id, now }, ct);
        var published = version with { State = ArticleState.Published, PublishedAt = now, Reviewer = caller.Id, Version = version.Version + 1 };
        // A search does not know who asks: what is for some is on their list only.
        if (version.Segments is null) SearchIndex.Replace(change, now, version.Kind.Sought(), version.Key, published.ToSearch());
        else SearchIndex.Remove(change, version.Kind.Sought(), version.Key);
        if (version.Kind == ArticleKind.Notice) NoticeSendings.Plan(change, version, now);
        change.Audit(now, "article.published", "article", version.Id, JsonSerializer.Serialize(new { version.Number }));
        change.Emit(now, OutboxEvent.Of("article.published", version.Id, new { version.Key, version.Number }));
        return published;
    }

    static async Task CheckNamedAsync(Change change, ArticleDraft draft, CancellationToken ct)
    {
        var errors = new List<ValidationError>();
        if (draft.Services is { Length: > 0 } services)
            Check("services", "service", services, await change.QueryAsync<string>("select key from services where agency_id = @agency and key = any (@services)", new { services }, ct));
        if (draft.Segments is { Length: > 0 } segments)
            Check("segments", "segment", segments, await change.QueryAsync<string>(
                "select key from segments where agency_id = @agency and key = any (@segments) and retired_at is null", new { segments }, ct));
        if (draft.GoesOut && (await change.QueryAsync<string>("select key from data_uses where agency_id = @agency and key = @use", new { Use = DataUse.Notices }, ct)).Count == 0)
            errors.Add(new("/channels", "undeclared", $"Nobody is written to before the agency has said what for: an admin declares the data use \"{DataUse.Notices}\"."));
        if (errors.Count > 0) throw Platform.Problems.InvalidInput(errors);

        void Check(string member, string noun, string[] named, IReadOnlyList<string> there) =>
            errors.AddRange(named.Index().Where(n => !there.Contains(n.Item)).Select(n => new ValidationError($"/{member}/{n.Index}", "unknown", $"There is no such {noun}.")));
    }

    sealed record LastVersion(Guid Id, int Number, ArticleState State);
}
