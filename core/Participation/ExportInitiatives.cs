using System.Runtime.CompilerServices;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Exports;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Participation;

/// <summary>Initiatives as staff see them, drafts included.</summary>
public sealed class ExportInitiatives(Initiatives initiatives) : IExportSource
{
    const int AtATime = 200;

    /// <inheritdoc/>
    public string Kind => "initiatives";

    /// <inheritdoc/>
    public IReadOnlyList<string> Columns { get; } =
    [
        "key", "title", "summary", "tier", "state", "binding", "mandate", "opensAt", "closesAt", "closedAt", "areas", "areaAttribute", "census", "languages", "channels", "phases",
        "derivedFrom", "id", "createdAt",
    ];

    /// <inheritdoc/>
    public async IAsyncEnumerable<object> RowsAsync(TenantTransaction snapshot, DateTimeOffset now, [EnumeratorCancellation] CancellationToken ct)
    {
        string? after = null;
        IReadOnlyList<Initiative> page;
        do
        {
            page = await initiatives.ListAsync(Caller.System(snapshot.Agency), new(), after, AtATime, ct);
            foreach (var initiative in page) yield return initiative;
            after = page.Count > 0 ? page[^1].Key : null;
        }
        while (page.Count == AtATime);
    }
}
