using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Insight.Results;
using Cirm.Core.Insight.Surveying;
using FsCheck;
using FsCheck.Fluent;

namespace Cirm.Tests.Insight;

/// <summary>Counts by stratum: what is counted batch by batch is what is counted at once, and what a slow reader counts.</summary>
public sealed class CountingTests
{
    static readonly SurveyOption[] Abc = [new("a", new("en", "A")), new("b", new("en", "B")), new("c", new("en", "C"))];
    static readonly SurveyOption[] Rows = [new("day", new("en", "Day")), new("night", new("en", "Night"))];

    static readonly SurveyQuestion[] Questions =
    [
        new("one", SurveyQuestionType.Single, new("en", "One?"), Abc),
        new("why", SurveyQuestionType.Text, new("en", "Why?"), ShowIf: new("one", ShowIfOp.Eq, JsonSerializer.SerializeToElement("a"))),
        new("many", SurveyQuestionType.Multiple, new("en", "Many?"), Abc),
        new("how", SurveyQuestionType.Scale, new("en", "How?"), Min: 1, Max: 5),
        new("years", SurveyQuestionType.Number, new("en", "Years?")),
        new("first", SurveyQuestionType.Ranking, new("en", "First?"), Abc),
        new("grid", SurveyQuestionType.Matrix, new("en", "Grid?"), Abc, Rows),
    ];

    [Fact]
    public void Batches_add_up_to_what_is_counted_at_once()
    {
        Prop.ForAll(Responses.ToArbitrary(), Gen.Choose(1, 7).ToArbitrary(), (responses, size) =>
        {
            var layout = new CountLayout(Questions);
            var (once, added) = (new Tally(layout), new Tally(layout));
            Count(once, responses);
            foreach (var batch in responses.Chunk(size))
            {
                var part = new Tally(layout);
                Count(part, batch);
                Assert.True(added.TryAdd(part.Pack())); // as they are kept
            }
            Assert.Equal(once.Strata.Order(), added.Strata.Order());
            foreach (var stratum in once.Strata)
            {
                Assert.Equal(once.CountsOf(stratum), added.CountsOf(stratum));
                foreach (var (x, y) in once.SumsOf(stratum).Zip(added.SumsOf(stratum))) Assert.Equal(x, y, 6);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Each_count_is_what_a_slow_reader_counts()
    {
        Prop.ForAll(Responses.ToArbitrary(), responses =>
        {
            var layout = new CountLayout(Questions);
            var tally = new Tally(layout);
            Count(tally, responses);
            foreach (var of in responses.GroupBy(r => r.Stratum))
            {
                var (counts, given) = (tally.CountsOf(of.Key), of.Select(r => r.Answers).ToList());
                Assert.Equal(of.Count(), counts[CountLayout.Responses]);
                Assert.Equal(of.Count(r => r.Assisted), counts[CountLayout.Assisted]);
                foreach (var item in layout.Items)
                {
                    var answers = given.Select(g => item.Row is null ? g[item.Question.Key] : g[item.Question.Key]?[item.Row.Key]).OfType<JsonNode>().ToList();
                    Assert.Equal(answers.Count, counts[item.Answered]);
                    Assert.Equal(item.Question.Key == "why" ? given.Count(g => (string?)g["one"] == "a") : of.Count(), item.AskedOf(counts));
                    foreach (var (o, option) in item.Options.Index()) Assert.Equal(answers.Count(a => Chose(item, a, option)), counts[item.Option(o)]);
                    if (!item.HasPlaces) continue;
                    foreach (var (o, option) in item.Options.Index())
                        for (var place = 0; place < item.Options.Count; place++)
                            Assert.Equal(answers.Count(a => a.AsArray().ElementAtOrDefault(place)?.GetValue<string>() == option), counts[item.Place(o, place)]);
                }
                Assert.Equal(given.Sum(g => (double?)g["years"] ?? 0), tally.SumsOf(of.Key)[0], 6);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Counts_of_other_questions_are_not_added()
    {
        var tally = new Tally(new(Questions));
        Assert.False(new Tally(new(Questions[1..])).TryAdd(tally.Pack()));
    }

    [Fact]
    public void Counts_of_any_size_are_kept_as_they_were()
    {
        var (tally, kept) = (new Tally(new(Questions)), new Tally(new(Questions)));
        long[] sizes = [1, 63, 64, 127, 128, 16_383, 16_384, long.MaxValue];
        foreach (var (i, size) in sizes.Index()) tally.CountsOf((int)Math.Min(size, int.MaxValue) - i)[i] = size;
        Assert.True(kept.TryAdd(tally.Pack()));
        Assert.Equal(tally.Strata.Order(), kept.Strata.Order());
        foreach (var stratum in tally.Strata) Assert.Equal(tally.CountsOf(stratum), kept.CountsOf(stratum));
    }

    [Fact]
    public void Who_agrees_with_an_item_and_with_its_opposite_is_counted()
    {
        var item = StandardItems.All.First(i => !i.Reversed && i.Pair is not null);
        var opposite = StandardItems.Find(item.Pair!)!;
        var tally = new Tally(new([item.ToQuestion("x", false, null), opposite.ToQuestion("y", false, null)]));
        var pair = Assert.Single(tally.Layout.Items, i => i.Pair is not null);
        var counter = new AnswerCounter(tally);
        foreach (var (x, y) in new[] { (5, 4), (4, 4), (5, 1), (1, 2), (3, 5) }) counter.Count(0, Encoding.UTF8.GetBytes($$"""{"x":{{x}},"y":{{y}}}"""), false);
        counter.Count(0, """{"x":5}"""u8, false);
        var counts = tally.CountsOf(0);
        Assert.Equal((5, 2, 1), (counts[pair.Answered], counts[pair.Option(0)], counts[pair.Option(1)]));
    }

    static bool Chose(CountedItem item, JsonNode answer, string option) => item.Question.Type switch
    {
        SurveyQuestionType.Multiple => answer.AsArray().Any(a => (string?)a == option),
        SurveyQuestionType.Ranking => (string?)answer.AsArray()[0] == option,
        _ => answer.ToString() == option,
    };

    static void Count(Tally tally, IEnumerable<Given> responses)
    {
        var counter = new AnswerCounter(tally);
        foreach (var r in responses) counter.Count(r.Stratum, Encoding.UTF8.GetBytes(r.Answers.ToJsonString()), r.Assisted);
    }

    public sealed record Given(int Stratum, JsonObject Answers, bool Assisted);

    static Gen<List<Given>> Responses => Gen.Choose(0, int.MaxValue).ListOf().Select(seeds => seeds.Select(seed =>
    {
        var random = new Random(seed);
        var answers = new JsonObject();
        bool Answers() => random.Next(4) > 0;
        string Option() => Abc[random.Next(3)].Key;
        string[] Some() => [.. Abc.Select(o => o.Key).OrderBy(_ => random.Next()).Take(random.Next(1, 4))];
        if (Answers()) answers["first"] = JsonSerializer.SerializeToNode(Some()); // in another order than the questions'
        if (Answers()) answers["one"] = Option();
        if ((string?)answers["one"] == "a" && Answers()) answers["why"] = "Because \"so\"";
        if (Answers()) answers["many"] = JsonSerializer.SerializeToNode(Some());
        if (Answers()) answers["how"] = random.Next(1, 6);
        if (Answers()) answers["years"] = Math.Round(random.NextDouble() * 50, 1);
        if (Answers()) answers["grid"] = new JsonObject { ["night"] = Option(), ["day"] = Option() };
        return new Given(random.Next(3), answers, random.Next(5) == 0);
    }).ToList());
}
