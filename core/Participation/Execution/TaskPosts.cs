using Cirm.Core.Participation.Dialogue;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Files;

namespace Cirm.Core.Participation.Execution;

/// <summary>What is said to a task: how far it has come, with pictures; what to look out for; thanks; pledges.</summary>
public sealed class TaskPosts(TenantDb db, AttachmentStores stores, VirusScanner scanner, TimeProvider clock)
{
    // Pictures go out of sight with the text that they belong to.
    const string Pictures = """
        (select coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'mediaType', f.media_type, 'size', f.size) order by f.id), '[]')
         from task_pictures f where f.agency_id = @agency and f.task_id = p.task_id and f.post_id = p.id and f.removed_at is null and r.removal_id is null) as pictures
        """;

    static TaskPosts() => JsonColumns.Register<JsonList<Picture>>();

    /// <summary>Says something to a task.</summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="speaker">Who says it.</param>
    /// <param name="task">To which task, which the caller has seen.</param>
    /// <param name="kind">progress, safety or thanks.</param>
    /// <param name="text">What.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Refusal"><see cref="Problems.RemarkRemoved"/> when the task is out of sight.</exception>
    public async Task<TaskPost> AddAsync(Caller caller, Speaker speaker, CitizenTask task, RemarkKind kind, string text, CancellationToken ct)
    {
        if (task.Removed is not null) throw Problems.RemarkRemoved.Because("Nothing is said to what is out of sight.");
        var now = clock.Now();
        var id = Guid.CreateVersion7(now);
        await using var change = await db.BeginAsync(caller, ct);
        await Remarks.AddAsync(change, now, id, kind, speaker, null, null, text, ct);
        change.Enqueue("insert into task_posts (agency_id, task_id, id) values (@agency, @task, @id)", new { Task = task.Id, id });
        Tasks.Leave(change, now, $"task.{kind.Word()}", task.Id, new { post = id });
        var said = (await ListAsync(change, caller, task.Id, null, id, null, 1, ct)).Single();
        await change.CommitAsync(ct);
        return said;
    }

    /// <summary>Promises something for a task.</summary>
    /// <exception cref="Refusal"><see cref="Problems.RemarkRemoved"/>; <see cref="Problems.TaskStep"/> when it is done.</exception>
    public async Task<Pledge> PledgeAsync(Caller caller, Speaker speaker, CitizenTask task, PledgeKind kind, decimal? amount, string text, CancellationToken ct)
    {
        if (task.Removed is not null) throw Problems.RemarkRemoved.Because("Nothing is promised to what is out of sight.");
        if (task.State != TaskState.Open) throw Problems.TaskStep.Because($"It is {task.State.Word()}.");
        var now = clock.Now();
        var id = Guid.CreateVersion7(now);
        await using var change = await db.BeginAsync(caller, ct);
        await Remarks.AddAsync(change, now, id, RemarkKind.Pledge, speaker, null, null, text, ct);
        change.Enqueue("insert into task_pledges (agency_id, task_id, id, kind, amount) values (@agency, @task, @id, @kind, @amount)", new { Task = task.Id, id, kind, amount });
        Tasks.Leave(change, now, "task.pledged", task.Id, new { pledge = id, kind });
        var promised = (await PledgesAsync(change, caller, task.Id, id, null, 1, ct)).Single();
        await change.CommitAsync(ct);
        return promised;
    }

