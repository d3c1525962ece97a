using System.Security.Cryptography;
using System.Text;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Platform;

/// <summary>One thing that somebody saw or did.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="At">When, to the microsecond.</param>
/// <param name="ActorKind">Who, by kind.</param>
/// <param name="ActorId">The account or API key, if any.</param>
/// <param name="Action">What, as in <c>case.submitted</c> or <c>case.read</c>.</param>
/// <param name="SubjectKind">On what, as in <c>case</c>.</param>
/// <param name="SubjectId">Which one.</param>
/// <param name="Detail">JSON; never names, addresses or what a citizen wrote.</param>
/// <param name="TraceId">Of the request.</param>
public sealed record AuditEntry(
    Guid Id, DateTimeOffset At, string ActorKind, Guid? ActorId, string Action, string SubjectKind, Guid? SubjectId, string? Detail, string? TraceId)
{
    /// <summary>By a caller, now.</summary>
    public static AuditEntry By(Caller caller, DateTimeOffset now, string action, string subjectKind, Guid? subjectId, string? detail = null) =>
        new(Guid.CreateVersion7(now), now, caller.Kind.Word(), caller.Id, action, subjectKind, subjectId, detail, caller.TraceId);

    /// <summary>SHA-256 over every field, each preceded by its length in UTF-8 bytes, so that no two entries share an encoding.</summary>
    public byte[] Digest()
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var field in (ReadOnlySpan<string?>)[Id.ToString(), At.UtcDateTime.ToString("O"), ActorKind, ActorId?.ToString(), Action, SubjectKind,
            SubjectId?.ToString(), Detail, TraceId])
        {
            var bytes = Encoding.UTF8.GetBytes(field ?? "");
            sha.AppendData(BitConverter.GetBytes(field is null ? -1 : bytes.Length));
            sha.AppendData(bytes);
        }
        return sha.GetHashAndReset();
    }
}

/// <summary>
/// The audit trail of an agency: entry n's hash is SHA-256(hash of n-1, digest of n), and the head keeps the last position, so
/// that a changed, removed, inserted or cut-off entry shows (Schneier and Kelsey 1999, "Secure audit logs to support computer forensics").
/// </summary>
public sealed class AuditTrail(TenantDb db)
{
    /// <summary>Lets entries travel with the transaction that they tell of.</summary>
    public static void Append(TenantTransaction transaction, params IReadOnlyList<AuditEntry> entries)
    {
        foreach (var entry in entries)
            transaction.Enqueue("""
                with head as (
                  insert into audit_heads as h (agency_id, position, hash)
                  values (@agency, 1, sha256(@digest))
                  on conflict (agency_id) do update
                    set position = h.position + 1, hash = sha256(h.hash || @digest)
                  returning agency_id, position, hash)
                insert into audit_entries
                  (agency_id, position, id, at, actor_kind, actor_id, action, subject_kind, subject_id, detail, trace_id, digest, hash)
                select agency_id, position, @id, @at, @actorKind, @actorId, @action, @subjectKind, @subjectId, @detail, @traceId, @digest, hash
                from head
                """,
                new
                {
                    entry.Id, entry.At, entry.ActorKind, entry.ActorId, entry.Action, entry.SubjectKind, entry.SubjectId, entry.Detail, entry.TraceId,
                    Digest = entry.Digest(),
                });
    }

    /// <summary>Appends many entries with two statements: the head is held while their links are made here.</summary>
    /// <returns>The position before the first of them.</returns>
    public static async Task<long> AppendAllAsync(TenantTransaction transaction, IReadOnlyList<AuditEntry> entries, CancellationToken ct)
    {
        var head = await transaction.QuerySingleOrDefaultAsync<AuditHead>("""
            insert into audit_heads as h (agency_id, position, hash) values (@agency, 0, '')
            on conflict (agency_id) do update set position = h.position
            returning position, hash
            """, null, ct);
        var (digests, hashes) = (new byte[entries.Count][], new byte[entries.Count][]);
        var last = head!.Hash;
        for (var i = 0; i < entries.Count; i++)
        {
            digests[i] = entries[i].Digest();
            hashes[i] = last = SHA256.HashData([.. last, .. digests[i]]);
        }
        transaction.Enqueue("""
            insert into audit_entries
              (agency_id, position, id, at, actor_kind, actor_id, action, subject_kind, subject_id, detail, trace_id, digest, hash)
            select @agency, @position + ordinal, id, at, actor_kind, actor_id, action, subject_kind, subject_id, detail, trace_id, digest, hash
            from unnest(@ids, @times, @actorKinds, @actorIds, @actions, @subjectKinds, @subjectIds, @details, @traceIds, @digests, @hashes) with ordinality
              as e (id, at, actor_kind, actor_id, action, subject_kind, subject_id, detail, trace_id, digest, hash, ordinal)
            """,
            new
            {
                head.Position, digests, hashes,
                Ids = entries.Select(e => e.Id).ToArray(), Times = entries.Select(e => e.At.UtcDateTime).ToArray(),
                ActorKinds = entries.Select(e => e.ActorKind).ToArray(), ActorIds = entries.Select(e => e.ActorId).ToArray(),
                Actions = entries.Select(e => e.Action).ToArray(), SubjectKinds = entries.Select(e => e.SubjectKind).ToArray(),
                SubjectIds = entries.Select(e => e.SubjectId).ToArray(), Details = entries.Select(e => e.Detail).ToArray(),
                TraceIds = entries.Select(e => e.TraceId).ToArray(),
            });
        transaction.Enqueue("""
            update audit_heads set position = @position, hash = @last where agency_id = @agency
            """, new { Position = head.Position + entries.Count, last });
        return head.Position;
    }

