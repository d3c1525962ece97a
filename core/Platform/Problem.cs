namespace Cirm.Core.Platform;

/// <summary>One kind of refusal: named once, served at <c>/problems/{Code}</c>, asserted by code in tests (RFC 9457).</summary>
/// <param name="Code">The last segment of the problem's type URI; never changes.</param>
/// <param name="Status">The HTTP status a client sees.</param>
/// <param name="Title">One sentence, the same for every occurrence.</param>
/// <param name="Help">What the caller can do about it.</param>
public sealed record Problem(string Code, int Status, string Title, string Help)
{
    /// <summary>Refuses with this problem: <c>throw Problems.X.Because("…")</c>.</summary>
    /// <param name="detail">What is wrong in this occurrence, and where; safe to show to the caller.</param>
    /// <param name="extensions">Further members of the problem document, such as the transitions that are allowed.</param>
    public Refusal Because(string detail, IReadOnlyDictionary<string, object?>? extensions = null) => new(this, detail) { Extensions = extensions };
}

/// <summary>A refusal on its way to the one place that answers it.</summary>
public class Refusal(Problem problem, string detail) : Exception($"{problem.Code}: {detail}")
{
    /// <summary>What kind of refusal this is.</summary>
    public Problem Problem { get; } = problem;

    /// <summary>This occurrence, in words for the caller.</summary>
    public string Detail { get; } = detail;

    /// <summary>Each thing that is wrong with the input; empty unless the problem is <see cref="Problems.Invalid"/>.</summary>
    public IReadOnlyList<ValidationError> Errors { get; init; } = [];

    /// <summary>Further members of the problem document.</summary>
    public IReadOnlyDictionary<string, object?>? Extensions { get; init; }

    /// <summary>How long the caller should wait before trying again.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>One thing that is wrong with the input.</summary>
/// <param name="Pointer">JSON pointer (RFC 6901) into the body, or <c>?name</c> for a query parameter.</param>
/// <param name="Code">A stable word such as <c>required</c>, <c>type</c>, <c>length</c>, <c>range</c>, <c>unknown</c>.</param>
/// <param name="Detail">The same for people.</param>
public sealed record ValidationError(string Pointer, string Code, string Detail);
