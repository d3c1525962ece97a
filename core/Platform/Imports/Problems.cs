namespace Cirm.Core.Platform.Imports;

/// <summary>What an import can refuse as a whole; single rows are <see cref="Rejection"/>s.</summary>
public static class Problems
{
    /// <summary>Nothing in the file can be read.</summary>
    public static readonly Problem NotReadable = new("import-not-readable", 422, "The file cannot be read as what it says it is.",
        "Correct what the detail names and send it again: rows that were taken before count as unchanged.");

    /// <summary>The header does not fit.</summary>
    public static readonly Problem Columns = new("import-columns", 422, "The file's columns are not those that this import needs.",
        "Name the columns as the contract does, or send a mapping that says which of yours is which.");
}
