using System.Text.Json.Nodes;
using Cirm.Api.Participation;
using Cirm.Api.Platform;
using Cirm.Api.Portal.Pages.Finding;
using Cirm.Core.Information;
using Cirm.Core.Participation.CoDesign;
using Cirm.Core.Participation.Dialogue;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Pages.TakingPart;

/// <summary>Citizens with citizens about a service: experiences, questions and answers, and what they think of it as a figure of all.</summary>
public static class TalkPages
{
    const int OnAPage = 50;
    const int PostsOnAPage = 100;
    const Who Speakers = Who.Citizen | Who.Representative;

    public static void MapTalk(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/services/{key}/talk", List).Allow(Who.Anyone);
        pages.MapPost("/services/{key}/talk", Begin).Allow(Speakers);
        pages.MapPost("/services/{key}/rating", Rate).Allow(Who.Citizen);
        pages.MapGet("/talk/{id:guid}", Show).Allow(Who.Anyone);
        pages.MapPost("/talk/{id:guid}/posts", Say).Allow(Speakers);
        pages.MapPost("/talk/{id:guid}/posts/{post:guid}/acceptance", Accept).Allow(Speakers);
    }

    static async Task<RazorComponentResult<Talk>> List(string key, string? after, Caller caller, Agency home, TalkReading reading, CancellationToken ct) =>
        new(await reading.ReadAsync(caller, home, key, after, OnAPage, PortalForm.Empty, ct));

    static Task<IResult> Begin(string key, HttpContext http, Caller caller, Agency home, Reader reader, Discussions discussions, TalkReading reading, CancellationToken ct) =>
        PageStep.TakeAsync<Talk>(http, async form =>
        {
            var json = form.ToJson("signedAs");
            (json["service"], json["kind"], json["title"], json["text"]) = (key, form["talk"], form["title"], form["text"]);
            var wanted = PortalForm.Read<DiscussionEndpoints.BeginDiscussion>(json);
            var begun = await discussions.BeginAsync(caller, wanted.SpeakerOf(caller), wanted.Service, wanted.Kind, wanted.Title, wanted.Text, ct);
            return SeeOther.To(reader.To($"talk/{begun.Id}"));
        }, async form => await reading.ReadAsync(caller, home, key, null, OnAPage, form, ct));

    static Task<IResult> Rate(string key, HttpContext http, Caller caller, Agency home, Reader reader, Ratings ratings, TalkReading reading, CancellationToken ct) =>
        PageStep.TakeAsync<Talk>(http, async form =>
        {
            var wanted = PortalForm.Read<RatingEndpoints.GiveRating>(int.TryParse(form["stars"], out var stars) ? new JsonObject { ["stars"] = stars } : new JsonObject());
            _ = (caller.CitizenId is { } citizen && BodyValidator.IsClean(key) ? await ratings.RateAsync(caller, citizen, key, wanted.Stars, ct) : null) ?? throw Unknown();
            return SeeOther.To(reader.To($"services/{key}/talk"));
        }, async form => await reading.ReadAsync(caller, home, key, null, OnAPage, form, ct));

    static async Task<RazorComponentResult<TalkShown>> Show(Guid id, Guid? after, Caller caller, Discussions discussions, CancellationToken ct) => new(await ReadAsync(id, after, caller, discussions, PortalForm.Empty, ct));

    static Task<IResult> Say(Guid id, HttpContext http, Caller caller, Reader reader, Discussions discussions, CancellationToken ct) =>
        PageStep.TakeAsync<TalkShown>(http, async form =>
        {
            var json = form.ToJson("signedAs");
            json["text"] = form["text"];
            var wanted = PortalForm.Read<DiscussionEndpoints.AddPost>(json);
            var said = await discussions.AddAsync(caller, wanted.SpeakerOf(caller), id, wanted.Text, ct) ?? throw Unknown();
            return SeeOther.To(reader.To($"talk/{id}{await PlaceOfAsync(discussions, caller, id, said.Id, ct)}"));
        }, form => ReadAsync(id, null, caller, discussions, form, ct));

    static Task<IResult> Accept(Guid id, Guid post, HttpContext http, Caller caller, Reader reader, Discussions discussions, CancellationToken ct) =>
        PageStep.TakeAsync<TalkShown>(http, async form =>
        {
            _ = await discussions.AcceptAsync(caller, id, post, ct) ?? throw Unknown();
            return SeeOther.To(reader.To($"talk/{id}"));
        }, form => ReadAsync(id, null, caller, discussions, form, ct));

    static async Task<object> ReadAsync(Guid id, Guid? after, Caller caller, Discussions discussions, PortalForm form, CancellationToken ct)
    {
        var discussion = await discussions.FindAsync(caller, id, ct) ?? throw Unknown();
        var posts = await discussions.PostsAsync(caller, id, null, after, PostsOnAPage + 1, ct);
        return new { Discussion = discussion, Posts = posts.Take(PostsOnAPage).ToList(), Next = posts.Count > PostsOnAPage ? posts[PostsOnAPage - 1].Id : (Guid?)null, Form = form };
    }

    // The page on which what was just said is read.
    static async Task<string> PlaceOfAsync(Discussions discussions, Caller caller, Guid id, Guid said, CancellationToken ct)
    {
        Guid? after = null;
        while (await discussions.PostsAsync(caller, id, null, after, PostsOnAPage, ct) is { Count: > 0 } page && page.All(p => p.Id != said)) after = page[^1].Id;
        return after is null ? "" : Query.Of(("after", after.ToString()));
    }

    internal static Refusal Unknown() => Core.Platform.Problems.NotFound.Because("There is no such thing for you here.");
}

/// <summary>Reads what citizens say about a service.</summary>
public sealed class TalkReading(Services services, Discussions discussions, Ratings ratings)
{
    public async Task<SeenTalk> ReadAsync(Caller caller, Agency home, string key, string? after, int limit, PortalForm form, CancellationToken ct)
    {
        var service = await ServicePages.FindAsync(services, home, key, ct);
        var found = await discussions.ListAsync(caller, new(service.Key), TimeCursor.Parse(after), limit + 1, ct);
        var next = found.Count > limit ? new TimeCursor(found[limit - 1].CreatedAt, found[limit - 1].Id).ToString() : null;
        return new(service, [.. found.Take(limit)], next, await ratings.FindAsync(home.Id, service.Key, ct), form);
    }
}

/// <summary>What the page of talk about a service shows.</summary>
public sealed record SeenTalk(ServiceVersion Service, IReadOnlyList<Discussion> Discussions, string? Next, ServiceRating? Rating, PortalForm Form);
