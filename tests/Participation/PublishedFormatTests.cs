using System.Globalization;
using System.Text;
using System.Text.Json;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Participation;

/// <summary>
/// What we publish keeps the rules of https://pabulib.org/format to the letter, read here by code of its own: readers of others are stricter than ours. There is no public
/// reader of it for .NET or npm.
/// </summary>
public sealed class PublishedFormatTests(CirmHost host)
{
    static readonly string[] Required = ["description", "country", "unit", "instance", "num_projects", "num_votes", "budget", "rule", "vote_type", "date_begin", "date_end"];
    static readonly string[] VoteTypes = ["approval", "ordinal", "cumulative", "scoring"];

    [Theory]
    [InlineData("""{"method":"approval","maxChoices":2}""", "approval")]
    [InlineData("""{"method":"ranking"}""", "ordinal")]
    [InlineData("""{"method":"score","points":10}""", "cumulative")]
    [InlineData("""{"method":"score","maxScore":5}""", "scoring")]
    [InlineData("""{"method":"budget-greedy","budget":100.50}""", "approval")]
    [InlineData("""{"method":"budget-equal-shares","budget":1000000,"points":10,"withinBudget":false}""", "cumulative")]
    public async Task A_published_file_is_one_that_every_reader_of_the_format_takes(string decision, string type)
    {
        var agency = await host.NewAgencyAsync();
        var path = await Deciding.OpenAsync(agency, "decision", JsonDocument.Parse(decision).RootElement);
        var budget = decision.Contains("budget-", StringComparison.Ordinal);
        var titles = new Dictionary<string, string> { ["plain"] = "Lamps", ["semi"] = "Trees; and benches", ["quoted"] = "A \"path\", lit", ["fa"] = "روشنایی معابر" };
        foreach (var (key, title) in titles) await (await agency.Manager).PostJsonAsync($"{path}/options", new { key, title, cost = budget ? 40.25m : (decimal?)null });
        object One(string key, string other) => type is "cumulative" ? new Dictionary<string, int> { [key] = 7, [other] = 3 } : type is "scoring" ? new Dictionary<string, int> { [key] = 5, [other] = 2 } : (string[])[key, other];
        await Deciding.EnterAsync(host, agency, path, One("plain", "semi"), One("semi", "quoted"), One("quoted", "plain"), One("fa", "plain"));
        await Deciding.CountAsync(host, agency, path);
        var bytes = await host.Anonymous.GetByteArrayAsync($"{path}/ballots.pb");

        // UTF-8 without a mark, lines that end with LF, the last one too, none of them empty.
        var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        Assert.NotEqual('\uFEFF', text[0]);
        Assert.DoesNotContain('\r', text);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        string[] lines = text[..^1].Split('\n');
        Assert.DoesNotContain("", lines);

        // Three sections in this order, each with the names of its columns.
        int At(string section) => Assert.Single(lines.Index().Where(l => l.Item == section).Select(l => l.Index));
        var (projectsAt, votesAt) = (At("PROJECTS"), At("VOTES"));
        Assert.Equal((0, "key;value"), (At("META"), lines[1]));
        var meta = lines[2..projectsAt].Select(Fields).ToList();
        Assert.All(meta, m => Assert.Equal(2, m.Count));
        Assert.Equal(meta.Count, meta.Select(m => m[0]).Distinct().Count());
        var said = meta.ToDictionary(m => m[0], m => m[1]);
        Assert.All(Required, key => Assert.False(string.IsNullOrWhiteSpace(said.GetValueOrDefault(key)), key));
        Assert.Equal(type, said["vote_type"]);
        Assert.Contains(said["vote_type"], VoteTypes);
        foreach (var date in (string[])["date_begin", "date_end"]) Assert.True(DateTime.TryParseExact(said[date], "dd.MM.yyyy", CultureInfo.InvariantCulture, DateTimeStyles.None, out _), said[date]);
        Assert.True(Number(said["budget"]) > 0);
        if (budget) Assert.Equal(JsonDocument.Parse(decision).RootElement.GetProperty("budget").GetDecimal(), Number(said["budget"]));

        var projects = Table(lines[(projectsAt + 1)..votesAt], "project_id", "cost");
        Assert.Equal(said["num_projects"], $"{projects.Count}");
        Assert.Equal(projects.Count, projects.Select(p => p["project_id"]).Distinct().Count());
        Assert.Equal(titles, projects.ToDictionary(p => p["project_id"], p => p["name"]));
        Assert.All(projects, p => Assert.True(Number(p["cost"]) > 0));

        var votes = Table(lines[(votesAt + 1)..], type is "cumulative" or "scoring" ? ["voter_id", "vote", "points"] : ["voter_id", "vote"]);
        Assert.Equal((said["num_votes"], 4), ($"{votes.Count}", votes.Count));
        Assert.Equal(votes.Count, votes.Select(v => v["voter_id"]).Distinct().Count());
        var known = projects.Select(p => p["project_id"]).ToHashSet();
        var (count, score) = (known.ToDictionary(k => k, _ => 0), known.ToDictionary(k => k, _ => 0m));
        foreach (var vote in votes)
        {
            var named = vote["vote"].Split(',');
            Assert.Equal(named.Length, named.Distinct().Count());
            Assert.All(named, n => Assert.Contains(n, known));
            Assert.InRange(named.Length, int.Parse(said["min_length"], CultureInfo.InvariantCulture), said.TryGetValue("max_length", out var most) ? int.Parse(most, CultureInfo.InvariantCulture) : known.Count);
            foreach (var n in named) count[n]++;
            if (!vote.TryGetValue("points", out var given)) continue;
            var points = given.Split(',').Select(Number).ToArray();
            Assert.Equal(named.Length, points.Length);
            foreach (var (n, p) in named.Zip(points)) score[n] += p;
            Assert.All(points, p => Assert.InRange(p, 1, said.TryGetValue("max_points", out var highest) ? Number(highest) : decimal.MaxValue));
            if (said.TryGetValue("max_sum_points", out var all)) Assert.Equal(Number(all), points.Sum());
        }
        Assert.All(projects, p => Assert.Equal($"{count[p["project_id"]]}", p["votes"]));
        if (type is "cumulative" or "scoring") Assert.All(projects, p => Assert.Equal(score[p["project_id"]], Number(p["score"])));
    }

