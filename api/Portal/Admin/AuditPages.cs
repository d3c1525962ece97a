using System.Globalization;
using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Admin;

/// <summary>Who saw and did what, newest first; what it is narrowed to stands in the address.</summary>
public static class AuditPages
{
    const int OnAPage = 100;

    public static void MapAuditPages(this IEndpointRouteBuilder pages) => pages.MapGet("/audit", Show).Allow(Who.Admin);

    static async Task<IResult> Show(HttpContext http, Agency home, AuditTrail trail, CancellationToken ct)
    {
        var form = PortalForm.Of(http.Request.Query.Where(q => q.Key is "subject" or "actor" or "action" or "after"));
        var read = new QueryErrors("/");
        var (subject, actor, action) = (read.Id("subject", Said("subject")), read.Id("actor", Said("actor")), read.Text("action", Said("action")));
        var before = long.TryParse(form["after"], NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position : (long?)null;
        try
        {
            read.ThrowIfAny();
            var found = await trail.ListAsync(home.Id, before, subject, actor, action, OnAPage + 1, ct);
            return Page(found.Take(OnAPage).ToList(), found.Count > OnAPage ? found[OnAPage - 1].Position : null, form, StatusCodes.Status200OK);
        }
        catch (Refusal refusal) when (refusal.Problem.Status is 422)
        {
            return Page([], null, form.Take(refusal), StatusCodes.Status422UnprocessableEntity);
        }

        string? Said(string field) => form[field] is { Length: > 0 } typed ? typed : null;
    }

    static RazorComponentResult<AuditShown> Page(IReadOnlyList<AuditRow> entries, long? next, PortalForm form, int status) => new(new { Entries = entries, Next = next, Form = form }) { StatusCode = status };
}
