using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Cirm.Faults;

/// <summary>
/// A PostgreSQL of its own, as durable as in production, whose processes are killed without a word. The programs are those of <c>CIRM_PG_BIN</c>
/// (`./cirm test` and `./cirm bench` set it); root starts them as the user postgres, as the script does.
/// </summary>
sealed class Cluster : IAsyncDisposable
{
    const string Owner = "cirm_owner";
    static readonly string[] AsPostgres = Environment.UserName == "root" ? ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups", "--"] : [];
    readonly string folder;

    Cluster(string folder) => (this.folder, Port) = (folder, Processes.FreePort());

    public int Port { get; }

    /// <summary>As its owner sees it.</summary>
    public string Owned => $"Host=127.0.0.1;Port={Port.ToString(CultureInfo.InvariantCulture)};Database=cirm;Username={Owner};Pooling=false;Timeout=5";

    /// <summary>Where it is, as its users are told.</summary>
    public string Address => $"Host=127.0.0.1;Port={Port.ToString(CultureInfo.InvariantCulture)};Database=cirm";

    public string Log => File.Exists($"{folder}/log") ? File.ReadAllText($"{folder}/log") : "";

    string Data => $"{folder}/data";

    /// <summary>Whichever of two is the primary.</summary>
    public static string AddressOf(Cluster one, Cluster other) => string.Create(
        CultureInfo.InvariantCulture, $"Host=127.0.0.1:{one.Port},127.0.0.1:{other.Port};Database=cirm;Target Session Attributes=primary");

    /// <summary>Makes a cluster with an empty database and starts it.</summary>
    public static async Task<Cluster> CreateAsync()
    {
        var cluster = new Cluster(await MakeFolderAsync());
        await RunAsync("initdb", "-D", cluster.Data, "-U", Owner, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-sync");
        await cluster.StartAsync();
        await using var connection = new NpgsqlConnection(cluster.Owned.Replace("Database=cirm", "Database=postgres", StringComparison.Ordinal));
        await connection.OpenAsync();
        await using var create = new NpgsqlCommand("create database cirm", connection);
        await create.ExecuteNonQueryAsync();
        return cluster;
    }

    /// <summary>Fills it without waiting for the disk; what is there afterwards is there as if it had. A SIGKILL loses nothing that the kernel has.</summary>
    public async Task FillAsync(Func<Task> fill)
    {
        await ExecuteAsync("alter system set fsync = off");
        await ExecuteAsync("alter system set synchronous_commit = off");
        await ExecuteAsync("select pg_reload_conf()");
        await fill();
        await ExecuteAsync("alter system reset fsync");
        await ExecuteAsync("alter system reset synchronous_commit");
        await ExecuteAsync("select pg_reload_conf()");
        await ExecuteAsync("checkpoint");
        while (await ReadAsync<string>("select current_setting('fsync') || current_setting('synchronous_commit')") != "onon") await Task.Delay(20);
    }

    /// <summary>A copy that follows this one, by streaming.</summary>
    public async Task<Cluster> FollowAsync()
    {
        var standby = new Cluster(await MakeFolderAsync());
        await RunAsync("pg_basebackup", "-D", standby.Data, "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", Owner, "-c", "fast", "-R");
        await standby.StartAsync();
        return standby;
    }

    /// <summary>Starts it, after a kill by crash recovery.</summary>
    public async Task StartAsync()
    {
        string[] settings =
        [
            $"port={Port.ToString(CultureInfo.InvariantCulture)}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=300", "shared_buffers=64MB",
        ];
        try
        {
            await RunAsync("pg_ctl", "start", "-D", Data, "-l", $"{folder}/log", "-w", "-t", "60", "-s", "-o", string.Join(' ', settings.Select(s => $"-c '{s}'")));
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidOperationException(Log[Math.Max(0, Log.Length - 3000)..], e);
        }
    }

    /// <summary>From now on a commit is acknowledged when the standby has it on its disk too.</summary>
    public async Task WaitForStandbyAsync()
    {
        await ExecuteAsync("alter system set synchronous_standby_names = '*'");
        await ExecuteAsync("select pg_reload_conf()");
        while (!await ReadAsync<bool>("select exists (select from pg_stat_replication where sync_state = 'sync')")) await Task.Delay(50);
    }

    public Task PromoteAsync() => RunAsync("pg_ctl", "promote", "-D", Data, "-w", "-t", "60", "-s");

    /// <summary>SIGKILL for the server and every process of it, until none is left: one that was just being started would keep its shared memory.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> KillAsync()
    {
        Processes.Kill(Postmaster);
        var killed = 1;
        for (var left = Processes.WorkingIn(Data); left.Count > 0; left = Processes.WorkingIn(Data))
        {
            killed = Math.Max(killed, left.Count + 1);
            foreach (var pid in left) Processes.Kill(pid);
            await Task.Delay(10);
        }
        File.Delete($"{Data}/postmaster.pid"); // nobody is left; where process 1 does not collect zombies, the number in it looks alive
        return killed;
    }

    /// <summary>SIGKILL for one process that serves a connection: the server ends all the others and recovers by itself.</summary>
    public async Task KillBackendAsync(Random random)
    {
        var backends = new List<int>();
        await using (var connection = new NpgsqlConnection(Owned))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand("select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() order by pid", connection);
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync()) backends.Add(reader.GetInt32(0));
        }
        if (backends.Count > 0) Processes.Kill(backends[random.Next(backends.Count)]);
    }

    /// <summary>Waits until it takes connections again.</summary>
    public async Task ReadyAsync()
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            try
            {
                await using var connection = new NpgsqlConnection(Owned);
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException) when (watch.Elapsed < TimeSpan.FromMinutes(1))
            {
                // It recovers.
            }
        }
    }

    public async Task<T> ReadAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(Owned);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The rows of a statement, each as its columns joined by spaces.</summary>
    public async Task<IReadOnlyList<string>> LinesAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Owned);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
            lines.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(i => Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))));
        return lines;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Owned);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (File.Exists($"{Data}/postmaster.pid")) await KillAsync();
        Directory.Delete(folder, recursive: true);
    }

    int Postmaster => int.Parse(File.ReadLines($"{Data}/postmaster.pid").First(), CultureInfo.InvariantCulture);

    static async Task<string> MakeFolderAsync()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"cirm-faults-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        if (AsPostgres.Length > 0) await Processes.RunAsync("chown", "postgres:", folder);
        return folder;
    }

    static Task RunAsync(string program, params string[] arguments)
    {
        var bin = Environment.GetEnvironmentVariable("CIRM_PG_BIN") ?? throw new InvalidOperationException("CIRM_PG_BIN is not set; `./cirm test` and `./cirm bench` set it.");
        string[] line = [.. AsPostgres, $"{bin}/{program}", .. arguments];
        return Processes.RunAsync(line[0], line[1..]);
    }
}