    /// <summary>Reads entries, newest first.</summary>
    /// <param name="agency">Whose trail.</param>
    /// <param name="before">Only entries before this position.</param>
    /// <param name="subject">Only entries about this subject.</param>
    /// <param name="actor">Only entries of this actor.</param>
    /// <param name="action">Only this action.</param>
    /// <param name="limit">At most this many.</param>
    public Task<IReadOnlyList<AuditRow>> ListAsync(Guid agency, long? before, Guid? subject, Guid? actor, string? action, int limit, CancellationToken ct) =>
        db.QueryAsync<AuditRow>(agency, """
            select position, id, at, actor_kind, actor_id, action, subject_kind, subject_id, detail, trace_id, digest, hash
            from audit_entries
            where agency_id = @agency
              and (@before is null or position < @before)
              and (@subject is null or subject_id = @subject)
              and (@actor is null or actor_id = @actor)
              and (@action is null or action = @action)
            order by position desc
            limit @limit
            """, new { before, subject, actor, action, limit }, ct);

    /// <summary>Walks an agency's chain from its first entry to its head.</summary>
    /// <returns>The number of entries that hold, and the first thing that does not.</returns>
    public async Task<AuditVerdict> VerifyAsync(Guid agency, CancellationToken ct)
    {
        // One snapshot for the entries and the head: the chain may grow while it is walked.
        await using var transaction = await db.BeginSnapshotAsync(agency, ct);
        var head = await transaction.QuerySingleOrDefaultAsync<AuditHead>(
            "select position, hash from audit_heads where agency_id = @agency", null, ct) ?? new(0, []);
        byte[] previous = [];
        for (long position = 0; ;)
        {
            var rows = await transaction.QueryAsync<AuditRow>("""
                select position, id, at, actor_kind, actor_id, action, subject_kind, subject_id, detail, trace_id, digest, hash
                from audit_entries
                where agency_id = @agency and position > @position
                order by position
                limit 5000
                """, new { position }, ct);
            foreach (var row in rows)
            {
                if (row.Position != position + 1) return new(agency, position, $"Entry {position + 1} is missing.");
                if (!row.Entry().Digest().AsSpan().SequenceEqual(row.Digest)) return new(agency, position, $"Entry {row.Position} was changed.");
                previous = SHA256.HashData([.. previous, .. row.Digest]);
                if (!previous.AsSpan().SequenceEqual(row.Hash)) return new(agency, position, $"Entry {row.Position} does not follow from the one before it.");
                position = row.Position;
            }
            if (rows.Count > 0) continue;
            await transaction.CommitAsync(ct);
            if (position != head.Position) return new(agency, position, $"The last entry is {position}, the head says {head.Position}.");
            return previous.AsSpan().SequenceEqual(head.Hash) ? new(agency, position, null) : new(agency, position, "The head does not follow from the last entry.");
        }
    }

    sealed record AuditHead(long Position, byte[] Hash);
}

/// <summary>An entry with its place in the chain.</summary>
public sealed record AuditRow(
    long Position, Guid Id, DateTimeOffset At, string ActorKind, Guid? ActorId, string Action, string SubjectKind, Guid? SubjectId, string? Detail,
    string? TraceId, byte[] Digest, byte[] Hash)
{
    /// <summary>The entry alone.</summary>
    public AuditEntry Entry() => new(Id, At, ActorKind, ActorId, Action, SubjectKind, SubjectId, Detail, TraceId);
}

/// <summary>What a walk along an agency's chain found.</summary>
/// <param name="Agency">Whose chain.</param>
/// <param name="Entries">How many entries hold, from the first on.</param>
/// <param name="Broken">What does not hold; null when the whole chain does.</param>
public sealed record AuditVerdict(Guid Agency, long Entries, string? Broken);
