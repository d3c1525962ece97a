using System.Text.Json.Nodes;
using Cirm.Api.Platform;
using Cirm.Api.Transactions;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Desk;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Desk;

/// <summary>The same step with many cases of the queue: asked for once, carried out by an operation whose page shows how far it is.</summary>
public static class BulkPages
{
    const int MostUnits = 200;

    public static void MapBulkPages(this IEndpointRouteBuilder pages)
    {
        // Which cases were ticked in the queue comes here first; nothing is kept.
        pages.MapPost("/desk/bulk", Choose).Allow(Who.Staff).WithMetadata(new NeedsNoIdempotencyKey());
        pages.MapPost("/desk/bulk/order", Ask).Allow(Who.Staff);
    }

    static async Task<RazorComponentResult<BulkForm>> Choose(HttpContext http, Agency home, Units units, CancellationToken ct) => await ShowAsync(home, units, await PortalForm.ReadAsync(http), ct);

    static async Task<RazorComponentResult<BulkForm>> ShowAsync(Agency home, Units units, PortalForm form, CancellationToken ct) =>
        new(new { Units = await units.ListAsync(home.Id, closedToo: false, null, MostUnits, ct), Form = form });

    static async Task<IResult> Ask(HttpContext http, Caller caller, Agency home, Reader reader, Cases cases, BulkOrders orders, Units units, CancellationToken ct)
    {
        var sent = await PortalForm.ReadAsync(http);
        return await sent.SendAsync(async () =>
        {
            var json = new JsonObject { ["ids"] = new JsonArray([.. sent.All("ids").Select(i => (JsonNode)i)]), ["do"] = Step(sent, caller) };
            var operation = await BulkEndpoints.AskAsync(PortalForm.Read<BulkEndpoints.BulkOrder>(json), caller, cases, orders, ct);
            return reader.To($"operations/{operation.Id}?to=desk");
        }, form => ShowAsync(home, units, form, ct), pointer => pointer.Split('/') switch
        {
            ["", "ids", ..] => "ids",
            ["", "do"] => "do",
            ["", "do", _, var member] => member,
            _ => pointer.TrimStart('/'),
        });
    }

    static JsonObject Step(PortalForm form, Caller caller) => form["do"] switch
    {
        "transition" => new() { ["transition"] = form.ToJson("to", "reason", "outcome") },
        "assign" => new() { ["assign"] = new JsonObject { ["assignee"] = caller.Id.ToString(), ["reason"] = form["reason"] is { Length: > 0 } why ? why : null } },
        "handOver" => new() { ["handOver"] = form.ToJson("unit", "reason") },
        "note" => new() { ["note"] = form.ToJson("text", "visibility") },
        _ => [],
    };
}
