using System.Text.Json;
using Cirm.Core.Insight.Statistics;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;

namespace Cirm.Core.Insight.Results;

/// <summary>What a wave before showed, for the change since then.</summary>
/// <param name="Wave">Its name.</param>
/// <param name="Figures">Its counts; with weights when it had any.</param>
/// <param name="Shown">What it showed.</param>
/// <param name="Weights">By stratum; null: everybody counts the same.</param>
public sealed record EarlierWave(string Wave, ResultFigures Figures, ShownEditionTables Shown, IReadOnlyDictionary<int, double>? Weights);

/// <summary>Writes an edition as it is sent: a question at a time, for the groups of one breakdown.</summary>
/// <param name="figures">With or without weights.</param>
/// <param name="shown">What may be shown.</param>
/// <param name="before">The wave before, weighted in the same way; null: there is none.</param>
/// <param name="codes">Of text questions, by key: what writes their codes.</param>
public sealed class ResultWriter(ResultFigures figures, ShownEditionTables shown, EarlierWave? before, IReadOnlyDictionary<string, ResultWriter>? codes = null)
{
    /// <summary>What stands above the questions, as the members of an object.</summary>
    /// <param name="breakdown">See <see cref="Question"/>.</param>
    /// <param name="invited">People and codes.</param>
    /// <param name="weighting">How it is weighted.</param>
    /// <param name="eligible">How many people the survey asks, where that was counted; of all together only: the sizes of groups are protected elsewhere.</param>
    public byte[] Head(string breakdown, long invited, long eligible, Weighting? weighting) => Write(json =>
    {
        var answered = shown.Find(ResultDisclosure.Responses, figures.Groups.Groups[0]) is null ? (long?)null : figures.Count(0, CountLayout.Responses);
        if (answered is { } responses) json.WriteNumber("responses", responses);
        else json.WriteNull("responses");
        if (answered is null) json.WriteBoolean("suppressed", true);
        json.WritePropertyName("responseRate");
        Rate(json, invited > 0 ? invited : null, eligible > 0 ? eligible : null, answered);
        json.WriteStartArray("groups");
        foreach (var (g, group) in Listed(breakdown))
        {
            json.WriteStartObject();
            json.WriteString("group", group.Key);
            if (shown.Find(ResultDisclosure.Responses, group) is null) json.WriteBoolean("suppressed", true);
            else
            {
                json.WriteNumber("responses", figures.Count(g, CountLayout.Responses));
                if (shown.Find(ResultDisclosure.Assisted, group)?.Cells.Contains(0) == true) json.WriteNumber("assistedShare", figures.Share(g, CountLayout.Responses, CountLayout.Assisted).Mean);
                else json.WriteNull("assistedShare");
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartObject("hidden");
        json.WriteNumber("figures", shown.Hidden);
        json.WriteNumber("of", shown.Of);
        json.WriteEndObject();
        json.WritePropertyName("weighting");
        JsonSerializer.Serialize(json, weighting, Wire.Json);
    });

    static void Rate(Utf8JsonWriter json, long? invited, long? eligible, long? answered)
    {
        json.WriteStartObject();
        foreach (var (name, number) in new[] { ("invited", invited), ("eligible", eligible), ("answered", answered) })
        {
            if (number is { } known) json.WriteNumber(name, known);
            else json.WriteNull(name);
        }
        Number(json, "rate", Round((double?)answered / (invited ?? eligible) ?? double.NaN, true));
        json.WriteEndObject();
    }

    IEnumerable<(int Index, ResultGroup Item)> Listed(string breakdown) => figures.Groups.Groups.Index().Where(g => g.Index == 0 || g.Item.Breakdown == breakdown && g.Item.Listed);

    static byte[] Write(Action<Utf8JsonWriter> members)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = Wire.Json.Encoder }))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    /// <summary>A question's results.</summary>
    /// <param name="question">Which.</param>
    /// <param name="breakdown">The groups of <c>segment</c> or of an attribute; empty: all together only.</param>
    public byte[] Question(SurveyQuestion question, string breakdown) => Write(json =>
    {
        json.WriteString("key", question.Key);
        json.WriteString("type", question.Type.Word());
        if (question.Item is not null) json.WriteString("item", question.Item);
        json.WriteStartArray("groups");
        foreach (var (g, group) in Listed(breakdown)) Group(json, question, g, group);
        json.WriteEndArray();
    });

    void Group(Utf8JsonWriter json, SurveyQuestion question, int g, ResultGroup group)
    {
        json.WriteStartObject();
        json.WriteString("group", group.Key);
        var items = figures.Tally.Layout.Items.Where(i => i.Pair is null && i.Question == question).ToList();
        if (question.Type == SurveyQuestionType.Matrix)
        {
            if (items.All(i => shown.Find(i.Key, group) is null)) json.WriteBoolean("suppressed", true);
            else Rows(json, g, group, items);
        }
        else
        {
            Figures(json, g, group, items[0]);
        }
        Agreement(json, question, g, group);
        json.WriteEndObject();
    }

    void Rows(Utf8JsonWriter json, int g, ResultGroup group, List<CountedItem> items)
    {
        json.WriteStartArray("rows");
        foreach (var item in items)
        {
            json.WriteStartObject();
            json.WriteString("key", item.Row!.Key);
            Figures(json, g, group, item);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    void Figures(Utf8JsonWriter json, int g, ResultGroup group, CountedItem item)
    {
        if (shown.Find(item.Key, group) is not { } showing)
        {
            json.WriteBoolean("suppressed", true);
            return;
        }
        var size = figures.Share(g, item.Answered, item.Answered);
        var asked = figures.Asked(g, item);
        json.WriteNumber("n", (long)size.N);
        json.WriteNumber("effectiveN", figures.Weighted ? Math.Round(size.EffectiveN, 1) : size.N);
        json.WriteNumber("asked", asked);
        json.WriteNumber("skipped", asked - (long)size.N); // no answer is no secret: docs/adr/0016
        json.WriteNumber("itemNonResponse", asked == 0 ? 0 : Math.Round((asked - size.N) / asked, 4));
        if (item.Options.Count > 0) Options(json, g, group, item, showing);
        if (item.Question.Type is SurveyQuestionType.Scale or SurveyQuestionType.Number) Mean(json, g, group, item, showing);
        if (codes?.GetValueOrDefault(item.Key) is { } coded) coded.Codes(json, g, group);
    }

    // A text says this, or does not: the share is that of the texts that staff have read.
    void Codes(Utf8JsonWriter json, int g, ResultGroup group)
    {
        var item = figures.Tally.Layout.Items[0];
        if (shown.Find(item.Key, group) is not { } showing) return;
        json.WriteNumber("coded", figures.Count(g, item.Answered));
        Options(json, g, group, item, showing);
    }

    void Options(Utf8JsonWriter json, int g, ResultGroup group, CountedItem item, ShownGroup showing)
    {
        json.WriteStartArray("options");
        for (var o = 0; o < item.Options.Count; o++)
        {
            json.WriteStartObject();
            json.WriteString("key", item.Options[o]);
            if (Shows(shown, item, o, group))
            {
                var share = figures.Share(g, item.Answered, item.Option(o));
                var count = figures.Count(g, item.Option(o));
                json.WriteNumber("count", count);
                Share(json, share);
                if (before is not null && Shows(before.Shown, item, o, group) && IndexOf(before, group) is >= 0 and var then)
                {
                    var was = before.Figures.Share(then, item.Answered, item.Option(o));
                    Change(json, share.Mean, share.ShareBounds, was.Mean, was.ShareBounds);
                }
                if (item.HasPlaces && shown.Find(ResultDisclosure.Ranks(item), group) is not null) Rank(json, g, item, o);
            }
            else
            {
                json.WriteBoolean("suppressed", true);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    // Of a ranking its count is that of first choices. Points: as many as options for the first place, one less for the next.
    void Rank(Utf8JsonWriter json, int g, CountedItem item, int option)
    {
        var points = Enumerable.Range(0, item.Options.Count).Select(o => Points(figures.Rank(g, item, o), item.Options.Count)).ToList();
        var rank = figures.Rank(g, item, option);
        json.WriteNumber("ranked", (long)rank.N);
        Number(json, "meanRank", Round(rank.Mean, true));
        Number(json, "rankStandardError", Round(rank.StandardError, true));
        Number(json, "points", Round(points[option] / points.Sum(), true));

        static double Points(WeightedSums rank, int options) => (options + 1) * rank.W - rank.WX;
    }

    void Mean(Utf8JsonWriter json, int g, ResultGroup group, CountedItem item, ShownGroup showing)
    {
        var mean = figures.Mean(g, item);
        var same = !(mean.StandardError > 0); // all gave the same number: it is everybody's
        if (!showing.Mean || same)
        {
            foreach (var name in (string[])["mean", "standardError", "low", "high"]) json.WriteNull(name);
            json.WriteBoolean("meanSuppressed", true);
            return;
        }
        var rounded = item.Question.Type == SurveyQuestionType.Number || figures.Weighted;
        Number(json, "mean", Round(mean.Mean, rounded));
        Number(json, "standardError", Round(mean.StandardError, rounded));
        Number(json, "low", Round(mean.MeanBounds.Low, rounded));
        Number(json, "high", Round(mean.MeanBounds.High, rounded));
        if (before is null || before.Shown.Find(item.Key, group)?.Mean != true || IndexOf(before, group) is not (>= 0 and var then)) return;
        var was = before.Figures.Mean(then, item);
        if (was.StandardError > 0) Change(json, mean.Mean, mean.MeanBounds, was.Mean, was.MeanBounds);
    }

    // Who agrees with an item and with the one that says the opposite agrees with anything (SEG-STYLE).
    void Agreement(Utf8JsonWriter json, SurveyQuestion question, int g, ResultGroup group)
    {
        foreach (var item in figures.Tally.Layout.Items.Where(i => i.Pair is not null && i.Question == question))
        {
            json.WriteStartObject("agreementBias");
            json.WriteString("with", item.Pair!.Key);
            if (shown.Find(item.Key, group) is null) json.WriteBoolean("suppressed", true);
            else
            {
                json.WriteNumber("n", figures.Count(g, item.Answered));
                for (var o = 0; o < item.Options.Count; o++)
                {
                    json.WriteStartObject(o == 0 ? "agreesWithBoth" : "disagreesWithBoth");
                    if (Shows(shown, item, o, group)) Share(json, figures.Share(g, item.Answered, item.Option(o)));
                    else json.WriteBoolean("suppressed", true);
                    json.WriteEndObject();
                }
            }
            json.WriteEndObject();
        }
    }

    // Whoever knows the margins knows the weights: all digits of a weighted share have one answer only to how many of each stratum gave it.
    void Share(Utf8JsonWriter json, WeightedSums share)
    {
        Number(json, "share", Round(share.Mean, figures.Weighted));
        Number(json, "low", Round(share.ShareBounds.Low, figures.Weighted));
        Number(json, "high", Round(share.ShareBounds.High, figures.Weighted));
    }

    void Change(Utf8JsonWriter json, double now, Bounds boundsNow, double then, Bounds boundsThen)
    {
        var bounds = Bounds.OfChange(now, boundsNow, then, boundsThen);
        json.WriteStartObject("change");
        json.WriteString("since", before!.Wave);
        Number(json, "by", Round(now - then, true));
        Number(json, "low", Round(bounds.Low, true));
        Number(json, "high", Round(bounds.High, true));
        json.WriteEndObject();
    }

    /// <summary>Whether an option's count is shown: of a choice of several each is a table of its own.</summary>
    static bool Shows(ShownEditionTables shown, CountedItem item, int option, ResultGroup group) =>
        item.Pair is not null || item.Question.Type == SurveyQuestionType.Multiple
            ? shown.Find(ResultDisclosure.Chose(item, option), group)?.Cells.Contains(0) == true
            : shown.Find(item.Key, group)?.Cells.Contains(option) == true;

    static int IndexOf(EarlierWave wave, ResultGroup group)
    {
        for (var g = 0; g < wave.Figures.Groups.Groups.Count; g++)
            if (wave.Figures.Groups.Groups[g].Name == group.Name) return g;
        return -1;
    }

    static double Round(double value, bool rounded) => rounded && double.IsFinite(value) ? Math.Round(value, 4) : value;

    static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value)) json.WriteNumber(name, value);
        else json.WriteNull(name);
    }
}
