using System.ComponentModel.DataAnnotations;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Outside;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Platform.Outside.Problems;

namespace Cirm.Api.Platform;

/// <summary>Systems outside that are told of events (docs/integrating.md).</summary>
public static class WebhookEndpoints
{
    public static void AddWebhooks(this IServiceCollection services) => services
        .AddSingleton<Webhooks>().AddSingleton<WebhookSecrets>().AddSingleton<Deliveries>().AddSingleton<EventFeed>().AddSingleton(_ => WebhookCalls.FromEnvironment());

    public static void MapWebhooks(this IEndpointRouteBuilder app)
    {
        var webhooks = app.MapGroup("/v1/agencies/{agency}/webhooks").WithTags("Webhooks").WithEtags();
        webhooks.MapPost("", Create).WithName("createWebhook").Allow(Who.Admin, "webhooks:write").Refuses(Problems.WebhookLimit);
        webhooks.MapGet("", List).WithName("listWebhooks").Allow(Who.Admin, "webhooks:read");
        webhooks.MapGet("/{id:guid}", Get).WithName("getWebhook").Allow(Who.Admin, "webhooks:read");
        webhooks.MapPatch("/{id:guid}", Change).WithName("changeWebhook").Allow(Who.Admin, "webhooks:write");
        webhooks.MapDelete("/{id:guid}", Remove).WithName("removeWebhook").Allow(Who.Admin, "webhooks:write");
        webhooks.MapPost("/{id:guid}/secret", Rotate).WithName("rotateWebhookSecret").Allow(Who.Admin, "webhooks:write");
        webhooks.MapPost("/{id:guid}/pause", Pause).WithName("pauseWebhook").Allow(Who.Admin, "webhooks:write");
        webhooks.MapPost("/{id:guid}/resume", Resume).WithName("resumeWebhook").Allow(Who.Admin, "webhooks:write");
    }

    static async Task<Created<NewWebhook>> Create(Body<WriteWebhook> body, Caller caller, Agency home, Webhooks webhooks, WebhookCalls calls, CancellationToken ct)
    {
        var wanted = Checked(body.Value, calls);
        var (made, secret) = await webhooks.CreateAsync(caller, wanted.Url, wanted.Types, wanted.Format, wanted.Description, ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/webhooks/{made.Id}", new NewWebhook(made.Id, secret, made.Url, made.Events, made.Format, made.CreatedAt));
    }

    static async Task<Ok<Page<Webhook>>> List([AsParameters] PageRequest page, Caller caller, Webhooks webhooks, HttpContext http, CancellationToken ct)
    {
        var found = await webhooks.ListAsync(caller.Agency, TimeCursor.Parse(page.Cursor), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, w => new TimeCursor(w.CreatedAt, w.Id).ToString()));
    }

    static async Task<Ok<Webhook>> Get(Guid id, Caller caller, Webhooks webhooks, CancellationToken ct) => TypedResults.Ok(await FindAsync(webhooks, caller, id, ct));

    static async Task<Ok<Webhook>> Change(
        Guid id, IfMatch ifMatch, MergePatch<WriteWebhook> patch, Caller caller, Webhooks webhooks, WebhookCalls calls, CancellationToken ct)
    {
        var current = await FindAsync(webhooks, caller, id, ct);
        ifMatch.Check(current);
        var edited = Checked(patch.ApplyTo(WriteWebhook.Of(current)), calls);
        var to = current with { Url = edited.Url, Events = edited.Types, Format = edited.Format, Description = edited.Description };
        return TypedResults.Ok(await webhooks.ChangeAsync(caller, to, ct) ?? throw IfMatch.Changed());
    }

    static async Task<NoContent> Remove(Guid id, IfMatch ifMatch, Caller caller, Webhooks webhooks, CancellationToken ct)
    {
        ifMatch.Check(await FindAsync(webhooks, caller, id, ct));
        return await webhooks.RemoveAsync(caller, id, ifMatch.Version, ct) ? TypedResults.NoContent() : throw IfMatch.Changed();
    }

