using System.Text.Json.Nodes;
using Cirm.Api.Participation;
using Cirm.Api.Platform;
using Cirm.Api.Portal.Pages.TakingPart;
using Cirm.Core.Identity;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Participation;
using Cirm.Core.Participation.Balloting;
using Cirm.Core.Participation.Consultation;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Managers;

/// <summary>Setting an initiative up: a draft is written, its options are named, what will be promised is read in plain words, and only then it is opened.</summary>
public static class InitiativeSetupPages
{
    const int OnAPage = 50;

    public static void MapInitiativeSetup(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/manage/initiatives", List).Allow(SegmentPages.Managers);
        pages.MapGet("/manage/new-initiative", New).Allow(SegmentPages.Managers);
        pages.MapPost("/manage/initiatives", Create).Allow(SegmentPages.Managers);
        const string at = "/manage/initiatives/{key}";
        pages.MapGet(at, Show).Allow(SegmentPages.Managers);
        pages.MapPost(at, Change).Allow(SegmentPages.Managers);
        var one = pages.MapGroup(at);
        one.MapGet("/edit", Edit).Allow(SegmentPages.Managers);
        one.MapPost("/options", AddOption).Allow(SegmentPages.Managers);
        one.MapPost("/options/removal", RemoveOption).Allow(SegmentPages.Managers);
        one.MapPost("/opening", Open).Allow(SegmentPages.Managers);
        one.MapPost("/closing", Close).Allow(SegmentPages.Managers);
        one.MapPost("/count", Count).Allow(SegmentPages.Managers);
    }

    static async Task<RazorComponentResult<InitiativeSetupList>> List(string? after, Caller caller, Initiatives initiatives, CancellationToken ct)
    {
        var found = await initiatives.ListAsync(caller, new(), after is not null && BodyValidator.IsClean(after) ? after : null, OnAPage + 1, ct);
        return new(new { Initiatives = found.Take(OnAPage).ToList(), Next = found.Count > OnAPage ? found[OnAPage - 1].Key : null });
    }

    static async Task<RazorComponentResult<InitiativeEditor>> New(Agency home, Editing editing, CancellationToken ct) => await editing.ShowAsync(home, null, PortalForm.Empty, ct);

