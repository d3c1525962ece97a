using Cirm.Core.Platform;

namespace Cirm.Tests.Jobs;

/// <summary>
/// What is asked of an engine, whichever this build has. Two worker processes run all the time: what holds here holds for many.
/// </summary>
public sealed class EngineTests(Workers workers, ITestOutputHelper output) : IClassFixture<Workers>, IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        while (workers.Running.Count < 2) await workers.StartAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Every_worker_listens_for_operations_and_again_when_its_connection_was_cut()
    {
        const string listening = "from pg_stat_activity where datname = current_database() and usename = 'cirm_router' and query = 'listen cirm_operations'";
        await AllListenAsync();
        await workers.Database.ExecuteAsOwnerAsync($"select pg_terminate_backend(pid) {listening}");
        await AllListenAsync();
        Assert.Equal(OperationState.Succeeded, (await workers.FinishedAsync(await workers.RequestAsync("probe-steps", new { steps = 1, milliseconds = 1 }))).State);

        Task AllListenAsync() => Workers.UntilAsync("every worker listens", async () =>
            await workers.Database.ScalarAsOwnerAsync<long>($"select count(*) {listening}") == workers.Running.Count);
    }

    [Fact]
    public async Task A_job_runs_once_though_two_workers_look_for_it()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 20; i++) ids.Add(await workers.RequestAsync("probe-steps", new { steps = 1, milliseconds = 50 }));
        foreach (var id in ids) Assert.Equal(OperationState.Succeeded, (await workers.FinishedAsync(id)).State);

        await Task.Delay(TimeSpan.FromSeconds(2));
        Assert.All(ids, id => Assert.Single(workers.Diary("began", id)));
        Assert.All(ids, id => Assert.Single(workers.Diary("ended", id)));
    }

    [Fact]
    public async Task An_event_of_the_outbox_is_answered_once()
    {
        var subject = Guid.CreateVersion7();
        await using (var change = await workers.Db.BeginAsync(Caller.System(Workers.Agency), CancellationToken.None))
        {
            change.Emit(TimeProvider.System.Now(), OutboxEvent.Of("probe.happened", subject, new { number = 311 }));
            change.Emit(TimeProvider.System.Now(), OutboxEvent.Of("nobody.listens", subject, new { }));
            await change.CommitAsync(CancellationToken.None);
        }

        await Workers.UntilAsync("the event is answered", () => Task.FromResult(workers.Diary("answered", subject).Count > 0));
        await Workers.UntilAsync("both events are done", async () => await workers.Db.QuerySingleOrDefaultAsync<bool>(Workers.Agency, """
            select count(*) = 2 from outbox where agency_id = @agency and subject_id = @subject and done_at is not null
            """, new { subject }, CancellationToken.None));
        Assert.Equal(311, Assert.Single(workers.Diary("answered", subject)).Number);
    }

    [Fact]
    public async Task Work_that_is_given_again_while_it_runs_meets_nobody_in_a_deadlock()
    {
        const string deadlocks = "select deadlocks from pg_stat_database where datname = current_database()";
        var before = await workers.Database.ScalarAsOwnerAsync<long>(deadlocks);
        var times = await workers.Database.ScalarAsOwnerAsync<bool>("select to_regclass('engine.qrtz_triggers') is not null") ? 60 : 2; // Hangfire runs work as often as it is given
        var asked = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => workers.RequestAsync("probe-give-again", new { works = 100, times })));
        foreach (var id in asked) Assert.Equal(OperationState.Succeeded, (await workers.FinishedAsync(id)).State);
        await Workers.UntilAsync("each is answered", () => Task.FromResult(asked.All(id => workers.Diary("answered", id).Select(note => note.Number).Distinct().Count() == 100)));
        await Task.Delay(TimeSpan.FromSeconds(1.5)); // servers tell what they counted once a second
        Assert.Equal(before, await workers.Database.ScalarAsOwnerAsync<long>(deadlocks));
    }

    [Fact]
    public async Task Long_jobs_do_not_hold_up_short_ones()
    {
        var slow = new List<Guid>();
        for (var i = 0; i < 12; i++) slow.Add(await workers.RequestAsync("probe-steps", new { steps = 600, milliseconds = 100 }));
        await Workers.UntilAsync("as many run as may", () => Task.FromResult(slow.Count(id => workers.Diary("began", id).Count > 0) >= 8));
        var subject = Guid.CreateVersion7();
        await using (var change = await workers.Db.BeginAsync(Caller.System(Workers.Agency), CancellationToken.None))
        {
            change.Emit(TimeProvider.System.Now(), OutboxEvent.Of("probe.happened", subject, new { number = 1 }));
            await change.CommitAsync(CancellationToken.None);
        }
        await Workers.UntilAsync("the event is answered", () => Task.FromResult(workers.Diary("answered", subject).Count > 0));

        Assert.Equal(8, slow.Count(id => workers.Diary("began", id).Count > 0)); // two workers, four each
        foreach (var id in slow) await workers.Operations.RequestCancelAsync(Caller.System(Workers.Agency), TimeProvider.System.Now(), id, CancellationToken.None);
        foreach (var id in slow) Assert.Equal(OperationState.Cancelled, (await workers.FinishedAsync(id)).State);
    }

    [Fact]
    public async Task A_job_that_fails_is_tried_again_after_growing_pauses()
    {
        var id = await workers.RequestAsync("probe-fail", new { failures = 3 });
        Assert.Equal(OperationState.Succeeded, (await workers.FinishedAsync(id)).State);

        var at = workers.Diary("attempt", id).Select(note => note.At).ToList();
        Assert.Equal(4, at.Count);
        double[] pauses = [.. at.Zip(at.Skip(1), (one, next) => (next - one).TotalSeconds)];
        output.WriteLine($"pauses: {string.Join(", ", pauses.Select(pause => $"{pause:0.0} s"))}");
        Assert.InRange(pauses[0], 1, 15);
        Assert.InRange(pauses[1], 2, 15);
        Assert.InRange(pauses[2], 4, 15);
    }

    [Fact]
    public async Task A_job_that_keeps_failing_fails_its_operation_and_names_nobody()
    {
        var id = await workers.RequestAsync("probe-fail", new { failures = 99 });
        var operation = await workers.FinishedAsync(id);

        Assert.Equal(OperationState.Failed, operation.State);
        Assert.StartsWith("Given up after 4 attempts (InvalidOperationException).", operation.Error, StringComparison.Ordinal);
        Assert.Equal(4, workers.Diary("attempt", id).Count);
        Assert.All([operation.Error!, .. workers.Logs], text => Assert.DoesNotContain("Fatemeh", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_job_that_refuses_is_not_tried_again()
    {
        var id = await workers.RequestAsync("probe-fail", new { refusal = "The file has no header." });
        var operation = await workers.FinishedAsync(id);

        Assert.Equal((OperationState.Failed, "The file has no header."), (operation.State, operation.Error));
        Assert.Single(workers.Diary("attempt", id));
    }

    [Fact]
    public async Task A_job_whose_worker_is_killed_goes_on_at_another_with_nothing_twice()
    {
        var id = await workers.RequestAsync("probe-steps", new { steps = 25, milliseconds = 200 });
        await Workers.UntilAsync("five steps are done", () => Task.FromResult(workers.Diary("step", id).Count >= 5));
        var killed = workers.Diary("began", id).Single().Pid;
        await workers.EndAsync(killed, "KILL");
        var at = DateTimeOffset.UtcNow;
        var operation = await workers.FinishedAsync(id);

        var again = workers.Diary("began", id)[^1];
        output.WriteLine($"taken over after {(again.At - at).TotalSeconds:0.0} s, from step {again.Number}");
        Assert.NotEqual(killed, again.Pid);
        Assert.InRange(again.Number, 5, 24);
        Assert.Equal((OperationState.Succeeded, 25L), (operation.State, operation.Processed));
        Assert.Distinct(workers.Diary("step", id).Select(note => note.Number));
        Assert.Single(workers.Diary("ended", id));
    }

    [Fact]
    public async Task A_job_goes_on_with_a_new_worker_when_all_were_killed()
    {
        var id = await workers.RequestAsync("probe-steps", new { steps = 25, milliseconds = 200 });
        var retried = await workers.RequestAsync("probe-fail", new { failures = 2 });
        await Workers.UntilAsync("both have begun", () => Task.FromResult(workers.Diary("step", id).Count > 0 && workers.Diary("attempt", retried).Count > 0));
        foreach (var pid in workers.Running) await workers.EndAsync(pid, "KILL");
        await workers.StartAsync();

        Assert.Equal(25, (await workers.FinishedAsync(id)).Processed);
        Assert.Distinct(workers.Diary("step", id).Select(note => note.Number));
        Assert.Equal(OperationState.Succeeded, (await workers.FinishedAsync(retried)).State);
    }

    [Fact]
    public async Task A_job_whose_worker_is_stopped_ends_its_step_and_goes_on_at_another()
    {
        var id = await workers.RequestAsync("probe-steps", new { steps = 25, milliseconds = 200 });
        await Workers.UntilAsync("five steps are done", () => Task.FromResult(workers.Diary("step", id).Count >= 5));
        var stopped = workers.Diary("began", id).Single().Pid;
        var at = DateTimeOffset.UtcNow;
        Assert.Equal(0, await workers.EndAsync(stopped, "TERM"));
        Assert.InRange((DateTimeOffset.UtcNow - at).TotalSeconds, 0, 20);
        var operation = await workers.FinishedAsync(id);

        var again = workers.Diary("began", id)[^1];
        output.WriteLine($"taken over after {(again.At - at).TotalSeconds:0.0} s, from step {again.Number}");
        Assert.NotEqual(stopped, again.Pid);
        Assert.Equal((OperationState.Succeeded, 25L), (operation.State, operation.Processed));
        Assert.Equal(Enumerable.Range(1, 25).Select(n => (long)n), workers.Diary("step", id).Select(note => note.Number));
        Assert.Equal(again.Number, workers.Diary("step", id).Count(note => note.Pid == stopped)); // the step that ran was finished and kept
    }

    [Fact]
    public async Task A_recurring_job_runs_at_its_times_and_not_once_a_worker()
    {
        await Task.Delay(TimeSpan.FromSeconds(8));
        var since = DateTimeOffset.UtcNow.AddSeconds(-6);
        var ticks = workers.Diary("tick", Guid.Empty).Count(note => note.At > since);
        output.WriteLine($"{ticks} ticks in 6 s");
        Assert.InRange(ticks, 3, 8);
    }

    [Fact]
    public async Task A_running_operation_is_cancelled_at_a_whole_step()
    {
        var id = await workers.RequestAsync("probe-steps", new { steps = 600, milliseconds = 100 });
        await Workers.UntilAsync("a step is done", () => Task.FromResult(workers.Diary("step", id).Count > 0));
        var asked = await workers.Operations.RequestCancelAsync(Caller.System(Workers.Agency), TimeProvider.System.Now(), id, CancellationToken.None);
        Assert.Equal(OperationState.Running, asked!.State);
        var operation = await workers.FinishedAsync(id);

        output.WriteLine($"cancelled after {(operation.FinishedAt - operation.CancelRequestedAt)!.Value.TotalSeconds:0.0} s");
        Assert.Equal(OperationState.Cancelled, operation.State);
        Assert.Equal(operation.Processed, workers.Diary("step", id)[^1].Number);
        await Task.Delay(TimeSpan.FromSeconds(2));
        Assert.Equal(operation.Processed, workers.Diary("step", id)[^1].Number);
        Assert.Empty(workers.Diary("ended", id));
    }

    [Fact]
    public async Task An_operation_cancelled_before_it_began_never_begins()
    {
        var id = Guid.CreateVersion7();
        var now = TimeProvider.System.Now();
        await using (var change = await workers.Db.BeginAsync(Caller.System(Workers.Agency), CancellationToken.None))
        {
            Operations.Request(change, now, id, "probe-steps", new { steps = 1, milliseconds = 1 }, null);
            change.Enqueue("update operations set cancel_requested_at = @now, state = 'cancelled', finished_at = @now where agency_id = @agency and id = @id", new { id, now });
            await change.CommitAsync(CancellationToken.None);
        }

        await Workers.UntilAsync("its event is done", async () => await workers.Db.QuerySingleOrDefaultAsync<bool>(Workers.Agency, """
            select done_at is not null from outbox where agency_id = @agency and subject_id = @id
            """, new { id }, CancellationToken.None));
        await Task.Delay(TimeSpan.FromSeconds(2));
        Assert.Empty(workers.Diary("began", id));
        Assert.Equal(OperationState.Cancelled, (await workers.ReadAsync(id)).State);
    }
}
