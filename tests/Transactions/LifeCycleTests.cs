using System.Net;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Cirm.Core.Platform;
using Cirm.Core.Transactions;
using Cirm.Tests.Harness;
using FsCheck.Fluent;

namespace Cirm.Tests.Transactions;

/// <summary>docs/life-cycle.md draws the life cycle from the code, and no sequence of calls leaves the drawing.</summary>
public sealed partial class LifeCycleTests(CirmHost host)
{
    [Fact]
    public async Task The_diagram_in_docs_is_the_table_of_the_code()
    {
        var said = await File.ReadAllTextAsync(Document);
        var drawn = Fence().Replace(said, _ => $"```mermaid\n{Draw()}```");
        if (said == drawn) return;
        await File.WriteAllTextAsync($"{Document}.new", drawn);
        Assert.Fail("The life cycle is another one than docs/life-cycle.md draws. Review the change and accept it with: mv docs/life-cycle.md.new docs/life-cycle.md");
    }

    [Fact]
    public async Task No_sequence_of_calls_reaches_what_the_diagram_does_not_show()
    {
        var edges = Edge().Matches(Fence().Match(await File.ReadAllTextAsync(Document)).Value).Select(m => (From: m.Groups[1].Value, To: m.Groups[2].Value)).ToHashSet();
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var crew = new Crew(agency, await agency.Citizen, await agency.Agent, await agency.Manager);
        await VerdictTests.PutRulesAsync(await agency.Admin, agency, 2, 60);
        var taken = new HashSet<(string, string)>();
        // Likely steps are drawn more often, so that cases get old; unlikely ones are tried all the same.
        var call = Gen.Frequency(
            (6, Gen.Constant("forward")), (3, Gen.Elements("accepted", "inProgress", "resolved", "refused", "closed", "reopened", "submitted")),
            (3, Gen.Elements("solved", "notSolved", "reopen", "appeal")), (3, Gen.Elements("upheld", "dismissed", "merge", "unmerge")));
        var calls = call.SelectMany(c => Gen.Choose(0, 2).Select(which => (c, which))).ListOf(40);
        foreach (var sequence in calls.Sample(15, 12))
        {
            var cases = new List<Traced>();
            for (var i = 0; i < 3; i++) cases.Add(await crew.SubmitAsync());
            foreach (var (what, which) in sequence)
            {
                var accepted = await crew.CallAsync(what, cases[which], cases[(which + 1) % 3]);
                foreach (var traced in cases)
                {
                    var before = traced.State;
                    await crew.ReadAsync(traced);
                    if (before == traced.State) continue;
                    Assert.True(accepted, $"{what} was refused, and yet {before} became {traced.State}.");
                    Assert.Contains((before, traced.State), edges);
                    taken.Add((before, traced.State));
                }
            }
        }
        Assert.True(taken.Count >= edges.Count / 2, $"Only {taken.Count} of {edges.Count} edges were taken: the walk proves little.");
    }

    static string Draw()
    {
        var lines = LifeCycle.Steps.GroupBy(s => (From: s.By == StepBy.Unmerge ? Merged : s.From.Word(), To: s.By == StepBy.Merge ? Merged : s.To.Word()))
            .Select(g => $"    {g.Key.From} --> {g.Key.To} : {string.Join(", ", g.Select(s => s.By switch
            {
                StepBy.Agency => "agency",
                StepBy.Citizen => "citizen",
                StepBy.Appeal => "appeal upheld",
                StepBy.Unmerge => "merge taken back",
                _ => "merge",
            }))}\n");
        return $"stateDiagram-v2\n    [*] --> {CaseStatus.Submitted.Word()}\n{string.Concat(lines)}    {Merged} : closed, merged into another case\n    {Merged} --> [*]\n";
    }

    const string Merged = "merged";

    static string Document => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../docs/life-cycle.md"));

    static string Here([CallerFilePath] string file = "") => file;

    [GeneratedRegex("```mermaid\n[^`]*```")]
    private static partial Regex Fence();

    [GeneratedRegex(@"^    ([a-zA-Z]+) --> ([a-zA-Z]+)", RegexOptions.Multiline)]
    private static partial Regex Edge();

    sealed class Traced(string path)
    {
        public string Path => path;
        public string State { get; set; } = "submitted";
        public string? Appeal { get; set; }
    }

    sealed class Crew(TestAgency agency, HttpClient citizen, HttpClient agent, HttpClient judge)
    {
        public async Task<Traced> SubmitAsync() => new($"{agency.Path}/cases/{(await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]}");

        public async Task ReadAsync(Traced traced)
        {
            var seen = await agent.GetJsonAsync(traced.Path);
            traced.State = seen["mergedInto"] is null ? (string)seen["status"]! : Merged;
            Assert.True(seen["mergedInto"] is null || (string?)seen["status"] == "closed");
        }

        /// <summary>Whether the call was accepted; anything but that or a refusal fails the test.</summary>
        public async Task<bool> CallAsync(string what, Traced on, Traced other)
        {
            var answer = what switch
            {
                "solved" => await citizen.PostAsJsonAsync($"{on.Path}/verdict", new { solved = true }),
                "notSolved" => await citizen.PostAsJsonAsync($"{on.Path}/verdict", new { solved = false, reason = "No." }),
                "reopen" => await citizen.PostAsJsonAsync($"{on.Path}/reopen", new { reason = "Again." }),
                "appeal" => await citizen.PostAsJsonAsync($"{on.Path}/appeals", new { reason = "Wrong." }),
                "upheld" or "dismissed" => await judge.PostAsJsonAsync($"{agency.Path}/appeals/{on.Appeal ?? Guid.Empty.ToString()}/decision", new { decision = what, reason = "So." }),
                "merge" => await agent.PostAsJsonAsync($"{on.Path}/merge", new { into = other.Path.Split('/')[^1], reason = "The same." }),
                "unmerge" => await agent.PostAsJsonAsync($"{on.Path}/unmerge", new { reason = "Not the same." }),
                "forward" => await agent.PostAsJsonAsync($"{on.Path}/transitions", new { to = Next(on.State), reason = "On." }),
                _ => await agent.PostAsJsonAsync($"{on.Path}/transitions", new { to = what, reason = "So." }),
            };
            if (answer.IsSuccessStatusCode)
            {
                if (what == "appeal") on.Appeal = (string?)(await answer.ReadAsync(HttpStatusCode.Created))["id"];
                return true;
            }
            Assert.Contains(answer.StatusCode, (HttpStatusCode[])[HttpStatusCode.Conflict, HttpStatusCode.NotFound]);
            return false;
        }

        static string Next(string state) => state switch { "submitted" => "accepted", "accepted" or "reopened" => "inProgress", "inProgress" => "resolved", _ => "closed" };
    }
}
