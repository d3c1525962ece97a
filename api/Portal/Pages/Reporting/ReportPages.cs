using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cirm.Api.Platform;
using Cirm.Api.Portal.Pages.Finding;
using Cirm.Api.Portal.Pages.Own;
using Cirm.Api.Transactions;
using Cirm.Core.Identity;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Pages.Reporting;

/// <summary>Reporting and asking, with an account or without: choose a service, say what it is about, get a number and a tracking code.</summary>
public static class ReportPages
{
    const int MostShown = 200;

    public static void MapReporting(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/report", Choose).Allow(Who.Anyone);
        var images = MapTiles.From(((IEndpointRouteBuilder)pages).ServiceProvider.GetRequiredService<IConfiguration>()) is { } map ? (object[])[new ImagesFrom(map.Origin)] : [];
        pages.MapGet("/report/{service}", Begin).Allow(Who.Anyone).WithMetadata(images);
        pages.MapPost("/report/{service}", Send).Allow(Who.Anyone).RequireRateLimiting(Limits.AnonymousWrites).WithMetadata(images);
        pages.MapGet("/desk/new", ChooseAssisted).Allow(Who.Staff);
        pages.MapGet("/desk/new/{service}", BeginAssisted).Allow(Who.Staff).WithMetadata(images);
        pages.MapPost("/desk/new/{service}", SendAssisted).Allow(Who.Staff).WithMetadata(images);
    }

    /// <summary>How a case comes in that a clerk enters for whoever calls, comes or writes.</summary>
    public static readonly IReadOnlyList<Channel> AssistedChannels = [Channel.Phone, Channel.Counter, Channel.Letter, Channel.Email, Channel.Sms];

    static Task<RazorComponentResult<ReportChoose>> Choose(string? q, [Microsoft.AspNetCore.Mvc.FromQuery(Name = "for")] Guid? whom, Agency home, Reader reader, Services services, Search search, CancellationToken ct) =>
        ChooseAsync("report", s => s.IsOpenFor(Channel.Web), q, whom, home, reader, services, search, ct);

    static Task<RazorComponentResult<ReportChoose>> ChooseAssisted(string? q, Agency home, Reader reader, Services services, Search search, CancellationToken ct) =>
        ChooseAsync("desk/new", s => AssistedChannels.Any(s.IsOpenFor), q, null, home, reader, services, search, ct);

    static async Task<RazorComponentResult<ReportChoose>> ChooseAsync(
        string at, Func<ServiceVersion, bool> fits, string? q, Guid? whom, Agency home, Reader reader, Services services, Search search, CancellationToken ct)
    {
        var asked = q is { Length: <= 500 } && BodyValidator.IsClean(q) ? q.Trim() : "";
        var offered = await services.ListAsync(home.Id, null, drafts: false, MostShown, ct);
        var fitting = asked.Length == 0 ? null : (await search.FindAsync(home.Id, asked, SearchKind.Service, reader.Languages, 10, ct)).Items.Select(i => i.Key).ToList();
        return new(new
        {
            At = at,
            Asked = asked,
            For = whom,
            Services = (fitting is null ? offered : fitting.Select(key => offered.FirstOrDefault(s => s.Key == key)).OfType<ServiceVersion>()).Where(fits).ToList(),
        });
    }

    static async Task<RazorComponentResult<Report>> Begin(
        string service, [Microsoft.AspNetCore.Mvc.FromQuery(Name = "for")] Guid? whom, Caller caller, Agency home, Services services, ReportReading reading, CancellationToken ct) =>
        await reading.ShowAsync(await ServicePages.FindAsync(services, home, service, ct), "report", whom?.ToString(), PortalForm.Empty, caller, home, ct);

    static async Task<RazorComponentResult<Report>> BeginAssisted(string service, Caller caller, Agency home, Services services, ReportReading reading, CancellationToken ct) =>
        await reading.ShowAsync(await ServicePages.FindAsync(services, home, service, ct), "desk/new", null, PortalForm.Empty, caller, home, ct);

    static Task<IResult> Send(
        string service, HttpContext http, Caller caller, Agency home, Reader reader, Services services, CaseIntake intake, TenantDb db, ReportReading reading, CancellationToken ct) =>
        SendAsync("report", service, http, caller, home, reader, services, intake, db, reading, ct);

    static Task<IResult> SendAssisted(
        string service, HttpContext http, Caller caller, Agency home, Reader reader, Services services, CaseIntake intake, TenantDb db, ReportReading reading, CancellationToken ct) =>
        SendAsync("desk/new", service, http, caller, home, reader, services, intake, db, reading, ct);

    static async Task<IResult> SendAsync(
        string at, string service, HttpContext http, Caller caller, Agency home, Reader reader, Services services, CaseIntake intake, TenantDb db, ReportReading reading, CancellationToken ct)
    {
        var form = await PortalForm.ReadAsync(http);
        var asked = await ServicePages.FindAsync(services, home, service, ct);
        foreach (var question in asked.Questions ?? []) form.Label($"answers/{question.Key}", reader.Of(question.Text));
        try
        {
            var json = ToJson(form, asked, at == "report");
            if (at != "report" && form["citizenId"] is { Length: > 0 } named) json["citizenId"] = (await reading.CitizenAsync(named, caller, ct)).ToString();
            var sent = await SubmitAsync(PortalForm.Read<CaseEndpoints.SubmitCase>(json), caller, home, intake, db, ct);
            if (!caller.IsStaff) PortalSession.Code.Keep(http, sent.Code); // a clerk's browser is not the caller's
            return new RazorComponentResult<ReportSent>(sent);
        }
        catch (Refusal refusal) when (refusal.Problem.Status is 403 or 422 or 409)
        {
            var again = await reading.ShowAsync(asked, at, form["onBehalfOf"], form.Take(refusal), caller, home, ct);
            again.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return again;
        }
    }

