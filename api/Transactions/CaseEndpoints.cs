using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Api.Platform;
using Cirm.Core.Information;
using Cirm.Core.Insight.Scarcity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cirm.Api.Transactions;

/// <summary>Cases: submitted by anybody, read by staff and by whoever submitted them.</summary>
public static class CaseEndpoints
{
    public static void MapCases(this IEndpointRouteBuilder app)
    {
        var cases = app.MapGroup("/v1/agencies/{agency}/cases").WithTags("Cases").WithEtags();
        cases.MapPost("", Submit).WithName("submitCase").Allow(Who.Anyone, "cases:write").RequireRateLimiting(Limits.AnonymousWrites)
            .Refuses(Core.Identity.Problems.NoMandate);
        cases.MapGet("", List).WithName("listCases").Allow(Who.Members, "cases:read").Refuses(Core.Insight.Problems.NoScarcityRule);
        cases.MapGet("/{id:guid}", Get).WithName("getCase").Allow(Who.Members, "cases:read");
    }

    static async Task<Created<SubmittedCase>> Submit(Body<SubmitCase> body, Caller caller, Agency home, CaseIntake intake, CancellationToken ct)
    {
        var submitted = await SubmitAsync(body.Value, caller, home, intake, ct);
        return TypedResults.Created(AddressOf(home, submitted.Id), submitted);
    }

    /// <summary>Submits a case as its submitter sees it, with its tracking code.</summary>
    internal static async Task<SubmittedCase> SubmitAsync(SubmitCase wanted, Caller caller, Agency home, CaseIntake intake, CancellationToken ct)
    {
        if (wanted.CitizenId is not null && !caller.IsStaff && wanted.CitizenId != caller.CitizenId)
            throw Core.Platform.Problems.InvalidValue("/citizenId", "not-allowed", "Only staff enter a case for another citizen; with a mandate, use onBehalfOf.");
        if (wanted is { CitizenId: not null, OnBehalfOf: not null })
            throw Core.Platform.Problems.InvalidValue("/citizenId", "not-allowed", "With onBehalfOf, the mandate says who represents whom.");
        var code = TrackingCode.Create();
        var submitted = await intake.SubmitAsync(
            caller, new(wanted.Service, wanted.Kind, wanted.Title, wanted.Description, wanted.Channel, wanted.Location?.ToLocation(), wanted.CitizenId, wanted.Answers,
                wanted.OnBehalfOf == caller.CitizenId ? null : wanted.OnBehalfOf, wanted.Mandate), code, Answer, ct);
        return new(submitted, code, SimilarCaseEndpoints.AddressFor(home, submitted));

        StoredAnswer Answer(Case c) =>
            new(StatusCodes.Status201Created, AddressOf(home, c.Id), EtagExtensions.Of(c), JsonSerializer.SerializeToUtf8Bytes(new SubmittedCase(c, code, SimilarCaseEndpoints.AddressFor(home, c)), Wire.Json), null);
    }

    static string AddressOf(Agency home, Guid id) => $"/v1/agencies/{home.Slug}/cases/{id}";

    static async Task<Ok<Page<Case>>> List(
        [AsParameters] CaseQuery query, [AsParameters] PageRequest page, Caller caller, Cases cases, Turns queue, AccessLog log, HttpContext http, CancellationToken ct)
    {
        var filter = query.ToFilter(caller);
        if (filter.Order == CaseOrder.Scarcity) return await QueueAsync(filter, page, caller, queue, log, http, ct);
        var found = await cases.ListAsync(caller, ownOnly: false, filter, TimeCursor.Parse(page.Cursor), page.LimitAndOne, ct);
        var shown = page.Of(http, found, c => Cases.PlaceOf(c, filter.Order).ToString());
        await log.RecordListAsync(caller, filter.Segment is null ? "cases.listed" : "cases.listed-by-segment", "case", null, shown.Items.Select(c => c.Id), ct);
        return TypedResults.Ok(shown);
    }