    static List<Dictionary<string, string>> Table(string[] lines, params string[] needed)
    {
        var columns = Fields(lines[0]);
        Assert.Equal(columns.Count, columns.Distinct().Count());
        Assert.All(needed, name => Assert.Contains(name, columns));
        return [.. lines[1..].Select(line =>
        {
            var fields = Fields(line);
            Assert.Equal(columns.Count, fields.Count);
            return columns.Zip(fields).ToDictionary(c => c.First, c => c.Second);
        })];
    }

    // A dot and no thousands, as in a program.
    static decimal Number(string text)
    {
        Assert.Matches("^[0-9]+(\\.[0-9]+)?$", text);
        return decimal.Parse(text, CultureInfo.InvariantCulture);
    }

    // Between semicolons; quoted only where a field has a semicolon or a quote in it, with quotes doubled.
    static List<string> Fields(string line)
    {
        var fields = new List<string>();
        for (var at = 0; ;)
        {
            if (at < line.Length && line[at] == '"')
            {
                var field = new StringBuilder();
                for (at++; ; at++)
                {
                    Assert.True(at < line.Length, line);
                    if (line[at] != '"') field.Append(line[at]);
                    else if (at + 1 < line.Length && line[at + 1] == '"') field.Append(line[at++]);
                    else break;
                }
                Assert.True(field.ToString().AsSpan().IndexOfAny(";\"") >= 0, line);
                fields.Add(field.ToString());
                at++;
            }
            else
            {
                var end = line.IndexOf(';', at) is >= 0 and var semicolon ? semicolon : line.Length;
                Assert.DoesNotContain('"', line[at..end]);
                Assert.Equal(line[at..end].Trim(), line[at..end]);
                fields.Add(line[at..end]);
                at = end;
            }
            if (at == line.Length) return fields;
            Assert.Equal(';', line[at++]);
        }
    }
}
