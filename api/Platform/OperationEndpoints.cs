using System.ComponentModel;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Platform;

/// <summary>Long work: how far it is, what it rejected, and how to end it.</summary>
public static class OperationEndpoints
{
    static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(500);

    public static void MapOperations(this IEndpointRouteBuilder app)
    {
        var operations = app.MapGroup("/v1/agencies/{agency}/operations").WithTags("Operations").WithEtags();
        operations.MapGet("", List).WithName("listOperations").Allow(Who.Staff, "operations:read");
        operations.MapGet("/{id:guid}", Get).WithName("getOperation").Allow(Who.Staff, "operations:read");
        operations.MapGet("/{id:guid}/events", Follow).WithName("followOperation").Allow(Who.Staff, "operations:read");
        operations.MapGet("/{id:guid}/rejections", Rejections).WithName("listRejections").Allow(Who.Staff, "operations:read");
        operations.MapPost("/{id:guid}/cancel", Cancel).WithName("cancelOperation").Allow(Who.Staff, "operations:write");
    }

    static async Task<Ok<Page<Operation>>> List(
        [FromQuery, Description("Only this kind, such as import.")] string? kind,
        [FromQuery, Description("queued, running, succeeded, failed or cancelled.")] string? state,
        [AsParameters] PageRequest page, Caller caller, Operations operations, HttpContext http, CancellationToken ct)
    {
        var read = new QueryErrors();
        var (ofKind, inState) = (read.Text("kind", kind), read.Word<OperationState>("state", state));
        read.ThrowIfAny();
        var after = TimeCursor.Parse(page.Cursor);
        var found = await operations.ListAsync(caller.Agency, ofKind, inState, after?.At, after?.Id, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, o => new TimeCursor(o.CreatedAt, o.Id).ToString()));
    }

    static async Task<Ok<Operation>> Get(Guid id, Caller caller, Operations operations, CancellationToken ct) =>
        TypedResults.Ok(await operations.FindAsync(caller.Agency, id, ct) ?? throw Unknown(id));

    /// <summary>The operation each time it changes, as server-sent events, until it has ended.</summary>
    static async Task<ServerSentEventsResult<Operation>> Follow(Guid id, Caller caller, Operations operations, CancellationToken ct)
    {
        var first = await operations.FindAsync(caller.Agency, id, ct) ?? throw Unknown(id);
        return TypedResults.ServerSentEvents(ChangesAsync(first, caller.Agency, operations, ct));
    }

    static async IAsyncEnumerable<SseItem<Operation>> ChangesAsync(
        Operation operation, Guid agency, Operations operations, [EnumeratorCancellation] CancellationToken ct)
    {
        yield return Item(operation);
        while (!operation.Finished)
        {
            await Task.Delay(Glance, ct);
            var now = await operations.FindAsync(agency, operation.Id, ct);
            if (now is null) yield break;
            if (now.Version == operation.Version) continue;
            operation = now;
            yield return Item(operation);
        }

        static SseItem<Operation> Item(Operation o) => new(o, o.State.Word()) { EventId = EtagExtensions.Of(o).Trim('"') };
    }

    static async Task<Ok<Page<Rejection>>> Rejections(
        Guid id, [AsParameters] PageRequest page, Caller caller, Operations operations, HttpContext http, CancellationToken ct)
    {
        _ = await operations.FindAsync(caller.Agency, id, ct) ?? throw Unknown(id);
        var (line, column) = page.KeyCursor?.Split(':', 2) is [var first, var second] && long.TryParse(first, out var number) ? ((long?)number, second)
            : page.Cursor is null ? ((long?)null, (string?)null)
            : throw Problems.InvalidValue("?cursor", "cursor", "This is not a cursor of this list; take it from next.");
        var found = await operations.ListRejectionsAsync(caller.Agency, id, line, column, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, r => PageRequest.After($"{r.Line}:{r.Column}")));
    }

    static async Task<Ok<Operation>> Cancel(Guid id, Caller caller, Operations operations, TimeProvider clock, CancellationToken ct) =>
        TypedResults.Ok(await operations.RequestCancelAsync(caller, clock.Now(), id, ct) ?? throw Unknown(id));

    static Refusal Unknown(Guid id) => Problems.NotFound.Because($"There is no operation {id} here.");
}
