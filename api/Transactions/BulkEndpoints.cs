using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Desk;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Transactions;

/// <summary>The same step, hand, unit or note for many cases at once: an operation that tells how far it is (docs/desk.md).</summary>
public static class BulkEndpoints
{
    const int AtATime = 1_000;

    public static void MapBulk(this IEndpointRouteBuilder app) =>
        app.MapPost("/v1/agencies/{agency}/cases/bulk", Ask).WithName("workInBulk").WithTags("Cases").WithEtags().Allow(Who.Staff, "cases:write");

    /// <summary>Takes a list of cases, or finds it, and answers with the operation that works through it; refused cases stand at the operation's <c>rejections</c>.</summary>
    static async Task<Accepted<Operation>> Ask(Body<BulkOrder> body, Caller caller, Agency home, Cases cases, BulkOrders orders, CancellationToken ct)
    {
        var operation = await AskAsync(body.Value, caller, cases, orders, ct);
        return TypedResults.Accepted($"/v1/agencies/{home.Slug}/operations/{operation.Id}", operation);
    }

    internal static async Task<Operation> AskAsync(BulkOrder wanted, Caller caller, Cases cases, BulkOrders orders, CancellationToken ct)
    {
        var work = wanted.Do.ToWork();
        var list = (wanted.Ids, wanted.Filter) switch
        {
            ({ } ids, null) => Once(ids),
            (null, { } filter) => await FindAsync(filter, caller, cases, ct),
            (null, null) => throw Problems.InvalidValue("/ids", "required", "Say with which cases: ids, or a filter."),
            _ => throw Problems.InvalidValue("/filter", "not-allowed", "Either ids or a filter."),
        };
        return await orders.RequestAsync(caller, list, work, ct);
    }

    static Guid[] Once(Guid[] ids)
    {
        var seen = new HashSet<Guid>();
        var errors = ids.Index().Where(i => !seen.Add(i.Item)).Select(i => new ValidationError($"/ids/{i.Index}", "duplicate", "This case is in the list already.")).ToList();
        return errors.Count == 0 ? ids : throw Problems.InvalidInput(errors);
    }

    // The list is what the officer sees now, in its order; what comes in later is not meant.
    static async Task<IReadOnlyList<Guid>> FindAsync(CaseEndpoints.CaseQuery query, Caller caller, Cases cases, CancellationToken ct)
    {
        var filter = query.ToFilter(caller, "/filter/");
        if (filter.Order == CaseOrder.Scarcity) throw Problems.InvalidValue("/filter/order", "not-allowed", "Work is done in the order of newest or due.");
        if (filter with { Order = CaseOrder.Newest } == CaseFilter.None) throw Problems.InvalidValue("/filter", "required", "A filter that narrows nothing would mean every case there is.");
        var found = new List<Guid>();
        for (TimeCursor? after = null; ;)
        {
            var page = await cases.ListAsync(caller, ownOnly: false, filter, after, AtATime, ct);
            found.AddRange(page.Select(c => c.Id));
            if (found.Count > BulkOrders.MostCases) throw Problems.InvalidValue("/filter", "too-many", $"More than {BulkOrders.MostCases} cases match: narrow it.");
            if (page.Count < AtATime) return found;
            after = Cases.PlaceOf(page[^1], filter.Order);
        }
    }

    /// <summary>What to do with which cases.</summary>
    public sealed record BulkOrder
    {
        /// <summary>The cases, each once; they are worked through in this order.</summary>
        [MinLength(1), MaxLength(BulkOrders.MostCases)]
        public Guid[]? Ids { get; init; }

        /// <summary>Instead of ids: the cases that a list with these query parameters shows, as they are now.</summary>
        public CaseEndpoints.CaseQuery? Filter { get; init; }

        /// <summary>What: exactly one of its members.</summary>
        public required BulkStep Do { get; init; }
    }

    /// <summary>What is done with each case, by the rules of the single call.</summary>
    public sealed record BulkStep
    {
        /// <summary>As in <c>…/transitions</c>.</summary>
        public CaseworkEndpoints.TransitionCase? Transition { get; init; }

        /// <summary>As in <c>…/assign</c>.</summary>
        public HandOverEndpoints.AssignCase? Assign { get; init; }

        /// <summary>As in <c>…/hand-over</c>.</summary>
        public HandOverEndpoints.HandOverCase? HandOver { get; init; }

        /// <summary>As in <c>…/notes</c>.</summary>
        public CaseworkEndpoints.AddCaseNote? Note { get; init; }

        internal BulkWork ToWork() => new object?[] { Transition, Assign, HandOver, Note }.Count(step => step is not null) == 1
            ? new(
                Transition is { } t ? new(t.To, t.Reason, t.Note, t.Outcome) : null,
                Assign is { } a ? new(a.Assignee, a.Reason) : null,
                HandOver is { } h ? new(h.Unit, h.Assignee, h.Reason) : null,
                Note is { } n ? new(n.Text, n.Visibility) : null)
            : throw Problems.InvalidValue("/do", "one", "Exactly one of transition, assign, handOver and note.");
    }
}
