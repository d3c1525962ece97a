namespace Cirm.Core.Insight.Disclosure;

/// <summary>A count below k that stays pinned down whatever is hidden.</summary>
/// <param name="Form">The count.</param>
/// <param name="Low">What it is at least.</param>
/// <param name="High">What it is at most.</param>
public sealed record Exposure(LinearForm Form, double Low, double High);

/// <summary>What may be shown.</summary>
/// <param name="Hidden">For each figure whether it is hidden.</param>
/// <param name="Exposed">Counts that earlier figures or relations pin down already: when there are any, nothing new should be published.</param>
/// <param name="Small">How many new figures are hidden because they are counts below k.</param>
/// <param name="Complementary">How many more are hidden to protect those.</param>
/// <param name="Programmes">How many linear programmes it took.</param>
public sealed record Protection(IReadOnlyList<bool> Hidden, IReadOnlyList<Exposure> Exposed, int Small, int Complementary, int Programmes)
{
    /// <summary>Even hiding everything new is not enough.</summary>
    public bool Withhold => Exposed.Count > 0;
}
