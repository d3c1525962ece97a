using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Information.Problems;

namespace Cirm.Api.Information;

/// <summary>Articles, answers, guides and notices: staff write, managers and admins publish, anybody reads what is published and valid now.</summary>
public static class ArticleEndpoints
{
    public static void MapArticles(this IEndpointRouteBuilder app)
    {
        var articles = Map(app, "articles", "Article", Shelf.Articles);
        articles.MapPost("", CreateArticle).WithName("createArticle").Allow(Who.Staff, "articles:write").Refuses(Problems.ArticleTaken);
        var notices = Map(app, "notices", "Notice", Shelf.Notices);
        notices.MapPost("", CreateNotice).WithName("createNotice").Allow(Who.Staff, "articles:write").Refuses(Problems.ArticleTaken);
    }

    static RouteGroupBuilder Map(IEndpointRouteBuilder app, string path, string noun, Shelf shelf)
    {
        var group = app.MapGroup($"/v1/agencies/{{agency}}/{path}").WithTags("Articles").WithEtags();
        group.MapGet("", ([AsParameters] ArticleQuery query, [AsParameters] PageRequest page, Caller caller, Articles articles, HttpContext http, CancellationToken ct) =>
            List(shelf, query, page, caller, articles, http, ct)).WithName($"list{noun}s").Allow(Who.Anyone | Who.Operator, "articles:read");
        group.MapGet("/{key}", (string key, Caller caller, Articles articles, CancellationToken ct) =>
            Get(shelf, key, caller, articles, ct)).WithName($"get{noun}").Allow(Who.Anyone | Who.Operator, "articles:read");
        group.MapPost("/{key}/versions", (string key, Body<WriteArticle> body, Caller caller, Agency home, Articles articles, CancellationToken ct) =>
            AddVersion(shelf, key, body, caller, home, articles, ct)).WithName($"draft{noun}Version").Allow(Who.Staff, "articles:write").Refuses(Problems.DraftExists);
        group.MapGet("/{key}/versions", (string key, [AsParameters] PageRequest page, Caller caller, Articles articles, HttpContext http, CancellationToken ct) =>
            Versions(shelf, key, page, caller, articles, http, ct)).WithName($"list{noun}Versions").Allow(Who.Staff, "articles:read");
        group.MapGet("/{key}/versions/{number:int}", (string key, int number, Caller caller, Articles articles, CancellationToken ct) =>
            GetVersion(shelf, key, number, caller, articles, ct)).WithName($"get{noun}Version").Allow(Who.Staff, "articles:read");
        group.MapPatch("/{key}/versions/{number:int}", (string key, int number, IfMatch ifMatch, MergePatch<WriteArticle> patch, Caller caller, Agency home, Articles articles, CancellationToken ct) =>
            ChangeDraft(shelf, key, number, ifMatch, patch, caller, home, articles, ct)).WithName($"change{noun}Draft").Allow(Who.Staff, "articles:write").Refuses(Problems.NotADraft);
        group.MapPost("/{key}/versions/{number:int}/review", (string key, int number, Caller caller, Articles articles, CancellationToken ct) =>
            Submit(shelf, key, number, caller, articles, ct)).WithName($"submit{noun}Version").Allow(Who.Staff, "articles:write").Refuses(Problems.NotADraft);
        group.MapPost("/{key}/versions/{number:int}/publish", (string key, int number, Caller caller, Articles articles, CancellationToken ct) =>
            Publish(shelf, key, number, caller, articles, ct)).WithName($"publish{noun}Version").Allow(Who.Manager | Who.Admin, "articles:publish").Refuses(Problems.NotADraft);
        group.MapPost("/{key}/retire", (string key, Caller caller, Articles articles, CancellationToken ct) =>
            Retire(shelf, key, caller, articles, ct)).WithName($"retire{noun}").Allow(Who.Manager | Who.Admin, "articles:publish");
        return group;
    }

    static Task<Created<ArticleVersion>> CreateArticle(Body<CreateText> body, Caller caller, Agency home, Articles articles, CancellationToken ct) =>
        body.Value.Kind == ArticleKind.Notice
            ? throw Core.Platform.Problems.InvalidValue("/kind", "not-allowed", "Notices have a place of their own.")
            : CreateAsync("articles", body.Value, body.Value.Kind, caller, home, articles, ct);

    static Task<Created<ArticleVersion>> CreateNotice(Body<CreateNoticeText> body, Caller caller, Agency home, Articles articles, CancellationToken ct) =>
        CreateAsync("notices", body.Value, ArticleKind.Notice, caller, home, articles, ct);

