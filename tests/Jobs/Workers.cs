using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Jobs;

/// <summary>Real worker processes on a database of their own, and the diary that their jobs write.</summary>
public sealed class Workers : IAsyncLifetime
{
    public static readonly Guid Agency = Guid.CreateVersion7();
    readonly string diary = Path.GetTempFileName();
    readonly Dictionary<int, (Process Process, List<string> Log)> running = [];
    TestDatabase database = null!;

    /// <summary>Environment variables that the workers get besides; for a test that makes its own.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Somebody else's database; null for one of their own.</summary>
    public TestDatabase? On { get; init; }

    public TestDatabase Database => database;
    public Databases Databases { get; private set; } = null!;
    public TenantDb Db { get; private set; } = null!;
    public Operations Operations { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        database = On ?? await TestDatabase.CloneAsync();
        Databases = database.Open();
        Db = new(Databases);
        Operations = new(Db);
        await StartAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (process, _) in running.Values) process.Kill();
        await Databases.DisposeAsync();
        if (On is null) await database.DisposeAsync();
        File.Delete(diary);
    }

    /// <summary>Starts one more worker and waits until it takes part.</summary>
    public async Task<int> StartAsync()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(WorkerHost());
        start.Environment["CIRM_DATABASE"] = database.OwnerConnectionString; // each role logs in as itself
        start.Environment["CIRM_PROBE_DIARY"] = diary;
        start.Environment["CIRM_SECRET"] = TestDatabase.Secret;
        foreach (var (name, value) in Settings) start.Environment[name] = value;
        var process = Process.Start(start)!;
        var log = new List<string>();
        process.OutputDataReceived += (_, line) => { lock (log) log.Add(line.Data ?? ""); };
        process.ErrorDataReceived += (_, line) => { lock (log) log.Add(line.Data ?? ""); };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        running[process.Id] = (process, log);
        await UntilAsync("the worker has started", () => Task.FromResult(process.HasExited
            ? throw new InvalidOperationException(LogOf(process.Id))
            : LogOf(process.Id).Contains("Application started", StringComparison.Ordinal)));
        return process.Id;
    }

    /// <summary>Ends a worker: SIGKILL at once, or SIGTERM and its exit code.</summary>
    public async Task<int> EndAsync(int pid, string signal)
    {
        using var kill = Process.Start("bash", ["-c", $"kill -{signal} {pid}"]); // built in; small images have no other
        var process = running[pid].Process;
        await process.WaitForExitAsync();
        running.Remove(pid);
        return process.ExitCode;
    }

    public string LogOf(int pid)
    {
        var log = running[pid].Log;
        lock (log) return string.Join('\n', log);
    }

    public IReadOnlyList<int> Running => [.. running.Keys];

    public IEnumerable<string> Logs => running.Keys.Select(LogOf);

    /// <summary>Asks for an operation as the API does: row, audit entry and event in one transaction.</summary>
    public async Task<Guid> RequestAsync(string kind, object arguments)
    {
        var id = Guid.CreateVersion7();
        await using var change = await Db.BeginAsync(Caller.System(Agency), CancellationToken.None);
        Operations.Request(change, TimeProvider.System.Now(), id, kind, arguments, null);
        await change.CommitAsync(CancellationToken.None);
        return id;
    }

    public async Task<Operation> ReadAsync(Guid id) => (await Operations.FindAsync(Agency, id, CancellationToken.None))!;

    public async Task<Operation> FinishedAsync(Guid id)
    {
        await UntilAsync($"operation {id} has finished", async () => (await ReadAsync(id)).Finished);
        return await ReadAsync(id);
    }

    public IReadOnlyList<Note> Diary(string what, Guid subject)
    {
        while (true)
        {
            try
            {
                return [.. File.ReadAllLines(diary).Select(Note.Parse).Where(note => note.What == what && note.Subject == subject)];
            }
            catch (IOException)
            {
                Thread.Sleep(1); // a worker is writing
            }
        }
    }

    /// <summary>Waits until something is so, a minute at most.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> so)
    {
        for (var waiting = Stopwatch.StartNew(); !await so(); await Task.Delay(50))
            Assert.True(waiting.Elapsed < TimeSpan.FromMinutes(1), $"After a minute it is still not so that {what}.");
    }

    // tests/bin/<configuration>/net10.0 -> tests/WorkerHost/bin/<configuration>/net10.0
    static string WorkerHost([CallerFilePath] string here = "")
    {
        var output = Path.GetRelativePath(Path.Combine(Path.GetDirectoryName(here)!, "..", "bin"), AppContext.BaseDirectory);
        return Path.Combine(Path.GetDirectoryName(here)!, "..", "WorkerHost", "bin", output, "Cirm.WorkerHost.dll");
    }
}

/// <summary>A line of the diary.</summary>
public sealed record Note(DateTimeOffset At, int Pid, string What, Guid Subject, long Number)
{
    public static Note Parse(string line)
    {
        var words = line.Split(' ');
        return new(DateTimeOffset.Parse(words[0], CultureInfo.InvariantCulture), int.Parse(words[1], CultureInfo.InvariantCulture), words[2],
            Guid.Parse(words[3]), long.Parse(words[4], CultureInfo.InvariantCulture));
    }
}
