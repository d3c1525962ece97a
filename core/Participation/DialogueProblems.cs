using Cirm.Core.Platform;

namespace Cirm.Core.Participation;

public static partial class Problems
{
    /// <summary>It is out of sight already.</summary>
    public static readonly Problem RemarkRemoved = new("remark-removed", 409, "This text has been removed.", "Its removal says by which rule and why; its author can object there.");

    /// <summary>One objection a removal.</summary>
    public static readonly Problem RemovalAppealed = new("removal-appealed", 409, "An objection to this removal was made before.", "Read the removal: it says how the objection stands.");

    /// <summary>Nothing to decide.</summary>
    public static readonly Problem RemovalNotAppealed = new("removal-not-appealed", 409, "No objection to this removal waits for a decision.", "Read it again; a decision is not changed.");

    /// <summary>Nobody judges their own removal.</summary>
    public static readonly Problem OwnRemoval = new("own-removal", 403, "Whoever removed a text does not decide the objection to it.", "Another member of staff decides it.");

    /// <summary>Whoever asked knows what answers it.</summary>
    public static readonly Problem NotTheAsker = new("not-the-asker", 409, "Whoever asked says what answers the question.", "Answer it yourself with another post.");

    /// <summary>Whoever says something is owed an answer.</summary>
    public static readonly Problem UnansweredContributions = new("unanswered-contributions", 409, "This cannot be closed before everything that was said is answered.",
        "The member \"first\" names the first of them; \"unanswered\" says how many there are. One answer can go to many (…/answers).");

    /// <summary>One answer each.</summary>
    public static readonly Problem RemarkAnswered = new("remark-answered", 409, "This has been answered.", "An answer is not changed. Where it led can be added to it (PATCH …/answers/{id}).");

    /// <summary>Tasks belong to the third tier.</summary>
    public static readonly Problem NotExecution = new("not-an-execution", 409, "Tasks are started in an initiative that citizens carry out.", "Raise its tier to execution, or derive another initiative from it.");

    /// <summary>Not at this point.</summary>
    public static readonly Problem TaskStep = new("task-step", 409, "The task is not at this point.", "It is open, then done as whoever started it says, then confirmed by two others.");

    /// <summary>Somebody else made the promise.</summary>
    public static readonly Problem NotThePledger = new("not-the-pledger", 409, "Whoever made a promise takes it back.", "Nobody else can; staff can for those whose promise they entered.");

    /// <summary>Only whoever started it.</summary>
    public static readonly Problem NotTheStarter = new("not-the-starter", 409, "Whoever started a task says that it is done.", "Confirm it when they have said so.");

    /// <summary>Others confirm it.</summary>
    public static readonly Problem OwnTask = new("own-task", 409, "Whoever started a task does not confirm it.", "Two others do.");

    /// <summary>Once each.</summary>
    public static readonly Problem AlreadyConfirmed = new("already-confirmed", 409, "This person has confirmed the task.", "Another one has to.");

    /// <summary>One voice each.</summary>
    public static readonly Problem AlreadySupported = new("already-supported", 409, "This person supports the topic already.", "One voice each; others can support it too.");

    /// <summary>One design a draft.</summary>
    public static readonly Problem DesignExists = new("design-exists", 409, "This draft is open for co-design already.", "Propose on its parts there.");

    /// <summary>It is over.</summary>
    public static readonly Problem DesignClosed = new("design-closed", 409, "The co-design is over.", "What was proposed, and what became of it, stays readable.");

    /// <summary>Only questions have an accepted answer.</summary>
    public static readonly Problem NotAQuestion = new("not-a-question", 409, "Only a question has an accepted answer.", "An experience stands for itself.");
}
