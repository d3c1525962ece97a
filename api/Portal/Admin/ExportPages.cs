using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Exports;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Admin;

/// <summary>Lists as files, made by an operation and kept for a day.</summary>
public static class ExportPages
{
    const int Shown = 50;

    public static void MapExportPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/exports", (Agency home, ExportFiles files, IEnumerable<IExportSource> sources, CancellationToken ct) => ShowAsync(home, files, sources, PortalForm.Empty, ct)).Allow(Who.Admin);
        pages.MapPost("/exports", Request).Allow(Who.Admin);
        pages.MapPost("/exports/{id:guid}/file", ExportEndpoints.Fetch).Allow(Who.Admin).WithMetadata(new NeedsNoIdempotencyKey()); // a file, whose reading is written down
    }

    static async Task<RazorComponentResult<ExportList>> ShowAsync(Agency home, ExportFiles files, IEnumerable<IExportSource> sources, PortalForm form, CancellationToken ct) =>
        new(new { Exports = await files.ListAsync(home.Id, null, Shown, ct), Kinds = sources.Select(s => s.Kind).Order(StringComparer.Ordinal).ToList(), Form = form });

    static async Task<IResult> Request(HttpContext http, Caller caller, Agency home, Reader reader, ExportFiles files, IEnumerable<IExportSource> sources, CancellationToken ct)
    {
        var sent = await PortalForm.ReadAsync(http);
        return await sent.SendAsync(async () =>
        {
            var json = sent.ToJson("format");
            json["kind"] = sent["kind"];
            return reader.To($"operations/{(await ExportEndpoints.RequestAsync(PortalForm.Read<ExportEndpoints.RequestExport>(json), caller, files, sources, ct)).Id}?to=exports");
        }, form => ShowAsync(home, files, sources, form, ct));
    }
}
