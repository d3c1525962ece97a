using System.Globalization;
using System.Text.Json;
using Cirm.Api.Platform;
using Cirm.Api.Transactions;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Files;
using Cirm.Core.Transactions.Linking;
using Cirm.Core.Transactions.Open311;
using Microsoft.AspNetCore.Http.Extensions;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Open311;

/// <summary>Where requests stand (GeoReport v2, "GET Service Requests", "GET Service Request", "GET service_request_id from a token").</summary>
static class ServiceRequestEndpoints
{
    const int LongestDescription = 4_000;

    public static void MapServiceRequests(this IEndpointRouteBuilder v2)
    {
        v2.MapGet("/requests.{format}", List).WithName("listOpen311Requests").Allow(Who.Anyone, Open311Setup.Read, Open311Setup.ReadsCases);
        v2.MapGet("/requests/{id}.{format}", Get).WithName("getOpen311Request").Allow(Who.Anyone, Open311Setup.Read, Open311Setup.ReadsCases);
        v2.MapGet("/tokens/{token}.{format}", Redeem).WithName("redeemOpen311Token").Allow(Who.Anyone, Open311Setup.Read, Open311Setup.ReadsCases);
    }

    static async Task<GeoReportAnswer> List(
        HttpContext http, CallContext call, Agency home, ServiceRequests requests, Open311SettingsBook book, AccessLog log, TimeProvider clock, CancellationToken ct)
    {
        var query = new GeoReportQuery(http, home);
        GeoReport.CheckJurisdiction(await book.TellAsync(home.Id, ct), query.Text("jurisdiction_id"));
        var (filter, extended) = (FilterOf(query, clock.Now()), query.Flag("extensions") == true);
        var (skip, size) = filter.Ids is null ? query.Page(ServiceRequests.Most) : (0, ServiceRequests.Most);
        query.Errors.ThrowIfAny();
        if (filter.Services is { } codes && await requests.UnknownServicesAsync(home.Id, codes, ct) is [var unknown, ..])
            throw Problems.NotFound.Because($"The service_code \"{unknown}\" was not found.");
        var reader = GeoReport.ReaderOf(call);
        var found = await requests.ListAsync(reader, filter, skip, size + 1, ct);
        var shown = found.Take(size).ToList();
        if (found.Count > size) LinkNext(http, skip / size + 2);
        await log.RecordListAsync(reader.Caller, "cases.listed", "case", null, shown.Where(r => r.Whole).Select(r => r.Id), ct);
        return Answer(http, home, shown, extended);
    }

    static async Task<GeoReportAnswer> Get(
        string id, HttpContext http, CallContext call, Agency home, ServiceRequests requests, Open311SettingsBook book, AccessLog log, CancellationToken ct)
    {
        var query = new GeoReportQuery(http, home);
        GeoReport.CheckJurisdiction(await book.TellAsync(home.Id, ct), query.Text("jurisdiction_id"));
        var extended = query.Flag("extensions") == true;
        query.Errors.ThrowIfAny();
        var reader = GeoReport.ReaderOf(call);
        var found = !Guid.TryParseExact(id, "D", out var known) ? [] : await requests.ListAsync(reader, new([known], null, default, default, null, null, null, null, null), 0, 1, ct);
        if (found is not [var request]) throw Problems.NotFound.Because("The service_request_id was not found.");
        if (request.Whole) await log.RecordAsync(reader.Caller, "case.read", "case", known, ct);
        return Answer(http, home, found, extended);
    }

    /// <summary>A case's tracking code is the token of its request: whoever was given only the one finds the other.</summary>
    static async Task<GeoReportAnswer> Redeem(
        string token, HttpContext http, Caller caller, Agency home, Cases cases, Open311SettingsBook book, GuessThrottle throttle, CancellationToken ct)
    {
        GeoReport.CheckJurisdiction(await book.TellAsync(home.Id, ct), http.Request.Query["jurisdiction_id"]);
        var found = await CitizensCase.GuessedAsync(throttle, http, async () => BodyValidator.IsClean(token) ? await cases.FindByCodeAsync(caller.Agency, token, ct) : null);
        return new(writer =>
        {
            writer.BeginList("service_requests");
            writer.Begin("request");
            writer.Add("service_request_id", found.Id.ToString());
            writer.Add("token", token);
            writer.End();
            writer.End();
        });
    }

    static ServiceRequestFilter FilterOf(GeoReportQuery query, DateTimeOffset now)
    {
        if (query.List("service_request_id") is { } ids) // "This overrides all other arguments."
        {
            if (ids.Length > ServiceRequests.Most) query.Errors.Wrong("service_request_id", "length", $"These may be {ServiceRequests.Most} at most.");
            return new([.. ids.Select(i => Guid.TryParseExact(i, "D", out var id) ? id : Guid.Empty)], null, default, default, null, null, null, null, null);
        }
        var (from, to) = query.Span(now);
        bool? open = null;
        if (query.List("status") is { } states)
        {
            foreach (var state in states.Where(s => !s.Equals("open", StringComparison.OrdinalIgnoreCase) && !s.Equals("closed", StringComparison.OrdinalIgnoreCase)))
                query.Errors.Wrong("status", "unknown", "This has to be open, closed, or both with a comma between.");
            var said = states.Select(s => s.Equals("open", StringComparison.OrdinalIgnoreCase)).Distinct().ToList();
            open = said.Count == 1 ? said[0] : null;
        }
        return new(null, query.List("service_code"), from, to, open, query.Time("updated_after"), query.Time("updated_before"), NearOf(query), query.Text("q"));
    }

