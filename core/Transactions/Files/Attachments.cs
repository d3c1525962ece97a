using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Files;

/// <summary>Keeps files on cases, gives them, and lets them go.</summary>
public sealed class Attachments(TenantDb db, AttachmentStores stores, VirusScanner scanner, TimeProvider clock)
{
    // Of a whole file that is still there.
    const string Columns = """
        a.id, a.name, a.media_type, a.size, encode(a.sha256, 'hex') as sha256, a.metadata_kept, a.visibility, a.actor_kind as by, a.on_behalf_of, a.created_at
        """;

    /// <summary>Attaches files, all or none, by whoever may add a note.</summary>
    /// <returns>The attachments, or null when the case is not there for this caller, or has no content any more.</returns>
    /// <exception cref="Refusal"><see cref="Problems.CaseFull"/>, <see cref="Transactions.Problems.CaseMerged"/>.</exception>
    public Task<IReadOnlyList<Attachment>?> AddAsync(
        Caller caller, Guid caseId, IReadOnlyList<CheckedFile> files, NoteVisibility visibility, bool metadataKept, CancellationToken ct)
    {
        return AddAsync(caller, files, visibility, metadataKept, TouchAsync, ct);

        Task<Touched?> TouchAsync(Change change, DateTimeOffset now) => change.QuerySingleOrDefaultAsync<Touched>($"""
            update cases c set attachment_count = c.attachment_count + @count, version = c.version + 1, updated_at = @now
            where c.agency_id = @agency and c.id = @caseId and c.erased_at is null
              and {CaseVisibility.ForCaller}
            returning c.id, c.citizen_id, c.attachment_count, c.merged_into
            """, new { caseId, files.Count, Staff = caller.IsStaff, Citizen = caller.CitizenId, Account = caller.Id, now }, ct);
    }

    /// <summary>Attaches files, all or none, by whoever has the code of a case.</summary>
    /// <returns>The attachments, or null when no case has the code.</returns>
    /// <exception cref="Refusal"><see cref="Problems.CaseFull"/>, <see cref="Transactions.Problems.CaseMerged"/>.</exception>
    public Task<IReadOnlyList<Attachment>?> AddAsync(Caller caller, string code, IReadOnlyList<CheckedFile> files, bool metadataKept, CancellationToken ct)
    {
        var holder = caller with { Kind = ActorKind.Anonymous, Id = null, Role = null, CitizenId = null }; // a code is nobody's name
        return AddAsync(holder, files, NoteVisibility.Public, metadataKept, TouchAsync, ct);

        Task<Touched?> TouchAsync(Change change, DateTimeOffset now) => change.QuerySingleOrDefaultAsync<Touched>($"""
            update cases c set attachment_count = c.attachment_count + @count, version = c.version + 1, updated_at = @now
            where c.agency_id = @agency and c.tracking_hash = @hash and c.erased_at is null
              and {Cases.CodeHolds}
            returning c.id, c.citizen_id, c.attachment_count, c.merged_into
            """, new { Hash = TrackingCode.HashOf(code), files.Count, now }, ct);
    }

    async Task<IReadOnlyList<Attachment>?> AddAsync(
        Caller caller, IReadOnlyList<CheckedFile> files, NoteVisibility visibility, bool metadataKept, Func<Change, DateTimeOffset, Task<Touched?>> touchAsync,
        CancellationToken ct)
    {
        foreach (var file in files) await scanner.CheckAsync(file.Content, ct);
        var (now, store) = (clock.Now(), stores.New);
        var ids = files.Select(_ => Guid.CreateVersion7(now)).Order().ToArray();
        var committing = false; // from then on the files may be wanted, whatever is heard of the commit
        try
        {
            await using var change = await db.BeginAsync(caller, ct);
            // The bytes come first: nobody else waits for this case while they are written.
            foreach (var (id, file) in ids.Zip(files))
            {
                file.Content.Position = 0;
                await store.KeepAsync(change, id, file.Sha256, file.Content, ct);
            }
            var touched = await touchAsync(change, now);
            if (touched?.MergedInto is { } survivor) throw Case.WasMerged(survivor);
            if (touched?.AttachmentCount > Attachment.MostOfCase)
                throw Problems.CaseFull.Because($"With these it would have {touched.AttachmentCount} attachments; {Attachment.MostOfCase} are allowed.");
            if (touched is null)
            {
                Abandon(caller.Agency, ids, files);
                return null;
            }
            var onBehalfOf = CaseHistory.OnBehalfOf(caller, touched.CitizenId);
            foreach (var (id, file) in ids.Zip(files)) Append(change, caller, touched.Id, id, file, visibility, metadataKept, onBehalfOf, now);
            committing = true;
            await change.CommitAsync(ct);
            return [.. ids.Zip(files, (id, file) => new Attachment(
                id, file.Name, file.MediaType, file.Size, Convert.ToHexStringLower(file.Sha256), metadataKept, visibility, caller.Kind, onBehalfOf, now))];
        }
        catch when (!committing)
        {
            Abandon(caller.Agency, ids, files);
            throw;
        }
    }

