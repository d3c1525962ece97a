using Cirm.Core.Platform;

namespace Cirm.Core.Tenancy;

/// <summary>The only way to an agency's rows: every statement runs in a transaction that has named its agency.</summary>
public sealed class TenantDb(Databases databases)
{
    /// <summary>Opens a transaction of an agency. <c>begin</c> and <c>set_agency</c> travel with its first statement.</summary>
    public async Task<TenantTransaction> BeginAsync(Guid agency, CancellationToken ct) =>
        new(await databases.App.OpenConnectionAsync(ct), agency);

    /// <summary>Opens a transaction of an agency in which every statement sees the same moment.</summary>
    public async Task<TenantTransaction> BeginSnapshotAsync(Guid agency, CancellationToken ct) =>
        new(await databases.App.OpenConnectionAsync(ct), agency, "begin isolation level repeatable read");

    /// <summary>Opens a change by a caller: a transaction that also leaves an audit entry and an event, and takes the caller's
    /// Idempotency-Key if there is one.</summary>
    public async Task<Change> BeginAsync(Caller caller, CancellationToken ct) =>
        new(await databases.App.OpenConnectionAsync(ct), caller);

    /// <summary>Runs one reading statement, in one round trip.</summary>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(Guid agency, string sql, object? args, CancellationToken ct)
    {
        await using var transaction = await BeginAsync(agency, ct);
        return await transaction.QueryAndCommitAsync<T>(sql, args, ct);
    }

    /// <summary>Runs one reading statement that finds one row or none, in one round trip.</summary>
    public async Task<T?> QuerySingleOrDefaultAsync<T>(Guid agency, string sql, object? args, CancellationToken ct) =>
        (await QueryAsync<T>(agency, sql, args, ct)).SingleOrDefault();
}
