using System.ComponentModel;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Outside;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Platform.Outside.Problems;

namespace Cirm.Api.Platform;

/// <summary>What was sent to webhooks, and what they said to it.</summary>
public static class DeliveryEndpoints
{
    public static void MapDeliveries(this IEndpointRouteBuilder app)
    {
        var deliveries = app.MapGroup("/v1/agencies/{agency}").WithTags("Webhooks").WithEtags();
        deliveries.MapPost("/webhooks/{id:guid}/test", Test).WithName("testWebhook").Allow(Who.Admin, "webhooks:write").Refuses(Problems.WebhookPaused);
        deliveries.MapGet("/webhooks/{id:guid}/deliveries", List).WithName("listDeliveries").Allow(Who.Admin, "webhooks:read");
        deliveries.MapGet("/deliveries/{id:guid}", Get).WithName("getDelivery").Allow(Who.Admin, "webhooks:read");
        deliveries.MapPost("/deliveries/{id:guid}/redeliver", Redeliver).WithName("redeliver").Allow(Who.Admin, "webhooks:write");
    }

    /// <summary>Sends an event of the type webhook.test, whatever the webhook asked for.</summary>
    static async Task<Ok<Delivery>> Test(Guid id, Caller caller, Deliveries deliveries, CancellationToken ct) =>
        TypedResults.Ok(await deliveries.TestAsync(caller, id, ct) ?? throw WebhookEndpoints.Unknown(id));

    static async Task<Ok<Page<Delivery>>> List(
        Guid id, [FromQuery, Description("Only those of which this became: waiting, delivered or failed.")] string? state,
        [AsParameters] PageRequest page, Caller caller, Webhooks webhooks, Deliveries deliveries, HttpContext http, CancellationToken ct)
    {
        var read = new QueryErrors();
        var became = read.Word<DeliveryState>("state", state);
        read.ThrowIfAny();
        await WebhookEndpoints.FindAsync(webhooks, caller, id, ct);
        var found = await deliveries.ListAsync(caller.Agency, id, became, TimeCursor.Parse(page.Cursor)?.Id, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, d => new TimeCursor(d.CreatedAt, d.Id).ToString()));
    }

    static async Task<Ok<Delivery>> Get(Guid id, Caller caller, Deliveries deliveries, CancellationToken ct) =>
        TypedResults.Ok(await deliveries.FindAsync(caller.Agency, id, ct) ?? throw Unknown(id));

    /// <summary>Sends it again, with the same webhook-id, before what waits about the same subject.</summary>
    static async Task<Ok<Delivery>> Redeliver(Guid id, Caller caller, Deliveries deliveries, CancellationToken ct) =>
        TypedResults.Ok(await deliveries.RedeliverAsync(caller, id, ct) ?? throw Unknown(id));

    static Refusal Unknown(Guid id) => Core.Platform.Problems.NotFound.Because($"There is no delivery {id} here.");
}
