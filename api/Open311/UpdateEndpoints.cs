using System.Globalization;
using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Files;
using Cirm.Core.Transactions.Open311;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Open311;

/// <summary>Updates of service requests in both directions, as FixMyStreet's clients speak them (mySociety, "Open311 extended").</summary>
static class UpdateEndpoints
{
    const int LongestText = 4_000;

    public static void MapUpdates(this IEndpointRouteBuilder v2)
    {
        const string path = "/servicerequestupdates.{format}";
        v2.MapGet(path, List).WithName("listOpen311Updates").Allow(Who.Anyone, Open311Setup.Read, Open311Setup.ReadsCases);
        v2.MapPost(path, Post).WithName("postOpen311Update").Allow(Who.Members, Open311Setup.Write, Open311Setup.WritesCases).WithMetadata(new HashesItsBody());
    }

    static async Task<GeoReportAnswer> List(
        HttpContext http, CallContext call, Agency home, RequestUpdates updates, Open311SettingsBook book, PictureLinks links, AccessLog log, TimeProvider clock, CancellationToken ct)
    {
        var (query, settings, now) = (new GeoReportQuery(http, home), await book.TellAsync(home.Id, ct), clock.Now());
        GeoReport.CheckJurisdiction(settings, query.Text("jurisdiction_id"));
        var extended = query.Flag("extended_statuses") ?? query.Flag("extensions") ?? settings.ExtendedStatuses;
        var (from, to) = query.Span(now);
        var (skip, size) = query.Page(ServiceRequests.Most);
        Guid[]? cases = query.List("service_request_id") is { } ids ? [.. ids.Select(i => Guid.TryParseExact(i, "D", out var id) ? id : Guid.Empty)] : null;
        query.Errors.ThrowIfAny();
        var reader = GeoReport.ReaderOf(call);
        var found = await updates.ListAsync(reader, cases, from, to, skip, size, ct);
        await log.RecordListAsync(reader.Caller, "cases.listed", "case", null, found.Where(u => (u.Text, u.Picture) is not (null, null)).Select(u => u.CaseId), ct);
        return new(writer =>
        {
            writer.BeginList("service_request_updates");
            foreach (var update in found)
            {
                writer.Begin("request_update");
                writer.Add("update_id", update.Id.ToString());
                writer.Add("service_request_id", update.CaseId.ToString());
                writer.Add("status", Open311States.Of(update.Status, update.Outcome, extended).Spelled());
                writer.Add("updated_datetime", update.At);
                writer.Add("description", update.Text);
                writer.Add("media_url", update.Picture is { } picture ? GeoReport.AddressOf(http, links, home, update.CaseId, picture, now) : null);
                if (extended)
                {
                    writer.Add("external_status_code", update.Outcome is { } outcome && update.Status.IsOver() ? $"{update.Status.Word()}:{outcome.Word()}" : update.Status.Word());
                    writer.Add("customer_reference", update.Number.ToString(CultureInfo.InvariantCulture));
                }
                writer.End();
            }
            writer.End();
        });
    }

    static async Task<GeoReportAnswer> Post(HttpContext http, CallContext call, Agency home, ReceivedUpdates received, Open311SettingsBook book, CancellationToken ct)
    {
        var caller = call.Caller!;
        var form = await GeoReportForm.ReadAsync(http, caller);
        if (form.Files.Count > 0) throw Problems.InvalidValue("/media", "not-allowed", "An update takes no files: send the address of a picture as media_url.");
        GeoReport.CheckJurisdiction(await book.TellAsync(home.Id, ct), form.Text("jurisdiction_id") ?? http.Request.Query["jurisdiction_id"]);
        var sent = Read(form, new(http, home, "/"), caller.Kind == ActorKind.Staff || call.Scopes.Contains("cases:write"));
        var id = await received.TakeAsync(caller, sent, ct) ?? throw Problems.NotFound.Because("The service_request_id was not found.");
        return new(writer =>
        {
            writer.BeginList("service_request_updates");
            writer.Begin("request_update");
            writer.Add("update_id", id.ToString());
            writer.End();
            writer.End();
        });
    }

    // Who said it (email, first_name, last_name, title, phone) is not kept: the case has its citizen, and an update is not theirs by saying so.
    static SentUpdate Read(GeoReportForm form, GeoReportQuery query, bool ofAgency)
    {
        foreach (var name in (string[])["service_request_id", "update_id", "updated_datetime", "status"])
            if (form.Text(name) is null) query.Errors.Missing(name);
        var at = query.Time("updated_datetime", form.Text("updated_datetime"));
        var state = form.Text("status") is { } word ? Open311States.Read(word) : null;
        if (state is null && form.Text("status") is not null)
            query.Errors.Wrong("status", "unknown", $"This has to be one of {string.Join(", ", Enum.GetValues<Open311State>().Select(s => s.Spelled()))}.");
        if (form.Text("update_id")?.Length > 200) query.Errors.Wrong("update_id", "length", "This may have at most 200 characters.");
        var lines = form.All("media_url").Where(url => Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https").Prepend(form.Text("description"));
        var text = string.Join("\n\n", lines.OfType<string>());
        if (text.Length > LongestText) query.Errors.Wrong("description", "length", $"This may have at most {LongestText} characters.");
        query.Errors.ThrowIfAny();
        var id = Guid.TryParseExact(form.Text("service_request_id"), "D", out var known) ? known : throw Problems.NotFound.Because("The service_request_id was not found.");
        return new(id, form.Text("update_id")!, at!.Value, state!.Value, text.Length == 0 ? null : text, ofAgency);
    }
}
