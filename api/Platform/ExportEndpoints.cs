using Cirm.Core.Information;
using Cirm.Core.Insight.Results;
using Cirm.Core.Participation;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Exports;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Platform.Exports.Problems;

namespace Cirm.Api.Platform;

/// <summary>Files that an agency takes out, however large they are (docs/integrating.md).</summary>
public static class ExportEndpoints
{
    public static void AddExports(this IServiceCollection services) => services
        .AddSingleton<ExportFiles>()
        .AddSingleton<IExportSource, ExportCases>().AddSingleton<IExportSource, ExportServices>()
        .AddSingleton<IExportSource, ExportResults>().AddSingleton<IExportSource, ExportInitiatives>();

    public static void MapExports(this IEndpointRouteBuilder app)
    {
        var exports = app.MapGroup("/v1/agencies/{agency}/exports").WithTags("Exports").WithEtags();
        exports.MapPost("", Request).WithName("exportFile").Allow(Who.Admin, "exports:write");
        exports.MapGet("", List).WithName("listExports").Allow(Who.Admin, "exports:read");
        exports.MapGet("/{id:guid}", Get).WithName("getExport").Allow(Who.Admin, "exports:read");
        exports.MapGet("/{id:guid}/file", Fetch).WithName("fetchExport").Allow(Who.Admin, "exports:read").Refuses(Problems.ExportNotReady);
    }

    /// <summary>Asks for a file; the operation that makes it has the same id.</summary>
    static async Task<Accepted<Operation>> Request(
        Body<RequestExport> body, Caller caller, Agency home, ExportFiles files, IEnumerable<IExportSource> sources, CancellationToken ct)
    {
        var operation = await RequestAsync(body.Value, caller, files, sources, ct);
        return TypedResults.Accepted($"/v1/agencies/{home.Slug}/operations/{operation.Id}", operation);
    }

    internal static async Task<Operation> RequestAsync(RequestExport wanted, Caller caller, ExportFiles files, IEnumerable<IExportSource> sources, CancellationToken ct)
    {
        if (sources.All(s => s.Kind != wanted.Kind))
            throw Core.Platform.Problems.InvalidValue("/kind", "unknown", $"kind has to be one of {string.Join(", ", sources.Select(s => s.Kind).Order(StringComparer.Ordinal))}.");
        if (wanted is { Format: ExportFormat.Hsds, Kind: not "services" })
            throw Core.Platform.Problems.InvalidValue("/format", "not-allowed", "Open Referral describes services.");
        return await files.RequestAsync(caller, new(wanted.Kind, wanted.Format), ct);
    }

    static async Task<Ok<Page<Export>>> List([AsParameters] PageRequest page, Caller caller, ExportFiles files, HttpContext http, CancellationToken ct)
    {
        var found = await files.ListAsync(caller.Agency, TimeCursor.Parse(page.Cursor), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, e => new TimeCursor(e.CreatedAt, e.Id).ToString()));
    }

    static async Task<Ok<Export>> Get(Guid id, Caller caller, ExportFiles files, CancellationToken ct) => TypedResults.Ok(await FindAsync(files, caller, id, ct));

    /// <summary>The file itself; its ETag is its SHA-256.</summary>
    internal static async Task<PushStreamHttpResult> Fetch(Guid id, Caller caller, Agency home, ExportFiles files, AccessLog log, HttpContext http, CancellationToken ct)
    {
        var export = await FindAsync(files, caller, id, ct);
        if (export.ReadyAt is not { } ready) throw Problems.ExportNotReady.Because("It is still being made, or its operation has failed.");
        await log.RecordAsync(caller, "export.fetched", "export", id, ct);
        http.Response.ContentLength = export.Bytes;
        var (type, ending) = export.Format switch
        {
            ExportFormat.Csv => ("text/csv; charset=utf-8", "csv"),
            ExportFormat.Ndjson => ("application/x-ndjson", "ndjson"),
            _ => ("application/json", "json"),
        };
        return TypedResults.Stream(to => files.CopyAsync(caller.Agency, id, to, http.RequestAborted), type,
            FormattableString.Invariant($"{home.Slug}-{export.Kind}-{ready.UtcDateTime:yyyy-MM-dd}.{ending}"), ready, new($"\"{export.Sha256}\""));
    }

    static async Task<Export> FindAsync(ExportFiles files, Caller caller, Guid id, CancellationToken ct) =>
        await files.FindAsync(caller.Agency, id, ct) ?? throw Core.Platform.Problems.NotFound.Because($"There is no export {id} here; one is kept for a day.");

    /// <summary>What is to be taken out.</summary>
    public sealed record RequestExport
    {
        /// <summary>cases, services, results or initiatives.</summary>
        /// <example>services</example>
        public required string Kind { get; init; }

        /// <summary>csv, ndjson, or hsds for services.</summary>
        /// <example>csv</example>
        public ExportFormat Format { get; init; }
    }
}
