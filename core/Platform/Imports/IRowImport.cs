using Cirm.Core.Tenancy;

namespace Cirm.Core.Platform.Imports;

/// <summary>What one kind of import does with rows; the reading, the order and the counting are <see cref="ImportRun{TRow}"/>'s.</summary>
public interface IRowImport<TRow> where TRow : class
{
    /// <summary>The columns that may be read.</summary>
    IReadOnlyList<ImportColumn> Columns { get; }

    /// <summary>Rows that an attempt before this one has promised to take next and in one go; null when there is no such promise.</summary>
    int? Promised { get; }

    /// <summary>Takes the columns as they are bound to the file.</summary>
    void Bind(ColumnReaders columns);

    /// <summary>Reads a row.</summary>
    /// <param name="record">Where the file stands.</param>
    /// <param name="rejections">Where the reasons go when the row cannot be taken.</param>
    /// <returns>The row; what it returns does not count when there are reasons.</returns>
    TRow? Read(RecordReader record, List<Rejection> rejections);

    /// <summary>Decides which rows are new: sets <see cref="RowBatch{TRow}.New"/>, and moves to the rejections what only the database can refuse.</summary>
    /// <param name="first">The transaction of the first batch.</param>
    /// <param name="batches">Written side by side, committed in this order.</param>
    Task DecideAsync(TenantTransaction first, IReadOnlyList<RowBatch<TRow>> batches, CancellationToken ct);

    /// <summary>Writes a batch's new rows, while other batches are being written.</summary>
    Task InsertAsync(TenantTransaction transaction, RowBatch<TRow> batch, CancellationToken ct);

    /// <summary>Adds to a batch's transaction what has to wait until those before it are committed.</summary>
    void Finish(TenantTransaction transaction, RowBatch<TRow> batch);
}

/// <summary>Rows that are written in one transaction.</summary>
public sealed class RowBatch<TRow>
{
    /// <summary>Rows that could be read, in the order of the file.</summary>
    public List<TRow> Rows { get; } = [];

    /// <summary>Why others could not.</summary>
    public List<Rejection> Rejections { get; } = [];

    /// <summary>How many rows were read, rejected ones included.</summary>
    public int Records { get; set; }

    /// <summary>How many rows were rejected.</summary>
    public int Rejected { get; set; }

    /// <summary>Those of <see cref="Rows"/> that are not there yet; the others are unchanged.</summary>
    public List<TRow> New { get; set; } = [];
}
