using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Migrations;

namespace Cirm.Faults;

/// <summary>API and workers on a database, as processes of their own; each can be killed and started again.</summary>
sealed class Installation : IAsyncDisposable
{
    public const string Slug = "faults", Secret = "faults", Survey = "s", Initiative = "i";
    public const int Citizens = 20_000;
    const string Password = "faults-password";
    readonly int port = Processes.FreePort();
    readonly string log = Path.GetTempFileName();
    readonly Dictionary<string, string> settings;
    readonly List<Process> workers = [];
    Process? api;

    Installation(string connection, Receiver receiver) => settings = new()
    {
        ["CIRM_DATABASE"] = connection, ["CIRM_SECRET"] = Secret, ["CIRM_PORT"] = port.ToString(CultureInfo.InvariantCulture), ["CIRM_TRUSTED_WEBHOOKS"] = receiver.Origin,
    };

    public Uri Address => new($"http://127.0.0.1:{port}");

    /// <summary>What its programs said.</summary>
    public string Log => File.ReadAllText(log);

    public int Workers => workers.Count;

    /// <summary>Of its admin.</summary>
    public AuthenticationHeaderValue Authorization { get; private set; } = null!;

    /// <summary>Fills the database and starts everything.</summary>
    /// <param name="cluster">Where the owner makes what is needed.</param>
    /// <param name="connection">What the programs are told.</param>
    /// <param name="receiver">Whom events are sent to.</param>
    /// <param name="count">Of workers.</param>
    public static async Task<Installation> StartAsync(Cluster cluster, string connection, Receiver receiver, int count)
    {
        var installation = new Installation(connection, receiver);
        await cluster.FillAsync(async () =>
        {
            await Migrator.RunAsync(cluster.Owned, Secret, _ => { }, CancellationToken.None);
            await using var databases = new Databases(cluster.Owned, Secret);
            var agency = await new Agencies(databases, new TenantDb(databases), TimeProvider.System).CreateAsync(
                Caller.System(Caller.Installation), Slug, new("en", "Faults"), "UTC", ["en"], 10, "admin@faults.example", Passwords.Hash(Password), CancellationToken.None);
            await cluster.ExecuteAsync($"""
                insert into citizens (agency_id, id, attributes, created_at, updated_at)
                select '{agency.Id}', ('0195b1c5-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '{"{}"}', now(), now() from generate_series(1, {Citizens}) n;
                analyze citizens;
                """);
        });
        installation.StartApi();
        for (var n = 0; n < count; n++) installation.StartWorker();
        await installation.ReadyAsync();
        await installation.SetUpAsync(receiver);
        while (installation.Log.Split('\n').Count(line => line.Contains("Application started", StringComparison.Ordinal)) < 1 + count) // theirs, and the API's
        {
            installation.StartAgain();
            await Task.Delay(50);
        }
        return installation;
    }

    public void StartApi() => api = Processes.Start("api", settings, log);

    public void StartWorker() => workers.Add(Processes.Start("jobs", settings, log));

    public Task KillApiAsync()
    {
        var killed = api!;
        api = null;
        return KillAsync(killed);
    }

    public async Task KillWorkerAsync(int which)
    {
        var killed = workers[which];
        workers.RemoveAt(which);
        await KillAsync(killed);
    }

    /// <summary>Starts workers again that ended by themselves, as `./cirm up` does: one that finds no database when it starts ends.</summary>
    public void StartAgain()
    {
        var ended = workers.RemoveAll(worker => worker.HasExited);
        for (; ended > 0; ended--) StartWorker();
    }

    /// <summary>Waits until the API answers and reaches its database.</summary>
    public async Task ReadyAsync()
    {
        using var client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(10) };
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromMinutes(2); await Task.Delay(50))
        {
            try
            {
                using var answer = await client.GetAsync("/health/ready");
                if (answer.IsSuccessStatusCode) return;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // not yet
            }
        }
        throw new InvalidOperationException($"The API did not become ready:\n{Log}");
    }

    /// <summary>The exit code of <c>verify-audit</c>.</summary>
    public async Task<int> VerifyAuditAsync()
    {
        using var verify = Processes.Start("jobs", settings, log, "verify-audit");
        await verify.WaitForExitAsync();
        return verify.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in (Process?[])[.. workers, api])
            if (process is not null) await KillAsync(process);
        File.Delete(log);
    }

    static async Task KillAsync(Process process)
    {
        process.Kill(); // SIGKILL
        await process.WaitForExitAsync();
        process.Dispose();
    }

    async Task SetUpAsync(Receiver receiver)
    {
        using var client = new HttpClient { BaseAddress = Address };
        var signedIn = await client.PostAsJsonAsync("/v1/auth/token", new { email = "admin@faults.example", password = Password });
        Authorization = new("Bearer", (await signedIn.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString()!);
        client.DefaultRequestHeaders.Authorization = Authorization;
        var (from, until) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
        await PostAsync("services", new
        {
            key = "lamps", name = "Lamps", serves = new { en = "Everybody" }, rights = new { basis = "Law", objection = "Write" },
            standard = new { firstResponseHours = 8, resolutionHours = 48 }, publish = true,
        });
        await PostAsync("webhooks", new { url = $"{receiver.Origin}/all", events = (string[])["case.submitted", "case.transitioned"] });
        await PostAsync("surveys", new
        {
            key = Survey, title = "Light", anonymity = "anonymous",
            questions = (object[])[new { key = "lit", type = "single", text = "Is your street lit?", options = (object[])[new { key = "yes", text = "Yes" }, new { key = "no", text = "No" }] }],
        });
        await PostAsync($"surveys/{Survey}/waves", new { name = "w", opensAt = from, closesAt = until });
        await PostAsync("initiatives", new { key = Initiative, title = "Which first?", tier = "decision", opensAt = from, closesAt = until, decision = new { method = "approval" } });
        foreach (var option in (string[])["a", "b", "c"]) await PostAsync($"initiatives/{Initiative}/options", new { key = option, title = option });

        async Task PostAsync(string path, object body)
        {
            using var answer = await client.PostAsJsonAsync($"/v1/agencies/{Slug}/{path}", body);
            if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{path}: {await answer.Content.ReadAsStringAsync()}");
        }
    }
}
