namespace Cirm.Core.Platform.Imports;

/// <summary>A column that a kind of import knows.</summary>
/// <param name="Name">As the contract names it.</param>
/// <param name="Required">A row without it is rejected, a file without it fails.</param>
/// <param name="Words">The only values it may have; null for any.</param>
/// <param name="Several">A JSON file may have a list or an object here: <c>a|b</c>, <c>row=a|row=b</c>.</param>
public sealed record ImportColumn(string Name, bool Required = false, IReadOnlyList<string>? Words = null, bool Several = false)
{
    /// <summary>A column whose values are an enumeration's words.</summary>
    public static ImportColumn Of<TEnum>(string name, bool required = false) where TEnum : struct, Enum =>
        new(name, required, [.. Enum.GetValues<TEnum>().Select(value => value.Word())]);
}

/// <summary>A kind of import as a mapping has to know it.</summary>
/// <param name="Name">As in <c>?kind=cases</c>.</param>
/// <param name="Columns">Those that the contract names.</param>
/// <param name="Open">Columns with this beginning are known besides; null for none.</param>
public sealed record ImportKind(string Name, IReadOnlyList<ImportColumn> Columns, string? Open = null)
{
    /// <summary>The column of a name; null when this kind does not know it.</summary>
    public ImportColumn? Find(string name) =>
        Columns.FirstOrDefault(c => c.Name == name)
        ?? (Open is not null && name.Length > Open.Length && name.StartsWith(Open, StringComparison.Ordinal) ? new(name) : null);
}
