using System.Text.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;

namespace Cirm.Tests.Insight;

/// <summary>Properties of branching, on surveys and answers that are made by chance, the same in every run.</summary>
public sealed class ShowIfTests
{
    const int Surveys = 400, Walks = 15;

    [Fact]
    public void Whoever_answers_what_is_shown_is_never_refused_and_what_is_hidden_always_is()
    {
        var (hidden, shown) = (0, 0);
        for (var seed = 0; seed < Surveys; seed++)
        {
            var random = new Random(seed);
            var questions = SurveyOf(random, satisfiable: true);
            Assert.DoesNotContain(SurveyQuestions.Check(questions), e => e.Code != "unreachable");
            for (var walk = 0; walk < Walks; walk++)
            {
                // As a person does it: question by question, what is shown may be answered.
                var given = new Dictionary<string, JsonElement>();
                var visible = new HashSet<string>();
                foreach (var question in questions)
                {
                    if (question.ShowIf?.Holds(given) == false) continue;
                    visible.Add(question.Key);
                    if (question.Required || random.Next(4) > 0) given[question.Key] = AnswerTo(question, random);
                }
                var (kept, errors) = SurveyAnswers.Read(questions, given);
                Assert.True(errors.Count == 0, $"survey {seed}, walk {walk}: {string.Join("; ", errors)}");
                Assert.Equal(given.Keys.Order(), kept.Keys.Order());

                foreach (var question in questions.Where(q => !visible.Contains(q.Key)))
                {
                    hidden++;
                    var wrong = SurveyAnswers.Read(questions, new Dictionary<string, JsonElement>(given) { [question.Key] = AnswerTo(question, random) }).Errors.Single();
                    Assert.Equal(("question-hidden", $"/answers/{question.Key}"), (wrong.Problem.Code, wrong.Error.Pointer));
                }
                shown += visible.Count;
                foreach (var question in questions.Where(q => q.Required && visible.Contains(q.Key)))
                {
                    var without = given.Where(g => g.Key != question.Key).ToDictionary();
                    Assert.Contains(SurveyAnswers.Read(questions, without).Errors, e => e.Problem.Code == "answer-missing" && e.Question == question.Key);
                }
            }
        }
        Assert.True(hidden > 1_000 && shown > 10_000, $"{hidden} hidden, {shown} shown: these surveys branch too little to prove anything.");
    }

    [Fact]
    public void A_question_that_is_called_unreachable_is_shown_to_nobody_and_one_that_somebody_sees_is_not()
    {
        var (never, seen) = (0, 0);
        for (var seed = 0; seed < Surveys; seed++)
        {
            var random = new Random(100_000 + seed);
            var questions = SurveyOf(random, satisfiable: false);
            var unreachable = SurveyQuestions.Check(questions).Where(e => e.Code == "unreachable").Select(e => questions[int.Parse(e.Pointer.Split('/')[2], System.Globalization.CultureInfo.InvariantCulture)].Key).ToHashSet();
            never += unreachable.Count;
            for (var walk = 0; walk < 20 * Walks; walk++)
            {
                var given = new Dictionary<string, JsonElement>();
                foreach (var question in questions)
                {
                    if (question.ShowIf?.Holds(given) == false) continue;
                    Assert.DoesNotContain(question.Key, unreachable);
                    if (question.ShowIf is not null) seen++;
                    if (question.Required || random.Next(4) > 0) given[question.Key] = AnswerTo(question, random);
                }
            }
        }
        Assert.True(never > 20 && seen > 1_000, $"{never} unreachable, {seen} seen: these surveys prove nothing.");
    }

    [Theory]
    [InlineData("""{"question":"a","op":"eq","value":1}""", true)]
    [InlineData("""{"all":[{"question":"a","op":"ge","value":2},{"question":"a","op":"lt","value":2}]}""", false)]
    [InlineData("""{"all":[{"question":"a","op":"gt","value":2},{"question":"a","op":"lt","value":4}]}""", true)]
    [InlineData("""{"question":"a","op":"gt","value":5}""", false)]
    [InlineData("""{"question":"a","op":"ne","value":3}""", true)]
    [InlineData("""{"all":[{"question":"b","op":"eq","value":"x"},{"question":"b","op":"eq","value":"y"}]}""", false)] // one of two can be chosen
    [InlineData("""{"question":"b","op":"in","value":["x","y"]}""", true)]
    [InlineData("""{"not":{"question":"b","op":"exists"}}""", true)]
    [InlineData("""{"not":{"question":"a","op":"exists"}}""", false)] // it has to be answered
    public void A_question_that_can_never_be_shown_is_refused(string showIf, bool can)
    {
        var condition = ShowIf.Read(JsonDocument.Parse(showIf).RootElement, "", [])!;
        SurveyQuestion[] questions =
        [
            new("a", SurveyQuestionType.Scale, [], Required: true), new("b", SurveyQuestionType.Multiple, [], [new("x", []), new("y", [])], Max: 1), new("c", SurveyQuestionType.Text, [], ShowIf: condition),
        ];
        Assert.Equal(can ? [] : ["/questions/2/showIf unreachable"], SurveyQuestions.Check(questions).Select(e => $"{e.Pointer} {e.Code}"));
    }

