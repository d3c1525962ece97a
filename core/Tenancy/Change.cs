using Cirm.Core.Platform;
using Npgsql;

namespace Cirm.Core.Tenancy;

/// <summary>
/// A transaction that changes something for a caller: state, audit entry and event together, or none of them.
/// With an Idempotency-Key the commit waits until the answer is known, and the answer is committed with the change.
/// </summary>
public sealed class Change : TenantTransaction
{
    readonly Caller caller;
    readonly NpgsqlBatchCommand? claim;
    bool deferred;

    internal Change(NpgsqlConnection connection, Caller caller) : base(connection, caller.Agency)
    {
        this.caller = caller;
        if (caller.Retry is not { } retry) return;
        Enqueue("""
            insert into idempotency_keys (agency_id, key_hash, request_hash, claim, created_at)
            values (@agency, @keyHash, @requestHash, @claim, now())
            on conflict (agency_id, key_hash) do nothing
            """, new { retry.KeyHash, retry.RequestHash, retry.Claim });
        claim = LastEnqueued;
    }

    /// <summary>Leaves an audit entry about what this transaction does.</summary>
    /// <param name="now">The time of the change.</param>
    /// <param name="action">As in <c>case.transitioned</c>.</param>
    /// <param name="subjectKind">As in <c>case</c>.</param>
    /// <param name="subjectId">Which one.</param>
    /// <param name="detail">JSON without personal data.</param>
    public void Audit(DateTimeOffset now, string action, string subjectKind, Guid? subjectId, string? detail = null) =>
        AuditTrail.Append(this, AuditEntry.By(caller, now, action, subjectKind, subjectId, detail));

    /// <summary>Commits; with an Idempotency-Key, as soon as <see cref="CompleteAsync"/> brings the answer.</summary>
    public override async Task CommitAsync(CancellationToken ct)
    {
        if (caller.Retry is not { } retry)
        {
            await base.CommitAsync(ct);
            return;
        }
        await FlushAsync(ct); // a key that is taken, or a constraint, shows before there is an answer
        retry.Waiting = this;
        deferred = true;
    }

    /// <summary>Commits the change together with its answer.</summary>
    public async Task CompleteAsync(int status, string? location, string? etag, byte[] body, CancellationToken ct)
    {
        deferred = false;
        var retry = caller.Retry!;
        Enqueue("""
            update idempotency_keys set status = @status, location = @location, etag = @etag, body = @body
            where agency_id = @agency and key_hash = @keyHash and claim = @claim
            """, new { status, location, etag, Body = retry.Seal(body), retry.KeyHash, retry.Claim });
        await base.CommitAsync(ct);
    }

    /// <summary>Ends a change whose commit was put off: what <see cref="CompleteAsync"/> did not commit is taken back.</summary>
    public ValueTask EndAsync()
    {
        deferred = false;
        return base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override void Sent(IReadOnlyList<NpgsqlBatchCommand> commands)
    {
        if (claim is not null && commands.Contains(claim) && claim.RecordsAffected == 0) throw new IdempotencyKeyTakenException();
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => deferred ? ValueTask.CompletedTask : base.DisposeAsync();
}