    static async Task<Created<ArticleVersion>> CreateAsync(
        string path, CreateNoticeText text, ArticleKind kind, Caller caller, Agency home, Articles articles, CancellationToken ct)
    {
        if (text.Publish && caller.Role is not (Role.Manager or Role.Admin))
            throw Core.Platform.Problems.InvalidValue("/publish", "not-allowed", "A manager or an admin publishes; leave a draft and submit it for review.");
        var created = await articles.CreateAsync(caller, text.Key, kind, text.ToDraft(home, kind == ArticleKind.Notice ? Shelf.Notices : Shelf.Articles), text.Publish, ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/{path}/{created.Key}", created);
    }

    static async Task<Ok<Page<ArticleVersion>>> List(
        Shelf shelf, ArticleQuery query, PageRequest page, Caller caller, Articles articles, HttpContext http, CancellationToken ct)
    {
        var found = await articles.ListAsync(caller.Agency, shelf, query.ToKind(), caller.IsStaff, caller.CitizenId, page.KeyCursor, null, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, a => PageRequest.After(a.Key)));
    }

    static async Task<Ok<ArticleVersion>> Get(Shelf shelf, string key, Caller caller, Articles articles, CancellationToken ct) =>
        TypedResults.Ok((BodyValidator.IsClean(key) ? await articles.FindAsync(caller.Agency, shelf, key, caller.IsStaff, caller.CitizenId, ct) : null) ?? throw Unknown(key));

    static async Task<Created<ArticleVersion>> AddVersion(
        Shelf shelf, string key, Body<WriteArticle> body, Caller caller, Agency home, Articles articles, CancellationToken ct)
    {
        var draft = (BodyValidator.IsClean(key) ? await articles.AddVersionAsync(caller, shelf, key, body.Value.ToDraft(home, shelf), ct) : null) ?? throw Unknown(key);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/{shelf.Word()}/{key}/versions/{draft.Number}", draft);
    }

    static async Task<Ok<Page<ArticleVersion>>> Versions(
        Shelf shelf, string key, PageRequest page, Caller caller, Articles articles, HttpContext http, CancellationToken ct)
    {
        var found = BodyValidator.IsClean(key) ? await articles.VersionsAsync(caller.Agency, shelf, key, (int?)page.NumberCursor, page.LimitAndOne, ct) : [];
        if (found.Count == 0 && page.Cursor is null) throw Unknown(key);
        return TypedResults.Ok(page.Of(http, found, v => PageRequest.After(v.Number)));
    }

    static async Task<Ok<ArticleVersion>> GetVersion(Shelf shelf, string key, int number, Caller caller, Articles articles, CancellationToken ct) =>
        TypedResults.Ok(await FindVersionAsync(articles, caller, shelf, key, number, ct));

    static async Task<Ok<ArticleVersion>> ChangeDraft(
        Shelf shelf, string key, int number, IfMatch ifMatch, MergePatch<WriteArticle> patch, Caller caller, Agency home, Articles articles, CancellationToken ct)
    {
        var current = await FindVersionAsync(articles, caller, shelf, key, number, ct);
        ifMatch.Check(current);
        if (current.State is not (ArticleState.Draft or ArticleState.Review)) throw Problems.NotADraft.Because($"Version {number} is {current.State.Word()}.");
        var edited = patch.ApplyTo(WriteArticle.Of(current));
        return TypedResults.Ok(await articles.ChangeDraftAsync(caller, shelf, key, number, ifMatch.Version, edited.ToDraft(home, shelf), ct) ?? throw IfMatch.Changed());
    }

    static async Task<Ok<ArticleVersion>> Submit(Shelf shelf, string key, int number, Caller caller, Articles articles, CancellationToken ct) =>
        TypedResults.Ok((BodyValidator.IsClean(key) ? await articles.SubmitAsync(caller, shelf, key, number, ct) : null) ?? throw Unknown(key));

    static async Task<Ok<ArticleVersion>> Publish(Shelf shelf, string key, int number, Caller caller, Articles articles, CancellationToken ct) =>
        TypedResults.Ok((BodyValidator.IsClean(key) ? await articles.PublishAsync(caller, shelf, key, number, ct) : null) ?? throw Unknown(key));

    static async Task<Ok<ArticleVersion>> Retire(Shelf shelf, string key, Caller caller, Articles articles, CancellationToken ct) =>
        TypedResults.Ok((BodyValidator.IsClean(key) ? await articles.RetireAsync(caller, shelf, key, ct) : null) ?? throw Unknown(key));

    static async Task<ArticleVersion> FindVersionAsync(Articles articles, Caller caller, Shelf shelf, string key, int number, CancellationToken ct) =>
        (number == int.MaxValue || !BodyValidator.IsClean(key) ? [] : await articles.VersionsAsync(caller.Agency, shelf, key, number + 1, 1, ct))
        .FirstOrDefault(v => v.Number == number) ?? throw Unknown(key);