    static SurveyQuestion[] SurveyOf(Random random, bool satisfiable)
    {
        var questions = new List<SurveyQuestion>();
        for (var i = 0; i < random.Next(3, 9); i++)
        {
            var type = (SurveyQuestionType)random.Next(7);
            var options = type is SurveyQuestionType.Scale or SurveyQuestionType.Number or SurveyQuestionType.Text ? null : Enumerable.Range(0, random.Next(2, 5)).Select(o => new SurveyOption($"o{o}", [])).ToList();
            var rows = type == SurveyQuestionType.Matrix ? Enumerable.Range(0, 3).Select(r => new SurveyOption($"r{r}", [])).ToList() : null;
            var earlier = questions.Where(q => satisfiable || q.Type is not (SurveyQuestionType.Text or SurveyQuestionType.Matrix)).ToList();
            questions.Add(new($"q{i}", type, [], options, rows, random.Next(3) == 0, type is SurveyQuestionType.Number or SurveyQuestionType.Scale ? 0 : null,
                type is SurveyQuestionType.Number or SurveyQuestionType.Scale ? 6 : null, earlier.Count > 0 && random.Next(3) > 0 ? ConditionOn(earlier, random, satisfiable ? 2 : 3) : null));
        }
        return [.. questions];
    }

    static ShowIf ConditionOn(List<SurveyQuestion> earlier, Random random, int depth)
    {
        if (depth > 0 && random.Next(2) == 0)
        {
            if (random.Next(4) == 0) return new(Not: ConditionOn(earlier, random, depth - 1));
            var parts = Enumerable.Range(0, random.Next(1, 4)).Select(_ => ConditionOn(earlier, random, depth - 1)).ToList();
            return random.Next(2) == 0 ? new(All: parts) : new(Any: parts);
        }
        var question = earlier[random.Next(earlier.Count)];
        JsonElement Value() => question.Options is { } options ? JsonSerializer.SerializeToElement(options[random.Next(options.Count)].Key) : JsonSerializer.SerializeToElement(random.Next(8));
        return question.Type switch
        {
            SurveyQuestionType.Text or SurveyQuestionType.Matrix => new(question.Key, ShowIfOp.Exists, random.Next(2) == 0 ? null : JsonSerializer.SerializeToElement(random.Next(2) == 0)),
            SurveyQuestionType.Scale or SurveyQuestionType.Number => new(question.Key, (ShowIfOp)random.Next(2) is var eq && random.Next(2) == 0 ? eq : (ShowIfOp)random.Next(3, 7), Value()),
            _ => random.Next(3) == 0 ? new(question.Key, ShowIfOp.In, JsonSerializer.SerializeToElement((JsonElement[])[Value(), Value()])) : new(question.Key, (ShowIfOp)random.Next(2), Value()),
        };
    }

    static JsonElement AnswerTo(SurveyQuestion question, Random random)
    {
        string Option() => question.Options![random.Next(question.Options.Count)].Key;
        object answer = question.Type switch
        {
            SurveyQuestionType.Single => Option(),
            SurveyQuestionType.Multiple or SurveyQuestionType.Ranking => question.Options!.Select(o => o.Key).OrderBy(_ => random.Next()).Take(random.Next(1, question.Options!.Count + 1)).ToArray(),
            SurveyQuestionType.Scale => random.Next(7),
            SurveyQuestionType.Number => random.Next(13) / 2m,
            SurveyQuestionType.Text => "words",
            _ => question.Rows!.ToDictionary(r => r.Key, _ => Option()),
        };
        return JsonSerializer.SerializeToElement(answer);
    }

    [Fact]
    public void A_condition_is_written_as_it_was_read()
    {
        var text = """{"all":[{"question":"a","op":"in","value":["x"]},{"any":[{"not":{"question":"b","op":"exists"}}]}]}""";
        var errors = new List<ValidationError>();
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(text), JsonSerializer.SerializeToNode(ShowIf.Read(JsonDocument.Parse(text).RootElement, "", errors), Wire.Json)));
        Assert.Empty(errors);
        Assert.Null(ShowIf.Read(JsonDocument.Parse("""{"all":[{"all":[{"all":[{"all":[{"all":[{"question":"b","op":"exists"}]}]}]}]}]}""").RootElement, "", errors));
        Assert.Equal("depth", errors.Single().Code);
    }
}
