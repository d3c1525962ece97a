using System.Text.Json;

namespace Cirm.Core.Insight.Surveying;

/// <summary>
/// Whether a question can ever be shown: tried with every kind of answer that its conditions, and those of the questions they look at, tell
/// apart. Conditions that tell more apart than can be tried are taken as reachable.
/// </summary>
static class Reachability
{
    const int MostTries = 20_000, MostNamed = 12;

    /// <summary>No answers to the questions before show it.</summary>
    public static bool IsNever(SurveyQuestion question, IReadOnlyDictionary<string, SurveyQuestion> before)
    {
        if (question.ShowIf is null) return false;
        var looked = new List<SurveyQuestion>(); // in the order in which they are asked
        Look(question.ShowIf);
        looked = [.. before.Values.Where(looked.Contains)];
        var leaves = looked.Append(question).SelectMany(q => q.ShowIf?.Leaves() ?? []).ToLookup(leaf => leaf.Question!);
        var kinds = looked.ToDictionary(q => q.Key, q => KindsOf(q, [.. leaves[q.Key]]));
        if (kinds.ContainsValue(null)) return false;
        if (kinds.Values.Aggregate(1L, (product, of) => Math.Min(product * (of!.Count + 1), MostTries + 1)) > MostTries) return false;
        return !Try(0, []);

        void Look(ShowIf condition)
        {
            foreach (var key in condition.Questions().Distinct())
            {
                if (!before.TryGetValue(key, out var earlier) || looked.Contains(earlier)) continue;
                looked.Add(earlier);
                if (earlier.ShowIf is not null) Look(earlier.ShowIf);
            }
        }

        bool Try(int i, Dictionary<string, JsonElement> answers)
        {
            if (i == looked.Count) return question.ShowIf.Holds(answers);
            var asked = looked[i];
            var shown = asked.ShowIf?.Holds(answers) != false;
            if (!(shown && asked.Required) && Try(i + 1, answers)) return true;
            if (!shown) return false;
            foreach (var kind in kinds[asked.Key]!)
            {
                answers[asked.Key] = kind;
                if (Try(i + 1, answers)) return true;
            }
            answers.Remove(asked.Key);
            return false;
        }
    }

    /// <summary>Answers to a question, one for each kind that these comparisons can tell apart; null when there are too many.</summary>
    static List<JsonElement>? KindsOf(SurveyQuestion question, IReadOnlyList<ShowIf> leaves)
    {
        var values = leaves.Where(l => l.Op != ShowIfOp.Exists).SelectMany(l => l.Op == ShowIfOp.In ? l.Value!.Value.EnumerateArray().ToArray() : [l.Value!.Value]).ToList();
        switch (question.Type)
        {
            case SurveyQuestionType.Scale or SurveyQuestionType.Number:
                var step = question.Type == SurveyQuestionType.Scale ? 1 : 0.000_001m;
                var named = values.Select(v => v.GetDecimal()).Distinct().Order().ToList();
                var between = named.Zip(named.Skip(1), (a, b) => question.Type == SurveyQuestionType.Scale ? decimal.Floor(a / 2 + b / 2) : a / 2 + b / 2);
                return [.. named.SelectMany(v => Near(v, step)).Concat(between).Append(question.Least).Append(question.Most)
                    .Where(v => v >= question.Least && v <= question.Most && (step < 1 || decimal.IsInteger(v))).Distinct().Select(v => JsonSerializer.SerializeToElement(v))];
            case SurveyQuestionType.Single:
                var keys = values.Select(v => v.GetString()!).ToHashSet();
                return [.. question.Options!.Where(o => keys.Contains(o.Key)).Concat(question.Options!.Where(o => !keys.Contains(o.Key)).Take(1)).Select(o => JsonSerializer.SerializeToElement(o.Key))];
            case SurveyQuestionType.Multiple or SurveyQuestionType.Ranking:
                var looked = values.Select(v => v.GetString()!).ToHashSet();
                return looked.Count > MostNamed ? null : [.. Choices(question, looked)];
            default:
                return [JsonSerializer.SerializeToElement("answered")];
        }
    }

    static IEnumerable<decimal> Near(decimal value, decimal step) => value is > -1e15m and < 1e15m ? [value - step, value, value + step] : [value];

    // Every set of the options that are looked at, filled up with others as far as so many have to be chosen.
    static IEnumerable<JsonElement> Choices(SurveyQuestion question, HashSet<string> looked)
    {
        var (named, others) = (question.Options!.Where(o => looked.Contains(o.Key)).Select(o => o.Key).ToList(), question.Options!.Where(o => !looked.Contains(o.Key)).Select(o => o.Key).ToList());
        for (var set = 0; set < 1 << named.Count; set++)
        {
            var chosen = named.Where((_, i) => (set & 1 << i) != 0).ToList();
            chosen.AddRange(others.Take(Math.Max(chosen.Count == 0 ? 1 : 0, (int)question.Least - chosen.Count)));
            if (chosen.Count > 0 && chosen.Count >= question.Least && chosen.Count <= question.Most) yield return JsonSerializer.SerializeToElement(chosen);
        }
    }
}
