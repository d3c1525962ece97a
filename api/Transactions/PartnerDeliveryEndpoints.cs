using System.ComponentModel;
using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Transactions.Partnering;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Transactions.Partnering.Problems;

namespace Cirm.Api.Transactions;

/// <summary>What was sent to partners, what they said to it, and what people decide about what failed.</summary>
public static class PartnerDeliveryEndpoints
{
    public static void MapPartnerDeliveries(this IEndpointRouteBuilder app)
    {
        var deliveries = app.MapGroup("/v1/agencies/{agency}/partners/{id:guid}/deliveries").WithTags("Partners").WithEtags();
        deliveries.MapGet("", List).WithName("listPartnerDeliveries").Allow(Who.Admin, "partners:read");
        deliveries.MapGet("/{delivery:guid}", Get).WithName("getPartnerDelivery").Allow(Who.Admin, "partners:read");
        deliveries.MapPost("/{delivery:guid}/retry", Retry).WithName("retryPartnerDelivery").Allow(Who.Admin, "partners:write").Refuses(Problems.NotFailed);
        deliveries.MapPost("/{delivery:guid}/give-up", GiveUp).WithName("giveUpPartnerDelivery").Allow(Who.Admin, "partners:write").Refuses(Problems.NotFailed);
        deliveries.MapPost("/{delivery:guid}/arrived", Arrived).WithName("settlePartnerDelivery").Allow(Who.Admin, "partners:write")
            .Refuses(Problems.NotFailed, Problems.ReferenceTaken);
    }

    static async Task<Ok<Page<PartnerDelivery>>> List(
        Guid id, [FromQuery, Description("Only those of which this became: waiting, delivered, failed or givenUp. failed is the list that waits for a person.")] string? state,
        [FromQuery, Description("Only those about this case.")] string? caseId,
        [AsParameters] PageRequest page, Caller caller, PartnerBook partners, PartnerDeliveries deliveries, HttpContext http, CancellationToken ct)
    {
        var read = new QueryErrors();
        var (became, about) = (read.Word<PartnerDeliveryState>("state", state), read.Id("caseId", caseId));
        read.ThrowIfAny();
        await PartnerEndpoints.FindAsync(partners, caller, id, ct);
        var found = await deliveries.ListAsync(caller.Agency, id, became, about, TimeCursor.Parse(page.Cursor)?.Id, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, d => new TimeCursor(d.CreatedAt, d.Id).ToString()));
    }

    static async Task<Ok<PartnerDelivery>> Get(Guid id, Guid delivery, Caller caller, PartnerDeliveries deliveries, CancellationToken ct) =>
        TypedResults.Ok(await deliveries.FindAsync(caller.Agency, id, delivery, ct) ?? throw Unknown(delivery));

    /// <summary>Tries one that failed again, by the settings of now.</summary>
    static async Task<Ok<PartnerDelivery>> Retry(Guid id, Guid delivery, Body<GiveReason> body, Caller caller, PartnerDeliveries deliveries, CancellationToken ct) =>
        TypedResults.Ok(await deliveries.RetryAsync(caller, id, delivery, body.Value.Reason, ct) ?? throw Unknown(delivery));

    /// <summary>Decides that one that failed need not arrive. With a case, what comes after it is given up, too.</summary>
    static async Task<Ok<PartnerDelivery>> GiveUp(Guid id, Guid delivery, Body<GiveReason> body, Caller caller, PartnerDeliveries deliveries, CancellationToken ct) =>
        TypedResults.Ok(await deliveries.GiveUpAsync(caller, id, delivery, body.Value.Reason, ct) ?? throw Unknown(delivery));

    /// <summary>Says that a case is there nevertheless, and under which reference: what comes after it is sent.</summary>
    static async Task<Ok<PartnerDelivery>> Arrived(Guid id, Guid delivery, Body<WriteReference> body, Caller caller, PartnerDeliveries deliveries, CancellationToken ct) =>
        TypedResults.Ok(await deliveries.ArrivedAsync(caller, id, delivery, body.Value.Reference, body.Value.Reason, ct) ?? throw Unknown(delivery));

    static Refusal Unknown(Guid id) => Core.Platform.Problems.NotFound.Because($"There is no delivery {id} to this partner.");
}
