using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Cirm.Api.Platform;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Insight.Problems;

namespace Cirm.Api.Insight;

/// <summary>What an agency asks its citizens (docs/surveys.md).</summary>
public static class SurveyEndpoints
{
    public static void MapSurveys(this IEndpointRouteBuilder app)
    {
        var surveys = app.MapGroup("/v1/agencies/{agency}/surveys").WithTags("Surveys").WithEtags();
        surveys.MapPost("", Create).WithName("createSurvey").Allow(Who.Manager | Who.Admin, "surveys:write").Refuses(Problems.SurveyTaken);
        surveys.MapGet("", List).WithName("listSurveys").Allow(Who.Anyone, "surveys:read");
        surveys.MapGet("/{key}", Get).WithName("getSurvey").Allow(Who.Anyone, "surveys:read");
        surveys.MapPatch("/{key}", Change).WithName("changeSurvey").Allow(Who.Manager | Who.Admin, "surveys:write").Refuses(Problems.SurveyAnswered, Problems.PromiseFixed);
    }

    static async Task<Created<Survey>> Create(Body<MakeSurvey> body, Caller caller, Agency home, Surveys surveys, CancellationToken ct)
    {
        var made = await surveys.CreateAsync(caller, body.Value.ToSurvey(body.Value.Key, home), ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/surveys/{made.Key}", made);
    }

    /// <summary>For staff all surveys; for others those that are being asked now, of them.</summary>
    static async Task<Ok<Page<Survey>>> List([AsParameters] PageRequest page, Caller caller, Surveys surveys, HttpContext http, CancellationToken ct)
    {
        var found = await surveys.ListAsync(caller, page.KeyCursor, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, s => PageRequest.After(s.Key)));
    }

    /// <summary>For staff at any time; for others while it is open.</summary>
    static async Task<Ok<Survey>> Get(string key, Caller caller, Surveys surveys, CancellationToken ct) => TypedResults.Ok(await FindAsync(surveys, caller, key, ct));

    /// <summary>As long as nobody has answered.</summary>
    static async Task<Ok<Survey>> Change(string key, IfMatch ifMatch, MergePatch<WriteSurvey> patch, Caller caller, Agency home, Surveys surveys, CancellationToken ct)
    {
        var current = await FindAsync(surveys, caller, key, ct);
        ifMatch.Check(current);
        var edited = patch.ApplyTo(WriteSurvey.Of(current));
        return TypedResults.Ok(await surveys.ChangeAsync(caller, current, edited.ToSurvey(current.Key, home), ct) ?? throw IfMatch.Changed());
    }

    internal static async Task<Survey> FindAsync(Surveys surveys, Caller caller, string key, CancellationToken ct) =>
        (BodyValidator.IsClean(key) ? await surveys.FindAsync(caller, key, ct) : null)
            ?? throw Core.Platform.Problems.NotFound.Because($"There is no survey \"{key}\" for you here.");

    /// <summary>What is asked, and what is promised.</summary>
    public record WriteSurvey
    {
        /// <summary>What it is called.</summary>
        [MaxLength(500)]
        public required Localized Title { get; init; }

        /// <summary>What it is for, and what becomes of the answers.</summary>
        [MaxLength(10_000)]
        public Localized? Introduction { get; init; }

        /// <summary>What is promised to those who answer. An anonymous survey stays anonymous.</summary>
        /// <example>anonymous</example>
        public required Anonymity Anonymity { get; init; }

        /// <summary>Who may answer; members when not given.</summary>
        public SurveyAccess? Access { get; init; }

        /// <summary>What results can be read by: keys of declared attributes, and the word segment. Of an anonymous survey they cannot be changed.</summary>
        [MaxLength(Survey.MostBreakdowns)]
        public string[]? Breakdowns { get; init; }

        /// <summary>Keys of the segments that are asked; everybody when not given.</summary>
        [MaxLength(100)]
        public string[]? Audience { get; init; }

        /// <summary>In their order.</summary>
        [MinLength(1), MaxLength(SurveyQuestions.Most)]
        public required WriteSurveyQuestion[] Questions { get; init; }

        /// <summary>Results are shown when a wave has closed, not before.</summary>
        public bool Embargo { get; init; }

        /// <summary>Of a confidential survey: when the link between answers and citizens is removed; 180 days after a wave has closed when not given.</summary>
        public DateTimeOffset? LinkUntil { get; init; }

        /// <summary>The key of the service that it is about: segments that want the opposite of each other are looked for in its results.</summary>
        [MaxLength(100)]
        public string? Service { get; init; }

        internal Survey ToSurvey(string key, Agency home)
        {
            var errors = new List<ValidationError>();
            var questions = JsonList<SurveyQuestion>.Of(Questions.Select((q, i) => q.ToQuestion(home, $"/questions/{i}", errors)).OfType<SurveyQuestion>())!;
            if (errors.Count > 0) throw Core.Platform.Problems.InvalidInput(errors);
            return new(
                default, key, Title.In(home.Language), Introduction?.In(home.Language), Anonymity, Access ?? SurveyAccess.Members, Breakdowns ?? [], Audience ?? [], questions, Embargo, LinkUntil, Service,
                default, 0);
        }

