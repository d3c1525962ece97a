using System.Security.Cryptography;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Files;

/// <summary>A place where the bytes of attachments are kept.</summary>
public interface IAttachmentStore
{
    /// <summary>Keeps a file. It counts from the commit of the change on; what is kept for a change that never commits is nobody's and goes.</summary>
    Task KeepAsync(Change change, Guid id, byte[] sha256, Stream content, CancellationToken ct);

    /// <summary>Opens a file, seekable.</summary>
    /// <returns>Null when it is not there.</returns>
    Task<Stream?> OpenAsync(Guid agency, Guid id, byte[] sha256, long size, CancellationToken ct);

    /// <summary>Lets files go that the transaction has no more use for; <see cref="Forgotten"/> finishes it.</summary>
    void Forget(TenantTransaction transaction, Guid[] ids);

    /// <summary>Called when that transaction has committed, or another that was to keep the file has not.</summary>
    void Forgotten(Guid agency, Guid id, byte[] sha256);
}

/// <summary>Keeps files in the agency's own rows: one backup, one transaction, one policy.</summary>
public sealed class DatabaseStore(TenantDb db) : IAttachmentStore
{
    /// <summary>Bytes of a piece.</summary>
    public const int ChunkSize = 256 * 1024;

    /// <inheritdoc/>
    public async Task KeepAsync(Change change, Guid id, byte[] sha256, Stream content, CancellationToken ct)
    {
        var chunk = new byte[ChunkSize];
        for (var ordinal = 0; await content.ReadAtLeastAsync(chunk, ChunkSize, throwOnEndOfStream: false, ct) is > 0 and var read; ordinal++)
            await change.ExecuteAsync("""
                insert into attachment_chunks (agency_id, attachment_id, ordinal, bytes) values (@agency, @id, @ordinal, @bytes)
                """, new { id, ordinal, Bytes = read == ChunkSize ? chunk : chunk[..read] }, ct);
    }

    /// <inheritdoc/>
    public async Task<Stream?> OpenAsync(Guid agency, Guid id, byte[] sha256, long size, CancellationToken ct)
    {
        var content = new ChunkedContent(db, agency, id, size);
        return await content.HasAsync(ct) ? content : null;
    }

    /// <inheritdoc/>
    public void Forget(TenantTransaction transaction, Guid[] ids) =>
        transaction.Enqueue("delete from attachment_chunks where agency_id = @agency and attachment_id = any (@ids)", new { ids });

    /// <inheritdoc/>
    public void Forgotten(Guid agency, Guid id, byte[] sha256) { }

    /// <summary>A file out of its pieces, one at a time.</summary>
    sealed class ChunkedContent(TenantDb db, Guid agency, Guid id, long size) : Stream
    {
        byte[] current = [];
        int ordinal = -1;

        public override bool CanRead => true;
        public override bool CanSeek => true;
        public override bool CanWrite => false;
        public override long Length => size;
        public override long Position { get; set; }

        public async Task<bool> HasAsync(CancellationToken ct) => await LoadAsync(0, ct);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default)
        {
            if (Position >= size) return 0;
            var wanted = (int)(Position / ChunkSize);
            if (wanted != ordinal && !await LoadAsync(wanted, ct)) throw Problems.Unreadable.Because("Some of its bytes are gone.");
            var at = (int)(Position % ChunkSize);
            var read = Math.Min(buffer.Length, current.Length - at);
            if (read <= 0) throw Problems.Unreadable.Because("Some of its bytes are gone.");
            current.AsMemory(at, read).CopyTo(buffer);
            Position += read;
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken ct) => ReadAsync(buffer.AsMemory(offset, count), ct).AsTask();

        async Task<bool> LoadAsync(int wanted, CancellationToken ct)
        {
            var found = await db.QuerySingleOrDefaultAsync<byte[]>(agency, """
                select bytes from attachment_chunks where agency_id = @agency and attachment_id = @id and ordinal = @wanted
                """, new { id, wanted }, ct);
            if (found is null) return false;
            (current, ordinal) = (found, wanted);
            return true;
        }

        public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => Position, _ => size };

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Reading waits for the database: use ReadAsync.");
        public override void Flush() { }
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

/// <summary>
/// Keeps files in a folder that all nodes share, as <c>{agency}/{first two digits}/{SHA-256}-{id}</c>: nothing of what a sender says
/// is in a path. Two cases never share a file, so that removing one takes nothing from the other.
/// </summary>
/// <param name="root">Where.</param>
public sealed class FolderStore(string root) : IAttachmentStore
{
    const string Incoming = ".incoming";

