using Cirm.Api.Platform;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Desk;

/// <summary>The desk's queue: open cases by their clocks, or any cases by a filter.</summary>
public static class QueuePages
{
    const int OnAPage = 50;
    const int MostServices = 200;

    public static void MapQueue(this IEndpointRouteBuilder pages) => pages.MapGet("/desk", Show).Allow(Who.Staff);

    static async Task<RazorComponentResult<Queue>> Show([AsParameters] QueueQuery query, Caller caller, Cases cases, Services services, AccessLog log, Agency home, CancellationToken ct)
    {
        var filter = query.ToFilter(caller);
        var found = await cases.ListAsync(caller, ownOnly: false, filter, TimeCursor.Parse(query.After), OnAPage + 1, ct);
        var shown = found.Take(OnAPage).ToList();
        await log.RecordListAsync(caller, "cases.listed", "case", null, shown.Select(c => c.Id), ct);
        return new(new
        {
            Cases = shown,
            Query = query,
            Next = found.Count > OnAPage ? Cases.PlaceOf(shown[^1], filter.Order).ToString() : null,
            Services = await services.ListAsync(home.Id, null, drafts: false, MostServices, ct),
        });
    }
}

/// <summary>What the queue is narrowed to, as it stands in the address.</summary>
public sealed class QueueQuery
{
    public string? Q { get; init; }
    public string? Status { get; init; }
    public string? Service { get; init; }
    public string? Mine { get; init; }
    public string? Overdue { get; init; }
    public string? After { get; init; }

    /// <summary>By clock as long as only open cases are wanted; else the newest first.</summary>
    public CaseFilter ToFilter(Caller caller)
    {
        CaseStatus? status = Enum.GetValues<CaseStatus>().Where(s => s.Word() == Status).Select(s => (CaseStatus?)s).FirstOrDefault();
        return CaseFilter.None with
        {
            Status = status is { } one ? [one] : null,
            Service = Clean(Service),
            Assignee = Mine == "true" ? caller.Id : null,
            Overdue = Overdue == "true" ? true : null,
            Text = Clean(Q),
            Order = status is null && Clean(Q) is null ? CaseOrder.Due : CaseOrder.Newest,
        };

        static string? Clean(string? text) => text is { Length: > 0 and <= 200 } && BodyValidator.IsClean(text) ? text.Trim() : null;
    }

    /// <summary>The same queue from another place on.</summary>
    public string From(string after) => "desk?" + string.Join('&', new[] { ("q", Q), ("status", Status), ("service", Service), ("mine", Mine), ("overdue", Overdue), ("after", after) }
        .Where(p => !string.IsNullOrEmpty(p.Item2)).Select(p => $"{p.Item1}={Uri.EscapeDataString(p.Item2!)}"));
}
