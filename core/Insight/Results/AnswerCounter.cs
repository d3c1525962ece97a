using System.Text;
using System.Text.Json;
using Cirm.Core.Insight.Surveying;

namespace Cirm.Core.Insight.Results;

/// <summary>Counts answers as they are kept: JSON by question key. A million of them take seconds, so nothing is made of them but counts.</summary>
public sealed class AnswerCounter
{
    readonly CountLayout layout;
    readonly Known[] known;
    readonly int[] answered; // by question: in which response it was answered last
    readonly double[] value; // by question: the number given there
    readonly (CountedItem Item, int First, int Second)[] pairs;
    int response;

    /// <summary>Counts into a tally.</summary>
    public AnswerCounter(Tally tally)
    {
        (Tally, layout) = (tally, tally.Layout);
        known = [.. layout.Questions.Select(q => new Known(q, layout))];
        (answered, value) = (new int[known.Length], new double[known.Length]);
        pairs = [.. layout.Items.Where(i => i.Pair is not null).Select(i => (i, IndexOf(i.Question), IndexOf(i.Pair!)))];
    }

    /// <summary>What it counts into.</summary>
    public Tally Tally { get; }

    /// <summary>Counts a response.</summary>
    /// <param name="stratum">Of whom.</param>
    /// <param name="answers">As they are kept, in UTF-8.</param>
    /// <param name="assisted">Entered by staff.</param>
    public void Count(int stratum, ReadOnlySpan<byte> answers, bool assisted)
    {
        var counts = Tally.CountsOf(stratum);
        counts[CountLayout.Responses]++;
        if (assisted) counts[CountLayout.Assisted]++;
        response++;
        var reader = new Utf8JsonReader(answers);
        reader.Read();
        for (var next = 0; reader.Read() && reader.TokenType == JsonTokenType.PropertyName;)
        {
            var question = Find(ref reader, known, k => k.Key, ref next);
            reader.Read();
            if (question < 0) reader.Skip();
            else Count(counts, stratum, question, ref reader);
        }
        CountPairs(counts);
        CountAsked(counts, answers);
    }

    void Count(long[] counts, int stratum, int question, ref Utf8JsonReader reader)
    {
        var (of, item) = (known[question], known[question].Items[0].Counted);
        answered[question] = response;
        switch (of.Question.Type)
        {
            case SurveyQuestionType.Single:
                counts[item.Answered]++;
                if (of.Find(ref reader) is >= 0 and var chosen) counts[item.Option(chosen)]++;
                break;
            case SurveyQuestionType.Multiple:
                counts[item.Answered]++;
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    if (of.Find(ref reader) is >= 0 and var one) counts[item.Option(one)]++;
                break;
            case SurveyQuestionType.Scale:
                counts[item.Answered]++;
                value[question] = reader.GetDouble();
                if ((int)(value[question] - (double)of.Question.Least) is >= 0 and var point && point < item.Options.Count) counts[item.Option(point)]++;
                break;
            case SurveyQuestionType.Number:
                counts[item.Answered]++;
                var (sums, number) = (Tally.SumsOf(stratum), reader.GetDouble());
                sums[item.Sums] += number;
                sums[item.Sums + 1] += number * number;
                break;
            case SurveyQuestionType.Ranking:
                counts[item.Answered]++;
                for (var place = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; place++)
                {
                    if (of.Find(ref reader) is not (>= 0 and var ranked)) continue;
                    if (place == 0) counts[item.Option(ranked)]++;
                    if (item.HasPlaces) counts[item.Place(ranked, place)]++;
                }
                break;
            case SurveyQuestionType.Matrix:
                for (var next = 0; reader.Read() && reader.TokenType == JsonTokenType.PropertyName;)
                {
                    var row = Find(ref reader, of.Items, i => i.Key, ref next);
                    reader.Read();
                    if (row < 0) continue;
                    counts[of.Items[row].Counted.Answered]++;
                    if (of.Find(ref reader) is >= 0 and var cell) counts[of.Items[row].Counted.Option(cell)]++;
                }
                break;
            default:
                counts[item.Answered]++;
                reader.Skip();
                break;
        }
    }

    // Agreeing is more than the middle of the scale.
    void CountPairs(long[] counts)
    {
        foreach (var (item, first, second) in pairs)
        {
            if (answered[first] != response || answered[second] != response) continue;
            counts[item.Answered]++;
            var (a, b) = (Leaning(first), Leaning(second));
            if (a > 0 && b > 0) counts[item.Option(0)]++;
            if (a < 0 && b < 0) counts[item.Option(1)]++;
        }
    }

    int Leaning(int question) => Math.Sign(value[question] - (double)(known[question].Question.Least + known[question].Question.Most) / 2);

    // Who is asked what everybody is asked is known already.
    void CountAsked(long[] counts, ReadOnlySpan<byte> answers)
    {
        Dictionary<string, JsonElement>? given = null;
        for (var q = 0; q < known.Length; q++)
        {
            if (known[q].Question.ShowIf is not { } showIf) continue;
            if (answered[q] != response)
            {
                given ??= JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(answers)!;
                if (!showIf.Holds(given)) continue;
            }
            foreach (var item in known[q].Items) counts[item.Counted.Asked]++;
        }
    }

    static int Find<T>(ref Utf8JsonReader reader, T[] among, Func<T, byte[]> key, ref int next)
    {
        for (var tried = 0; tried < among.Length; tried++, next++)
        {
            if (next >= among.Length) next = 0;
            if (reader.ValueTextEquals(key(among[next]))) return next++;
        }
        return -1;
    }

    int IndexOf(SurveyQuestion question) => layout.Questions.Index().First(q => q.Item.Key == question.Key).Index;

    sealed record Row(CountedItem Counted, byte[] Key);

    sealed class Known(SurveyQuestion question, CountLayout layout)
    {
        readonly byte[][] options = [.. (question.Options ?? []).Select(o => Encoding.UTF8.GetBytes(o.Key))];

        public SurveyQuestion Question => question;
        public byte[] Key { get; } = Encoding.UTF8.GetBytes(question.Key);
        public Row[] Items { get; } = [.. layout.Items.Where(i => i.Question == question && i.Pair is null).Select(i => new Row(i, Encoding.UTF8.GetBytes(i.Row?.Key ?? "")))];

        public int Find(ref Utf8JsonReader reader)
        {
            for (var i = 0; i < options.Length; i++)
                if (reader.ValueTextEquals(options[i])) return i;
            return -1;
        }
    }
}
