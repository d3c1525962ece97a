using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Cirm.Bench;

/// <summary>Clients that ask as fast as they are answered, for a time.</summary>
static partial class Load
{
    public const int Clients = 16;
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(5);

    /// <summary>Operations a second over HTTP.</summary>
    public static async Task<Round> HttpAsync(Server server, Func<byte[]> request, int clients = Clients)
    {
        var processes = await server.ProcessesAsync();
        var (costs, watch) = (Costs.Of(processes), Stopwatch.StartNew());
        var counts = await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            using var connection = await HttpConnection.OpenAsync(server.Port);
            var count = 0;
            for (; watch.Elapsed < Time; count++) await connection.AskAsync(request());
            return count;
        }));
        var seconds = watch.Elapsed.TotalSeconds;
        return costs.RoundOf(counts.Sum(), seconds);
    }

    /// <summary>Transactions a second by pgbench, as the role of the application, on the same PostgreSQL.</summary>
    public static async Task<Round> PgbenchAsync(Server server, string script, params (string Name, string Value)[] variables)
    {
        var connection = new NpgsqlConnectionStringBuilder(Server.ConnectionTo(server.Database));
        var (postmaster, own) = (await Server.PostmasterAsync(), ProcessorTime.Own);
        var before = ProcessorTime.MillisecondsOf(postmaster) + ChildrenOf(own);
        var output = await Programs.RunAsync(
            Path.Combine(Environment.GetEnvironmentVariable("CIRM_PG_BIN") ?? "", "pgbench"),
            [
                "-n", "-M", "prepared", "-c", $"{Clients}", "-j", "2", "-T", $"{Time.TotalSeconds}", "-f", Path.Combine(AppContext.BaseDirectory, $"{script}.pgbench"),
                "-D", "n=0", .. variables.SelectMany(v => (string[])["-D", $"{v.Name}={v.Value}"]), "-h", connection.Host!, "-p", $"{connection.Port}", "-U", "cirm_app", server.Database,
            ],
            new Dictionary<string, string> { ["PGPASSWORD"] = Migrations.Migrator.PasswordOf("cirm_app", "bench") });
        var tps = double.Parse(Tps().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        var transactions = double.Parse(Processed().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        return new(tps, (ProcessorTime.MillisecondsOf(postmaster) + ChildrenOf(own) - before) / transactions);
    }

    static double ChildrenOf(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return 10 * (double.Parse(fields[13], CultureInfo.InvariantCulture) + double.Parse(fields[14], CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"tps = ([0-9.]+)")]
    private static partial Regex Tps();

    [GeneratedRegex(@"actually processed: ([0-9]+)")]
    private static partial Regex Processed();
}