    /// <summary>Takes a promise back while the task is open, as whoever made it or as staff for them. It stays where it was and says so.</summary>
    /// <returns>The pledge, also when it was taken back before; null when there is none.</returns>
    /// <exception cref="Refusal"><see cref="Problems.NotThePledger"/>; <see cref="Problems.TaskStep"/> when the task is done.</exception>
    public async Task<Pledge?> WithdrawAsync(Caller caller, CitizenTask task, Guid pledge, CancellationToken ct)
    {
        if (task.State != TaskState.Open) throw Problems.TaskStep.Because($"It is {task.State.Word()}.");
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var withdrawn = await change.ExecuteAsync($"""
            with taken as (
              update task_pledges p set withdrawn_at = @now
              from remarks r
              where p.agency_id = @agency and p.task_id = @task and p.id = @pledge and p.withdrawn_at is null
                and r.agency_id = p.agency_id and r.id = p.id and ({Remarks.Mine} or r.assisted and @staff)
              returning p.agency_id, p.id)
            update remarks r set version = r.version + 1
            from taken t
            where r.agency_id = @agency and t.agency_id = r.agency_id and r.id = t.id
            """, new { Task = task.Id, pledge, now, Account = caller.Id, Citizen = caller.CitizenId, Staff = caller.IsStaff }, ct);
        var left = (await PledgesAsync(change, caller, task.Id, pledge, null, 1, ct)).SingleOrDefault();
        if (left is null) return null;
        if (withdrawn == 0) return left.WithdrawnAt is not null && (left.Mine || caller.IsStaff) ? left : throw Problems.NotThePledger.Because("Somebody else promised it.");
        Tasks.Leave(change, now, "task.pledge-withdrawn", task.Id, new { pledge });
        await change.CommitAsync(ct);
        return left;
    }

    /// <summary>What was said to a task, oldest first.</summary>
    public async Task<IReadOnlyList<TaskPost>> ListAsync(Caller caller, Guid task, RemarkKind? kind, Guid? only, Guid? after, int limit, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(caller.Agency, ct);
        var found = await ListAsync(transaction, caller, task, kind, only, after, limit, ct);
        await transaction.CommitAsync(ct);
        return found;
    }

    static Task<IReadOnlyList<TaskPost>> ListAsync(TenantTransaction transaction, Caller caller, Guid task, RemarkKind? kind, Guid? only, Guid? after, int limit, CancellationToken ct) =>
        transaction.QueryAsync<TaskPost>($"""
            select p.id, r.kind, {Remarks.Shown}, {Pictures}, r.created_at, r.version
            from task_posts p
            join remarks r on r.agency_id = p.agency_id and r.id = p.id
            where p.agency_id = @agency and p.task_id = @task
              and (@kind is null or r.kind = @kind)
              and (@only is null or p.id = @only)
              and (@after is null or p.id > @after)
            order by p.id
            limit @limit
            """, new { task, kind, only, after, limit, Account = caller.Id, Citizen = caller.CitizenId }, ct);

    /// <summary>What was promised for a task, oldest first.</summary>
    public async Task<IReadOnlyList<Pledge>> PledgesAsync(Caller caller, Guid task, Guid? only, Guid? after, int limit, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(caller.Agency, ct);
        var found = await PledgesAsync(transaction, caller, task, only, after, limit, ct);
        await transaction.CommitAsync(ct);
        return found;
    }

    static Task<IReadOnlyList<Pledge>> PledgesAsync(TenantTransaction transaction, Caller caller, Guid task, Guid? only, Guid? after, int limit, CancellationToken ct) =>
        transaction.QueryAsync<Pledge>($"""
            select p.id, p.kind, p.amount, {Remarks.Shown}, r.created_at, p.withdrawn_at, r.version
            from task_pledges p
            join remarks r on r.agency_id = p.agency_id and r.id = p.id
            where p.agency_id = @agency and p.task_id = @task
              and (@only is null or p.id = @only)
              and (@after is null or p.id > @after)
            order by p.id
            limit @limit
            """, new { task, only, after, limit, Account = caller.Id, Citizen = caller.CitizenId }, ct);