    static async Task<RazorComponentResult<InitiativeEditor>> Edit(string key, Caller caller, Agency home, Reader reader, Initiatives initiatives, Editing editing, CancellationToken ct)
    {
        var initiative = await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct);
        return await editing.ShowAsync(home, initiative, InitiativeForm.Of(reader, initiative), ct);
    }

    static async Task<IResult> Create(HttpContext http, Caller caller, Agency home, Reader reader, Initiatives initiatives, Editing editing, CancellationToken ct)
    {
        var sent = await PortalForm.ReadAsync(http);
        return await sent.SendAsync(async () =>
        {
            var wanted = PortalForm.Read<InitiativeEndpoints.MakeInitiative>(InitiativeForm.ToJson(reader, sent, null));
            return reader.To($"manage/initiatives/{(await initiatives.CreateAsync(caller, wanted.ToInitiative(wanted.Key, home), ct)).Key}");
        }, form => editing.ShowAsync(home, null, form, ct), InitiativeForm.Field);
    }

    static async Task<IResult> Change(string key, HttpContext http, Caller caller, Agency home, Reader reader, Initiatives initiatives, Editing editing, CancellationToken ct)
    {
        var sent = await PortalForm.ReadAsync(http);
        var current = await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct);
        return await sent.SendAsync(async () =>
        {
            sent.Version.Check(current);
            var edited = PortalForm.Read<InitiativeEndpoints.WriteInitiative>(InitiativeForm.ToJson(reader, sent, current));
            _ = await initiatives.ChangeAsync(caller, current, edited.ToInitiative(key, home), edited.Reason?.In(home.Language), ct) ?? throw IfMatch.Changed();
            return reader.To($"manage/initiatives/{key}");
        }, form => editing.ShowAsync(home, current, form, ct), InitiativeForm.Field);
    }

    static async Task<RazorComponentResult<InitiativeSetup>> Show(string key, Caller caller, Agency home, Reading reading, CancellationToken ct) =>
        await reading.ShowAsync(caller, home, key, PortalForm.Empty, ct);

    static Task<IResult> AddOption(string key, HttpContext http, Caller caller, Agency home, Reader reader, DecisionOptions options, Reading reading, CancellationToken ct) =>
        StepAsync(key, http, caller, home, reading, async (form, initiative) =>
        {
            var json = new JsonObject { ["key"] = form["key"], ["title"] = form.Localized("title") ?? (JsonNode)"", ["description"] = form.Localized("description"), ["cost"] = form.Number("cost") };
            var wanted = PortalForm.Read<DecisionOptionEndpoints.MakeOption>(json);
            await options.AddAsync(caller, initiative, wanted.ToOption(wanted.Key, home), ct);
            return reader.To($"manage/initiatives/{key}");
        }, ct);

    static Task<IResult> RemoveOption(string key, HttpContext http, Caller caller, Agency home, Reader reader, DecisionOptions options, Reading reading, CancellationToken ct) =>
        StepAsync(key, http, caller, home, reading, async (form, initiative) =>
        {
            var option = BodyValidator.IsClean(form["option"]) ? await options.FindAsync(home.Id, initiative.Id, form["option"], ct) : null;
            if (option is not null && !await options.RemoveAsync(caller, initiative, option, ct)) throw IfMatch.Changed();
            return reader.To($"manage/initiatives/{key}");
        }, ct);

    /// <summary>Opens it for whoever has read what is promised, and says so.</summary>
    static Task<IResult> Open(string key, HttpContext http, Caller caller, Agency home, Reader reader, Initiatives initiatives, Reading reading, CancellationToken ct) =>
        StepAsync(key, http, caller, home, reading, async (form, initiative) =>
        {
            form.Version.Check(initiative); // what was read is what is promised
            if (form["promised"] != "true") throw Core.Platform.Problems.InvalidValue("/promised", "required", "Say that the promise was read.");
            await initiatives.OpenAsync(caller, initiative, ct);
            return reader.To($"manage/initiatives/{key}");
        }, ct);

    static Task<IResult> Close(string key, HttpContext http, Caller caller, Agency home, Reader reader, Initiatives initiatives, Reading reading, CancellationToken ct) =>
        StepAsync(key, http, caller, home, reading, async (form, initiative) =>
        {
            var wanted = PortalForm.Read<InitiativeEndpoints.CloseInitiative>(new JsonObject { ["reason"] = form.Localized("reason") });
            await initiatives.CloseAsync(caller, initiative, wanted.Reason?.In(home.Language), ct);
            return reader.To($"manage/initiatives/{key}");
        }, ct);

    static Task<IResult> Count(string key, HttpContext http, Caller caller, Agency home, Reader reader, DecisionCounts counts, Reading reading, CancellationToken ct) =>
        StepAsync(key, http, caller, home, reading, async (_, initiative) => reader.To($"operations/{(await counts.RequestAsync(caller, initiative, ct)).Id}?to=manage/initiatives/{key}"), ct);

    static async Task<IResult> StepAsync(string key, HttpContext http, Caller caller, Agency home, Reading reading, Func<PortalForm, Initiative, Task<string>> step, CancellationToken ct)
    {
        var sent = await PortalForm.ReadAsync(http);
        var initiative = await reading.FindAsync(caller, key, ct);
        return await sent.SendAsync(() => step(sent, initiative), form => reading.ShowAsync(caller, home, key, form, ct));
    }

    /// <summary>What an initiative can be narrowed to: the agency's segments, and the areas that it keeps of its citizens.</summary>
    public sealed class Editing(Segments segments, Attributes attributes)
    {
        internal async Task<RazorComponentResult<InitiativeEditor>> ShowAsync(Agency home, Initiative? of, PortalForm form, CancellationToken ct)
        {
            string[] named = of?.AreaAttribute is { } own ? [own] : Initiatives.AreaAttributes;
            var declared = await attributes.OfAsync(home.Id, named, ct);
            return new(new
            {
                Of = of, Segments = await segments.ListAsync(home.Id, false, null, null, Segments.Most, ct), Form = form,
                Area = named.Select(n => declared.FirstOrDefault(d => d.Key == n)).FirstOrDefault(d => d is not null),
            });
        }
    }

    /// <summary>All of an initiative that its managers see.</summary>
    public sealed class Reading(Initiatives initiatives, DecisionOptions options, DecisionCounts counts, SideBySide beside, Contributions contributions)
    {
        internal Task<Initiative> FindAsync(Caller caller, string key, CancellationToken ct) => InitiativeEndpoints.FindAsync(initiatives, caller, key, ct);

        internal async Task<RazorComponentResult<InitiativeSetup>> ShowAsync(Caller caller, Agency home, string key, PortalForm form, CancellationToken ct)
        {
            var initiative = await FindAsync(caller, key, ct);
            var over = initiative.State is InitiativeState.Ended or InitiativeState.Closed;
            var result = over && initiative.Decision is not null ? await ResultAsync(home, caller, key, ct) : null;
            return new(new
            {
                Initiative = initiative, Options = initiative.Decision is null ? [] : await options.ListAsync(home.Id, initiative.Id, null, DecisionOptions.Most, ct),
                Result = result, SideBySide = result is not null && initiative.Decision is { IsBudget: true } ? await beside.OfAsync(home.Id, initiative.Id, result.BallotsDigest, ct) : null,
                Consultation = initiative.Tier == Tier.Consultation ? (await contributions.ReportAsync(home.Id, initiative.Id, ct)).Counts : null, Form = form,
            });
        }

        async Task<DecisionResult?> ResultAsync(Agency home, Caller caller, string key, CancellationToken ct)
        {
            try
            {
                return await counts.FindAsync(home, caller, key, ct);
            }
            catch (Refusal refusal) when (refusal.Problem == Core.Participation.Problems.NotCounted)
            {
                return null; // it can be counted from here
            }
        }
    }
}