    void Append(
        Change change, Caller caller, Guid caseId, Guid id, CheckedFile file, NoteVisibility visibility, bool metadataKept, Guid? onBehalfOf, DateTimeOffset now)
    {
        change.Enqueue("""
            insert into attachments
              (agency_id, case_id, id, name, media_type, size, sha256, in_folder, metadata_kept, visibility, actor_kind, actor_id, on_behalf_of, created_at)
            values
              (@agency, @caseId, @id, @name, @mediaType, @size, @sha256, @inFolder, @metadataKept, @visibility, @actorKind, @actorId, @onBehalfOf, @now)
            """,
            new
            {
                caseId, id, file.Name, file.MediaType, file.Size, file.Sha256, InFolder = stores.Folder is not null, metadataKept, visibility,
                ActorKind = caller.Kind, ActorId = caller.Id, onBehalfOf, now,
            });
        CaseHistory.Append(change, caller, caseId, now, "attached", null, null, null, null, onBehalfOf, attachmentId: id);
        change.Audit(now, "case.attached", "case", caseId, JsonSerializer.Serialize(new { attachment = id, type = file.MediaType, size = file.Size }));
        change.Emit(now, OutboxEvent.Of("case.attached", caseId, new { attachmentId = id, file.MediaType, file.Size, visibility }));
    }

    // A killed process leaves what the job sweeps (jobs/Transactions/ForgetFiles.cs).
    void Abandon(Guid agency, Guid[] ids, IReadOnlyList<CheckedFile> files)
    {
        foreach (var (id, file) in ids.Zip(files)) stores.New.Forgotten(agency, id, file.Sha256);
    }

    /// <summary>The files of a case that the caller may see, oldest first.</summary>
    /// <param name="agency">Whose case.</param>
    /// <param name="caseId">The case, which the caller may see.</param>
    /// <param name="staff">With internal ones.</param>
    /// <param name="after">Only those after this one.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="ct">Gives up.</param>
    public Task<IReadOnlyList<Attachment>> ListAsync(Guid agency, Guid caseId, bool staff, Guid? after, int limit, CancellationToken ct) =>
        db.QueryAsync<Attachment>(agency, $"""
            select {Columns}
            from attachments a
            where a.agency_id = @agency and a.case_id = @caseId and a.removed_at is null
              and (@staff or a.visibility = 'public')
              and (@after is null or a.id > @after)
            order by a.id
            limit @limit
            """, new { caseId, staff, after, limit }, ct);

