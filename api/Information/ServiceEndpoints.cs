using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Information.Problems;
using Question = Cirm.Core.Information.Question;

namespace Cirm.Api.Information;

/// <summary>Services and their versions: anybody reads what is published, admins write.</summary>
public static class ServiceEndpoints
{
    public static void MapServices(this IEndpointRouteBuilder app)
    {
        var services = app.MapGroup("/v1/agencies/{agency}/services").WithTags("Services").WithEtags();
        services.MapPost("", Create).WithName("createService").Allow(Who.Admin, "services:write").Refuses(Problems.ServiceTaken);
        services.MapGet("", List).WithName("listServices").Allow(Who.Anyone | Who.Operator, "services:read");
        services.MapGet("/{key}", Get).WithName("getService").Allow(Who.Anyone | Who.Operator, "services:read");
        services.MapPost("/{key}/versions", AddVersion).WithName("draftServiceVersion").Allow(Who.Admin, "services:write").Refuses(Problems.DraftExists);
        services.MapGet("/{key}/versions", Versions).WithName("listServiceVersions").Allow(Who.Anyone | Who.Operator, "services:read");
        services.MapGet("/{key}/versions/{number:int}", GetVersion).WithName("getServiceVersion").Allow(Who.Anyone | Who.Operator, "services:read");
        services.MapPatch("/{key}/versions/{number:int}", ChangeDraft).WithName("changeServiceDraft").Allow(Who.Admin, "services:write").Refuses(Problems.NotADraft);
        services.MapPost("/{key}/versions/{number:int}/publish", Publish).WithName("publishServiceVersion").Allow(Who.Admin, "services:write").Refuses(Problems.NotADraft);
        services.MapPost("/{key}/retire", Retire).WithName("retireService").Allow(Who.Admin, "services:write");
    }

    static async Task<Created<ServiceVersion>> Create(Body<CreateService> body, Caller caller, Agency home, Services services, CancellationToken ct)
    {
        var created = await services.CreateAsync(caller, body.Value.Key, body.Value.ToDraft(home), body.Value.Publish, ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/services/{created.Key}", created);
    }

    static async Task<Ok<Page<ServiceVersion>>> List([AsParameters] PageRequest page, Caller caller, Services services, HttpContext http, CancellationToken ct)
    {
        var found = await services.ListAsync(caller.Agency, page.KeyCursor, caller.IsStaff, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, s => PageRequest.After(s.Key)));
    }

    static async Task<Ok<ServiceVersion>> Get(string key, Caller caller, Services services, CancellationToken ct) =>
        TypedResults.Ok(await services.FindAsync(caller.Agency, key, caller.IsStaff, ct) ?? throw Unknown(key));

    static async Task<Created<ServiceVersion>> AddVersion(string key, NextVersion<WriteService> next, Caller caller, Agency home, Services services, CancellationToken ct)
    {
        if (await services.VersionsAsync(caller.Agency, key, null, caller.IsStaff, 1, ct) is not [var last, ..]) throw Unknown(key);
        var draft = await services.AddVersionAsync(caller, key, next.After(WriteService.Of(last)).ToDraft(home), ct) ?? throw Unknown(key);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/services/{key}/versions/{draft.Number}", draft);
    }

    static async Task<Ok<Page<ServiceVersion>>> Versions(
        string key, [AsParameters] PageRequest page, Caller caller, Services services, HttpContext http, CancellationToken ct)
    {
        var found = await services.VersionsAsync(caller.Agency, key, (int?)page.NumberCursor, caller.IsStaff, page.LimitAndOne, ct);
        if (found.Count == 0 && page.Cursor is null) throw Unknown(key);
        return TypedResults.Ok(page.Of(http, found, v => PageRequest.After(v.Number)));
    }

    static async Task<Ok<ServiceVersion>> GetVersion(string key, int number, Caller caller, Services services, CancellationToken ct) =>
        TypedResults.Ok(await FindVersionAsync(services, caller, key, number, ct));

    static async Task<Ok<ServiceVersion>> ChangeDraft(
        string key, int number, IfMatch ifMatch, MergePatch<WriteService> patch, Caller caller, Agency home, Services services, CancellationToken ct)
    {
        var current = await FindVersionAsync(services, caller, key, number, ct);
        ifMatch.Check(current);
        if (current.State != ServiceState.Draft) throw Problems.NotADraft.Because($"Version {number} is {current.State.Word()}.");
        var edited = patch.ApplyTo(WriteService.Of(current));
        return TypedResults.Ok(await services.ChangeDraftAsync(caller, key, number, ifMatch.Version, edited.ToDraft(home), ct) ?? throw IfMatch.Changed());
    }

    static async Task<Ok<ServiceVersion>> Publish(string key, int number, Caller caller, Services services, CancellationToken ct) =>
        TypedResults.Ok(await services.PublishAsync(caller, key, number, ct) ?? throw Unknown(key));

    static async Task<Ok<ServiceVersion>> Retire(string key, Caller caller, Services services, CancellationToken ct) =>
        TypedResults.Ok(await services.RetireAsync(caller, key, ct) ?? throw Unknown(key));

    static async Task<ServiceVersion> FindVersionAsync(Services services, Caller caller, string key, int number, CancellationToken ct) =>
        (number == int.MaxValue ? [] : await services.VersionsAsync(caller.Agency, key, number + 1, caller.IsStaff, 1, ct)).FirstOrDefault(v => v.Number == number) ?? throw Unknown(key);

