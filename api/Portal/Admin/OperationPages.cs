using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Portal.Admin;

/// <summary>Long work: how far it is, by itself, and what it rejected.</summary>
public static class OperationPages
{
    const int OnAPage = 50;

    public static void MapOperationPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/operations", List).Allow(Who.Staff);
        pages.MapGet("/operations/{id:guid}", Show).Allow(Who.Staff);
        pages.MapPost("/operations/{id:guid}/cancel", Cancel).Allow(Who.Staff);
    }

    static async Task<RazorComponentResult<OperationList>> List(string? state, string? after, Agency home, Operations operations, CancellationToken ct)
    {
        var read = new QueryErrors();
        var inState = read.Word<OperationState>("state", string.IsNullOrEmpty(state) ? null : state);
        read.ThrowIfAny();
        var from = TimeCursor.Parse(after);
        var found = await operations.ListAsync(home.Id, null, inState, from?.At, from?.Id, OnAPage + 1, ct);
        return new(new
        {
            Operations = found.Take(OnAPage).ToList(), State = inState,
            Next = found.Count > OnAPage ? new TimeCursor(found[OnAPage - 1].CreatedAt, found[OnAPage - 1].Id).ToString() : null,
        });
    }

    static async Task<RazorComponentResult<OperationShown>> Show(Guid id, string? to, string? still, string? after, Agency home, Operations operations, CancellationToken ct)
    {
        var operation = await operations.FindAsync(home.Id, id, ct) ?? throw Unknown();
        var (line, column) = after?.Split(':', 2) is [var first, var second] && long.TryParse(first, out var number) && BodyValidator.IsClean(second) ? ((long?)number, second) : ((long?)null, (string?)null);
        var rejections = operation.Rejected == 0 ? [] : await operations.ListRejectionsAsync(home.Id, id, line, column, OnAPage + 1, ct);
        return new(new
        {
            Operation = operation, To = Inside(to), Still = still == "true", Rejections = rejections.Take(OnAPage).ToList(),
            Next = rejections.Count > OnAPage ? $"{rejections[OnAPage - 1].Line}:{rejections[OnAPage - 1].Column}" : null,
        });
    }

    static async Task<SeeOther> Cancel(Guid id, Caller caller, Reader reader, Operations operations, TimeProvider clock, CancellationToken ct)
    {
        _ = await operations.RequestCancelAsync(caller, clock.Now(), id, ct) ?? throw Unknown();
        return SeeOther.To(reader.To($"operations/{id}"));
    }

    // A place at this agency, never another host: it goes behind the agency's own address, and climbs nowhere.
    static string? Inside(string? to) =>
        to is { Length: > 0 and <= 300 } && BodyValidator.IsClean(to) && !to.Contains("..", StringComparison.Ordinal) && !to.StartsWith('/') && !to.Contains('\\', StringComparison.Ordinal) ? to : null;

    static Refusal Unknown() => Problems.NotFound.Because("There is no such operation here.");
}
