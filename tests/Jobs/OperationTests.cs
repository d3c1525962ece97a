using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Tests.Harness;
using Npgsql;

namespace Cirm.Tests.Jobs;

/// <summary>What the rows of an operation promise, whoever works on it.</summary>
public sealed class OperationTests : IAsyncLifetime
{
    static readonly CancellationToken Ct = CancellationToken.None;
    readonly Guid agency = Guid.CreateVersion7();
    TestDatabase database = null!;
    Databases databases = null!;
    TenantDb db = null!;
    Operations operations = null!;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CloneAsync();
        databases = database.Open();
        db = new(databases);
        operations = new(db);
    }

    public async ValueTask DisposeAsync()
    {
        await databases.DisposeAsync();
        await database.DisposeAsync();
    }

    [Theory]
    [InlineData(OperationState.Queued, OperationState.Running, true)]
    [InlineData(OperationState.Queued, OperationState.Cancelled, true)]
    [InlineData(OperationState.Queued, OperationState.Succeeded, false)]
    [InlineData(OperationState.Running, OperationState.Running, true)]
    [InlineData(OperationState.Running, OperationState.Succeeded, true)]
    [InlineData(OperationState.Running, OperationState.Queued, false)]
    [InlineData(OperationState.Succeeded, OperationState.Running, false)]
    [InlineData(OperationState.Cancelled, OperationState.Running, false)]
    [InlineData(OperationState.Failed, OperationState.Succeeded, false)]
    public void An_operation_only_goes_forward(OperationState from, OperationState to, bool allowed) =>
        Assert.Equal(allowed, Operation.Allows(from, to));

    [Fact]
    public async Task Workers_are_told_of_an_operation_when_it_is_there_and_not_before()
    {
        await using var worker = new NpgsqlConnection(databases.ConnectionStringOf("cirm_router"));
        await worker.OpenAsync(Ct);
        await using (var listen = new NpgsqlCommand($"listen {Operations.Channel}", worker)) await listen.ExecuteNonQueryAsync(Ct);
        await using (var change = await db.BeginAsync(Caller.System(agency), Ct))
        {
            Operations.Request(change, Now, Guid.CreateVersion7(), "probe", new { }, null);
            await change.FlushAsync(Ct);
            Assert.False(await worker.WaitAsync(TimeSpan.FromMilliseconds(200), Ct));
            await change.CommitAsync(Ct);
        }
        Assert.True(await worker.WaitAsync(TimeSpan.FromSeconds(30), Ct));
    }

    [Fact]
    public async Task A_worker_given_up_for_dead_cannot_commit_what_its_successor_does_again()
    {
        var id = await RequestAsync();
        var first = (await operations.StartAsync(agency, Now, id, Ct))!;
        await ReportAsync(first, processed: 10);
        var second = (await operations.StartAsync(agency, Now, id, Ct))!;

        Assert.Equal((1, 2, 10L), (first.Attempt, second.Attempt, second.Processed));
        await using (var late = await db.BeginAsync(agency, Ct))
        {
            Operations.Reject(late, id, [new(11, "title", "required", "A title is needed.")]);
            await Assert.ThrowsAsync<OperationTakenOverException>(() => Operations.ReportAsync(late, first, new(20, 20, 0, 0, null), Ct));
        }
        Assert.True(await operations.ShouldEndAsync(agency, first, Ct));
        Assert.False(await operations.ShouldEndAsync(agency, second, Ct));
        Assert.False(await operations.EndAsync(agency, Now, first, OperationState.Succeeded, null, Ct));
        Assert.Empty(await operations.ListRejectionsAsync(agency, id, null, null, 50, Ct));

        await ReportAsync(second, processed: 20);
        Assert.True(await operations.EndAsync(agency, Now, second, OperationState.Succeeded, null, Ct));
        Assert.Null(await operations.StartAsync(agency, Now, id, Ct));
        var ended = (await operations.FindAsync(agency, id, Ct))!;
        Assert.Equal((OperationState.Succeeded, 20L), (ended.State, ended.Processed));
    }

    [Fact]
    public async Task Progress_and_work_are_committed_together_or_not_at_all()
    {
        var id = await RequestAsync();
        var operation = (await operations.StartAsync(agency, Now, id, Ct))!;
        await using (var transaction = await db.BeginAsync(agency, Ct))
        {
            Operations.Reject(transaction, id, [new(3, "", "length", "Too long.")]);
            await Operations.ReportAsync(transaction, operation, new(3, 2, 0, 1, 9), Ct);
            // and then the worker dies
        }
        Assert.Equal(0, (await operations.FindAsync(agency, id, Ct))!.Processed);
        Assert.Empty(await operations.ListRejectionsAsync(agency, id, null, null, 50, Ct));
    }

    [Fact]
    public async Task To_cancel_again_changes_nothing_and_what_has_ended_stays_as_it_ended()
    {
        var id = await RequestAsync();
        var caller = Caller.System(agency);
        var cancelled = (await operations.RequestCancelAsync(caller, Now, id, Ct))!;
        Assert.Equal(OperationState.Cancelled, cancelled.State);
        Assert.Equal(cancelled.Version, (await operations.RequestCancelAsync(caller, Now, id, Ct))!.Version);
        Assert.Null(await operations.RequestCancelAsync(caller, Now, Guid.CreateVersion7(), Ct));
        Assert.Null(await operations.RequestCancelAsync(Caller.System(Guid.CreateVersion7()), Now, id, Ct));
        Assert.Equal(["operation.cancel-requested", Operations.Requested],
            (await new AuditTrail(db).ListAsync(agency, null, id, null, null, 50, Ct)).Select(entry => entry.Action));
    }

    [Fact]
    public async Task Pages_stay_right_while_operations_are_added()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++) ids.Insert(0, await RequestAsync());
        var first = await operations.ListAsync(agency, "probe", null, null, null, 2, Ct);
        await RequestAsync();
        var second = await operations.ListAsync(agency, "probe", OperationState.Queued, first[^1].CreatedAt, first[^1].Id, 10, Ct);

        Assert.Equal(ids, first.Concat(second).Select(operation => operation.Id));
        Assert.Empty(await operations.ListAsync(agency, "probe", OperationState.Failed, null, null, 10, Ct));
        Assert.Empty(await operations.ListAsync(Guid.CreateVersion7(), null, null, null, null, 10, Ct));
    }

    [Fact]
    public async Task Rejected_lines_are_listed_in_the_order_of_the_file_and_kept_once()
    {
        var id = await RequestAsync();
        Rejection[] lines = [new(2, "latitude", "range", "North of the pole."), new(2, "title", "required", "A title is needed."), new(7, "", "length", "Too long.")];
        for (var twice = 0; twice < 2; twice++)
        {
            await using var transaction = await db.BeginAsync(agency, Ct);
            Operations.Reject(transaction, id, lines);
            await transaction.CommitAsync(Ct);
        }
        var first = await operations.ListRejectionsAsync(agency, id, null, null, 1, Ct);
        var rest = await operations.ListRejectionsAsync(agency, id, first[0].Line, first[0].Column, 10, Ct);
        Assert.Equal(lines, first.Concat(rest));
    }

    static DateTimeOffset Now => TimeProvider.System.Now();

    async Task<Guid> RequestAsync()
    {
        var id = Guid.CreateVersion7();
        await using var change = await db.BeginAsync(Caller.System(agency), Ct);
        Operations.Request(change, Now, id, "probe", new { }, null);
        await change.CommitAsync(Ct);
        return id;
    }

    async Task ReportAsync(Operation operation, long processed)
    {
        await using var transaction = await db.BeginAsync(agency, Ct);
        await Operations.ReportAsync(transaction, operation, new(processed, processed, 0, 0, null), Ct);
        await transaction.CommitAsync(Ct);
    }
}
