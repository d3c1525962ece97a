using Cirm.Core.Tenancy;

namespace Cirm.Core.Platform.Exports;

/// <summary>In which form a file is.</summary>
public enum ExportFormat
{
    /// <summary>RFC 4180, UTF-8, for spreadsheets: what a text begins with = + - @ stands behind an apostrophe, so that none takes it for a formula.</summary>
    Csv,
    /// <summary>A JSON object a line, exactly as it is.</summary>
    Ndjson,
    /// <summary>Services as Open Referral's HSDS 3 has them: a page of its API with everything on it.</summary>
    Hsds,
}

/// <summary>A file that was asked for.</summary>
/// <param name="Id">Of the operation that makes it.</param>
/// <param name="Kind">What is in it.</param>
/// <param name="Format">In which form.</param>
/// <param name="Bytes">How long it is; null until it is whole.</param>
/// <param name="Sha256">Of the whole, in hexadecimal.</param>
/// <param name="ReadyAt">Since when it is whole.</param>
/// <param name="KeptUntil">When it is let go.</param>
/// <param name="CreatedAt">When it was asked for.</param>
public sealed record Export(
    Guid Id, string Kind, ExportFormat Format, long? Bytes, string? Sha256, DateTimeOffset? ReadyAt, DateTimeOffset KeptUntil, DateTimeOffset CreatedAt);

/// <summary>What an export is asked to do.</summary>
/// <param name="Kind">What to put in.</param>
/// <param name="Format">In which form.</param>
public sealed record ExportOrder(string Kind, ExportFormat Format);

/// <summary>A kind of thing that can be taken out: each feature brings its own.</summary>
public interface IExportSource
{
    /// <summary>As in <c>cases</c>.</summary>
    string Kind { get; }

    /// <summary>Of a table: members of the rows.</summary>
    IReadOnlyList<string> Columns { get; }

    /// <summary>All of them, as JSON has them.</summary>
    /// <param name="snapshot">In which every statement sees the same moment.</param>
    /// <param name="now">That moment.</param>
    /// <param name="ct">Gives up.</param>
    IAsyncEnumerable<object> RowsAsync(TenantTransaction snapshot, DateTimeOffset now, CancellationToken ct);
}

/// <summary>What exports can refuse.</summary>
public static class Problems
{
    /// <summary>It is being made.</summary>
    public static readonly Problem ExportNotReady = new("export-not-ready", 409, "This file is not ready.",
        "Follow the operation of the same id; when it has succeeded, the file is there.");
}
