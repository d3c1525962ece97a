using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;

namespace Cirm.Core.Insight.Results;

/// <summary>
/// Something that is counted by itself: a question, a row of a matrix, or two questions that say the opposite. Its counts lie one
/// behind the other: who answered, who was asked, then the options.
/// </summary>
/// <param name="Question">The question; of a pair the first.</param>
/// <param name="Row">Of a matrix.</param>
/// <param name="At">Where its counts begin.</param>
/// <param name="Options">What is counted, by key.</param>
/// <param name="Pair">The question that says the opposite: counted is who agrees with both, and who disagrees with both.</param>
/// <param name="Sums">Of a number: where the sums of values and of squares stand; -1: nowhere.</param>
public sealed record CountedItem(SurveyQuestion Question, SurveyOption? Row, int At, IReadOnlyList<string> Options, SurveyQuestion? Pair = null, int Sums = -1)
{
    /// <summary>Its name among a survey's: no key of a question holds a tab.</summary>
    public string Key => Pair is not null ? $"{Question.Key}\t\t{Pair.Key}" : Row is null ? Question.Key : $"{Question.Key}\t{Row.Key}";

    /// <summary>How many counts it has.</summary>
    public int Length => 2 + Options.Count + (HasPlaces ? Options.Count * Options.Count : 0);

    /// <summary>Of a ranking that is not too long: how often each option was put in each place is counted as well.</summary>
    public bool HasPlaces => Question.Type == SurveyQuestionType.Ranking && Pair is null && Options.Count <= CountLayout.LongestRanking;

    /// <summary>Where it stands who answered.</summary>
    public int Answered => At;

    /// <summary>Where it stands who was asked, when that depends on the answers before.</summary>
    public int Asked => At + 1;

    /// <summary>How many of a stratum were asked.</summary>
    public long AskedOf(long[] counts) => Pair is not null ? counts[Answered] : Question.ShowIf is null ? counts[CountLayout.Responses] : counts[Asked];

    /// <summary>Where an option's count stands; of a ranking: as first choice.</summary>
    public int Option(int option) => At + 2 + option;

    /// <summary>Where it stands how often a ranking put an option in a place (0: the first).</summary>
    public int Place(int option, int place) => At + 2 + Options.Count + option * Options.Count + place;
}

/// <summary>Where everything that is counted of a survey stands in a stratum's counts.</summary>
public sealed class CountLayout
{
    /// <summary>Of longer rankings only first choices are counted.</summary>
    public const int LongestRanking = 12;

    /// <summary>Where all responses are counted.</summary>
    public const int Responses = 0;

    /// <summary>Where those are counted that staff entered.</summary>
    public const int Assisted = 1;

    /// <summary>Lays a survey out.</summary>
    public CountLayout(IReadOnlyList<SurveyQuestion> questions)
    {
        var items = new List<CountedItem>();
        var (at, sums) = (2, 0);
        foreach (var question in questions)
        {
            foreach (var row in question.Type == SurveyQuestionType.Matrix ? question.Rows! : (IReadOnlyList<SurveyOption?>)[null])
            {
                items.Add(new(question, row, at, OptionsOf(question), Sums: question.Type == SurveyQuestionType.Number ? 2 * sums++ : -1));
                at += items[^1].Length;
            }
        }
        foreach (var (question, opposite) in Pairs(questions))
        {
            items.Add(new(question, null, at, ["agree", "disagree"], opposite));
            at += items[^1].Length;
        }
        (Questions, Items, Length, SumsLength) = (questions, items, at, 2 * sums);
        Fingerprint = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(items.Select(i => new { i.Key, i.At, i.Options }), Wire.Json))[..8];
    }

    /// <summary>The survey's questions.</summary>
    public IReadOnlyList<SurveyQuestion> Questions { get; }

    /// <summary>What is counted, in the order of the questions; pairs at the end.</summary>
    public IReadOnlyList<CountedItem> Items { get; }

    /// <summary>How many counts a stratum has.</summary>
    public int Length { get; }

    /// <summary>How many sums.</summary>
    public int SumsLength { get; }

    /// <summary>The same for the same layout: counts of another one mean something else.</summary>
    public byte[] Fingerprint { get; }

    /// <summary>What can be answered, by key; numbers of a scale as they are written.</summary>
    static IReadOnlyList<string> OptionsOf(SurveyQuestion question) => question.Type switch
    {
        SurveyQuestionType.Scale => [.. Enumerable.Range((int)question.Least, (int)(question.Most - question.Least) + 1).Select(n => n.ToString(CultureInfo.InvariantCulture))],
        SurveyQuestionType.Number or SurveyQuestionType.Text => [],
        _ => [.. question.Options!.Select(o => o.Key)],
    };

    // An item and the one that says the opposite, when both are asked on scales that have a middle.
    static IEnumerable<(SurveyQuestion, SurveyQuestion)> Pairs(IReadOnlyList<SurveyQuestion> questions)
    {
        var byItem = questions.Where(q => q.Item is not null && q.Type == SurveyQuestionType.Scale).DistinctBy(q => q.Item).ToDictionary(q => q.Item!);
        foreach (var (item, question) in byItem)
            if (StandardItems.Find(item) is { Reversed: false, Pair: { } pair } && byItem.TryGetValue(pair, out var opposite)) yield return (question, opposite);
    }
}