    /// <summary>One file of a case; null when it is not there.</summary>
    public Task<Attachment?> FindAsync(Guid agency, Guid caseId, Guid id, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<Attachment>(agency, $"""
            select {Columns}
            from attachments a
            where a.agency_id = @agency and a.case_id = @caseId and a.id = @id and a.removed_at is null
            """, new { caseId, id }, ct);

    /// <summary>One file of a case, opened.</summary>
    /// <param name="agency">Whose case.</param>
    /// <param name="caseId">The case, which the caller may see.</param>
    /// <param name="id">The file.</param>
    /// <param name="staff">Also when it is internal.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>Null when it is not there for this caller.</returns>
    /// <exception cref="Refusal"><see cref="Problems.Unreadable"/>.</exception>
    public async Task<OpenedFile?> OpenAsync(Guid agency, Guid caseId, Guid id, bool staff, CancellationToken ct)
    {
        var found = await db.QuerySingleOrDefaultAsync<Kept>(agency, """
            select a.name, a.media_type, a.size, a.sha256, a.in_folder, a.created_at
            from attachments a
            where a.agency_id = @agency and a.case_id = @caseId and a.id = @id and a.removed_at is null
              and (@staff or a.visibility = 'public')
            """, new { caseId, id, staff }, ct);
        if (found is null) return null;
        var content = await stores.Of(found.InFolder).OpenAsync(agency, id, found.Sha256, found.Size, ct)
            ?? throw Problems.Unreadable.Because("Its bytes are not where they were kept.");
        return new(found.Name, found.MediaType, Convert.ToHexStringLower(found.Sha256), found.CreatedAt, new VerifiedContent(content, found.Sha256));
    }

    /// <summary>A public picture of a case, opened for whoever has a link to it (<see cref="PictureLinks"/>), and whose case that is.</summary>
    /// <returns>Null when it is not there, or is no picture.</returns>
    /// <exception cref="Refusal"><see cref="Problems.Unreadable"/>.</exception>
    public async Task<(Guid? Citizen, OpenedFile Picture)?> OpenPictureAsync(Guid agency, Guid caseId, Guid id, CancellationToken ct)
    {
        var found = await db.QuerySingleOrDefaultAsync<Pictured>(agency, $"""
            select c.citizen_id
            from attachments a
            join cases c on c.agency_id = @agency and c.id = a.case_id
            where a.agency_id = @agency and a.case_id = @caseId and a.id = @id and {IsPublicPicture}
            """, new { caseId, id }, ct);
        return found is not null && await OpenAsync(agency, caseId, id, staff: false, ct) is { } picture ? (found.CitizenId, picture) : null;
    }

    /// <summary>That an attachment <c>a</c> is a picture that its citizen sees too: nothing else goes to systems outside.</summary>
    internal const string IsPublicPicture = "a.removed_at is null and a.visibility = 'public' and a.media_type like 'image/%'";

    /// <summary>Removes a file: its bytes and its name go, that it was there stays in the history, with its hash.</summary>
    /// <param name="caller">Staff.</param>
    /// <param name="caseId">The case.</param>
    /// <param name="id">The file.</param>
    /// <param name="sha256">What the caller has seen.</param>
    /// <param name="reason">Why; the citizen reads it.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>Whether it was there, with that content.</returns>
    public async Task<bool> RemoveAsync(Caller caller, Guid caseId, Guid id, byte[] sha256, string reason, CancellationToken ct)
    {
        var now = clock.Now();
        bool inFolder;
        await using (var change = await db.BeginAsync(caller, ct))
        {
            var removed = await change.QuerySingleOrDefaultAsync<bool?>("""
                update attachments a set name = null, removed_at = @now
                where a.agency_id = @agency and a.case_id = @caseId and a.id = @id and a.sha256 = @sha256 and a.removed_at is null
                returning a.in_folder
                """, new { caseId, id, sha256, now }, ct);
            if (removed is null) return false;
            inFolder = removed.Value;
            change.Enqueue("""
                update cases set attachment_count = attachment_count - 1, version = version + 1, updated_at = @now
                where agency_id = @agency and id = @caseId
                """, new { caseId, now });
            stores.Of(inFolder).Forget(change, [id]);
            CaseHistory.Append(change, caller, caseId, now, "removed", null, null, reason, null, attachmentId: id);
            change.Audit(now, "case.attachment-removed", "case", caseId, JsonSerializer.Serialize(new { attachment = id }));
            change.Emit(now, OutboxEvent.Of("case.attachmentRemoved", caseId, new { attachmentId = id }));
            await change.CommitAsync(ct);
        }
        stores.Of(inFolder).Forgotten(caller.Agency, id, sha256);
        return true;
    }

    /// <summary>
    /// Takes the files of cases whose content is removed: names, bytes, hashes and who sent them. How many there were stays with the case.
    /// Of files in a folder, the bytes go with the next sweep.
    /// </summary>
    internal static void RemoveAll(TenantTransaction transaction, Guid[] cases, DateTimeOffset now)
    {
        transaction.Enqueue("""
            delete from attachment_chunks k
            where k.agency_id = @agency
              and k.attachment_id in (select a.id from attachments a where a.agency_id = @agency and a.case_id = any (@cases) and a.removed_at is null)
            """, new { cases });
        transaction.Enqueue("""
            update attachments a set
              name = null, sha256 = '', removed_at = coalesce(a.removed_at, @now), on_behalf_of = null,
              actor_id = case when a.actor_kind = 'citizen' then null else a.actor_id end
            where a.agency_id = @agency and a.case_id = any (@cases)
            """, new { cases, now });
    }

    /// <summary>Deletes the files of a folder that belong to no case: the upload was interrupted, or the attachment is removed or erased.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="uploadedBefore">Uploads that are still going on are younger than this.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>How many files.</returns>
    public async Task<int> SweepAsync(Guid agency, DateTimeOffset uploadedBefore, CancellationToken ct)
    {
        if (stores.Folder is not { } folder) return 0;
        var swept = 0;
        foreach (var batch in folder.FilesOf(agency, uploadedBefore).Chunk(1000))
        {
            var wanted = await db.QueryAsync<Guid>(agency, """
                select a.id from attachments a where a.agency_id = @agency and a.in_folder and a.removed_at is null and a.id = any (@ids)
                union all
                select p.id from task_pictures p where p.agency_id = @agency and p.in_folder and p.removed_at is null and p.id = any (@ids)
                """, new { Ids = batch.Select(f => f.Id).ToArray() }, ct);
            foreach (var (_, path) in batch.ExceptBy(wanted, f => f.Id))
            {
                File.Delete(path);
                swept++;
            }
        }
        return swept;
    }

    sealed record Touched(Guid Id, Guid? CitizenId, int AttachmentCount, Guid? MergedInto);

    sealed record Pictured(Guid? CitizenId);

    sealed record Kept(string Name, string MediaType, long Size, byte[] Sha256, bool InFolder, DateTimeOffset CreatedAt);
}

/// <summary>A file on its way out.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="MediaType">By its content.</param>
/// <param name="Sha256">In hexadecimal.</param>
/// <param name="CreatedAt">When it was attached.</param>
/// <param name="Content">Seekable, asynchronous only; the reader disposes of it.</param>
public sealed record OpenedFile(string Name, string MediaType, string Sha256, DateTimeOffset CreatedAt, Stream Content);
