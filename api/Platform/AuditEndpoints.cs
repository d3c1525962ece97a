using System.ComponentModel;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cirm.Api.Platform;

/// <summary>Who saw and did what in an agency.</summary>
public static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder app) =>
        app.MapGet("/v1/agencies/{agency}/audit", List).WithTags("Audit").WithName("listAuditEntries").Allow(Who.Admin, "audit:read");

    static async Task<Ok<Page<AuditRow>>> List(
        [FromQuery, Description("Only entries about this id.")] string? subject,
        [FromQuery, Description("Only entries of this account or key.")] string? actor,
        [FromQuery, Description("Only this action, such as case.read.")] string? action,
        [AsParameters] PageRequest page, Caller caller, AuditTrail trail, HttpContext http, CancellationToken ct)
    {
        var read = new QueryErrors();
        var (about, by, what) = (read.Id("subject", subject), read.Id("actor", actor), read.Text("action", action));
        read.ThrowIfAny();
        var found = await trail.ListAsync(caller.Agency, page.NumberCursor, about, by, what, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, e => PageRequest.After(e.Position)));
    }
}
