using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Faults;
using Cirm.Migrations;
using Npgsql;

namespace Cirm.Bench;

/// <summary>A database of its own, and the built API (and worker) on it as processes of their own, as in production.</summary>
sealed class Server : IAsyncDisposable
{
    public const string Secret = "bench";
    const string Password = "bench-password";
    readonly List<Process> processes = [];

    readonly (string Name, string Value)[] settings;

    Server(string database, int port, (string Name, string Value)[] settings) => (Database, Port, this.settings) = (database, port, settings);

    public string Database { get; }

    public int Port { get; }

    public string Slug { get; } = "bench";

    public Guid Agency { get; private set; }

    public Guid Service { get; private set; }

    /// <summary>The account of its citizen.</summary>
    public Guid Citizen { get; private set; }

    /// <param name="name">Of its database.</param>
    /// <param name="worker">Whether one works on it.</param>
    /// <param name="settings">Environment variables that its programs get besides.</param>
    public static async Task<Server> StartAsync(string name, bool worker = false, params (string Name, string Value)[] settings)
    {
        await ExecuteAsync("postgres", $"drop database if exists {name} with (force)");
        await ExecuteAsync("postgres", $"create database {name}");
        await Migrator.RunAsync(ConnectionTo(name), Secret, _ => { }, CancellationToken.None);
        var server = new Server(name, Processes.FreePort(), settings);
        await server.FillAsync();
        server.Run("api");
        if (worker) server.Work();
        await server.WaitAsync();
        return server;
    }

    /// <summary>Starts a worker on it.</summary>
    public void Work() => Run("jobs");

    /// <summary>A token of a member of the bench's agency.</summary>
    public async Task<string> SignInAsync(Role role)
    {
        using var client = new HttpClient { BaseAddress = new($"http://127.0.0.1:{Port}") };
        return await SignInAsync(client, $"{role.Word()}@bench.example");
    }

    static async Task<string> SignInAsync(HttpClient client, string email)
    {
        var answer = await client.PostAsJsonAsync("/v1/auth/token", new { email, password = Password });
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString()!;
    }

    /// <summary>Another agency, and a client that is signed in as its admin.</summary>
    public async Task<(string Slug, HttpClient Admin)> AddAgencyAsync(string slug, string operatorToken)
    {
        var client = new HttpClient { BaseAddress = new($"http://127.0.0.1:{Port}"), DefaultRequestHeaders = { Authorization = new("Bearer", operatorToken) } };
        var email = $"admin@{slug}.example";
        (await client.PostAsJsonAsync("/v1/agencies", new
        {
            slug, name = slug, timeZone = "America/New_York", locales = (string[])["en"], smallestGroup = 10, admin = new { email, password = Password },
        })).EnsureSuccessStatusCode();
        client.DefaultRequestHeaders.Authorization = new("Bearer", await SignInAsync(client, email));
        return (slug, client);
    }

    /// <summary>The processes whose time an operation costs: ours, the server's, PostgreSQL's.</summary>
    public async Task<int[]> ProcessesAsync() => [ProcessorTime.Own, .. processes.Select(p => p.Id), await PostmasterAsync()];

    public static async Task<int> PostmasterAsync()
    {
        await using var connection = new NpgsqlConnection(ConnectionTo("postgres"));
        await connection.OpenAsync();
        var backend = connection.ProcessID;
        var stat = await File.ReadAllTextAsync($"/proc/{backend}/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    public long ResidentMegabytes(int process) => ReadStatus(processes[process].Id, "VmHWM:") / 1024;

    public Task ExecuteAsync(string sql) => ExecuteAsync(Database, sql);

    /// <summary>One value, as its owner reads it.</summary>
    public async Task<string> ReadAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionTo(Database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    public static string ConnectionTo(string database) => new NpgsqlConnectionStringBuilder(
        Environment.GetEnvironmentVariable("CIRM_BENCH_DATABASE") ?? throw new InvalidOperationException("CIRM_BENCH_DATABASE is not set; `./cirm bench` sets it."))
    {
        Database = database, Pooling = false,
    }.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
        await ExecuteAsync("postgres", $"drop database if exists {Database} with (force)");
    }

    async Task FillAsync()
    {
        await using var databases = new Databases(ConnectionTo(Database), Secret);
        var db = new TenantDb(databases);
        var agencies = new Agencies(databases, db, TimeProvider.System);
        var system = Caller.System(Caller.Installation);
        var agency = await agencies.CreateAsync(
            system, Slug, new("en", "Bench"), "America/New_York", ["en"], 10, "admin@bench.example", Passwords.Hash(Password), CancellationToken.None);
        Agency = agency.Id;
        var accounts = new Accounts(db, databases);
        await accounts.AddAsync(system, "operator@bench.example", Passwords.Hash(Password), null, Role.Operator, TimeProvider.System.Now(), CancellationToken.None);
        foreach (var role in (Role[])[Role.Agent, Role.Citizen])
            Citizen = (await accounts.AddAsync(Caller.System(Agency), $"{role.Word()}@bench.example", Passwords.Hash(Password), null, role, TimeProvider.System.Now(), CancellationToken.None)).Id; // the last one
        Service = (await new Core.Information.Services(db, TimeProvider.System).CreateAsync(Caller.System(Agency), "lamps",
            new(new("en", "Lamps"), null, new("en", "Everybody"), new(new("en", "Law"), new("en", "Write")), null, new(8, 48)), publish: true, CancellationToken.None)).Id;
    }

    void Run(string program) => processes.Add(Processes.Start(program, new Dictionary<string, string>(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)))
    {
        ["CIRM_DATABASE"] = ConnectionTo(Database).Replace("Pooling=False", "Pooling=True", StringComparison.OrdinalIgnoreCase), ["CIRM_SECRET"] = Secret,
        ["CIRM_PORT"] = Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
    }));

    async Task WaitAsync()
    {
        using var client = new HttpClient { BaseAddress = new($"http://127.0.0.1:{Port}") };
        for (var attempt = 0; attempt < 300; attempt++)
        {
            try
            {
                if ((await client.GetAsync("/health/ready")).StatusCode == HttpStatusCode.OK) return;
            }
            catch (HttpRequestException)
            {
                // not listening yet
            }
            await Task.Delay(100);
        }
        throw new InvalidOperationException("The API did not become ready in 30 s.");
    }

    static async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionTo(database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }

    static long ReadStatus(int pid, string field) => long.Parse(
        File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith(field, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        System.Globalization.CultureInfo.InvariantCulture);
}
