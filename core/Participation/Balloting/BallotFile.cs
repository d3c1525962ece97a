using System.Globalization;
using System.Text;

namespace Cirm.Core.Participation.Balloting;

/// <summary>What the published file says of its decision.</summary>
/// <param name="Agency">Whose it is.</param>
/// <param name="Key">Of the initiative.</param>
/// <param name="Title">Of the initiative.</param>
/// <param name="Language">Of the words in the file.</param>
/// <param name="OpensAt">From when people voted.</param>
/// <param name="ClosesAt">Until when.</param>
/// <param name="Decision">How it is decided.</param>
public sealed record BallotFileHead(string Agency, string Key, string Title, string Language, DateTimeOffset OpensAt, DateTimeOffset ClosesAt, DecisionSettings Decision);

/// <summary>
/// Writes ballots in Pabulib's format (pabulib.org/format), by number: the same ballots always make the same bytes. Where no money is given, every option
/// costs one and the budget is how many can win: greedy readers count approvals, points and Borda's count so. A run-off is
/// named by its rule.
/// </summary>
public static class BallotFile
{
    /// <summary>Writes a file.</summary>
    /// <param name="head">What it says of its decision.</param>
    /// <param name="options">In the declared order: key, title, cost.</param>
    /// <param name="ballots">Number and marks.</param>
    public static byte[] Write(BallotFileHead head, IReadOnlyList<(string Key, string Title, decimal? Cost)> options, List<(string Number, Mark[] Marks)> ballots)
    {
        var (decision, votes, scores) = (head.Decision, new int[options.Count], new long[options.Count]);
        foreach (var (_, marks) in ballots)
            foreach (var mark in marks)
            {
                votes[mark.Place]++;
                scores[mark.Place] += mark.Points;
            }
        ballots.Sort((a, b) => string.CompareOrdinal(a.Number, b.Number));
        using var bytes = new MemoryStream();
        using (var text = new StreamWriter(bytes, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" })
        {
            text.WriteLine("META");
            text.WriteLine("key;value");
            foreach (var (key, value) in Meta(head, options.Count, ballots.Count)) text.WriteLine($"{key};{Field(value)}");
            text.WriteLine("PROJECTS");
            text.WriteLine(decision.Form == BallotForm.Points ? "project_id;cost;votes;score;name" : "project_id;cost;votes;name");
            foreach (var (place, (key, title, cost)) in options.Index())
                text.WriteLine($"{key};{(decision.IsBudget ? Number(cost ?? 0) : "1")};{votes[place]};{(decision.Form == BallotForm.Points ? $"{scores[place]};" : "")}{Field(title)}");
            text.WriteLine("VOTES");
            text.WriteLine(decision.Form == BallotForm.Points ? "voter_id;vote;points" : "voter_id;vote");
            foreach (var (number, marks) in ballots)
            {
                text.Write(number);
                for (var i = 0; i < marks.Length; i++)
                {
                    text.Write(i == 0 ? ';' : ',');
                    text.Write(options[marks[i].Place].Key);
                }
                if (marks.Length == 0) text.Write(';');
                if (decision.Form == BallotForm.Points)
                    for (var i = 0; i < marks.Length; i++)
                    {
                        text.Write(i == 0 ? ';' : ',');
                        text.Write(marks[i].Points);
                    }
                text.WriteLine();
            }
        }
        return bytes.ToArray();
    }

    static IEnumerable<(string Key, string Value)> Meta(BallotFileHead head, int options, int ballots)
    {
        var decision = head.Decision;
        yield return ("description", head.Title);
        yield return ("country", "unknown"); // the format asks for it; an agency does not say it
        yield return ("unit", head.Agency);
        yield return ("instance", head.Key);
        yield return ("num_projects", $"{options}");
        yield return ("num_votes", $"{ballots}");
        yield return ("budget", Number(decision.Budget ?? decision.Winners ?? 1));
        yield return ("rule", RuleOf(decision));
        yield return ("vote_type", decision switch { { Form: BallotForm.Ranking } => "ordinal", { Form: BallotForm.Approval } => "approval", { Points: not null } => "cumulative", _ => "scoring" });
        yield return ("date_begin", Date(head.OpensAt));
        yield return ("date_end", Date(head.ClosesAt));
        yield return ("language", head.Language);
        yield return ("min_length", "1");
        if (decision.MaxChoices is { } most) yield return ("max_length", $"{Math.Min(most, options)}");
        if (decision.MaxScore is { } score) yield return ("max_points", $"{score}");
        if (decision.Points is { } points) yield return ("max_sum_points", $"{points}");
        if (decision is { WithinBudget: true, Budget: { } budget }) yield return ("max_sum_cost", Number(budget));
        if (decision.Threshold is { } threshold) yield return ("min_project_score_threshold", Number(threshold));
        if (decision.Utility == "number") yield return ("utility", "number");
        if (!decision.IsBudget) yield return ("method", decision.Rule ?? decision.Method);
    }

    /// <summary>The word for a decision's rule in the file; greedy stands for whatever is counted by points.</summary>
    public static string RuleOf(DecisionSettings decision) => decision switch
    {
        { Method: "budget-equal-shares", Completion: null or "none" } => "equalshares",
        { Method: "budget-equal-shares", Completion: "comparison" } => "equalshares-comparison",
        { Method: "budget-equal-shares" } => $"equalshares/{decision.Completion}",
        { IsBudget: true } => decision.Method["budget-".Length..],
        { Rule: "irv" } => "irv",
        _ => "greedy",
    };

    static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("dd.MM.yyyy", CultureInfo.InvariantCulture);

    static string Number(decimal number) => (number / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture);

    static string Field(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.AsSpan().IndexOfAny(";\"") < 0 ? line : $"\"{line.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
