using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Desk;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Transactions;

/// <summary>Texts that officers answer with: managers write them, all staff read them and see them filled in for a case (docs/desk.md).</summary>
public static class AnswerTemplateEndpoints
{
    public static void MapAnswerTemplates(this IEndpointRouteBuilder app)
    {
        var templates = app.MapGroup("/v1/agencies/{agency}/answer-templates").WithTags("Answer templates").WithEtags();
        templates.MapGet("", List).WithName("listAnswerTemplates").Allow(Who.Staff, "cases:read");
        templates.MapGet("/{key}", Get).WithName("getAnswerTemplate").Allow(Who.Staff, "cases:read");
        templates.MapPut("/{key}", Put).WithName("putAnswerTemplate").Allow(Who.Admin | Who.Manager, "services:write").Refuses(Problems.PreconditionFailed);
        templates.MapPatch("/{key}", Change).WithName("changeAnswerTemplate").Allow(Who.Admin | Who.Manager, "services:write");
        templates.MapDelete("/{key}", Remove).WithName("removeAnswerTemplate").Allow(Who.Admin | Who.Manager, "services:write");
        templates.MapPost("/{key}/preview", Preview).WithName("previewAnswerTemplate").Allow(Who.Staff, "cases:read");
    }

    static async Task<Ok<Page<AnswerTemplate>>> List([AsParameters] PageRequest page, Caller caller, AnswerTemplates templates, HttpContext http, CancellationToken ct)
    {
        var found = await templates.ListAsync(caller.Agency, page.KeyCursor, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, t => PageRequest.After(t.Key)));
    }

    static async Task<Ok<AnswerTemplate>> Get(string key, Caller caller, AnswerTemplates templates, CancellationToken ct) =>
        TypedResults.Ok(await FindAsync(templates, caller, key, ct));

    /// <summary>Makes a template or replaces the one that is there; with If-Match, only the one that was read.</summary>
    static async Task<Results<Created<AnswerTemplate>, Ok<AnswerTemplate>>> Put(
        string key, Body<WriteAnswerTemplate> body, Caller caller, Agency home, AnswerTemplates templates, HttpContext http, CancellationToken ct)
    {
        if (!ServiceKey.Is(key)) throw Problems.InvalidValue("?key", "pattern", "A key is 1 to 100 of a-z, 0-9 and -.");
        var ifMatch = http.Request.Headers.IfMatch.Count == 0 ? null : await IfMatch.BindAsync(http, null!);
        var kept = await KeepAsync(key, body.Value, ifMatch?.Version, caller, home, templates, ct);
        return kept.Version == 1 ? TypedResults.Created($"{http.Request.Path}", kept) : TypedResults.Ok(kept);
    }

    static async Task<Ok<AnswerTemplate>> Change(
        string key, IfMatch ifMatch, MergePatch<WriteAnswerTemplate> patch, Caller caller, Agency home, AnswerTemplates templates, CancellationToken ct)
    {
        var current = await FindAsync(templates, caller, key, ct);
        ifMatch.Check(current);
        return TypedResults.Ok(await KeepAsync(key, patch.ApplyTo(new() { Name = current.Name, Text = current.Text }), ifMatch.Version, caller, home, templates, ct));
    }

    static async Task<NoContent> Remove(string key, IfMatch ifMatch, Caller caller, AnswerTemplates templates, CancellationToken ct)
    {
        ifMatch.Check(await FindAsync(templates, caller, key, ct));
        return await templates.RemoveAsync(caller, key, ifMatch.Version, ct) ? TypedResults.NoContent() : throw IfMatch.Changed();
    }

    /// <summary>The text for a case, in its citizen's language or else the agency's first; nothing is sent.</summary>
    static async Task<Ok<RenderedAnswer>> Preview(
        string key, Body<PreviewAnswer> body, Caller caller, Agency home, AnswerTemplates templates, AccessLog log, CancellationToken ct)
    {
        var template = await FindAsync(templates, caller, key, ct);
        var facts = await templates.FactsAsync(caller.Agency, body.Value.CaseId, ct)
            ?? throw Problems.InvalidValue("/caseId", "unknown", "There is no such case in this agency.");
        await log.RecordAsync(caller, "case.read", "case", body.Value.CaseId, facts.CitizenId, ct);
        return TypedResults.Ok(template.For(facts, facts.Language is { } language ? [language, home.Language] : [home.Language], home.TimeZone));
    }

    static async Task<AnswerTemplate> KeepAsync(
        string key, WriteAnswerTemplate wanted, long? version, Caller caller, Agency home, AnswerTemplates templates, CancellationToken ct)
    {
        if (AnswerTemplate.Check(wanted.Text) is { Count: > 0 } errors) throw Problems.InvalidInput(errors);
        return await templates.PutAsync(caller, key, wanted.Name.In(home.Language), wanted.Text.In(home.Language), version, ct) ?? throw IfMatch.Changed();
    }

    static async Task<AnswerTemplate> FindAsync(AnswerTemplates templates, Caller caller, string key, CancellationToken ct) =>
        (BodyValidator.IsClean(key) ? await templates.FindAsync(caller.Agency, key, ct) : null)
        ?? throw Problems.NotFound.Because("There is no such answer template here.");

    /// <summary>A text to answer with.</summary>
    public sealed record WriteAnswerTemplate
    {
        /// <summary>What officers call it.</summary>
        /// <example>Work is planned</example>
        [MaxLength(200)]
        public required Localized Name { get; init; }

        /// <summary>What it says. {number}, {title}, {service}, {status}, {dueAt} and {unit} are filled in for each case.</summary>
        /// <example>{"en": "Your case {number} is with {unit}, and due by {dueAt}.", "fa": "پرونده {number} تا {dueAt} انجام می‌شود."}</example>
        [MaxLength(20_000)]
        public required Localized Text { get; init; }
    }

    /// <summary>For which case.</summary>
    public sealed record PreviewAnswer
    {
        /// <summary>The case.</summary>
        public required Guid CaseId { get; init; }
    }
}