    /// <inheritdoc/>
    public async Task KeepAsync(Change change, Guid id, byte[] sha256, Stream content, CancellationToken ct)
    {
        var path = PathOf(change.Agency, id, sha256);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var incoming = Path.Combine(root, change.Agency.ToString("N"), Incoming);
        Directory.CreateDirectory(incoming);
        var unfinished = Path.Combine(incoming, id.ToString("N"));
        try
        {
            await using var file = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.Delete);
            await content.CopyToAsync(file, ct);
            file.Flush(flushToDisk: true);
            File.Move(unfinished, path);
            // The same file once more, after it was named: journalling file systems write the new name down with it. Before this, the row
            // may not be committed.
            file.Flush(flushToDisk: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<Stream?> OpenAsync(Guid agency, Guid id, byte[] sha256, long size, CancellationToken ct)
    {
        try
        {
            var file = new FileStream(PathOf(agency, id, sha256), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 64 * 1024, useAsync: true);
            if (file.Length == size) return Task.FromResult<Stream?>(file);
            file.Dispose();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // not there
        }
        return Task.FromResult<Stream?>(null);
    }

    /// <inheritdoc/>
    public void Forget(TenantTransaction transaction, Guid[] ids) { }

    /// <inheritdoc/>
    public void Forgotten(Guid agency, Guid id, byte[] sha256) => File.Delete(PathOf(agency, id, sha256));

    /// <summary>The files of an agency that have not been touched since a time, as (id, path); an id of zero is an upload that never ended.</summary>
    public IEnumerable<(Guid Id, string Path)> FilesOf(Guid agency, DateTimeOffset untouchedSince)
    {
        var home = new DirectoryInfo(Path.Combine(root, agency.ToString("N")));
        if (!home.Exists) yield break;
        foreach (var file in home.EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1, AttributesToSkip = 0 }))
        {
            if (file.LastWriteTimeUtc >= untouchedSince.UtcDateTime) continue;
            if (file.Directory!.Name == Incoming) yield return (Guid.Empty, file.FullName);
            else if (file.Name.Split('-') is [_, var id] && Guid.TryParseExact(id, "N", out var known)) yield return (known, file.FullName);
        }
    }

    string PathOf(Guid agency, Guid id, byte[] sha256)
    {
        var hash = Convert.ToHexStringLower(sha256);
        return Path.Combine(root, agency.ToString("N"), hash[..2], $"{hash}-{id:N}");
    }
}

/// <summary>The stores of this installation: one takes new files, both give what they have.</summary>
/// <param name="database">Always there.</param>
/// <param name="folder">Null unless there is a folder.</param>
public sealed class AttachmentStores(DatabaseStore database, FolderStore? folder)
{
    /// <summary>By <c>CIRM_ATTACHMENTS</c>: <c>database</c>, so also when it is not set, or the path of a folder.</summary>
    /// <exception cref="InvalidOperationException">It is neither.</exception>
    public static AttachmentStores FromEnvironment(TenantDb db) => Environment.GetEnvironmentVariable("CIRM_ATTACHMENTS") switch
    {
        null or "" or "database" => new(new(db), null),
        var path when Path.IsPathFullyQualified(path) => new(new(db), new(path)),
        _ => throw new InvalidOperationException("CIRM_ATTACHMENTS is neither \"database\" nor the whole path of a folder."),
    };

    /// <summary>Null unless new files go to a folder.</summary>
    public FolderStore? Folder => folder;

    /// <summary>Where new files go.</summary>
    public IAttachmentStore New => folder is null ? database : folder;

    /// <summary>Where a file is.</summary>
    /// <exception cref="Refusal"><see cref="Problems.Unreadable"/> when this installation has no folder any more.</exception>
    public IAttachmentStore Of(bool inFolder) => !inFolder ? database
        : folder ?? throw Problems.Unreadable.Because("It lies in a folder, and CIRM_ATTACHMENTS names none.");
}

/// <summary>Gives the last bytes of a file only when all of them were those whose hash is known: what is damaged never arrives whole.</summary>
sealed class VerifiedContent(Stream inner, byte[] sha256) : Stream
{
    readonly IncrementalHash sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    long hashed;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => inner.Length;
    public override long Position { get => inner.Position; set => inner.Position = value; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default)
    {
        var from = inner.Position;
        var read = await inner.ReadAsync(buffer, ct);
        if (from != hashed) return read; // a range: it cannot be known
        sha.AppendData(buffer.Span[..read]);
        hashed += read;
        if (read > 0 && hashed == Length && !sha.GetHashAndReset().AsSpan().SequenceEqual(sha256)) throw Problems.Unreadable.Because("Its bytes are not those that were kept.");
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken ct) => ReadAsync(buffer.AsMemory(offset, count), ct).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Use ReadAsync.");
    public override void Flush() { }
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        sha.Dispose();
        inner.Dispose();
        base.Dispose(disposing);
    }
}
