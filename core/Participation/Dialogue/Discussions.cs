using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Participation.Dialogue;

/// <summary>What a discussion begins with.</summary>
public enum DiscussionKind
{
    /// <summary>What somebody experienced with a service.</summary>
    Experience,
    /// <summary>What somebody wants to know.</summary>
    Question,
}

/// <summary>Citizens with citizens, on a service (PART-PEERS).</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="Service">The service's key.</param>
/// <param name="Kind">What it begins with.</param>
/// <param name="Title">In short; null when it was removed or erased.</param>
/// <param name="Text">In full; null when it was removed or erased.</param>
/// <param name="SignedAs">The name that its author chose to stand there.</param>
/// <param name="SpokenBy">citizen or staff.</param>
/// <param name="Assisted">Staff entered it for who came, called or wrote.</param>
/// <param name="Mine">It is the caller's.</param>
/// <param name="Removed">By which rule, and why.</param>
/// <param name="Erased">Its author is not known any more.</param>
/// <param name="Posts">How many answers there are.</param>
/// <param name="AcceptedAnswer">The post that answers the question, as whoever asked says.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="Version">For the ETag.</param>
public sealed record Discussion(
    Guid Id, string Service, DiscussionKind Kind, string? Title, string? Text, string? SignedAs, ActorKind SpokenBy, bool Assisted, bool Mine, RemovalNotice? Removed, bool Erased,
    long Posts, Guid? AcceptedAnswer, DateTimeOffset CreatedAt, [property: JsonIgnore] long Version) : IVersioned;

/// <summary>What somebody says in a discussion.</summary>
/// <inheritdoc cref="Discussion"/>
public sealed record Post(
    Guid Id, string? Text, string? SignedAs, ActorKind SpokenBy, bool Assisted, bool Mine, RemovalNotice? Removed, bool Erased, bool Accepted, DateTimeOffset CreatedAt,
    [property: JsonIgnore] long Version) : IVersioned;

/// <summary>What a list of discussions is narrowed to; null does not narrow.</summary>
/// <param name="Service">About this one.</param>
/// <param name="Kind">What they begin with.</param>
/// <param name="Answered">Whether an answer was accepted.</param>
public sealed record DiscussionFilter(string? Service = null, DiscussionKind? Kind = null, bool? Answered = null);

/// <summary>Discussions on services, which everybody reads.</summary>
public sealed class Discussions(TenantDb db, TimeProvider clock)
{
    const string Columns = $"""
        d.id, s.key as service, d.kind, {Remarks.Shown},
        (select count(*) from discussion_posts p where p.agency_id = @agency and p.discussion_id = d.id) as posts, d.accepted_answer, d.created_at, d.version + r.version as version
        """;

    const string From = """
        discussions d
        join remarks r on r.agency_id = d.agency_id and r.id = d.id
        join services s on s.agency_id = d.agency_id and s.id = d.service_id
        """;

    const string PostColumns = $"""
        p.id, w.text, w.signed_as, w.spoken_by, w.assisted, w.mine, w.removed, w.erased, (d.accepted_answer = p.id) is true as accepted, w.created_at, d.version + w.version as version
        from discussion_posts p
        join discussions d on d.agency_id = p.agency_id and d.id = p.discussion_id
        join lateral (select {Remarks.Shown}, r.created_at, r.version from remarks r where r.agency_id = @agency and r.id = p.id) w on true
        """;

    /// <summary>Begins a discussion.</summary>
    /// <exception cref="Refusal"><see cref="Platform.Problems.Invalid"/> when there is no such published service, or no such citizen.</exception>
    public async Task<Discussion> BeginAsync(Caller caller, Speaker speaker, string service, DiscussionKind kind, string title, string text, CancellationToken ct)
    {
        var now = clock.Now();
        var id = Guid.CreateVersion7(now);
        await using var change = await db.BeginAsync(caller, ct);
        var about = await PublishedAsync(change, service, ct) ?? throw Platform.Problems.InvalidValue("/service", "unknown", $"No service \"{service}\" is published.");
        await Remarks.AddAsync(change, now, id, RemarkKind.Discussion, speaker, about, title, text, ct);
        change.Enqueue("""
            insert into discussions (agency_id, id, service_id, kind, created_at) values (@agency, @id, @about, @kind, @now)
            """, new { id, about, kind, now });
        change.Audit(now, "discussion.begun", "discussion", id, JsonSerializer.Serialize(new { service, kind, speaker.Assisted }, Wire.Json));
        change.Emit(now, OutboxEvent.Of("discussion.begun", id, new { service, kind }));
        var begun = (await FindAsync(change, caller, id, ct))!;
        await change.CommitAsync(ct);
        return begun;
    }

