using System.ComponentModel.DataAnnotations;
using Cirm.Core.Participation;

namespace Cirm.Api.Participation;

/// <summary>How a decision is made; what is usual stands in docs/participation.md.</summary>
public sealed record WriteDecision
{
    /// <summary>approval, ranking, score, budget-greedy, budget-greedy-no-skip, budget-greedy-threshold or budget-equal-shares.</summary>
    [MaxLength(50)]
    public required string Method { get; init; }

    /// <summary>What can be spent.</summary>
    [Range(0.01, 1e12)]
    public decimal? Budget { get; init; }

    /// <summary>How many ballots the result needs: up to 1 a share of those who may vote, above 1 a number.</summary>
    [Range(0.0001, 1e9)]
    public decimal? Quorum { get; init; }

    /// <summary>Most options on one ballot.</summary>
    [Range(1, 1000)]
    public int? MaxChoices { get; init; }

    /// <summary>Of a ranking: irv (instant run-off, when not given) or borda.</summary>
    [MaxLength(20)]
    public string? Rule { get; init; }

    /// <summary>Of equal shares: add1 (when not given), add1-comparison, comparison or none.</summary>
    [MaxLength(20)]
    public string? Completion { get; init; }

    /// <summary>Of equal shares: cost (when not given) or number.</summary>
    [MaxLength(20)]
    public string? Utility { get; init; }

    /// <summary>How many options win, where there is no budget; 1 when not given.</summary>
    [Range(1, 1000)]
    public int? Winners { get; init; }

    /// <summary>How many points each ballot gives out, all of them.</summary>
    [Range(1, 10_000)]
    public int? Points { get; init; }

    /// <summary>Most points for one option; all points, or 100, when not given.</summary>
    [Range(1, 10_000)]
    public int? MaxScore { get; init; }

    /// <summary>Options with a lower score do not win.</summary>
    [Range(0, 1e9)]
    public decimal? Threshold { get; init; }

    /// <summary>Of a budget: whether the options of one ballot together have to fit into it; true when not given.</summary>
    public bool? WithinBudget { get; init; }

    internal DecisionSettings ToSettings() => new(Method, Budget, Quorum, MaxChoices, Rule, Completion, Utility, Winners, Points, MaxScore, Threshold, WithinBudget);

    internal static WriteDecision Of(DecisionSettings d) => new()
    {
        Method = d.Method, Budget = d.Budget, Quorum = d.Quorum, MaxChoices = d.MaxChoices, Rule = d.Rule, Completion = d.Completion, Utility = d.Utility, Winners = d.Winners, Points = d.Points,
        MaxScore = d.MaxScore, Threshold = d.Threshold, WithinBudget = d.WithinBudget,
    };
}
