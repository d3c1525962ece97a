using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Cirm.Tests.Running;

/// <summary>`./cirm up` as one who runs it knows it: what was there is found again, whatever was killed.</summary>
public sealed class UpTests : IDisposable
{
    static readonly string Root = FindRoot();
    readonly string data = Path.Combine(Path.GetTempPath(), $"cirm-up-{Guid.NewGuid():N}");
    readonly int port = FreePort();

    public void Dispose()
    {
        if (Directory.Exists(data)) Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task What_was_acknowledged_is_found_after_everything_was_killed()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("CIRM_PG_BIN") is not null, "`./cirm up` would build under our feet: run by `./cirm test`.");

        using var first = Up();
        try
        {
            await ReadyAsync(first);
            await OwnerAsync("create table kept (what text); insert into kept values ('acknowledged')");

            using var second = Up();
            Assert.Contains("already running", await second.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            await second.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(1, second.ExitCode);
        }
        finally
        {
            KillEverything(first);
        }

        using var third = Up();
        try
        {
            await ReadyAsync(third);
            Assert.Equal("acknowledged", await OwnerAsync("select what from kept"));
            foreach (var setting in (string[])["fsync", "synchronous_commit", "full_page_writes", "data_checksums"])
                Assert.Equal("on", await OwnerAsync($"show {setting}"));

            Signal("TERM", third.Id);
            await third.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, third.ExitCode);
            Assert.False(File.Exists($"{data}/postgres/postmaster.pid"), "PostgreSQL was left running");
            Assert.Empty(Directory.GetFiles($"{data}/run"));
        }
        finally
        {
            KillEverything(third);
        }
    }

    [Fact]
    public async Task A_port_that_another_program_has_is_named_and_nothing_is_made()
    {
        using var stranger = new TcpListener(IPAddress.Loopback, port);
        stranger.Start();

        using var up = Up();
        var said = await up.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await up.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, up.ExitCode);
        Assert.Equal($"cirm: port {port} is taken by another program: stop it, or set CIRM_PORT", said.Trim());
        Assert.False(Directory.Exists(data));
    }

    Process Up()
    {
        var start = new ProcessStartInfo(Path.Combine(Root, "cirm"), "up") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("CIRM_DATABASE");
        start.Environment["CIRM_DATA"] = data;
        start.Environment["CIRM_PORT"] = port.ToString(CultureInfo.InvariantCulture);
        start.Environment["CIRM_SEED"] = "none";
        return Process.Start(start)!;
    }

    async Task ReadyAsync(Process up)
    {
        string? said;
        do said = await up.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        while (said is not null && !said.StartsWith("CiRM is ready", StringComparison.Ordinal));
        if (said is null) Assert.Fail(await up.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));

        using var client = new HttpClient();
        using var answer = await client.GetAsync($"http://127.0.0.1:{port}/health/ready");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    async Task<string?> OwnerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={File.ReadAllText($"{data}/postgres.port")};Database=cirm;"
            + $"Username=cirm_owner;Password={File.ReadAllText($"{data}/owner.password")};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (string?)await command.ExecuteScalarAsync();
    }

    // The script, its children and PostgreSQL, none of which gets to do anything about it.
    void KillEverything(Process up)
    {
        if (!Directory.Exists($"{data}/run")) return;
        string[] files = [.. Directory.GetFiles($"{data}/run", "*.pid"), $"{data}/postgres/postmaster.pid"];
        var pids = files.Where(File.Exists).Select(file => File.ReadLines(file).First().Split(' ')[0]);
        Signal("KILL", [up.Id, .. pids.Select(pid => int.Parse(pid, CultureInfo.InvariantCulture))]);
    }

    // By bash, which has kill built in: small images have no other.
    static void Signal(string name, params int[] pids)
    {
        using var kill = Process.Start("bash", ["-c", $"kill -{name} {string.Join(' ', pids)} 2>/dev/null"]);
        kill.WaitForExit();
    }

    // Below the ports that outgoing connections take, or one of those may have it by the time the API wants it.
    static int FreePort()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(10_000, 20_000));
            try
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException)
            {
                // Somebody has it: another.
            }
        }
    }

    static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "CiRM.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