    /// <summary>Says something in a discussion.</summary>
    /// <returns>What was said, or null when there is no such discussion.</returns>
    /// <exception cref="Refusal"><see cref="Problems.RemarkRemoved"/> when the discussion was removed.</exception>
    public async Task<Post?> AddAsync(Caller caller, Speaker speaker, Guid discussion, string text, CancellationToken ct)
    {
        var now = clock.Now();
        var id = Guid.CreateVersion7(now);
        await using var change = await db.BeginAsync(caller, ct);
        var of = await change.QuerySingleOrDefaultAsync<Opened>("""
            select d.service_id, r.removal_id is not null as removed
            from discussions d
            join remarks r on r.agency_id = d.agency_id and r.id = d.id
            where d.agency_id = @agency and d.id = @discussion
            for share of r
            """, new { discussion }, ct);
        if (of is null) return null;
        if (of.Removed) throw Problems.RemarkRemoved.Because("Nothing is said to what is out of sight.");
        await Remarks.AddAsync(change, now, id, RemarkKind.Post, speaker, of.ServiceId, null, text, ct);
        change.Enqueue("insert into discussion_posts (agency_id, discussion_id, id) values (@agency, @discussion, @id)", new { discussion, id });
        change.Enqueue("update discussions set version = version + 1 where agency_id = @agency and id = @discussion", new { discussion });
        change.Audit(now, "discussion.answered", "discussion", discussion, JsonSerializer.Serialize(new { post = id, speaker.Assisted }));
        change.Emit(now, OutboxEvent.Of("discussion.answered", discussion, new { post = id }));
        var said = (await PostsAsync(change, caller, discussion, id, null, 1, ct)).Single();
        await change.CommitAsync(ct);
        return said;
    }

    /// <summary>Says, as whoever asked, which post answers the question.</summary>
    /// <returns>The discussion, or null when there is no such post in it, or it is out of sight.</returns>
    /// <exception cref="Refusal"><see cref="Problems.NotTheAsker"/>, <see cref="Problems.NotAQuestion"/>.</exception>
    public async Task<Discussion?> AcceptAsync(Caller caller, Guid discussion, Guid post, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var accepted = await change.ExecuteAsync($"""
            update discussions d set accepted_answer = @post, version = d.version + 1
            from remarks r
            where d.agency_id = @agency and d.id = @discussion and d.kind = 'question' and r.agency_id = d.agency_id and r.id = d.id and {Remarks.Mine}
              and exists (
                select from discussion_posts p join remarks t on t.agency_id = p.agency_id and t.id = p.id
                where p.agency_id = @agency and p.discussion_id = d.id and p.id = @post and t.removal_id is null)
            """, new { discussion, post, Account = caller.Id, Citizen = caller.CitizenId }, ct);
        if (await FindAsync(change, caller, discussion, ct) is not { } there) return null;
        if (accepted == 0)
        {
            if (there.Kind != DiscussionKind.Question) throw Problems.NotAQuestion.Because("It is an experience.");
            return there.Mine ? null : throw Problems.NotTheAsker.Because("Somebody else asked.");
        }
        change.Audit(now, "discussion.answer-accepted", "discussion", discussion, JsonSerializer.Serialize(new { post }));
        change.Emit(now, OutboxEvent.Of("discussion.answer-accepted", discussion, new { post }));
        await change.CommitAsync(ct);
        return there;
    }

    /// <summary>Discussions, the newest first.</summary>
    public Task<IReadOnlyList<Discussion>> ListAsync(Caller caller, DiscussionFilter filter, TimeCursor? after, int limit, CancellationToken ct) =>
        db.QueryAsync<Discussion>(caller.Agency, $"""
            select {Columns}
            from {From}
            where d.agency_id = @agency
              and (@service is null or s.key = @service)
              and (@kind is null or d.kind = @kind)
              and (@answered is null or (d.accepted_answer is not null) = @answered)
              and (@at is null or (d.created_at, d.id) < (@at, @id))
            order by d.created_at desc, d.id desc
            limit @limit
            """, new { filter.Service, filter.Kind, filter.Answered, after?.At, after?.Id, limit, Account = caller.Id, Citizen = caller.CitizenId }, ct);

    /// <summary>One discussion; null when there is none.</summary>
    public async Task<Discussion?> FindAsync(Caller caller, Guid id, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(caller.Agency, ct);
        var found = await FindAsync(transaction, caller, id, ct);
        await transaction.CommitAsync(ct);
        return found;
    }

    static Task<Discussion?> FindAsync(TenantTransaction transaction, Caller caller, Guid id, CancellationToken ct) =>
        transaction.QuerySingleOrDefaultAsync<Discussion>($"select {Columns} from {From} where d.agency_id = @agency and d.id = @id",
            new { id, Account = caller.Id, Citizen = caller.CitizenId }, ct);

    /// <summary>What was said in a discussion, oldest first.</summary>
    public async Task<IReadOnlyList<Post>> PostsAsync(Caller caller, Guid discussion, Guid? only, Guid? after, int limit, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(caller.Agency, ct);
        var found = await PostsAsync(transaction, caller, discussion, only, after, limit, ct);
        await transaction.CommitAsync(ct);
        return found;
    }

    static Task<IReadOnlyList<Post>> PostsAsync(TenantTransaction transaction, Caller caller, Guid discussion, Guid? only, Guid? after, int limit, CancellationToken ct) =>
        transaction.QueryAsync<Post>($"""
            select {PostColumns}
            where p.agency_id = @agency and p.discussion_id = @discussion
              and (@only is null or p.id = @only)
              and (@after is null or p.id > @after)
            order by p.id
            limit @limit
            """, new { discussion, only, after, limit, Account = caller.Id, Citizen = caller.CitizenId }, ct);

    /// <summary>The id of a service that is published; null when there is none.</summary>
    internal static Task<Guid?> PublishedAsync(TenantTransaction transaction, string service, CancellationToken ct) =>
        transaction.QuerySingleOrDefaultAsync<Guid?>("select s.id from services s where s.agency_id = @agency and s.key = @service and s.published_version is not null", new { service }, ct);

    sealed record Opened(Guid ServiceId, bool Removed);
}
