using Cirm.Core.Platform;

namespace Cirm.Core.Participation;

/// <summary>What decisions can refuse.</summary>
public static partial class Problems
{
    /// <summary>Nothing is decided here.</summary>
    public static readonly Problem NoDecision = new("no-decision", 409, "Nothing is decided by ballot in this initiative.", "Raise its tier to decision, and say how it is decided.");

    /// <summary>An option with this key is there.</summary>
    public static readonly Problem OptionTaken = new("option-taken", 409, "The decision has an option with this key already.", "Use another key.");

    /// <summary>Somebody has voted: what can be chosen stays.</summary>
    public static readonly Problem OptionsFixed = new("options-fixed", 409, "Somebody has voted: the options cannot be changed any more.", "Options are there before the first ballot.");

    /// <summary>One voice each.</summary>
    public static readonly Problem AlreadyVoted = new("already-voted", 409, "This citizen has voted already.", "A ballot is revised with its receipt (POST …/ballots/revision) until closesAt.");

    /// <summary>A ballot of another form.</summary>
    public static readonly Problem BallotForm = new("ballot-form", 422, "The ballot does not have the form that this decision takes.",
        "approval and ranking take a list of option keys, each once; score, and budgets with points or maxScore, an object of points by option key.");

    /// <summary>A choice that nobody can make.</summary>
    public static readonly Problem ChoiceUnknown = new("choice-unknown", 422, "The decision has no such option.", "Use the keys of its options.");

    /// <summary>More than a ballot may name.</summary>
    public static readonly Problem TooManyChoices = new("too-many-choices", 422, "The ballot names too many options.", "It may name as many as maxChoices of the decision says.");

    /// <summary>Points that cannot be.</summary>
    public static readonly Problem PointsSum = new("points-do-not-add-up", 422, "The points of the ballot do not add up.",
        "Points are whole numbers from 0 to maxScore, and together exactly the decision's points where it names them.");

    /// <summary>More than there is to spend.</summary>
    public static readonly Problem OverBudget = new("over-budget", 422, "What the ballot chooses costs more than the budget.", "Choose what fits into the budget together.");

    /// <summary>No ballot has this receipt.</summary>
    public static readonly Problem ReceiptUnknown = new("receipt-unknown", 404, "No ballot of this decision has this receipt.", "Check the receipt that came with the ballot.");

    /// <summary>People still vote.</summary>
    public static readonly Problem VotingOpen = new("voting-open", 409, "It cannot be counted while people can vote.", "Wait for closesAt, or close the initiative (…/close), with a reason.");

    /// <summary>Two clerks read different things.</summary>
    public static readonly Problem PaperDisagrees = new("paper-disagrees", 409, "Paper ballots are not entered alike by two clerks.",
        "See …/paper-ballots?state=disagreed and ?state=waiting: enter them once more.");

    /// <summary>More paper than people.</summary>
    public static readonly Problem PaperExceeds = new("paper-exceeds", 409, "There are more paper ballots than people who were given one.", "Tick everybody off who is given a sheet (…/paper-voters), and look at the sheets again.");

    /// <summary>The sheet is read.</summary>
    public static readonly Problem SheetAgreed = new("sheet-agreed", 409, "Two clerks have agreed on this sheet.", "It stays as they read it.");

    /// <summary>The box has been opened.</summary>
    public static readonly Problem BoxOpened = new("box-opened", 409, "The ballot box has been opened.", "Nothing is added to it any more.");

    /// <summary>The box has not been opened.</summary>
    public static readonly Problem BallotsSealed = new("ballots-sealed", 409, "The ballots are sealed until they are counted.", "They are published when the count begins, after closesAt.");

    /// <summary>There is no result yet.</summary>
    public static readonly Problem NotCounted = new("not-counted", 409, "The decision has not been counted.", "Count it after closesAt (POST …/count); within a week it is counted by itself.");

    /// <summary>Nothing binds here.</summary>
    public static readonly Problem NotBinding = new("not-binding", 409, "The result does not bind the agency.", "Only from a binding result that reached its quorum can be departed.");

    /// <summary>The departure is published.</summary>
    public static readonly Problem AlreadyDeparted = new("already-departed", 409, "A departure from this result has been published.", "It stays beside the result.");
}
