namespace Cirm.Core.Insight.Disclosure;

/// <summary>A sum of variables with coefficients: what a figure, a relation or a sensitive count says of them. Never changed once made.</summary>
public sealed class LinearForm : IEquatable<LinearForm>
{
    readonly int[] variables;
    readonly double[] coefficients;

    LinearForm(int[] variables, double[] coefficients) => (this.variables, this.coefficients) = (variables, coefficients);

    /// <summary>The number nought.</summary>
    public static LinearForm Zero { get; } = new([], []);

    /// <summary>The variables in it, each once, ascending.</summary>
    public IReadOnlyList<int> Variables => variables;

    /// <summary>Their coefficients, in the same order, none of them 0.</summary>
    public IReadOnlyList<double> Coefficients => coefficients;

    /// <summary>One variable.</summary>
    public static LinearForm Of(int variable) => new([variable], [1]);

    /// <summary>The sum of some variables.</summary>
    public static LinearForm Sum(IEnumerable<int> variables) => Of(variables.Select(v => (v, 1.0)));

    /// <summary>The sum of forms.</summary>
    public static LinearForm Sum(IEnumerable<LinearForm> forms) => Of(forms.SelectMany(f => f.variables.Zip(f.coefficients)));

    /// <summary>Variables with their coefficients; a variable may come several times.</summary>
    public static LinearForm Of(IEnumerable<(int Variable, double Coefficient)> terms)
    {
        var sums = new SortedDictionary<int, double>();
        foreach (var (variable, coefficient) in terms)
        {
            if (!double.IsFinite(coefficient)) throw new ArgumentException("A coefficient is a number.", nameof(terms));
            sums[variable] = sums.GetValueOrDefault(variable) + coefficient;
        }
        var kept = sums.Where(t => t.Value != 0).ToArray();
        return new([.. kept.Select(t => t.Key)], [.. kept.Select(t => t.Value)]);
    }

    /// <summary>What the form amounts to.</summary>
    public double At(IReadOnlyList<long> values) => Sum(values, static v => v);

    /// <summary>What the form amounts to.</summary>
    public double At(double[] values) => Sum(values, static v => v);

    double Sum<T>(IReadOnlyList<T> values, Func<T, double> of)
    {
        var sum = 0.0;
        for (var i = 0; i < variables.Length; i++) sum += coefficients[i] * of(values[variables[i]]);
        return sum;
    }

    /// <summary>The sum of two.</summary>
    public static LinearForm operator +(LinearForm a, LinearForm b) => Sum([a, b]);

    /// <summary>The difference of two.</summary>
    public static LinearForm operator -(LinearForm a, LinearForm b) => a + (-1 * b);

    /// <summary>A multiple.</summary>
    public static LinearForm operator *(double factor, LinearForm form) => Of(form.variables.Zip(form.coefficients, (v, c) => (v, factor * c)));

    /// <inheritdoc/>
    public bool Equals(LinearForm? other) => other is not null && variables.AsSpan().SequenceEqual(other.variables) && coefficients.AsSpan().SequenceEqual(other.coefficients);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LinearForm);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var variable in variables) hash.Add(variable);
        foreach (var coefficient in coefficients) hash.Add(coefficient);
        return hash.ToHashCode();
    }
}
