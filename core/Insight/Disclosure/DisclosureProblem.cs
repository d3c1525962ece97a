namespace Cirm.Core.Insight.Disclosure;

/// <summary>What is decided about a figure already.</summary>
public enum FigureState
{
    /// <summary>Nothing: we would like to show it.</summary>
    New,
    /// <summary>Somebody has read it. It cannot be taken back.</summary>
    Shown,
    /// <summary>It stays hidden. As a count it has to be protected all the same.</summary>
    Hidden,
}

/// <summary>Something to show: a count, or forms that are read together (a mean and its standard error).</summary>
/// <param name="Forms">What the reader learns.</param>
/// <param name="IsCount">It counts people or cases: below k it is hidden and protected.</param>
/// <param name="Cost">What is lost when it is hidden; the count itself is a good measure.</param>
/// <param name="State">What is decided already.</param>
public sealed record Figure(IReadOnlyList<LinearForm> Forms, bool IsCount, double Cost, FigureState State);

/// <summary>Something that everybody knows of the variables: a form that is at most a number, or exactly that number.</summary>
/// <param name="Form">The form.</param>
/// <param name="Bound">The number.</param>
/// <param name="Exactly">It is the number.</param>
public sealed record Relation(LinearForm Form, double Bound, bool Exactly);

/// <summary>
/// A family of figures, and what its reader knows beside them. The variables are counts (whole, not negative) whose true values
/// the agency has and the reader has not.
/// </summary>
/// <param name="smallestGroup">k: a count below it must not be pinned down to an interval narrower than it.</param>
public sealed class DisclosureProblem(int smallestGroup)
{
    readonly List<long> values = [];
    readonly List<Figure> figures = [];
    readonly List<Relation> relations = [];
    readonly List<LinearForm> sensitive = [];
    readonly HashSet<LinearForm> known = [];

    /// <summary>k.</summary>
    public int SmallestGroup { get; } = smallestGroup > 0 ? smallestGroup : throw new ArgumentOutOfRangeException(nameof(smallestGroup));

    /// <summary>The variables' true values.</summary>
    public IReadOnlyList<long> Values => values;

    /// <summary>The figures, in the order in which they were added.</summary>
    public IReadOnlyList<Figure> Figures => figures;

    /// <summary>The relations that everybody knows.</summary>
    public IReadOnlyList<Relation> Relations => relations;

    /// <summary>The counts below k that are protected, nought included.</summary>
    public IReadOnlyList<LinearForm> Sensitive => sensitive;

    /// <summary>Adds a variable.</summary>
    /// <returns>Its number.</returns>
    public int Variable(long value)
    {
        values.Add(value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), "A count is not negative."));
        return values.Count - 1;
    }

    /// <summary>Adds a count to show. Below k it is protected, unless it was shown already.</summary>
    /// <returns>The figure's number.</returns>
    public int Count(LinearForm form, FigureState state = FigureState.New, double? cost = null)
    {
        if (state != FigureState.Shown) Protect(form);
        figures.Add(new([form], true, cost ?? form.At(values), state));
        return figures.Count - 1;
    }

    /// <summary>Adds a figure that is no count: forms which are shown or hidden together.</summary>
    /// <returns>The figure's number.</returns>
    public int Other(IReadOnlyList<LinearForm> forms, double cost, FigureState state = FigureState.New)
    {
        figures.Add(new(forms, false, cost, state));
        return figures.Count - 1;
    }

    /// <summary>Says that a count is to be protected if it is below k, whether or not it is a figure of its own.</summary>
    public void Protect(LinearForm form)
    {
        if (form.Variables.Count > 0 && form.At(values) is var value && value < SmallestGroup && known.Add(form))
            sensitive.Add(value >= 0 ? form : throw new ArgumentException("A count is not negative.", nameof(form)));
    }

    /// <summary>Everybody knows that two forms are equal: a partition adds up.</summary>
    public void Equal(LinearForm a, LinearForm b) => Relate(new(a - b, 0, true));

    /// <summary>Everybody knows a form's value.</summary>
    public void Equal(LinearForm form, double value) => Relate(new(form, value, true));

    /// <summary>Everybody knows that a form is at most another: a part of a whole.</summary>
    public void AtMost(LinearForm a, LinearForm b) => Relate(new(a - b, 0, false));

    /// <summary>Everybody knows that a form is at most a number.</summary>
    public void AtMost(LinearForm form, double bound) => Relate(new(form, bound, false));

    /// <summary>Everybody knows that one count is a part of another; so their difference is a count as well, and protected below k.</summary>
    public void Nested(LinearForm part, LinearForm whole)
    {
        AtMost(part, whole);
        Protect(whole - part);
    }

    // A relation that is not true would let the reader seem more ignorant than they are.
    void Relate(Relation relation)
    {
        var excess = relation.Form.At(values) - relation.Bound;
        if (excess > 1e-6 || (relation.Exactly && excess < -1e-6)) throw new ArgumentException("The relation does not hold for the true values.", nameof(relation));
        relations.Add(relation);
    }
}
