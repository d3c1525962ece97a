using System.Text.Json;
using Cirm.Core.Insight.Results;
using Cirm.Core.Insight.Surveying;

namespace Cirm.Api.Insight;

/// <summary>Results of a wave, as OpenAPI shows them.</summary>
/// <param name="Survey">The survey's key.</param>
/// <param name="Wave">The wave's name.</param>
/// <param name="By">What they are broken down by.</param>
/// <param name="Weighted">Weighted to the population's margins.</param>
/// <param name="AsOf">When the answers were counted; null: nothing is published yet.</param>
/// <param name="Responses">In this edition; null below the agency's smallest group.</param>
/// <param name="ResponseRate">Who was asked and who answered.</param>
/// <param name="Groups">By group how many answered, and the share of answers that staff entered.</param>
/// <param name="Hidden">How many figures of the edition, in all breakdowns, are hidden to protect people.</param>
/// <param name="Weighting">How it is weighted.</param>
/// <param name="Questions">In the order of the survey.</param>
public sealed record SurveyResultsView(
    string Survey, string Wave, string? By, bool Weighted, DateTimeOffset? AsOf, long? Responses, ResponseRateView? ResponseRate, IReadOnlyList<ResultGroupView>? Groups,
    HiddenView? Hidden, Weighting? Weighting, IReadOnlyList<QuestionResultsView> Questions);

/// <summary>Who was asked and who answered.</summary>
/// <param name="Invited">People and codes that were invited.</param>
/// <param name="Eligible">People whom the survey asks, where they were counted.</param>
/// <param name="Answered">How many answered.</param>
/// <param name="Rate">Answered by invited, or else by eligible.</param>
public sealed record ResponseRateView(long? Invited, long? Eligible, long? Answered, double? Rate);

/// <summary>A group as a whole.</summary>
/// <param name="Group"><c>all</c>, a segment's key or an attribute's value.</param>
/// <param name="Responses">How many answered.</param>
/// <param name="AssistedShare">The share that staff entered.</param>
/// <param name="Suppressed">Nothing is shown of it.</param>
public sealed record ResultGroupView(string Group, long? Responses, double? AssistedShare, bool? Suppressed);

/// <summary>How much is hidden.</summary>
/// <param name="Figures">So many figures,</param>
/// <param name="Of">of so many.</param>
public sealed record HiddenView(int Figures, int Of);

/// <summary>A question's results.</summary>
/// <param name="Key">The question's key.</param>
/// <param name="Type">Its type.</param>
/// <param name="Item">The standard item that it is.</param>
/// <param name="Groups">By group, that of all first.</param>
public sealed record QuestionResultsView(string Key, SurveyQuestionType Type, string? Item, IReadOnlyList<QuestionGroupView> Groups);

/// <summary>A question's results in a group.</summary>
/// <param name="Group"><c>all</c>, a segment's key or an attribute's value.</param>
/// <param name="Suppressed">Nothing is shown of it.</param>
/// <param name="N">How many answered the question.</param>
/// <param name="EffectiveN">What they are worth when weighted (Kish).</param>
/// <param name="Asked">How many were asked it.</param>
/// <param name="Skipped">How many of them did not answer.</param>
/// <param name="ItemNonResponse">The same as a share.</param>
/// <param name="Options">What was chosen; of a ranking first choices; of a text the codes that staff gave.</param>
/// <param name="Rows">Of a matrix.</param>
/// <param name="Mean">Of a scale or number.</param>
/// <param name="StandardError">Of the mean.</param>
/// <param name="Low">The mean's 95 % bounds,</param>
/// <param name="High">from and to.</param>
/// <param name="MeanSuppressed">The mean would give somebody away.</param>
/// <param name="Change">Of the mean, since the wave before.</param>
/// <param name="Coded">Of how many texts staff have said what is in them.</param>
/// <param name="AgreementBias">Of an item that is also asked the other way round: who agrees, or disagrees, with both.</param>
public sealed record QuestionGroupView(
    string Group, bool? Suppressed, long? N, double? EffectiveN, long? Asked, long? Skipped, double? ItemNonResponse, IReadOnlyList<OptionResultView>? Options,
    IReadOnlyList<JsonElement>? Rows, double? Mean, double? StandardError, double? Low, double? High, bool? MeanSuppressed, ChangeView? Change, long? Coded, JsonElement? AgreementBias);

/// <summary>An option's results.</summary>
/// <param name="Key">The option's key; of a scale the number.</param>
/// <param name="Suppressed">Its figures would give somebody away.</param>
/// <param name="Count">How many chose it.</param>
/// <param name="Share">Of those who answered.</param>
/// <param name="Low">The share's 95 % bounds (Wilson, at the effective sample size),</param>
/// <param name="High">from and to.</param>
/// <param name="Change">Of the share, since the wave before.</param>
/// <param name="MeanRank">Of a ranking: the place on average, among those who ranked it.</param>
/// <param name="Points">Of a ranking: its share of all points; a first place gives as many as there are options.</param>
public sealed record OptionResultView(string Key, bool? Suppressed, long? Count, double? Share, double? Low, double? High, ChangeView? Change, double? MeanRank, double? Points);

/// <summary>What changed since the wave before.</summary>
/// <param name="Since">That wave's name.</param>
/// <param name="By">Now less then.</param>
/// <param name="Low">Its 95 % bounds,</param>
/// <param name="High">from and to: a change is one when nought is not between them.</param>
public sealed record ChangeView(string Since, double By, double Low, double High);
