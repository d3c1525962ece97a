using Cirm.Api.Platform;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Pages.Finding;

/// <summary>An agency's first page, its search and its texts.</summary>
public static class HomePages
{
    const int MostShown = 20;

    public static void MapHome(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("", Show).Allow(Who.Anyone | Who.Operator);
        pages.MapGet("/search", Find).Allow(Who.Anyone | Who.Operator);
        pages.MapGet("/articles/{key}", (string key, Agency home, Caller caller, Articles articles, CancellationToken ct) => Read(Shelf.Articles, key, home, caller, articles, ct)).Allow(Who.Anyone | Who.Operator);
        pages.MapGet("/notices/{key}", (string key, Agency home, Caller caller, Articles articles, CancellationToken ct) => Read(Shelf.Notices, key, home, caller, articles, ct)).Allow(Who.Anyone | Who.Operator);
        pages.MapGet("/accessibility", () => new RazorComponentResult<Accessibility>()).Allow(Who.Anyone | Who.Operator);
    }

    static async Task<RazorComponentResult<Home>> Show(Agency home, Caller caller, Articles articles, CancellationToken ct) =>
        new(new { Notices = await articles.ListAsync(home.Id, Shelf.Notices, null, staff: false, caller.CitizenId, null, null, 5, ct) });

    static async Task<RazorComponentResult<Found>> Find(string? q, Agency home, Reader reader, Search search, CancellationToken ct)
    {
        var asked = q is { Length: <= 500 } && BodyValidator.IsClean(q) ? q.Trim() : "";
        return new(new { Asked = asked, Result = asked.Length == 0 ? null : await search.FindAsync(home.Id, asked, null, reader.Languages, MostShown, ct) });
    }

    static async Task<RazorComponentResult<Text>> Read(Shelf shelf, string key, Agency home, Caller caller, Articles articles, CancellationToken ct) =>
        new(new
        {
            Article = (BodyValidator.IsClean(key) ? await articles.FindAsync(home.Id, shelf, key, staff: false, caller.CitizenId, ct) : null)
                ?? throw Core.Platform.Problems.NotFound.Because("There is no such text."),
        });
}