    static async Task<Ok<NewSecret>> Rotate(Guid id, Body<RotateSecret> body, Caller caller, Webhooks webhooks, CancellationToken ct)
    {
        var rotated = await webhooks.RotateAsync(caller, id, TimeSpan.FromHours(body.Value.OverlapHours), ct) ?? throw Unknown(id);
        return TypedResults.Ok(new NewSecret(rotated.Secret, rotated.Webhook.PreviousSecretUntil));
    }

    static async Task<Ok<Webhook>> Pause(Guid id, Caller caller, Webhooks webhooks, CancellationToken ct) =>
        TypedResults.Ok(await webhooks.PauseAsync(caller, id, PauseReason.Asked, ct) ?? throw Unknown(id));

    static async Task<Ok<Webhook>> Resume(Guid id, Caller caller, Webhooks webhooks, CancellationToken ct) =>
        TypedResults.Ok(await webhooks.ResumeAsync(caller, id, ct) ?? throw Unknown(id));

    internal static async Task<Webhook> FindAsync(Webhooks webhooks, Caller caller, Guid id, CancellationToken ct) =>
        await webhooks.FindAsync(caller.Agency, id, ct) ?? throw Unknown(id);

    internal static Refusal Unknown(Guid id) => Core.Platform.Problems.NotFound.Because($"There is no webhook {id} here.");

    internal static WriteWebhook Checked(WriteWebhook wanted, WebhookCalls calls)
    {
        var errors = wanted.Events.Index().Where(e => !OutwardEvents.Has(e.Item))
            .Select(e => new ValidationError($"/events/{e.Index}", "unknown", $"The events are {string.Join(", ", OutwardEvents.Types)}.")).ToList();
        if (calls.Refusal(wanted.Url) is { } why) errors.Add(new("/url", "uri", why));
        return errors.Count == 0 ? wanted : throw Core.Platform.Problems.InvalidInput(errors);
    }

    /// <summary>Where events go, and which.</summary>
    public sealed record WriteWebhook
    {
        /// <summary>Where they are posted to: https, at a public address.</summary>
        /// <example>https://desk.springfield.example/cirm</example>
        [MinLength(1), MaxLength(2000)]
        public required string Url { get; init; }

        /// <summary>Which: docs/integrating.md has the list, and so has the refusal of a word that is not in it.</summary>
        /// <example>["case.submitted", "case.transitioned"]</example>
        [MinLength(1), MaxLength(100)]
        public required string[] Events { get; init; }

        /// <summary>Of the bodies: standard, or cloudEvents for CloudEvents 1.0 in structured mode.</summary>
        /// <example>standard</example>
        public WebhookFormat Format { get; init; }

        /// <summary>What it is for.</summary>
        /// <example>The service desk of the water works</example>
        [MinLength(1), MaxLength(200)]
        public string? Description { get; init; }

        internal string[] Types => [.. Events.Distinct(StringComparer.Ordinal)];

        internal static WriteWebhook Of(Webhook w) => new() { Url = w.Url, Events = w.Events, Format = w.Format, Description = w.Description };
    }

    /// <summary>A webhook that was made.</summary>
    /// <param name="Id">The webhook.</param>
    /// <param name="Secret">By which bodies are signed; shown this once.</param>
    /// <param name="Url">Where events go.</param>
    /// <param name="Events">Which.</param>
    /// <param name="Format">Of the bodies.</param>
    /// <param name="CreatedAt">When it was made.</param>
    public sealed record NewWebhook(Guid Id, string Secret, string Url, string[] Events, WebhookFormat Format, DateTimeOffset CreatedAt);

    /// <summary>A change of secrets.</summary>
    public sealed record RotateSecret
    {
        /// <summary>For how many hours bodies are signed with the former secret as well; 0 when somebody else knows it.</summary>
        /// <example>24</example>
        [Range(0, 168)]
        public int OverlapHours { get; init; } = 24;
    }

    /// <summary>A secret that was made.</summary>
    /// <param name="Secret">By which bodies are signed; shown this once.</param>
    /// <param name="PreviousSecretUntil">Until when they are signed with the former one as well.</param>
    public sealed record NewSecret(string Secret, DateTimeOffset? PreviousSecretUntil);
}
