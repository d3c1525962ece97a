using Cirm.Core.Platform;
using Cirm.Core.Platform.Imports;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Desk;
using Cirm.Tests.Jobs;

namespace Cirm.Tests.Transactions;

/// <summary>Real workers, killed with SIGKILL in the middle of a list.</summary>
public sealed class KilledBulkTests(Workers workers, ITestOutputHelper output) : IClassFixture<Workers>
{
    [Fact]
    public async Task Bulk_work_whose_workers_are_killed_is_finished_by_the_next_with_nothing_twice()
    {
        const int cases = 1_200;
        var agency = (await new Agencies(workers.Databases, workers.Db, TimeProvider.System).CreateAsync(
            Caller.System(Caller.Installation), $"b-{Guid.NewGuid():N}", new Localized("en", "Killed"), "UTC", ["en"], 10, "first@killed.example", "none", CancellationToken.None)).Id;
        var files = new ImportFiles(workers.Db, TimeProvider.System);
        var import = Guid.CreateVersion7();
        var stored = await files.StoreAsync(agency, import, Importing.Text(
            [Importing.Header, .. Enumerable.Range(1, cases).Select(i => $"{i},lights,web,{(i % 40 == 0 ? "closed" : "submitted")},Case {i},,2026-03-21T08:00:00Z,,,,,")]), CancellationToken.None);
        await files.RequestAsync(Caller.System(agency), import, new("cases", ImportFormat.Csv, null, null, true, stored.Chunks), CancellationToken.None);
        await Workers.UntilAsync("the cases are there", async () => (await FindAsync(import)).Finished);
        var ids = await workers.Db.QueryAsync<Guid>(agency, "select id from cases where agency_id = @agency order by number", null, CancellationToken.None);

        var orders = new BulkOrders(workers.Db, null!, TimeProvider.System); // asking needs no hands
        var id = (await orders.RequestAsync(Caller.System(agency), ids, new(Transition: new(CaseStatus.Accepted, "All of them.", null, null)), CancellationToken.None)).Id;
        await Workers.UntilAsync("the work is under way", async () => (await FindAsync(id)).Processed > 0);
        foreach (var pid in workers.Running) await workers.EndAsync(pid, "KILL");
        var left = await FindAsync(id);
        output.WriteLine($"killed after {left.Processed} cases");
        Assert.Equal(OperationState.Running, left.State);
        Assert.InRange(left.Processed, 1, cases - 1);
        Assert.Equal(left.Accepted, await TransitionsAsync()); // what is counted is what was done

        await workers.StartAsync();
        await Workers.UntilAsync("the work is finished", async () => (await FindAsync(id)).Finished);
        var operation = await FindAsync(id);
        Assert.Equal($"succeeded: {cases} processed, {cases / 40 * 39} accepted, 0 unchanged, {cases / 40} rejected", operation.Told());
        Assert.True(operation.Attempt > 1);
        Assert.Equal(cases / 40 * 39, await TransitionsAsync());
        Assert.Equal($"{cases / 40 * 39} {cases / 40 * 39} {cases / 40}", await workers.Db.QuerySingleOrDefaultAsync<string>(agency, """
            select concat_ws(' ',
              (select count(*) from cases where agency_id = @agency and status = 'accepted' and version = 2),
              (select count(distinct subject_id) from audit_entries where agency_id = @agency and action = 'case.transitioned'),
              (select count(distinct line) from operation_rejections where agency_id = @agency and code = 'transition-not-allowed'))
            """, null, CancellationToken.None));

        async Task<Operation> FindAsync(Guid operation) => (await workers.Operations.FindAsync(agency, operation, CancellationToken.None))!;

        Task<long> TransitionsAsync() => workers.Db.QuerySingleOrDefaultAsync<long>(agency, """
            select count(*) from case_history where agency_id = @agency and kind = 'transitioned'
            """, null, CancellationToken.None);
    }
}
