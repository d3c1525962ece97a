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

    /// <summary>Only questions have an accepted answer.</summary>
    public static readonly Problem NotAQuestion = new("not-a-question", 409, "Only a question has an accepted answer.", "An experience stands for itself.");
}
