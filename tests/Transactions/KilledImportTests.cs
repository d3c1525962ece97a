using System.Globalization;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Imports;
using Cirm.Core.Tenancy;
using Cirm.Tests.Jobs;

namespace Cirm.Tests.Transactions;

/// <summary>Real workers, killed with SIGKILL in the middle of a file.</summary>
public sealed class KilledImportTests(Workers workers, ITestOutputHelper output) : IClassFixture<Workers>
{
    [Fact]
    public async Task An_import_whose_workers_are_killed_is_finished_by_the_next_with_nothing_twice()
    {
        const int rows = 60_000;
        var agency = await new Agencies(workers.Databases, workers.Db, TimeProvider.System).CreateAsync(
            Caller.System(Caller.Installation), $"k-{Guid.NewGuid():N}", new Localized("en", "Killed"), "UTC", ["en"], 10, "first@killed.example", "none", CancellationToken.None);
        var files = new ImportFiles(workers.Db, TimeProvider.System);
        var id = Guid.CreateVersion7();
        var stored = await files.StoreAsync(agency.Id, id, Importing.Text(
            [Importing.Header, .. Enumerable.Range(1, rows).Select(i => $"{i},{(i % 50 == 0 ? "No such word" : "lights")},{(i % 50 == 0 ? "fax" : "web")},submitted,Case {i},,2026-03-21T08:00:00Z,,,,,")]), CancellationToken.None);
        await files.RequestAsync(Caller.System(agency.Id), id, new("cases", ImportFormat.Csv, null, null, true, stored.Chunks), CancellationToken.None);

        Operation? seen = null;
        await Workers.UntilAsync("the import is under way", async () => (seen = await FindAsync())!.Processed > 0);
        foreach (var pid in workers.Running) await workers.EndAsync(pid, "KILL");
        var left = await FindAsync();
        output.WriteLine($"killed after {left.Processed} rows");
        Assert.Equal(OperationState.Running, left.State);
        Assert.InRange(left.Processed, 1, rows - 1);

        await workers.StartAsync();
        await Workers.UntilAsync("the import is finished", async () => (await FindAsync()).Finished);
        var operation = await FindAsync();
        Assert.Equal($"succeeded: {rows} processed, {rows / 50 * 49} accepted, 0 unchanged, {rows / 50} rejected", operation.Told());
        Assert.True(operation.Attempt > 1);
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"1 {rows / 50 * 49} {rows / 50 * 49} {rows / 50 * 49}"), await workers.Db.QuerySingleOrDefaultAsync<string>(agency.Id, """
            select concat_ws(' ', min(c.number), max(c.number), count(*), count(distinct h.case_id))
            from cases c
            left join case_history h on h.agency_id = @agency and h.case_id = c.id
            where c.agency_id = @agency
            """, null, CancellationToken.None));
        Assert.Equal(rows / 50, await workers.Db.QuerySingleOrDefaultAsync<long>(agency.Id, """
            select count(distinct line) from operation_rejections where agency_id = @agency
            """, null, CancellationToken.None));

        async Task<Operation> FindAsync() => (await workers.Operations.FindAsync(agency.Id, id, CancellationToken.None))!;
    }
}