    static async Task<Ok<Page<Case>>> QueueAsync(
        CaseFilter filter, PageRequest page, Caller caller, Turns queue, AccessLog log, HttpContext http, CancellationToken ct)
    {
        if (!caller.IsStaff) throw Core.Platform.Problems.InvalidValue("?order", "not-allowed", "Whose turn it is, is for staff.");
        if (filter.Service is not { } service) throw Core.Platform.Problems.InvalidValue("?service", "required", "A scarcity rule is a service's: say of which.");
        if (filter with { Service = null, Unit = null, Assignee = null, Order = CaseOrder.Newest } != CaseFilter.None)
            throw Core.Platform.Problems.InvalidValue("?order", "not-allowed", "The queue by scarcity rule is narrowed by service, unit and assignee only.");
        var found = await queue.ListAsync(caller.Agency, service, filter.Unit, filter.Assignee, TimeCursor.Parse(page.Cursor), page.LimitAndOne, ct);
        await log.RecordAsync(caller, "cases.listed", "case", null, ct);
        var shown = page.Of(http, found, c => Turns.PlaceOf(c.Position, c.Case).ToString());
        return TypedResults.Ok(new Page<Case>([.. shown.Items.Select(c => c.Case)], shown.Next));
    }

    static async Task<Ok<Case>> Get(Guid id, Caller caller, CaseReading reading, CancellationToken ct) => TypedResults.Ok(await reading.ShowAsync(caller, id, ct));

    internal static async Task<Case> FindAsync(Cases cases, Caller caller, Guid id, CancellationToken ct) => await cases.FindAsync(caller, id, ct) ?? throw Unknown(id);

    internal static Refusal Unknown(Guid id) => Core.Platform.Problems.NotFound.Because($"There is no case {id} for you here.");

    /// <summary>A case to submit.</summary>
    public sealed record SubmitCase
    {
        /// <summary>The key of a published service.</summary>
        /// <example>street-light-outages</example>
        [MinLength(1), MaxLength(100)]
        public required string Service { get; init; }

        /// <summary>What is wanted.</summary>
        public required CaseKind Kind { get; init; }

        /// <summary>In one line.</summary>
        /// <example>The lamp at the corner is out</example>
        [MinLength(1), MaxLength(300)]
        public required string Title { get; init; }

        /// <summary>In full.</summary>
        [MaxLength(20_000)]
        public string? Description { get; init; }

        /// <summary>How it came in.</summary>
        public required Channel Channel { get; init; }

        /// <summary>Where it is about.</summary>
        public Place? Location { get; init; }

        /// <summary>Whose case it is, when staff or a system enter it for a citizen.</summary>
        public Guid? CitizenId { get; init; }

        /// <summary>To the questions of the service, by question key.</summary>
        [MaxLength(Questions.Most)]
        public Dictionary<string, JsonElement>? Answers { get; init; }

        /// <summary>Whose case it is, when a representative submits it: a mandate for the service has to be in force.</summary>
        public Guid? OnBehalfOf { get; init; }

        /// <summary>The mandate under which it is submitted. Staff who enter it for a representative have to name it.</summary>
        public Guid? Mandate { get; init; }
    }

    /// <summary>A place.</summary>
    public sealed record Place
    {
        /// <summary>Degrees, WGS 84.</summary>
        [Range(-90, 90)]
        public double? Latitude { get; init; }

        /// <summary>Degrees, WGS 84.</summary>
        [Range(-180, 180)]
        public double? Longitude { get; init; }

        /// <summary>A name that the agency uses, such as a neighbourhood.</summary>
        /// <example>Dorchester</example>
        [MaxLength(200)]
        public string? Area { get; init; }

        internal Location ToLocation() => Latitude is null == Longitude is null ? new(Latitude, Longitude, Area)
            : throw Core.Platform.Problems.InvalidValue($"/location/{(Latitude is null ? "latitude" : "longitude")}", "required", "A point needs latitude and longitude.");
    }

