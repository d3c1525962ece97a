using Cirm.Api.Platform;
using Cirm.Api.Portal;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.BrowserTests;

/// <summary>All pages, found by what their routes say of themselves; and an example of the address of each whose address holds more than a language and an agency.</summary>
static class Addresses
{
    const string Everywhere = "/{language:language}/{agency}";
    const string Installation = "/{language:language}/-";

    /// <summary>What stands in the places of an address, after the language and the agency. A new page is added here, or the walk fails.</summary>
    static readonly Dictionary<string, Func<World, string>> Examples = new()
    {
        ["/articles/{key}"] = _ => "/articles/articles-1",
        ["/notices/{key}"] = _ => "/notices/notices-1",
        ["/no-more-notices/{code}"] = w => $"/no-more-notices/{w.Cirm.Services.GetRequiredService<NoticeLinks>().CodeOf(w.Agency.Id, w.Citizen.CitizenId!.Value)}",
        ["/services/{key}"] = _ => "/services/lamps",
        ["/report/{service}"] = _ => "/report/lamps",
        ["/cases/{id:guid}"] = w => $"/cases/{w.Known["case"]}",
        ["/initiatives/{key}"] = _ => "/initiatives/budget",
        ["/answer/{key}"] = _ => "/answer/asked",
        ["/answer/{key}/thanks"] = _ => "/answer/asked/thanks",
        ["/results/{key}/{wave}"] = w => $"/results/asked/{w.Known["asked"]}",
        ["/initiatives/{key}/count"] = _ => "/initiatives/counted/count",
        ["/initiatives/{key}/tasks"] = _ => "/initiatives/doing/tasks",
        ["/initiatives/{key}/tasks/{id:guid}"] = w => $"/initiatives/doing/tasks/{w.Known["task"]}",
        ["/topics/{id:guid}"] = w => $"/topics/{w.Known["topic"]}",
        ["/removals/{id:guid}"] = w => $"/removals/{w.Known["removal"]}",
        ["/services/{key}/talk"] = _ => "/services/lamps/talk",
        ["/talk/{id:guid}"] = w => $"/talk/{w.Known["talk"]}",
        ["/desk/new/{service}"] = _ => "/desk/new/lamps",
        ["/desk/cases/{id:guid}"] = w => $"/desk/cases/{w.Known["case"]}",
        ["/reports/{report}"] = _ => "/reports/volume",
        ["/operations/{id:guid}"] = w => $"/operations/{w.Known["operation"]}",
        ["/segments/{key}"] = _ => "/segments/segment-0",
        ["/segments/{key}/edit"] = _ => "/segments/segment-1/edit",
        ["/surveys/{key}"] = _ => "/surveys/survey-0",
        ["/surveys/{key}/edit"] = _ => "/surveys/survey-1/edit",
        ["/surveys/{key}/preview"] = _ => "/surveys/survey-0/preview",
        ["/surveys/{key}/waves/{wave}"] = w => $"/surveys/survey-0/waves/{w.Known["wave"]}",
        ["/surveys/{key}/waves/{wave}/results"] = w => $"/surveys/survey-0/waves/{w.Known["wave"]}/results?by=district",
        ["/insights/{id:guid}"] = w => $"/insights/{w.Known["insight"]}",
        ["/manage/initiatives/{key}"] = _ => "/manage/initiatives/budget",
        ["/manage/initiatives/{key}/edit"] = _ => "/manage/initiatives/drafted/edit",
        ["/members/{id:guid}"] = w => $"/members/{w.Known["member"]}",
        ["/webhooks/{id:guid}"] = w => $"/webhooks/{w.Known["webhook"]}",
        ["/desk/initiatives/{key}"] = _ => "/desk/initiatives/budget",
        ["/search"] = _ => "/search?q=lamps",
    };

    /// <summary>Every page, with the roles that it is shown to: nobody (null), and the first of the members.</summary>
    public static IReadOnlyList<PageAddress> All(World world) =>
    [
        .. world.Cirm.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<PortalPage>() is not null && e.Metadata.GetMetadata<FileOfAPage>() is null && e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains("GET") == true)
            .SelectMany(e => Shown(e.Metadata.GetMetadata<Access>()!.Who).Select(role => new PageAddress(e.RoutePattern.RawText!, role, l => AddressOf(e.RoutePattern.RawText!, l, world)))),
    ];

    static IEnumerable<Role?> Shown(Who who)
    {
        if (who.HasFlag(Who.Anyone)) yield return null;
        foreach (var role in (Role[])[Role.Citizen, Role.Agent, Role.Manager, Role.Admin, Role.Operator])
        {
            if (!who.HasFlag(AccessMiddleware.Of(role)) && !who.HasFlag(Who.Anyone)) continue;
            yield return role;
            yield break;
        }
    }

    static string AddressOf(string pattern, string language, World world)
    {
        if (pattern is "/" or "/{language:language}") return $"/{(pattern == "/" ? "" : language)}";
        if (pattern.StartsWith(Installation, StringComparison.Ordinal)) return $"/{language}/-{pattern[Installation.Length..]}";
        Assert.StartsWith(Everywhere, pattern);
        var rest = pattern[Everywhere.Length..];
        if (!Examples.ContainsKey(rest)) rest = rest.TrimEnd('/'); // as a group's own route ends
        Assert.True(Examples.ContainsKey(rest) || !rest.Contains('{', StringComparison.Ordinal), $"No example is known of the address {rest}: say in tests/browser/Addresses.cs how one looks.");
        return $"/{language}/{world.Agency.Slug}{(Examples.TryGetValue(rest, out var example) ? example(world) : rest)}";
    }
}

/// <summary>A page, and somebody who may see it.</summary>
public sealed record PageAddress(string Pattern, Role? Role, Func<string, string> In);
