using Cirm.Core.Platform;

namespace Cirm.Core.Insight;

/// <summary>What surveys can refuse.</summary>
public static partial class Problems
{
    /// <summary>A survey with this key is there.</summary>
    public static readonly Problem SurveyTaken = new("survey-taken", 409, "A survey with this key is there already.", "Use another key.");

    /// <summary>A wave with this name is there.</summary>
    public static readonly Problem WaveTaken = new("wave-taken", 409, "The survey has a wave with this name already.", "Use another name.");

    /// <summary>Somebody has answered: questions cannot change under answers.</summary>
    public static readonly Problem SurveyAnswered = new("survey-answered", 409, "The survey has answers already.", "Ask anew in a survey of its own.");

    /// <summary>What people were promised stays.</summary>
    public static readonly Problem PromiseFixed = new("promise-fixed", 409, "What was promised to those who answer cannot be changed.",
        "An anonymous survey stays anonymous, with the breakdowns that it declared. Make another survey.");

    /// <summary>The wave has not begun.</summary>
    public static readonly Problem WaveNotOpen = new("wave-not-open", 409, "The wave has not opened yet.", "Answer after opensAt.");

    /// <summary>The wave is over.</summary>
    public static readonly Problem WaveClosed = new("wave-closed", 409, "The wave has closed.", "Answers are taken until closesAt.");

    /// <summary>One answer a citizen, one a code.</summary>
    public static readonly Problem AlreadyAnswered = new("already-answered", 409, "This citizen or code has answered already.", "Each answers once; the first answer counts.");

    /// <summary>The survey asks other people.</summary>
    public static readonly Problem NotAsked = new("not-asked", 403, "The survey does not ask you.", "Answer with the code of an invitation, or signed in as somebody whom it asks.");

    /// <summary>No invitation has this code.</summary>
    public static readonly Problem SurveyCode = new("survey-code-unknown", 422, "No invitation to this wave has this code.", "Check the code in the invitation.");

    /// <summary>An answer to what is not asked.</summary>
    public static readonly Problem QuestionUnknown = new("question-unknown", 422, "The survey has no such question.", "Leave the answer out.");

    /// <summary>An answer to what is not asked after these answers.</summary>
    public static readonly Problem QuestionHidden = new("question-hidden", 422, "The question is not asked after these answers.", "Leave the answer out; see the question's showIf.");

    /// <summary>A question that has to be answered.</summary>
    public static readonly Problem AnswerMissing = new("answer-missing", 422, "An answer is missing.", "Answer every question that is required and shown.");

    /// <summary>An answer of another shape than its question's type.</summary>
    public static readonly Problem AnswerType = new("answer-type", 422, "The answer does not have the shape of its question's type.",
        "single: a key; multiple and ranking: a list of keys; scale and number: a number; text: a string; matrix: an object of option keys by row.");

    /// <summary>An option or number that is not among those that are possible.</summary>
    public static readonly Problem AnswerOutOfRange = new("answer-out-of-range", 422, "The answer is not among those that are possible.", "Use the question's options, and numbers between min and max.");

    /// <summary>A text over the limit.</summary>
    public static readonly Problem TextTooLong = new("text-too-long", 422, "The text is too long.", "Shorten it to what the question allows.");
}