    static Refusal Unknown(string key) => Core.Platform.Problems.NotFound.Because($"There is no text \"{key}\" for you here.");

    /// <summary>What a version says.</summary>
    public record WriteArticle
    {
        /// <summary>In one line.</summary>
        [MaxLength(300)]
        public required Localized Title { get; init; }

        /// <summary>Markdown, in plain language.</summary>
        [MaxLength(50_000)]
        public required Localized Body { get; init; }

        /// <summary>Words that it is found by.</summary>
        /// <example>["light", "night"]</example>
        [MaxLength(50)]
        public string[]? Tags { get; init; }

        /// <summary>Keys of the services that it is about.</summary>
        [MaxLength(50)]
        public string[]? Services { get; init; }

        /// <summary>Of a notice: keys of the segments that it is addressed to. Only citizens who are in one of them see it, on their own list, and it does not say why. None: all see it.</summary>
        [MaxLength(50)]
        public string[]? Segments { get; init; }

        /// <summary>
        /// Of a notice: by what it goes when it is published. It stands in the portal always; <c>email</c> and <c>sms</c> send it once to each citizen who is addressed then,
        /// can be reached and wants it. They need the data use <c>notices</c>.
        /// </summary>
        /// <example>["portal"]</example>
        [MaxLength(3)]
        public NoticeChannel[]? Channels { get; init; }

        /// <summary>A spoken version, by language.</summary>
        [MaxLength(50)]
        public Dictionary<string, WriteSpoken>? Spoken { get; init; }

        /// <summary>Not shown before.</summary>
        public DateTimeOffset? ValidFrom { get; init; }

        /// <summary>Not shown from then on.</summary>
        public DateTimeOffset? ValidTo { get; init; }

        internal ArticleDraft ToDraft(Agency home, Shelf shelf)
        {
            var draft = new ArticleDraft(
                Title.In(home.Language), Body.In(home.Language), Tags, Services, Segments is { Length: 0 } ? null : Segments,
                shelf == Shelf.Notices ? [.. (Channels ?? []).Prepend(NoticeChannel.Portal).Distinct().Order().Select(c => c.Word())] : null, WriteSpoken.ToCore(Spoken), ValidFrom, ValidTo);
            if (draft.Segments is not null && shelf != Shelf.Notices) throw Core.Platform.Problems.InvalidValue("/segments", "not-allowed", "Only notices are addressed; everything else is for all.");
            if (Channels?.Any(c => c != NoticeChannel.Portal) == true && shelf != Shelf.Notices) throw Core.Platform.Problems.InvalidValue("/channels", "not-allowed", "Only notices go out; everything else is read in the portal.");
            return draft.WrongDates().ToList() is { Count: > 0 } errors ? throw Core.Platform.Problems.InvalidInput(errors) : draft;
        }

        internal static WriteArticle Of(ArticleVersion v) => new()
        {
            Title = v.Title, Body = v.Body, Tags = v.Tags, Services = v.Services, Segments = v.Segments,
            Channels = v.Channels?.Select(c => Enum.Parse<NoticeChannel>(c, ignoreCase: true)).ToArray(), Spoken = WriteSpoken.Of(v.Spoken), ValidFrom = v.ValidFrom, ValidTo = v.ValidTo,
        };
    }

    /// <summary>A new notice.</summary>
    public record CreateNoticeText : WriteArticle
    {
        /// <summary>Its word in addresses.</summary>
        /// <example>lamps-in-winter</example>
        [RegularExpression("^[a-z0-9][a-z0-9-]{0,99}$", ErrorMessage = "A key is 1 to 100 of a-z, 0-9 and -.")]
        public required string Key { get; init; }

        /// <summary>Published at once; for managers and admins.</summary>
        /// <example>true</example>
        public bool Publish { get; init; }
    }

    /// <summary>A new article, answer or guide.</summary>
    public sealed record CreateText : CreateNoticeText
    {
        /// <summary>article, answer or guide.</summary>
        /// <example>guide</example>
        public required ArticleKind Kind { get; init; }
    }

    /// <summary>What a list of texts is narrowed to.</summary>
    public sealed class ArticleQuery
    {
        [FromQuery(Name = "kind"), Description("article, answer, guide or notice.")]
        public string? Kind { get; init; }

        internal ArticleKind? ToKind()
        {
            var read = new QueryErrors();
            var kind = read.Word<ArticleKind>("kind", Kind);
            read.ThrowIfAny();
            return kind;
        }
    }
}
