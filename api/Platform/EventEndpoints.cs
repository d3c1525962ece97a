using System.ComponentModel;
using System.Globalization;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Outside;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Platform.Outside.Problems;

namespace Cirm.Api.Platform;

/// <summary>Events for systems that ask instead of being called.</summary>
public static class EventEndpoints
{
    public static void MapEvents(this IEndpointRouteBuilder app) =>
        app.MapGet("/v1/agencies/{agency}/events", List).WithName("listEvents").WithTags("Events").WithEtags().Allow(Who.Admin, "events:read").Refuses(Problems.EventsForgotten);

    /// <summary>What happened after a place, oldest first. At the end next is null: ask again, with after the position of the last event that came.</summary>
    static async Task<Ok<Page<FeedEvent>>> List(
        [FromQuery, Description("The position of the last event that was read; without it, from the oldest that is kept.")] string? after,
        [FromQuery, Description("Only these types, with commas between.")] string? types,
        [AsParameters] PageRequest page, Caller caller, EventFeed feed, HttpContext http, CancellationToken ct)
    {
        var errors = new List<ValidationError>();
        var wanted = types is null ? [.. OutwardEvents.Types] : types.Split(',');
        if (wanted.FirstOrDefault(t => !OutwardEvents.Has(t)) is not null)
            errors.Add(new("?types", "unknown", $"The events are {string.Join(", ", OutwardEvents.Types)}."));
        long? place = null;
        if (after is not null && long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var given)) place = given;
        else if (after is not null) errors.Add(new("?after", "type", "after has to be the position of an event."));
        if (errors.Count > 0) throw Core.Platform.Problems.InvalidInput(errors);
        var found = await feed.ReadAsync(caller.Agency, page.NumberCursor ?? place, wanted, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, e => PageRequest.After(e.Position)));
    }
}