    static Vicinity? NearOf(GeoReportQuery query)
    {
        const double farthest = 50_000;
        var (lat, lng, radius) = (query.Text("lat"), query.Text("long"), query.Text("radius"));
        if (lat is null && lng is null && radius is null) return null;
        foreach (var (name, sent) in new[] { ("lat", lat), ("long", lng), ("radius", radius) })
            if (sent is null) query.Errors.Missing(name);
        return new("", query.Errors.Number("lat", lat, -90, 90) ?? 0, query.Errors.Number("long", lng, -180, 180) ?? 0, query.Errors.Number("radius", radius, 1, farthest) ?? 1, 0);
    }

    static void LinkNext(HttpContext http, int page)
    {
        // The key stays out of what is answered.
        var query = new QueryBuilder(http.Request.Query.Where(p => p.Key is not ("page" or "api_key")).SelectMany(p => p.Value.Select(v => KeyValuePair.Create(p.Key, v ?? ""))))
        {
            { "page", page.ToString(CultureInfo.InvariantCulture) },
        };
        http.Response.Headers.Link = $"<{http.Request.PathBase}{http.Request.Path}{query}>; rel=\"next\"";
    }

    static GeoReportAnswer Answer(HttpContext http, Agency home, IReadOnlyList<ServiceRequest> requests, bool extended)
    {
        var languages = Languages.Of(http, home);
        var agency = home.Name.For(languages);
        var (links, now) = (http.RequestServices.GetRequiredService<PictureLinks>(), http.RequestServices.GetRequiredService<TimeProvider>().Now());
        return new(writer =>
        {
            writer.BeginList("service_requests");
            foreach (var request in requests)
            {
                writer.Begin("request");
                writer.Add("service_request_id", request.Id.ToString());
                writer.Add("status", Open311States.Of(request.Status, request.Outcome, extended: false).Spelled());
                writer.Add("status_notes", request.Reason);
                writer.Add("service_name", request.ServiceName.For(languages));
                writer.Add("service_code", request.Service);
                writer.Add("description", DescriptionOf(request));
                writer.Add("agency_responsible", request.Unit?.For(languages) ?? agency);
                writer.Add("service_notice", (string?)null);
                writer.Add("requested_datetime", request.RequestedAt);
                writer.Add("updated_datetime", request.UpdatedAt);
                writer.Add("expected_datetime", request.ExpectedAt);
                writer.Add("address", request.Address);
                writer.Add("address_id", request.AddressId);
                writer.Add("zipcode", (string?)null);
                writer.Add("lat", request.Latitude);
                writer.Add("long", request.Longitude);
                writer.Add("media_url", request.MediaUrl ?? (request.Picture is { } picture ? GeoReport.AddressOf(http, links, home, request.Id, picture, now) : null));
                if (extended) Extend(writer, request);
                writer.End();
            }
            writer.End();
        });
    }

    // What GeoReport has no words for. The citizen's word and the answers are for those who see the whole case.
    static void Extend(SparkWriter writer, ServiceRequest request)
    {
        writer.Begin("extended_attributes");
        writer.Add("status", Open311States.Of(request.Status, request.Outcome, extended: true).Spelled());
        writer.Add("number", request.Number.ToString(CultureInfo.InvariantCulture));
        writer.Add("kind", request.Kind.Word());
        if (request.Whole)
        {
            writer.Add("channel", request.Channel?.Word());
            writer.Add("verdict", request.Verdict?.Word());
            writer.BeginList("attributes");
            foreach (var (code, answer) in request.Answers ?? [])
            {
                foreach (var value in answer.ValueKind == JsonValueKind.Array ? answer.EnumerateArray().ToArray() : [answer])
                {
                    writer.Begin("attribute");
                    writer.Add("code", code);
                    writer.Add("value", value.ToString());
                    writer.End();
                }
            }
            writer.End();
        }
        writer.End();
    }

    // Of a report that came in by another way, the title is a part of what was said.
    static string? DescriptionOf(ServiceRequest request)
    {
        var text = request.Description is null ? request.Title
            : string.IsNullOrEmpty(request.Title) || request.Description.StartsWith(request.Title, StringComparison.Ordinal) ? request.Description
            : $"{request.Title}\n\n{request.Description}";
        if (text is null || text.Length <= LongestDescription) return string.IsNullOrEmpty(text) ? null : text;
        var cut = char.IsHighSurrogate(text[LongestDescription - 2]) ? LongestDescription - 2 : LongestDescription - 1;
        return $"{text[..cut]}…";
    }
}
