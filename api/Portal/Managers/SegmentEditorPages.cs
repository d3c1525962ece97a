using System.Text.Json;
using System.Text.Json.Nodes;
using Cirm.Api.Insight;
using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Information;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Managers;

/// <summary>The editor of a segment: each of its buttons sends the whole form, so that it needs no script; scripts ask for the size by themselves.</summary>
public static class SegmentEditorPages
{
    public static void MapSegmentEditor(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/new-segment", New).Allow(SegmentPages.Managers);
        pages.MapGet("/segments/{key}/edit", Edit).Allow(SegmentPages.Managers);
        pages.MapPost("/segments", Create).Allow(SegmentPages.Managers);
        pages.MapPost("/segments/{key}", Change).Allow(SegmentPages.Managers);
        // Keeps nothing: sent twice, it shows the same form twice.
        pages.MapPost("/segments/preview", Preview).Allow(SegmentPages.Managers).WithMetadata(new NeedsNoIdempotencyKey());
    }

    static async Task<RazorComponentResult<SegmentEditor>> New(string? parent, Caller caller, Agency home, Editing editing, CancellationToken ct) =>
        Show(await editing.NamesAsync(home, ct), parent is null ? null : await editing.FindAsync(caller, parent, ct), null, RuleForm.Empty, null, PortalForm.Empty);

    static async Task<RazorComponentResult<SegmentEditor>> Edit(string key, string? written, Caller caller, Agency home, Editing editing, CancellationToken ct)
    {
        var segment = await editing.FindAsync(caller, key, ct);
        SegmentEndpoints.ThrowIfRetired(segment);
        return Show(await editing.NamesAsync(home, ct), null, segment, written == "true" ? null : RuleForm.Of(segment.Tree), null, PortalForm.Empty);
    }

    static Task<IResult> Create(HttpContext http, Caller caller, Agency home, Reader reader, Segments segments, Editing editing, CancellationToken ct) =>
        SaveAsync(null, http, home, editing, async json =>
        {
            var wanted = PortalForm.Read<SegmentEndpoints.NewSegment>(json);
            return reader.To($"segments/{(await segments.CreateAsync(caller, wanted.ToDraft(wanted.Key, home), ct)).Key}");
        }, ct);

    static async Task<IResult> Change(string key, HttpContext http, Caller caller, Agency home, Reader reader, Segments segments, Editing editing, CancellationToken ct)
    {
        var segment = await editing.FindAsync(caller, key, ct);
        var version = (await PortalForm.ReadAsync(http)).Version;
        return await SaveAsync(segment, http, home, editing, async json =>
        {
            version.Check(segment);
            SegmentEndpoints.ThrowIfRetired(segment);
            _ = await segments.ChangeAsync(caller, PortalForm.Read<SegmentEndpoints.WriteSegment>(json).ToDraft(key, home), version.Version, ct) ?? throw IfMatch.Changed();
            return reader.To($"segments/{key}");
        }, ct);
    }

    static async Task<IResult> SaveAsync(Segment? of, HttpContext http, Agency home, Editing editing, Func<JsonObject, Task<string>> save, CancellationToken ct)
    {
        var sent = await PortalForm.ReadAsync(http);
        var names = await editing.NamesAsync(home, ct);
        var (json, rule, field) = Read(sent, names);
        return await sent.SendAsync(() => save(json), form => Task.FromResult(Show(names, null, of, rule, null, form)), field);
    }

    static async Task<RazorComponentResult<SegmentEditor>> Preview(HttpContext http, Caller caller, Agency home, SegmentPreviews previews, Editing editing, CancellationToken ct)
    {
        var form = await PortalForm.ReadAsync(http);
        var names = await editing.NamesAsync(home, ct);
        var of = form["of"] is { Length: > 0 } key ? await editing.FindAsync(caller, key, ct) : null;
        var (json, rule, field) = Read(form, names);
        if (form["do"] is not "size") return Show(names, null, of, rule?.After(form["do"]), null, form);
        try
        {
            var asked = PortalForm.Read<SegmentFigureEndpoints.PreviewSegment>(json);
            return Show(names, null, of, rule, new(await previews.CountAsync(caller, asked.Rule, asked.Parent, home.SmallestGroup, ct)), form);
        }
        catch (Refusal refusal) when (refusal.Problem.Status is 409 or 422)
        {
            return Show(names, null, of, rule, null, form.Take(refusal, field));
        }
    }

    static (JsonObject Json, RuleForm? Rule, Func<string, string> Field) Read(PortalForm form, RuleNames names)
    {
        var json = form.ToJson("key", "parent");
        json["key"] ??= "";
        json["name"] = form.Localized("name") ?? (JsonNode)"";
        if (form["variant/service"] is { Length: > 0 } service)
            json["variant"] = new JsonObject { ["service"] = service, ["text"] = form.Localized("variant/text") };
        if (form.Has("written"))
        {
            json["rule"] = Written(form["written"]);
            return (json, null, pointer => pointer.StartsWith("/rule", StringComparison.Ordinal) ? "written" : pointer.TrimStart('/'));
        }
        var rule = RuleForm.Read(form);
        var (tree, field) = rule.ToJson(names.Attributes.ToDictionary(a => a.Key));
        json["rule"] = tree;
        return (json, rule, field);
    }

    // What is no JSON is no rule either: the API says so of a text.
    static JsonNode Written(string text)
    {
        try
        {
            return JsonNode.Parse(text) ?? "";
        }
        catch (JsonException)
        {
            return text;
        }
    }

    static RazorComponentResult<SegmentEditor> Show(RuleNames names, Segment? parent, Segment? of, RuleForm? rule, SegmentFigureEndpoints.SegmentPreview? size, PortalForm form) =>
        new(new { Names = names, Parent = parent, Of = of, Rule = rule, Size = size, Form = form });

    /// <summary>What the editor needs to know.</summary>
    public sealed class Editing(Segments segments, Attributes attributes, Services services)
    {
        public Task<RuleNames> NamesAsync(Agency home, CancellationToken ct) => RuleNames.ReadAsync(home.Id, attributes, services, segments, ct);

        public Task<Segment> FindAsync(Caller caller, string key, CancellationToken ct) => SegmentEndpoints.FindAsync(segments, caller, key, ct);
    }
}