        internal static WriteSurvey Of(Survey s) => new()
        {
            Title = s.Title, Introduction = s.Introduction, Anonymity = s.Anonymity, Access = s.Access, Breakdowns = s.Breakdowns, Audience = s.Audience,
            Questions = [.. s.Questions.Select(WriteSurveyQuestion.Of)], Embargo = s.Embargo, LinkUntil = s.LinkUntil, Service = s.Service,
        };
    }

    /// <summary>A survey to make.</summary>
    public sealed record MakeSurvey : WriteSurvey
    {
        /// <summary>Its word in addresses and files.</summary>
        /// <example>lights-2026</example>
        [RegularExpression("^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$", ErrorMessage = "A key is 1 to 100 letters, digits, ., _ and -.")]
        public required string Key { get; init; }
    }

    /// <summary>A question of a survey.</summary>
    public sealed record WriteSurveyQuestion
    {
        /// <summary>Its word in answers, files and results.</summary>
        /// <example>street-lights</example>
        [MaxLength(100)]
        public required string Key { get; init; }

        /// <summary>What the answer looks like; a standard item says it itself.</summary>
        /// <example>text</example>
        public SurveyQuestionType? Type { get; init; }

        /// <summary>What is asked; a standard item says it itself.</summary>
        [MaxLength(2_000)]
        public Localized? Text { get; init; }

        /// <summary>What can be chosen: of single, multiple, ranking and matrix; of a scale, how its numbers are read.</summary>
        [MaxLength(SurveyQuestions.MostOptions)]
        public WriteSurveyOption[]? Options { get; init; }

        /// <summary>Of a matrix: what is asked of each of them.</summary>
        [MaxLength(SurveyQuestions.MostOptions)]
        public WriteSurveyOption[]? Rows { get; init; }

        /// <summary>When it is shown, it has to be answered.</summary>
        public bool Required { get; init; }

        /// <summary>The least number, or the fewest options or rows.</summary>
        public decimal? Min { get; init; }

        /// <summary>The greatest number, the most options or rows, or the most characters of a text.</summary>
        public decimal? Max { get; init; }

        /// <summary>When it is shown: {"question","op": "eq|ne|in|lt|le|gt|ge|exists","value"} on an earlier question, or {"all": […]}, {"any": […]}, {"not": …}; always when not given.</summary>
        public JsonElement? ShowIf { get; init; }

        /// <summary>The key of a standard item (GET …/survey-items), whose words, type and options it has.</summary>
        [MaxLength(100)]
        public string? Item { get; init; }

        internal SurveyQuestion? ToQuestion(Agency home, string at, List<ValidationError> errors)
        {
            var before = errors.Count;
            var standard = Item is null ? null : StandardItems.Find(Item);
            if (Item is not null && standard is null) errors.Add(new($"{at}/item", "unknown", $"There is no standard item \"{Item}\"."));
            if (standard is null && Item is null && Type is null) errors.Add(new($"{at}/type", "required", "This is required."));
            if (standard is null && Item is null && Text is null) errors.Add(new($"{at}/text", "required", "This is required."));
            if (standard is not null && Type is { } type && type != standard.Type) errors.Add(new($"{at}/type", "standard", "A standard item keeps its type, so that waves and agencies compare."));
            var showIf = ShowIf is { ValueKind: not JsonValueKind.Null } condition ? Core.Insight.Surveying.ShowIf.Read(condition, $"{at}/showIf", errors) : null;
            if (errors.Count > before) return null;
            return standard is not null ? standard.ToQuestion(Key, Required, showIf) : new(
                Key, Type!.Value, Text!.In(home.Language), ToOptions(Options, home), ToOptions(Rows, home), Required, Min, Max, showIf);
        }

        static List<SurveyOption>? ToOptions(WriteSurveyOption[]? options, Agency home) =>
            options is not { Length: > 0 } ? null : [.. options.Select(o => new SurveyOption(o.Key, (o.Text ?? new Localized(home.Language, o.Key)).In(home.Language)))];

        internal static WriteSurveyQuestion Of(SurveyQuestion q) => new()
        {
            Key = q.Key, Type = q.Type, Text = q.Text, Options = q.Options?.Select(WriteSurveyOption.Of).ToArray(), Rows = q.Rows?.Select(WriteSurveyOption.Of).ToArray(),
            Required = q.Required, Min = q.Min, Max = q.Max, ShowIf = q.ShowIf is null ? null : JsonSerializer.SerializeToElement(q.ShowIf, Wire.Json), Item = q.Item,
        };
    }

    /// <summary>One of several answers, or a row.</summary>
    public sealed record WriteSurveyOption
    {
        /// <summary>How it is answered.</summary>
        [MaxLength(100)]
        public required string Key { get; init; }

        /// <summary>How it is read; as its key when not given.</summary>
        [MaxLength(1_000)]
        public Localized? Text { get; init; }

        internal static WriteSurveyOption Of(SurveyOption o) => new() { Key = o.Key, Text = o.Text };
    }
}