    static Refusal Unknown(string key) => Core.Platform.Problems.NotFound.Because($"There is no service \"{key}\" for you here.");

    /// <summary>What a version of a service says.</summary>
    public record WriteService
    {
        /// <summary>What it is called.</summary>
        [MaxLength(200)]
        public required Localized Name { get; init; }

        /// <summary>What it does.</summary>
        [MaxLength(20_000)]
        public Localized? Description { get; init; }

        /// <summary>Whose needs it serves; needed to publish.</summary>
        [MaxLength(2_000)]
        public Localized? Serves { get; init; }

        /// <summary>The citizen's rights; needed to publish.</summary>
        public WriteRights? Rights { get; init; }

        /// <summary>The working calendar by which its hours are counted.</summary>
        [MaxLength(100)]
        public string? Calendar { get; init; }

        /// <summary>What is promised; needed to publish.</summary>
        public WriteStandard? Standard { get; init; }

        /// <summary>Who may ask.</summary>
        [MaxLength(4_000)]
        public Localized? Eligibility { get; init; }

        /// <summary>What has to be brought or sent, one thing an entry.</summary>
        [MaxLength(50)]
        public Localized[]? Documents { get; init; }

        /// <summary>What it costs.</summary>
        [MaxLength(2_000)]
        public Localized? Cost { get; init; }

        /// <summary>How it can be asked for: phone, counter or partner must be among them. When not given: every way.</summary>
        [MinLength(1), MaxLength(7)]
        public Channel[]? Channels { get; init; }

        /// <summary>The key of the responsible unit.</summary>
        [MinLength(1), MaxLength(100)]
        public string? Unit { get; init; }

        /// <summary>A spoken version, by language.</summary>
        [MaxLength(50)]
        public Dictionary<string, WriteSpoken>? Spoken { get; init; }

        /// <summary>People's own words for it, by language; they are searched.</summary>
        [MaxLength(50)]
        public Dictionary<string, string[]>? Keywords { get; init; }

        /// <summary>What a case of it has to tell.</summary>
        [MaxLength(Core.Information.Questions.Most)]
        public WriteQuestion[]? Questions { get; init; }

        internal ServiceDraft ToDraft(Agency home) => new(
            Name.In(home.Language), Description?.In(home.Language), Serves?.In(home.Language),
            Rights is null ? null : new(Rights.Basis.In(home.Language), Rights.Objection.In(home.Language)), Calendar,
            Standard is null ? null : new(Standard.FirstResponseHours, Standard.ResolutionHours))
        {
            Details = new(
                Eligibility?.In(home.Language), JsonList<Localized>.Of(Documents?.Select(d => d.In(home.Language))), Cost?.In(home.Language),
                Channels is null ? null : [.. Channels.Distinct().Select(c => c.Word())], Unit,
                WriteSpoken.ToCore(Spoken), JsonMap<string[]>.Of(Keywords),
                Questions is null ? null : ToQuestions(Questions, home)),
        };

        static JsonList<Question> ToQuestions(WriteQuestion[] asked, Agency home)
        {
            var questions = JsonList<Question>.Of(asked.Select(q => q.ToQuestion(home)))!;
            return Core.Information.Questions.Check(questions).ToList() is { Count: > 0 } errors ? throw Core.Platform.Problems.InvalidInput(errors) : questions;
        }

        internal static WriteService Of(ServiceVersion v) => new()
        {
            Name = v.Name, Description = v.Description, Serves = v.Serves, Calendar = v.Calendar,
            Rights = v.Rights is null ? null : new() { Basis = v.Rights.Basis, Objection = v.Rights.Objection },
            Standard = v.Standard is null ? null : new() { FirstResponseHours = v.Standard.FirstResponseHours, ResolutionHours = v.Standard.ResolutionHours },
            Eligibility = v.Eligibility, Documents = v.Documents?.ToArray(), Cost = v.Cost, Channels = v.Channels?.Select(c => Enum.Parse<Channel>(c, ignoreCase: true)).ToArray(), Unit = v.Unit,
            Spoken = WriteSpoken.Of(v.Spoken), Keywords = v.Keywords?.ToDictionary(),
            Questions = v.Questions?.Select(WriteQuestion.Of).ToArray(),
        };
    }

    /// <summary>A new service.</summary>
    public sealed record CreateService : WriteService
    {
        /// <summary>Its word in addresses and files.</summary>
        /// <example>street-light-outages</example>
        [RegularExpression("^[a-z0-9][a-z0-9-]{0,99}$", ErrorMessage = "A key is 1 to 100 of a-z, 0-9 and -.")]
        public required string Key { get; init; }

        /// <summary>In force at once.</summary>
        /// <example>true</example>
        public bool Publish { get; init; }
    }

    /// <summary>The citizen's rights with a service.</summary>
    public sealed record WriteRights
    {
        /// <summary>The law or rule they rest on.</summary>
        [MaxLength(4_000)]
        public required Localized Basis { get; init; }

        /// <summary>How to object, and where.</summary>
        [MaxLength(4_000)]
        public required Localized Objection { get; init; }
    }

    /// <summary>Hours from submission.</summary>
    public sealed record WriteStandard
    {
        /// <summary>Until a first answer.</summary>
        /// <example>24</example>
        [Range(0.01, 100_000)]
        public required decimal FirstResponseHours { get; init; }

        /// <summary>Until it is resolved or refused.</summary>
        /// <example>240</example>
        [Range(0.01, 100_000)]
        public required decimal ResolutionHours { get; init; }
    }
}
