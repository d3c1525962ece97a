using Cirm.Core.Platform;

namespace Cirm.Core.Transactions;

/// <summary>What transactions can refuse.</summary>
public static class Problems
{
    /// <summary>The life cycle does not go there from here.</summary>
    public static readonly Problem TransitionNotAllowed = new("transition-not-allowed", 409, "The case cannot go there from where it stands.",
        "The member \"allowed\" names where it can go.");

    /// <summary>Two people moved the case at the same time.</summary>
    public static readonly Problem CaseMoved = new("case-moved", 409, "Somebody else moved this case in this moment.", "Read it again and decide anew.");

    /// <summary>Something is counted by this calendar.</summary>
    public static readonly Problem CalendarInUse = new("calendar-in-use", 409, "This calendar is in use.",
        "The members \"services\" and \"units\" say who names it: let them name another one first.");

    /// <summary>Nobody can be asked about a case that is over.</summary>
    public static readonly Problem NothingToAsk = new("case-over", 409, "This case is over.", "Reopen it first, or write a note.");

    /// <summary>One question at a time.</summary>
    public static readonly Problem AlreadyAsked = new("already-asked", 409, "The citizen has been asked already.",
        "Wait for the answer, withdraw the question, or write a note.");

    /// <summary>There is no question to answer or to withdraw.</summary>
    public static readonly Problem NothingAsked = new("nothing-asked", 409, "Nothing is being asked about this case.", "To say something nevertheless, write a note.");

    /// <summary>An anonymous case belongs to whoever claimed it first.</summary>
    public static readonly Problem CaseClaimed = new("case-claimed", 409, "This case belongs to somebody else.",
        "It can still be followed by its code. If it is yours, ask the agency.");
}