    /// <summary>A case as its submitter sees it, once.</summary>
    /// <param name="Submitted">The case.</param>
    /// <param name="TrackingCode">Follows the case without an account; it is not shown again.</param>
    /// <param name="Similar">Where to look for cases that may be about the same; null without a point.</param>
    public sealed record SubmittedCase([property: JsonIgnore] Case Submitted, string TrackingCode, string? Similar) : IVersioned
    {
        public Guid Id => Submitted.Id;
        public long Number => Submitted.Number;
        public string Service => Submitted.Service;
        public int ServiceVersion => Submitted.ServiceVersion;
        public CaseKind Kind => Submitted.Kind;
        public CaseStatus Status => Submitted.Status;
        public Channel Channel => Submitted.Channel;
        public string Title => Submitted.Title;
        public string? Description => Submitted.Description;
        public Location? Location => Submitted.Location;
        public Dictionary<string, JsonElement>? Answers => Submitted.Answers;
        public Guid? CitizenId => Submitted.CitizenId;
        public Guid? Mandate => Submitted.Mandate;
        public Guid? EnteredBy => Submitted.EnteredBy;
        public string? Unit => Submitted.Unit;
        public DateTimeOffset SubmittedAt => Submitted.SubmittedAt;
        public DateTimeOffset? FirstResponseDueAt => Submitted.FirstResponseDueAt;
        public DateTimeOffset? DueAt => Submitted.DueAt;

        [JsonIgnore]
        public long Version => Submitted.Version;
    }

    /// <summary>What a list of cases is narrowed to.</summary>
    public sealed class CaseQuery
    {
        [FromQuery(Name = "status"), Description("Any of these, with commas between: submitted, accepted, inProgress, resolved, refused, closed, reopened.")]
        public string? Status { get; init; }

        [FromQuery(Name = "service"), Description("A service's key.")]
        public string? Service { get; init; }

        [FromQuery(Name = "channel"), Description("web, phone, counter, letter, email, sms or partner.")]
        public string? Channel { get; init; }

        [FromQuery(Name = "kind"), Description("request, report, complaint, application, enquiry, suggestion or praise.")]
        public string? Kind { get; init; }

        [FromQuery(Name = "area"), Description("The area's name.")]
        public string? Area { get; init; }

        [FromQuery(Name = "assignee"), Description("The member who works on it.")]
        public string? Assignee { get; init; }

        [FromQuery(Name = "unit"), Description("The key of the unit that works it.")]
        public string? Unit { get; init; }

        [FromQuery(Name = "citizen"), Description("Whose it is.")]
        public string? Citizen { get; init; }

        [FromQuery(Name = "segment"), Description("The key of a segment that its citizen is in now; for managers and admins.")]
        public string? Segment { get; init; }

        [FromQuery(Name = "submittedFrom"), Description("Submitted at this time or later (RFC 3339).")]
        public string? SubmittedFrom { get; init; }

        [FromQuery(Name = "submittedTo"), Description("Submitted before this time (RFC 3339).")]
        public string? SubmittedTo { get; init; }

        [FromQuery(Name = "q"), Description("Stands in title, description or area, or is the case's number or external id.")]
        public string? Q { get; init; }

        [FromQuery(Name = "overdue"), Description("true: open after its time; false: the others.")]
        public string? Overdue { get; init; }

        [FromQuery(Name = "verdict"), Description("What the citizen said: solved, notSolved, or silent, when the case is over and nothing was said.")]
        public string? Verdict { get; init; }

        [FromQuery(Name = "order"), Description("newest first (so it is when not said), due: open cases by clock, what is due first, those that wait for the citizen last; or scarcity: open cases of a service, whose turn it is by its published scarcity rule first.")]
        public string? Order { get; init; }

        internal CaseFilter ToFilter(Caller caller, string at = "?")
        {
            // Who is in a group is told to nobody; a list of a group's cases tells something of it. It is for those who answer for the group.
            if (Segment is { Length: > 0 } && caller.Role is not (Role.Manager or Role.Admin))
                throw Core.Platform.Problems.Forbidden.Because("Lists by segment are for managers and admins.");
            var read = new QueryErrors(at);
            var filter = new CaseFilter(
                read.Words<CaseStatus>("status", Status), read.Text("service", Service), read.Word<Channel>("channel", Channel), read.Word<CaseKind>("kind", Kind),
                read.Text("area", Area), read.Id("assignee", Assignee), read.Text("unit", Unit), read.Id("citizen", Citizen), read.Time("submittedFrom", SubmittedFrom),
                read.Time("submittedTo", SubmittedTo), read.Text("q", Q), read.Flag("overdue", Overdue), read.Word<SaidOrSilent>("verdict", Verdict),
                read.Word<CaseOrder>("order", Order) ?? CaseOrder.Newest, read.Text("segment", Segment));
            read.ThrowIfAny();
            return filter;
        }
    }
}
