using System.Text.Json.Serialization;
using Cirm.Core.Platform;

namespace Cirm.Core.Insight.Surveying;

/// <summary>What the answer to a question of a survey looks like.</summary>
public enum SurveyQuestionType
{
    /// <summary>The key of one option.</summary>
    Single,
    /// <summary>A list of keys of options, each once.</summary>
    Multiple,
    /// <summary>A whole number from min to max (1 to 5 when nothing is said).</summary>
    Scale,
    /// <summary>A decimal number.</summary>
    Number,
    /// <summary>Words.</summary>
    Text,
    /// <summary>A list of keys of options, the first being the first choice.</summary>
    Ranking,
    /// <summary>The key of an option for each row: <c>{"row": "option"}</c>.</summary>
    Matrix,
}

/// <summary>One of several answers, or a row of a matrix.</summary>
/// <param name="Key">How it is answered.</param>
/// <param name="Text">How it is read.</param>
public sealed record SurveyOption(string Key, Localized Text);

/// <summary>A question of a survey.</summary>
/// <param name="Key">Its word in answers, files and results.</param>
/// <param name="Type">What the answer looks like.</param>
/// <param name="Text">What is asked.</param>
/// <param name="Options">What can be chosen: of single, multiple, ranking and matrix; of a scale, how its numbers are read.</param>
/// <param name="Rows">Of a matrix.</param>
/// <param name="Required">When it is shown, it has to be answered; of a matrix every row.</param>
/// <param name="Min">The least number, or the fewest options or rows.</param>
/// <param name="Max">The greatest number, the most options, or the most characters of a text.</param>
/// <param name="ShowIf">When it is shown; null: always.</param>
/// <param name="Item">The standard item that it is (<see cref="StandardItems"/>); null: none.</param>
public sealed record SurveyQuestion(
    string Key, SurveyQuestionType Type, Localized Text,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<SurveyOption>? Options = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<SurveyOption>? Rows = null,
    bool Required = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? Min = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? Max = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ShowIf? ShowIf = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Item = null)
{
    /// <summary>Longest text when a question does not say, in UTF-16 code units.</summary>
    public const int LongestText = 4_000;

    /// <summary>Options are chosen from.</summary>
    [JsonIgnore]
    public bool Chooses => Type is SurveyQuestionType.Single or SurveyQuestionType.Multiple or SurveyQuestionType.Ranking or SurveyQuestionType.Matrix;

    /// <summary>The least number of a scale or number; the fewest options.</summary>
    [JsonIgnore]
    public decimal Least => Min ?? (Type == SurveyQuestionType.Scale ? 1 : Type == SurveyQuestionType.Number ? decimal.MinValue : 0);

    /// <summary>The greatest number of a scale or number; the most options or characters.</summary>
    [JsonIgnore]
    public decimal Most => Max ?? Type switch
    {
        SurveyQuestionType.Scale => 5,
        SurveyQuestionType.Text => LongestText,
        SurveyQuestionType.Multiple or SurveyQuestionType.Ranking => Options?.Count ?? 0,
        SurveyQuestionType.Matrix => Rows?.Count ?? 0,
        _ => decimal.MaxValue,
    };

    /// <summary>Whether an option has this key.</summary>
    public bool Has(string option) => Options?.Any(o => o.Key == option) == true;
}
