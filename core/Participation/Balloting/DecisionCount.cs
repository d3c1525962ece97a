using System.Text.Json.Serialization;
using Cirm.Core.Participation.Counting;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Participation.Balloting;

/// <summary>How those who voted compare with those who might have, by one attribute.</summary>
/// <param name="Attribute">Its key.</param>
/// <param name="Groups">By its values, and <c>unknown</c>.</param>
public sealed record Representation(string Attribute, IReadOnlyList<RepresentedGroup> Groups);

/// <summary>A group of citizens.</summary>
/// <param name="Group">The value.</param>
/// <param name="Eligible">How many might vote; null where it is not shown.</param>
/// <param name="Voted">How many did; null where it is not shown.</param>
/// <param name="ShareOfEligible">Among those who might vote.</param>
/// <param name="ShareOfVoters">Among those who did.</param>
/// <param name="Suppressed">Something is hidden, so that nobody can be found in it.</param>
public sealed record RepresentedGroup(string Group, long? Eligible, long? Voted, double? ShareOfEligible, double? ShareOfVoters, bool Suppressed);

/// <summary>The agency does not do what came out, and says why.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Office">The key of the unit that answers for it,</param>
/// <param name="OfficeName">and its name at the time.</param>
/// <param name="At">When it was published.</param>
public sealed record Departure(Localized Reason, string Office, Localized OfficeName, DateTimeOffset At) : IJsonColumn;

/// <summary>How many ballots the result needs.</summary>
/// <param name="Needed">So many; null where it would tell how many might vote.</param>
/// <param name="Met">There were.</param>
public sealed record Quorum(long? Needed, bool Met);

/// <summary>What came out of a decision.</summary>
/// <param name="Initiative">Its key.</param>
/// <param name="Method">As the decision says.</param>
/// <param name="Rule">How it was counted, in the word of the published file.</param>
/// <param name="Winners">Keys of options, in the order in which they won.</param>
/// <param name="Spent">On all of them.</param>
/// <param name="Budget">What there was.</param>
/// <param name="Turnout">How many ballots were counted.</param>
/// <param name="TurnoutShare">Of those who might vote; null where their number is not shown.</param>
/// <param name="Eligible">How many might vote; null below the agency's smallest group where eligibility is limited.</param>
/// <param name="Quorum">Null when the decision has none.</param>
/// <param name="Binding">The agency does what came out, or publishes why not.</param>
/// <param name="Paper">How many of the ballots came on paper.</param>
/// <param name="LeftOut">Sheets on which no two clerks agreed.</param>
/// <param name="Representativeness">Those who voted beside those who might have; null where it would give somebody away.</param>
/// <param name="BallotsDigest">SHA-256 of <c>ballots.pb</c>, in hexadecimal.</param>
/// <param name="Ballots">Where the ballots are.</param>
/// <param name="Rounds">What happened, so that everybody can follow it.</param>
/// <param name="Losses">Why the others did not win, and by how much.</param>
/// <param name="Steps">Of add1: by how many units every voter's part grew.</param>
/// <param name="Comparison">How many voters are better off with equal shares and with greedy, where the completion compares them.</param>
/// <param name="Departure">The agency does otherwise, and says why.</param>
/// <param name="OpenedAt">When the box was opened.</param>
/// <param name="CountedAt">When it was counted.</param>
/// <param name="Version">For If-None-Match.</param>
public sealed record DecisionResult(
    string Initiative, string Method, string Rule, IReadOnlyList<string> Winners, decimal? Spent, decimal? Budget, int Turnout, double? TurnoutShare, long? Eligible, Quorum? Quorum, bool Binding,
    int Paper, int LeftOut, IReadOnlyList<Representation>? Representativeness, string BallotsDigest, string Ballots, IReadOnlyList<CountedRound> Rounds, IReadOnlyList<CountedLoss> Losses,
    int? Steps, BudgetComparison? Comparison, Departure? Departure, DateTimeOffset OpenedAt, DateTimeOffset CountedAt, [property: JsonIgnore] long Version) : IVersioned;