    // Sent again, by a reader who saw no answer, it is the first one's number and code that are shown.
    static async Task<Sent> SubmitAsync(CaseEndpoints.SubmitCase wanted, Caller caller, Agency home, CaseIntake intake, TenantDb db, CancellationToken ct)
    {
        try
        {
            var submitted = await CaseEndpoints.SubmitAsync(wanted, caller, home, intake, ct);
            return new(submitted.Number, submitted.TrackingCode, submitted.DueAt);
        }
        catch (IdempotencyKeyTakenException) when (caller.Retry is not null)
        {
            var first = (await caller.Retry.FindAsync(db, caller.Agency, ct))!;
            using var answer = JsonDocument.Parse(first.Body);
            var dueAt = answer.RootElement.GetProperty("dueAt");
            return new(first.Number ?? answer.RootElement.GetProperty("number").GetInt64(), answer.RootElement.GetProperty("trackingCode").GetString()!,
                dueAt.ValueKind == JsonValueKind.Null ? null : dueAt.GetDateTimeOffset());
        }
    }

    static JsonObject ToJson(PortalForm form, ServiceVersion service, bool own)
    {
        var json = own ? form.ToJson("title", "description", "onBehalfOf") : form.ToJson("title", "description");
        (json["service"], json["kind"], json["channel"]) = (service.Key, form["kind"] is { Length: > 0 } kind ? kind : CaseKind.Report.Word(), own ? Channel.Web.Word() : form["channel"]);
        json["title"] ??= "";
        var location = new JsonObject();
        if (form["location/area"] is { Length: > 0 } area) location["area"] = area;
        foreach (var degrees in (string[])["latitude", "longitude"])
            if (form[$"location/{degrees}"] is { Length: > 0 } typed) location[degrees] = double.TryParse(PortalForm.Latin(typed), CultureInfo.InvariantCulture, out var value) ? value : typed;
        if (location.Count > 0) json["location"] = location;
        var answers = new JsonObject();
        foreach (var question in service.Questions ?? [])
            if (AnswerTo(question, form) is { } answer) answers[question.Key] = answer;
        if (answers.Count > 0) json["answers"] = answers;
        return json;
    }

    static JsonNode? AnswerTo(Question question, PortalForm form)
    {
        var field = $"answers/{question.Key}";
        var typed = form[field];
        return question.Type switch
        {
            QuestionType.Multiple => form.All(field) is { Count: > 0 } chosen ? new JsonArray([.. chosen.Select(c => (JsonNode)c)]) : null,
            _ when typed.Length == 0 => null,
            QuestionType.Number when decimal.TryParse(PortalForm.Latin(typed), CultureInfo.InvariantCulture, out var number) => number,
            QuestionType.Boolean when bool.TryParse(typed, out var yes) => yes,
            QuestionType.Date => Reader.TypedDate(typed) ?? PortalForm.Latin(typed),
            _ => typed,
        };
    }

    /// <summary>What was taken in.</summary>
    public sealed record Sent(long Number, string Code, DateTimeOffset? DueAt);
}

/// <summary>What the form of a report shows beside its service: for whom it is sent, and which places the agency knows.</summary>
public sealed class ReportReading(MandateReading mandates, Areas areas, Citizens citizens, AccessLog log)
{
    /// <summary>Whom a clerk names by the agency's own number of them, or by the id of their record.</summary>
    /// <exception cref="Refusal"><see cref="Core.Platform.Problems.Invalid"/> when there is nobody.</exception>
    internal async Task<Guid> CitizenAsync(string named, Caller caller, CancellationToken ct)
    {
        if (Guid.TryParse(named, out var id)) return id;
        var found = named.Length <= 200 && BodyValidator.IsClean(named) ? await citizens.ListAsync(caller.Agency, named, null, 1, ct) : [];
        await log.RecordListAsync(caller, "citizens.listed", "citizen", found.Count == 1 ? found[0].Id : null, found.Select(c => c.Id), ct);
        return found.Count > 0 ? found[0].Id : throw Core.Platform.Problems.InvalidValue("/citizenId", "unknown", "There is no such citizen.");
    }

    internal async Task<RazorComponentResult<Report>> ShowAsync(ServiceVersion service, string at, string? whom, PortalForm form, Caller caller, Agency home, CancellationToken ct) => new(new
    {
        Service = service, Form = form, At = at, For = whom,
        Name = Guid.TryParse(whom, out var citizen) && (await mandates.NamesAsync(caller, ct)).TryGetValue(citizen, out var name) ? name : null,
        Areas = await areas.KnownAsync(home.Id, home.SmallestGroup, ct),
    });
}
