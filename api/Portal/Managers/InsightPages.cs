using System.Text.Json;
using System.Text.Json.Nodes;
using Cirm.Api.Insight;
using Cirm.Api.Platform;
using Cirm.Api.Portal.Parts;
using Cirm.Core.Information;
using Cirm.Core.Insight.Loop;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Managers;

/// <summary>The board of findings: what was found, who sees to it until when, what was decided and why, and what came of it.</summary>
public static class InsightPages
{
    const Who Deciders = Who.Manager | Who.Admin;
    const int OnAPage = 100;

    public static void MapInsightPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/insights", Board).Allow(Who.Staff);
        pages.MapGet("/new-insight", New).Allow(Who.Staff);
        pages.MapPost("/insights", Register).Allow(Who.Staff);
        pages.MapGet("/insights/{id:guid}", Show).Allow(Who.Staff);
        pages.MapPost("/insights/{id:guid}/decision", Decide).Allow(Deciders);
        pages.MapPost("/insights/{id:guid}/action", Act).Allow(Who.Staff);
        pages.MapPost("/insights/{id:guid}/measures", Measure).Allow(Who.Staff);
        pages.MapPost("/insights/{id:guid}/withdrawal", Withdraw).Allow(Deciders);
        pages.MapPost("/insights/{id:guid}/reopening", Reopen).Allow(Who.Staff);
    }

    static async Task<RazorComponentResult<InsightBoard>> Board(
        string? state, string? source, string? service, string? mine, string? overdue, string? after, Caller caller, Agency home, Findings findings, Services services, CancellationToken ct)
    {
        var read = new QueryErrors();
        var (inState, from, about) = (read.Word<FindingState>("state", Said(state)), read.Word<FindingSource>("source", Said(source)), read.Text("service", Said(service)));
        read.ThrowIfAny();
        var found = await findings.ListAsync(
            home.Id, new(inState is { } one ? [one] : null, from, about, mine == "true" ? caller.Id : null, overdue == "true" ? true : null), TimeCursor.Parse(Said(after)), OnAPage + 1, ct);
        return new(new
        {
            Findings = found.Take(OnAPage).ToList(), Services = await services.ListAsync(home.Id, null, drafts: false, 500, ct),
            Next = found.Count > OnAPage ? new TimeCursor(found[OnAPage - 1].DueAt, found[OnAPage - 1].Id).ToString() : null,
            State = inState, Source = from, Service = about, Mine = mine == "true", Overdue = overdue == "true",
        });

        static string? Said(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
    }

    static async Task<RazorComponentResult<InsightEditor>> New(Agency home, Services services, CancellationToken ct) => await EditorAsync(home, services, PortalForm.Empty, ct);

    static async Task<RazorComponentResult<InsightEditor>> EditorAsync(Agency home, Services services, PortalForm form, CancellationToken ct) =>
        new(new { Services = await services.ListAsync(home.Id, null, drafts: false, 500, ct), Form = form });

    static async Task<IResult> Register(HttpContext http, Caller caller, Agency home, Reader reader, Findings findings, Services services, TimeProvider clock, CancellationToken ct)
    {
        var sent = await PortalForm.ReadAsync(http);
        return await sent.SendAsync(async () =>
        {
            var json = sent.ToJson("source", "service");
            (json["title"], json["text"]) = (sent.Localized("title") ?? (JsonNode)"", sent.Localized("text") ?? (JsonNode)"");
            if (sent["reference"] is { Length: > 0 } reference) json["evidence"] = new JsonObject { ["reference"] = reference };
            if (MomentField.Read(reader, sent, "dueAt") is { } due) json["dueAt"] = due;
            var draft = PortalForm.Read<InsightEndpoints.WriteInsight>(json).ToDraft(caller.Id!.Value, home);
            if (draft.DueAt is { } at) InsightEndpoints.CheckDue(at, clock.Now());
            return reader.To($"insights/{(await findings.RegisterAsync(caller, draft, ct)).Id}");
        }, form => EditorAsync(home, services, form, ct));
    }

    static async Task<RazorComponentResult<InsightShown>> Show(Guid id, Caller caller, Agency home, Reading reading, CancellationToken ct) => await reading.ShowAsync(caller, home, id, PortalForm.Empty, ct);

    static Task<IResult> Decide(Guid id, HttpContext http, Caller caller, Agency home, Reader reader, FindingSteps steps, TimeProvider clock, Reading reading, CancellationToken ct) =>
        StepAsync(id, http, caller, home, reader, reading, async form =>
        {
            var json = form.ToJson("decision");
            json["reason"] = form.Localized("reason") ?? (JsonNode)"";
            if (MomentField.Read(reader, form, "promisedAt") is { } promised) json["promisedAt"] = promised;
            if (form.All("acknowledged") is { Count: > 0 } known) json["acknowledged"] = new JsonArray([.. known.Select(k => (JsonNode)k)]);
            if (Origin(form) is { } origin) json["origin"] = origin;
            _ = await InsightStepEndpoints.DecideAsync(id, PortalForm.Read<InsightStepEndpoints.DecideInsight>(json), caller, home, steps, clock, ct);
        }, ct);

    // Typed in percent, as people say it.
    static JsonObject? Origin(PortalForm form)
    {
        var shares = ((string[])["citizens", "staff", "superior", "budget"]).Select(by => KeyValuePair.Create(by, form.Number($"origin/{by}"))).Where(s => s.Value is not null).ToList();
        return shares.Count == 0 ? null : new(shares.Select(s => KeyValuePair.Create(s.Key, s.Value!.GetValueKind() == JsonValueKind.Number ? (JsonNode?)(s.Value.GetValue<decimal>() / 100) : s.Value)));
    }

    static Task<IResult> Act(Guid id, HttpContext http, Caller caller, Agency home, Reader reader, FindingSteps steps, Reading reading, CancellationToken ct) =>
        StepAsync(id, http, caller, home, reader, reading, async form =>
        {
            var json = new JsonObject { ["service"] = form["service"], ["version"] = form.Number("version") ?? 0, ["text"] = form.Localized("done") };
            var wanted = PortalForm.Read<InsightStepEndpoints.ActOnInsight>(json);
            _ = await steps.ActAsync(caller, id, wanted.Service, wanted.Version, wanted.Text?.In(home.Language), ct) ?? throw InsightEndpoints.Unknown(id);
        }, ct);

    static Task<IResult> Measure(Guid id, HttpContext http, Caller caller, Agency home, Reader reader, Measures measures, Reading reading, CancellationToken ct) =>
        StepAsync(id, http, caller, home, reader, reading, async form =>
        {
            var json = form.ToJson("kind", "service", "survey", "item");
            foreach (var period in (string[])["baseline", "after"]) json[period] = new JsonObject { ["from"] = PortalForm.Latin(form[$"{period}/from"]), ["to"] = PortalForm.Latin(form[$"{period}/to"]) };
            _ = await measures.DeclareAsync(caller, home, id, PortalForm.Read<InsightStepEndpoints.DeclareMeasure>(json).ToSpec(home), ct) ?? throw InsightEndpoints.Unknown(id);
        }, ct);

    static Task<IResult> Withdraw(Guid id, HttpContext http, Caller caller, Agency home, Reader reader, FindingSteps steps, Reading reading, CancellationToken ct) =>
        StepAsync(id, http, caller, home, reader, reading, async form => _ = await steps.WithdrawAsync(caller, id, Why(form, home), ct) ?? throw InsightEndpoints.Unknown(id), ct);

    static Task<IResult> Reopen(Guid id, HttpContext http, Caller caller, Agency home, Reader reader, FindingSteps steps, Reading reading, CancellationToken ct) =>
        StepAsync(id, http, caller, home, reader, reading, async form => _ = await steps.ReopenAsync(caller, id, Why(form, home), ct) ?? throw InsightEndpoints.Unknown(id), ct);

    static Localized Why(PortalForm form, Agency home) =>
        PortalForm.Read<InsightStepEndpoints.SayWhy>(new JsonObject { ["reason"] = form.Localized("reason") ?? (JsonNode)"" }).Reason.In(home.Language);

    static async Task<IResult> StepAsync(Guid id, HttpContext http, Caller caller, Agency home, Reader reader, Reading reading, Func<PortalForm, Task> step, CancellationToken ct)
    {
        var sent = await PortalForm.ReadAsync(http);
        return await sent.SendAsync(async () =>
        {
            await step(sent);
            return reader.To($"insights/{id}");
        }, form => reading.ShowAsync(caller, home, id, form, ct), pointer => pointer.StartsWith("/text", StringComparison.Ordinal) ? "done" : pointer.TrimStart('/'));
    }

    /// <summary>All of a finding that its page shows.</summary>
    public sealed class Reading(Findings findings, FindingSteps steps, Measures measures, Services services)
    {
        const int MostSteps = 200;

        internal async Task<RazorComponentResult<InsightShown>> ShowAsync(Caller caller, Agency home, Guid id, PortalForm form, CancellationToken ct) => new(new
        {
            Finding = await InsightEndpoints.FindAsync(findings, caller, id, ct), History = await findings.HistoryAsync(home.Id, id, null, MostSteps, ct),
            Measures = await measures.ListAsync(home.Id, id, ct), Conflicts = await steps.ConflictsAsync(caller, id, ct) ?? throw InsightEndpoints.Unknown(id),
            Services = await services.ListAsync(home.Id, null, drafts: true, 500, ct), Form = form,
        });
    }
}
