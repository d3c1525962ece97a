using Cirm.Api.Platform;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Transactions.Timekeeping;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Transactions.Problems;

namespace Cirm.Api.Transactions;

/// <summary>Working calendars: in whose open hours the standards of services are counted (docs/clocks.md).</summary>
public static class CalendarEndpoints
{
    public static void MapCalendars(this IEndpointRouteBuilder app)
    {
        var calendars = app.MapGroup("/v1/agencies/{agency}/calendars").WithTags("Calendars").WithEtags();
        calendars.MapGet("", List).WithName("listCalendars").Allow(Who.Anyone | Who.Operator, "services:read");
        calendars.MapGet("/{key}", Get).WithName("getCalendar").Allow(Who.Anyone | Who.Operator, "services:read");
        calendars.MapPut("/{key}", Put).WithName("putCalendar").Allow(Who.Admin, "services:write").Refuses(Core.Platform.Problems.PreconditionFailed);
        calendars.MapDelete("/{key}", Remove).WithName("removeCalendar").Allow(Who.Admin, "services:write").Refuses(Problems.CalendarInUse);
    }

    static async Task<Ok<Page<StoredCalendar>>> List([AsParameters] PageRequest page, Caller caller, Calendars calendars, HttpContext http, CancellationToken ct)
    {
        var found = await calendars.ListAsync(caller.Agency, page.KeyCursor, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, c => PageRequest.After(c.Key)));
    }

    static async Task<Ok<StoredCalendar>> Get(string key, Caller caller, Calendars calendars, CancellationToken ct) =>
        TypedResults.Ok(await calendars.FindAsync(caller.Agency, key, ct) ?? throw Unknown(key));

    /// <summary>Makes a calendar or replaces the one that is there; with If-Match, only the one that was read. Open cases are counted anew within minutes.</summary>
    static async Task<Results<Created<StoredCalendar>, Ok<StoredCalendar>>> Put(
        string key, Body<CalendarRules> body, Caller caller, Calendars calendars, HttpContext http, CancellationToken ct)
    {
        if (!ServiceKey.Is(key)) throw Core.Platform.Problems.InvalidValue("?key", "pattern", "A key is 1 to 100 of a-z, 0-9 and -.");
        if (body.Value.Check() is { Count: > 0 } errors) throw Core.Platform.Problems.InvalidInput(errors);
        var ifMatch = http.Request.Headers.IfMatch.Count == 0 ? null : await IfMatch.BindAsync(http, null!);
        var kept = await calendars.PutAsync(caller, key, body.Value, ifMatch?.Version, ct) ?? throw IfMatch.Changed();
        return kept.Version == 1 ? TypedResults.Created($"{http.Request.Path}", kept) : TypedResults.Ok(kept);
    }

    static async Task<NoContent> Remove(string key, IfMatch ifMatch, Caller caller, Calendars calendars, CancellationToken ct)
    {
        ifMatch.Check(await calendars.FindAsync(caller.Agency, key, ct) ?? throw Unknown(key));
        return await calendars.RemoveAsync(caller, key, ifMatch.Version, ct) ? TypedResults.NoContent() : throw IfMatch.Changed();
    }

    static Refusal Unknown(string key) => Core.Platform.Problems.NotFound.Because($"There is no calendar \"{key}\" here.");
}
