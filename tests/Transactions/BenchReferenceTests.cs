using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Transactions;

/// <summary>A benchmark compares us with pgbench sending the same statement: tests/bench/*.pgbench is what our reading operations send.</summary>
public sealed partial class BenchReferenceTests(CirmHost host)
{
    [Theory]
    [InlineData("read", false, "/{id}")]
    [InlineData("read-staff", true, "/{id}")]
    [InlineData("page", true, "?status=submitted")]
    public async Task The_reference_of_a_benchmark_sends_the_statement_that_we_send(string name, bool asStaff, string path)
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var citizen = await agency.Citizen;
        var id = (await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"];
        var client = asStaff ? await agency.Agent : citizen;
        var sent = await SentAsync(client, $"{agency.Path}/cases{path.Replace("{id}", $"{id}", StringComparison.Ordinal)}");

        var file = Path.Combine(Path.GetDirectoryName(Here())!, $"../bench/{name}.pgbench");
        var script = await File.ReadAllTextAsync(file);
        var ours = Select().Replace(script, _ => Parameter().Replace(sent, p => AsVariable(name, p.Groups[1].Value)));
        if (script == ours) return;
        await File.WriteAllTextAsync($"{file}.new", ours);
        Assert.Fail($"tests/bench/{name}.pgbench sends another select than we do. Accept ours with: mv tests/bench/{name}.pgbench.new tests/bench/{name}.pgbench");
    }

    /// <summary>The select from cases that a request sends, in one line.</summary>
    static async Task<string> SentAsync(HttpClient client, string path)
    {
        var (trace, sent) = (ActivityTraceId.CreateRandom(), new ConcurrentBag<string>());
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == trace) sent.Add(Space().Replace($"{activity.GetTagItem("db.query.text")}", " "));
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01" } } };
        await (await client.SendAsync(request)).ReadAsync(HttpStatusCode.OK);
        return Assert.Single(sent.SelectMany(batch => Select().Matches(batch)).Select(m => m.Value));
    }

    // What pgbench makes up, or is given by tests/bench/Read.cs.
    static string AsVariable(string script, string parameter) => (script, parameter) switch
    {
        (_, "now") => "now()",
        ("page", "id") => ":after::uuid",
        (_, "id") => "lpad(to_hex(:n::bigint), 32, '0')::uuid",
        (_, "at") => ":at::timestamptz",
        (_, "staff") => ":staff::boolean",
        (_, "status") => ":status::text",
        (_, "agency" or "citizen" or "account") => $":{parameter}::uuid",
        _ => throw new InvalidOperationException($"Say what pgbench is to send for @{parameter}."),
    };

    static string Here([CallerFilePath] string file = "") => file;

    [GeneratedRegex("select c\\.id, c\\.number[^;]*")]
    private static partial Regex Select();

    [GeneratedRegex("@([A-Za-z]+)")]
    private static partial Regex Parameter();

    [GeneratedRegex("\\s+")]
    private static partial Regex Space();
}