    /// <summary>Shows how far a task has come, as whoever says so: all pictures, or none.</summary>
    /// <exception cref="Refusal"><see cref="Transactions.Files.Problems.TypeRefused"/> for what is no picture; <see cref="Transactions.Files.Problems.CaseFull"/>.</exception>
    public async Task<IReadOnlyList<Picture>> ShowAsync(Caller caller, Guid task, TaskPost post, IReadOnlyList<CheckedFile> files, CancellationToken ct)
    {
        if (files.FirstOrDefault(f => !f.MediaType.StartsWith("image/", StringComparison.Ordinal)) is { } other) throw Transactions.Files.Problems.TypeRefused.Because($"{other.MediaType} is no picture.");
        if (post.Pictures.Count + files.Count > Attachment.MostAtOnce) throw Transactions.Files.Problems.CaseFull.Because($"{Attachment.MostAtOnce} pictures are shown with a text.");
        foreach (var file in files) await scanner.CheckAsync(file.Content, ct);
        var (now, store) = (clock.Now(), stores.New);
        var ids = files.Select(_ => Guid.CreateVersion7(now)).Order().ToArray();
        var committing = false; // from then on the files may be wanted, whatever is heard of the commit
        try
        {
            await using var change = await db.BeginAsync(caller, ct);
            foreach (var (id, file) in ids.Zip(files))
            {
                file.Content.Position = 0;
                await store.KeepAsync(change, id, file.Sha256, file.Content, ct);
                change.Enqueue("""
                    insert into task_pictures (agency_id, task_id, post_id, id, name, media_type, size, sha256, in_folder, created_at)
                    values (@agency, @task, @post, @id, @name, @mediaType, @size, @sha256, @inFolder, @now)
                    """, new { task, Post = post.Id, id, file.Name, file.MediaType, file.Size, file.Sha256, InFolder = stores.Folder is not null, now });
            }
            change.Enqueue("update remarks r set version = r.version + 1 where r.agency_id = @agency and r.id = @post", new { Post = post.Id });
            Tasks.Leave(change, now, "task.pictured", task, new { post = post.Id, pictures = ids });
            committing = true;
            await change.CommitAsync(ct);
            return [.. ids.Zip(files, (id, file) => new Picture(id, file.Name, file.MediaType, file.Size))];
        }
        catch when (!committing)
        {
            foreach (var (id, file) in ids.Zip(files)) store.Forgotten(caller.Agency, id, file.Sha256);
            throw;
        }
    }

    /// <summary>A picture, opened; null when it is not there, or out of sight.</summary>
    /// <exception cref="Refusal"><see cref="Transactions.Files.Problems.Unreadable"/>.</exception>
    public async Task<OpenedFile?> OpenAsync(Guid agency, Guid task, Guid post, Guid id, CancellationToken ct)
    {
        var found = await db.QuerySingleOrDefaultAsync<Kept>(agency, """
            select f.name, f.media_type, f.size, f.sha256, f.in_folder, f.created_at
            from task_pictures f
            join remarks r on r.agency_id = f.agency_id and r.id = f.post_id and r.removal_id is null
            where f.agency_id = @agency and f.task_id = @task and f.post_id = @post and f.id = @id and f.removed_at is null
            """, new { task, post, id }, ct);
        if (found is null) return null;
        var content = await stores.Of(found.InFolder).OpenAsync(agency, id, found.Sha256, found.Size, ct)
            ?? throw Transactions.Files.Problems.Unreadable.Because("Its bytes are not where they were kept.");
        return new(found.Name, found.MediaType, Convert.ToHexStringLower(found.Sha256), found.CreatedAt, new VerifiedContent(content, found.Sha256));
    }

    /// <summary>Takes the pictures of somebody who is erased. Of files in a folder, the bytes go with the next sweep.</summary>
    internal static void Forget(Change change, Guid? citizen, Guid[] accounts, DateTimeOffset now)
    {
        change.Enqueue("""
            delete from attachment_chunks k
            where k.agency_id = @agency
              and k.attachment_id in (
                select f.id from task_pictures f join remarks r on r.agency_id = f.agency_id and r.id = f.post_id
                where f.agency_id = @agency and (r.citizen_id = @citizen or r.account_id = any (@accounts)))
            """, new { citizen, accounts });
        change.Enqueue("""
            update task_pictures f set name = null, sha256 = '', removed_at = coalesce(f.removed_at, @now)
            from remarks r
            where f.agency_id = @agency and r.agency_id = f.agency_id and r.id = f.post_id and (r.citizen_id = @citizen or r.account_id = any (@accounts))
            """, new { citizen, accounts, now });
    }

    sealed record Kept(string Name, string MediaType, long Size, byte[] Sha256, bool InFolder, DateTimeOffset CreatedAt);
}
