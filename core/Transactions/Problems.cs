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

    /// <summary>The citizen has the word when the agency says that it is done, not before.</summary>
    public static readonly Problem CaseNotOver = new("case-not-over", 409, "The agency has not said yet that this case is over.",
        "A verdict, a reopening or an appeal is possible once it is resolved, refused or closed; \"caseStatus\" says where it stands. Until then, add a note.");

    /// <summary>Staff do not speak for the citizen.</summary>
    public static readonly Problem CitizensOwnWord = new("citizens-own-word", 403, "Only the citizen concerned can say this.",
        "Sign in as who submitted the case, or send its tracking code. Staff who write down what a citizen tells them send that citizen's code.");

    /// <summary>The agency's rule says who may call a case solved.</summary>
    public static readonly Problem NotYoursToConfirm = new("not-yours-to-confirm", 403, "The agency's rule leaves it to others to call this case solved.",
        "The member \"whoConfirms\" says to whom. That it is not solved can be said in any case.");

    /// <summary>The citizen's time to reopen has passed.</summary>
    public static readonly Problem ReopeningTooLate = new("reopening-too-late", 409, "The time in which this case can be reopened has passed.",
        "The member \"possible\" names what can still be done.");

    /// <summary>The case was reopened as often as the agency allows.</summary>
    public static readonly Problem ReopeningTooOften = new("reopening-too-often", 409, "This case was reopened as often as the agency allows.",
        "The member \"possible\" names what can still be done.");

    /// <summary>There is one appeal against how a round ended.</summary>
    public static readonly Problem AppealExists = new("appeal-exists", 409, "There is an appeal against this outcome already.",
        "The member \"appeal\" says how it stands. What lies beyond it is told by the service's rights (rights.objection).");

    /// <summary>Somebody decided it before.</summary>
    public static readonly Problem AppealDecided = new("appeal-decided", 409, "This appeal has been decided.", "Read it again; a decision is not changed.");

    /// <summary>Nobody judges their own decision.</summary>
    public static readonly Problem OwnDecision = new("own-decision", 403, "Whoever decided a case does not decide the appeal against it.",
        "The member \"mayDecide\" says who may. A member of another unit, or a manager, can be made its owner.");

    /// <summary>The recovery has ended.</summary>
    public static readonly Problem RecoveryClosed = new("recovery-closed", 409, "This recovery has been closed.",
        "If the citizen says again that the case is not solved, a new one is opened.");

    /// <summary>The case goes on in another one.</summary>
    public static readonly Problem CaseMerged = new("case-merged", 409, "This case was merged into another one.", "The member \"mergedInto\" is the case that goes on in its place.");

    /// <summary>A case is not merged into itself.</summary>
    public static readonly Problem MergeIntoItself = new("merge-into-itself", 409, "A case cannot be merged into itself.", "Name the other case, which goes on.");

    /// <summary>The other one was merged into this one.</summary>
    public static readonly Problem MergeInACircle = new("merge-in-a-circle", 409, "That case was merged into this one.", "Nothing is left to do: this case goes on for both.");

    /// <summary>The other one does not go on.</summary>
    public static readonly Problem MergeIntoMerged = new("merge-into-merged", 409, "The case to merge into was merged into another one.", "Merge into the case that \"mergedInto\" names.");

    /// <summary>There is no merge to take back.</summary>
    public static readonly Problem NotMerged = new("not-merged", 409, "This case was not merged into another one.", "Nothing has to be taken back.");

    /// <summary>Something stands in the way.</summary>
    public static readonly Problem MergeCannotBeTakenBack = new("merge-cannot-be-taken-back", 409, "This merge cannot be taken back any more.",
        "The detail says why. What is new about it is a new case.");

    /// <summary>The two cases are linked so already.</summary>
    public static readonly Problem LinkExists = new("link-exists", 409, "These cases are linked in this way already.", "Read the case's links.");

    /// <summary>Nothing would change.</summary>
    public static readonly Problem AlreadyThere = new("already-there", 409, "This case is with that unit and that member already.", "Name another unit or another member.");

    /// <summary>Two people gave the case away at the same time.</summary>
    public static readonly Problem HandedOverMeanwhile = new("handed-over-meanwhile", 409, "Somebody else handed this case over in this moment.",
        "Read it again: perhaps it is where it belongs.");
}
