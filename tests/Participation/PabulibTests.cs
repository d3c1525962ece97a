using System.Text.Json.Nodes;
using Cirm.Core.Participation.Counting;
using Cirm.Jobs.Participation;

namespace Cirm.Tests.Participation;

/// <summary>Published ballots are counted again by anybody, and what cannot be counted is said with its line.</summary>
public sealed class PabulibTests
{
    const string Small = """"
        META
        key;value
        num_projects;3
        num_votes;4
        budget;100,5
        vote_type;approval
        rule;greedy
        PROJECTS
        project_id;cost;name;selected
        1;50;"Lamps; and a ""path""";1
        2;60.5;Trees;0
        3;50.5;Benches;1
        VOTES
        voter_id;vote
        a;1,3
        b;3,1,3
        c;
        d;2
        """";

    /// <summary>Real budgets whose cities published the outcome. They lie beside the repository, as their licence is not ours to give.</summary>
    public static TheoryData<string> Published =>
        [.. Directory.Exists(Folder) ? Directory.GetFiles(Folder, "*.pb").Where(f => File.ReadLines(f).SkipWhile(l => l.Trim() != "PROJECTS").Skip(1).First().Contains(";selected", StringComparison.Ordinal)).Select(f => Path.GetFileName(f)) : ["none"]];

    internal static string Folder
    {
        get
        {
            var root = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(root, "CiRM.sln"))) root = Path.GetDirectoryName(root)!;
            return Path.Combine(root, "..", "shared", "data", "pb");
        }
    }

    [Theory, MemberData(nameof(Published))]
    public async Task What_a_city_published_comes_out_again(string file)
    {
        Assert.SkipWhen(file == "none", "The published budgets are not there.");
        var counted = await RecountAsync(0, Path.Combine(Folder, file));
        Assert.True((bool?)counted["asPublished"], $"{counted}");
    }

    [Fact]
    public void A_file_is_read_whatever_its_line_ends_and_quotes()
    {
        foreach (var text in (string[])[Small, Small.ReplaceLineEndings("\r\n"), $"\uFEFF{Small}\n\n"])
        {
            var file = Read(text.TrimStart('\uFEFF'));
            Assert.Equal(("greedy", 4, 100.5m), (file.Rule, file.Election.Voters, file.Election.Budget.ToDecimal()));
            Assert.Equal("Lamps; and a \"path\"", file.Election.Projects[0].Name);
            Assert.Equal([2, 1, 2], file.Election.Votes);
            Assert.Equal(["1", "3"], file.Selected!);
        }
    }

    [Theory]
    [InlineData("META\n", "META!\n", 1, "begin")]
    [InlineData("budget;100,5", "budget;much", 5, "budget")]
    [InlineData("budget;100,5\n", "", 13, "budget")]
    [InlineData("vote_type;approval", "vote_type;shouting", 6, "shouting")]
    [InlineData("num_votes;4", "num_votes;5", 4, "num_votes")]
    [InlineData("2;60.5;Trees;0", "2;-1;Trees;0", 11, "-1")]
    [InlineData("2;60.5;Trees;0", "1;60.5;Trees;0", 11, "twice")]
    [InlineData("2;60.5;Trees;0", "2", 11, "1 field")]
    [InlineData("d;2", "d;9", 18, "\"9\"")]
    [InlineData("VOTES\nvoter_id;vote\na;1,3\nb;3,1,3\nc;\nd;2", "", 13, "VOTES")]
    [InlineData("PROJECTS\n", "VOTES\n", 8, "PROJECTS")]
    [InlineData("vote_type;approval", "vote_type;cumulative", 14, "points")]
    public void What_cannot_be_counted_is_said_with_its_line(string from, string to, long line, string reason)
    {
        Assert.Contains(from, Small.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        var refused = Assert.Throws<BallotFileException>(() => Read(Small.ReplaceLineEndings("\n").Replace(from, to, StringComparison.Ordinal)));
        Assert.Contains(reason, refused.Reason, StringComparison.Ordinal);
        Assert.Equal(line, refused.Line);
    }

    [Fact]
    public async Task A_recount_says_its_rule_its_rounds_and_why_the_others_lost()
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, Small, TestContext.Current.CancellationToken);
        var counted = await RecountAsync(0, path);
        Assert.Equal(("greedy", "none", "1,3", 100.5m, true),
            ((string?)counted["method"], (string?)counted["completion"], string.Join(",", counted["winners"]!.AsArray()), (decimal)counted["spent"]!, (bool)counted["asPublished"]!));
        Assert.Equal("doesNotFit", (string?)counted["losses"]![0]!["reason"]);
        Assert.Equal(60.5m, (decimal)counted["losses"]![0]!["missing"]!);
        Assert.Equal("equal-shares", (string?)(await RecountAsync(0, path, "--method", "equal-shares", "--completion", "add1", "--utility", "number"))["method"]);

        foreach (var (initiatives, files) in (ValueTuple<string, string>[])[("budget-greedy", "greedy"), ("budget-greedy-no-skip", "greedy-no-skip"), ("budget-equal-shares", "equal-shares")])
            Assert.Equal((await RecountAsync(0, path, "--method", files)).ToJsonString(), (await RecountAsync(0, path, "--method", initiatives)).ToJsonString());

        await RecountAsync(2, path, "--method", "dice");
        await RecountAsync(2, path, "--method", "greedy", "--completion", "add1");
        await RecountAsync(2, path, "--speed", "high");
        await RecountAsync(2);
        await RecountAsync(1, $"{path}.not-there");
        File.Delete(path);
    }

    static PabulibFile Read(string text) => PabulibFile.Read(new StringReader(text));

    static async Task<JsonNode> RecountAsync(int code, params string[] args)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        Assert.Equal(code, await Recount.CommandAsync(args, output, errors));
        Assert.Equal(code == 0, errors.ToString().Length == 0);
        return code == 0 ? JsonNode.Parse(output.ToString())! : errors.ToString();
    }
}
