using System.ComponentModel;
using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Messaging;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cirm.Api.Transactions;

/// <summary>What citizens were told about their cases, and whether it went out (docs/messages.md).</summary>
public static class MessageEndpoints
{
    public static void MapMessages(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/agencies/{agency}/messages", List).WithTags("Messages").WithName("listMessages").Allow(Who.Staff, "cases:read");
        app.MapGet("/v1/agencies/{agency}/cases/{id:guid}/messages", OfCase).WithTags("Messages").WithName("listCaseMessages").Allow(Who.Staff, "cases:read");
    }

    static async Task<Ok<Page<Message>>> List(
        [FromQuery, Description("Only those of which this became: queued, sent, failed or suppressed.")] string? state,
        [AsParameters] PageRequest page, Caller caller, Messages messages, AccessLog log, HttpContext http, CancellationToken ct)
    {
        var read = new QueryErrors();
        var became = read.Word<MessageState>("state", state);
        read.ThrowIfAny();
        var found = await messages.ListAsync(caller.Agency, null, became, TimeCursor.Parse(page.Cursor)?.Id, page.LimitAndOne, ct);
        await log.RecordAsync(caller, "messages.listed", "message", null, ct);
        return TypedResults.Ok(page.Of(http, found, PlaceOf));
    }

    static async Task<Ok<Page<Message>>> OfCase(
        Guid id, [AsParameters] PageRequest page, Caller caller, Cases cases, Messages messages, AccessLog log, HttpContext http, CancellationToken ct)
    {
        var about = await CaseEndpoints.FindAsync(cases, caller, id, ct);
        var found = await messages.ListAsync(caller.Agency, id, null, TimeCursor.Parse(page.Cursor)?.Id, page.LimitAndOne, ct);
        await log.RecordAsync(caller, "case.messages-listed", "case", id, about.CitizenId, ct);
        return TypedResults.Ok(page.Of(http, found, PlaceOf));
    }

    static string PlaceOf(Message message) => new TimeCursor(message.CreatedAt, message.Id).ToString();
}
