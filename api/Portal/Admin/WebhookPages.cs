using System.Text.Json.Nodes;
using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Outside;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Admin;

/// <summary>Systems that are told of events, and what they said to it.</summary>
public static class WebhookPages
{
    const int OnAPage = 50;

    public static void MapWebhookPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/webhooks", List).Allow(Who.Admin);
        // Pages with a secret are answered once and kept nowhere.
        pages.MapPost("/webhooks", Create).Allow(Who.Admin).WithMetadata(new NeedsNoIdempotencyKey());
        pages.MapPost("/webhooks/{id:guid}/secret", Rotate).Allow(Who.Admin).WithMetadata(new NeedsNoIdempotencyKey());
        pages.MapGet("/webhooks/{id:guid}", Show).Allow(Who.Admin);
        pages.MapPost("/webhooks/{id:guid}", Change).Allow(Who.Admin);
        foreach (var step in (string[])["pause", "resume", "test", "removal"])
            pages.MapPost($"/webhooks/{{id:guid}}/{step}", (Guid id, HttpContext http, Caller caller, Reader reader, Webhooks webhooks, Deliveries deliveries, CancellationToken ct) =>
                Step(id, step, http, caller, reader, webhooks, deliveries, ct)).Allow(Who.Admin);
        pages.MapPost("/webhooks/{id:guid}/deliveries/{delivery:guid}/redelivery", Redeliver).Allow(Who.Admin);
    }

    static Task<RazorComponentResult<WebhookList>> List(Agency home, Webhooks webhooks, CancellationToken ct) => ListAsync(home, webhooks, PortalForm.Empty, ct);

    static async Task<RazorComponentResult<WebhookList>> ListAsync(Agency home, Webhooks webhooks, PortalForm form, CancellationToken ct) =>
        new(new { Webhooks = await webhooks.ListAsync(home.Id, null, Webhook.Most, ct), Form = form });

    static async Task<IResult> Create(HttpContext http, Caller caller, Agency home, Reader reader, Webhooks webhooks, WebhookCalls calls, CancellationToken ct)
    {
        var form = await PortalForm.ReadAsync(http);
        try
        {
            var wanted = WebhookEndpoints.Checked(PortalForm.Read<WebhookEndpoints.WriteWebhook>(Json(form)), calls);
            var (made, secret) = await webhooks.CreateAsync(caller, wanted.Url, wanted.Types, wanted.Format, wanted.Description, ct);
            return new RazorComponentResult<SecretShown>(new { Title = reader["webhook.made"], About = reader["webhook.secret.once"], Secret = secret, Back = $"webhooks/{made.Id}" });
        }
        catch (Refusal refusal) when (refusal.Problem.Status is 409 or 422)
        {
            var page = await ListAsync(home, webhooks, form.Take(refusal, Field), ct);
            page.StatusCode = refusal.Problem.Status;
            return page;
        }
    }

    static JsonObject Json(PortalForm form)
    {
        var json = form.ToJson("description", "format");
        (json["url"], json["events"]) = (form["url"], new JsonArray([.. form.All("events").Select(e => (JsonNode)e)]));
        return json;
    }

    static string Field(string pointer) => pointer.StartsWith("/events", StringComparison.Ordinal) ? "events" : pointer.TrimStart('/');

    static Task<RazorComponentResult<WebhookShown>> Show(Guid id, string? state, string? after, Caller caller, Webhooks webhooks, Deliveries deliveries, CancellationToken ct) =>
        ShowAsync(id, state, after, caller, webhooks, deliveries, PortalForm.Empty, ct);

    static async Task<RazorComponentResult<WebhookShown>> ShowAsync(
        Guid id, string? state, string? after, Caller caller, Webhooks webhooks, Deliveries deliveries, PortalForm form, CancellationToken ct)
    {
        var read = new QueryErrors();
        var became = read.Word<DeliveryState>("state", string.IsNullOrEmpty(state) ? null : state);
        read.ThrowIfAny();
        var webhook = await WebhookEndpoints.FindAsync(webhooks, caller, id, ct);
        var found = await deliveries.ListAsync(caller.Agency, id, became, TimeCursor.Parse(string.IsNullOrEmpty(after) ? null : after)?.Id, OnAPage + 1, ct);
        return new(new
        {
            Webhook = webhook, Deliveries = found.Take(OnAPage).ToList(), State = became, Form = form,
            Next = found.Count > OnAPage ? new TimeCursor(found[OnAPage - 1].CreatedAt, found[OnAPage - 1].Id).ToString() : null,
        });
    }

    static async Task<IResult> Rotate(Guid id, HttpContext http, Caller caller, Reader reader, Webhooks webhooks, CancellationToken ct)
    {
        var hours = (await PortalForm.ReadAsync(http))["at-once"] == "true" ? 0 : new WebhookEndpoints.RotateSecret().OverlapHours;
        var rotated = await webhooks.RotateAsync(caller, id, TimeSpan.FromHours(hours), ct) ?? throw WebhookEndpoints.Unknown(id);
        return new RazorComponentResult<SecretShown>(new { Title = reader["webhook.rotated"], About = reader["webhook.secret.once"], rotated.Secret, Back = $"webhooks/{id}" });
    }

    static Task<IResult> Change(Guid id, HttpContext http, Caller caller, Reader reader, Webhooks webhooks, WebhookCalls calls, Deliveries deliveries, CancellationToken ct) =>
        StepAsync(id, http, caller, reader, webhooks, deliveries, async form =>
        {
            var current = await WebhookEndpoints.FindAsync(webhooks, caller, id, ct);
            form.Version.Check(current);
            var edited = WebhookEndpoints.Checked(PortalForm.Read<WebhookEndpoints.WriteWebhook>(Json(form)), calls);
            _ = await webhooks.ChangeAsync(caller, current with { Url = edited.Url, Events = edited.Types, Format = edited.Format, Description = edited.Description }, ct) ?? throw IfMatch.Changed();
            return $"webhooks/{id}";
        }, ct);

    static Task<IResult> Step(Guid id, string step, HttpContext http, Caller caller, Reader reader, Webhooks webhooks, Deliveries deliveries, CancellationToken ct) =>
        StepAsync(id, http, caller, reader, webhooks, deliveries, async form =>
        {
            switch (step)
            {
                case "pause":
                    _ = await webhooks.PauseAsync(caller, id, PauseReason.Asked, ct) ?? throw WebhookEndpoints.Unknown(id);
                    break;
                case "resume":
                    _ = await webhooks.ResumeAsync(caller, id, ct) ?? throw WebhookEndpoints.Unknown(id);
                    break;
                case "test":
                    _ = await deliveries.TestAsync(caller, id, ct) ?? throw WebhookEndpoints.Unknown(id);
                    break;
                default:
                    return await webhooks.RemoveAsync(caller, id, form.Version.Version, ct) ? "webhooks" : throw IfMatch.Changed();
            }
            return $"webhooks/{id}";
        }, ct);

    static Task<IResult> Redeliver(Guid id, Guid delivery, HttpContext http, Caller caller, Reader reader, Webhooks webhooks, Deliveries deliveries, CancellationToken ct) =>
        StepAsync(id, http, caller, reader, webhooks, deliveries, async form =>
        {
            _ = await deliveries.RedeliverAsync(caller, delivery, ct) ?? throw WebhookEndpoints.Unknown(id);
            return $"webhooks/{id}";
        }, ct);

    static async Task<IResult> StepAsync(Guid id, HttpContext http, Caller caller, Reader reader, Webhooks webhooks, Deliveries deliveries, Func<PortalForm, Task<string>> step, CancellationToken ct)
    {
        var sent = await PortalForm.ReadAsync(http);
        return await sent.SendAsync(async () => reader.To(await step(sent)), form => ShowAsync(id, null, null, caller, webhooks, deliveries, form, ct), Field);
    }
}
