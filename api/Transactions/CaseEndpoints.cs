using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Transactions.Problems;

namespace Cirm.Api.Transactions;

/// <summary>Cases: submitted by anybody, worked by staff, followed by whoever submitted them.</summary>
public static class CaseEndpoints
{
    public static void MapCases(this IEndpointRouteBuilder app)
    {
        var cases = app.MapGroup("/v1/agencies/{agency}/cases").WithTags("Cases").WithEtags();
        cases.MapPost("", Submit).WithName("submitCase").Allow(Who.Anyone, "cases:write").RequireRateLimiting(Limits.AnonymousWrites);
        cases.MapGet("", List).WithName("listCases").Allow(Who.Members, "cases:read");
        cases.MapGet("/{id:guid}", Get).WithName("getCase").Allow(Who.Members, "cases:read");
        cases.MapPatch("/{id:guid}", Change).WithName("changeCase").Allow(Who.Staff, "cases:write");
        cases.MapPost("/{id:guid}/transitions", Transition).WithName("transitionCase").Allow(Who.Staff, "cases:write")
            .Refuses(Problems.TransitionNotAllowed, Problems.CaseMoved);
        cases.MapPost("/{id:guid}/notes", AddNote).WithName("addCaseNote").Allow(Who.Members, "cases:write");
        cases.MapGet("/{id:guid}/history", History).WithName("listCaseHistory").Allow(Who.Members, "cases:read");
    }

    static async Task<Created<SubmittedCase>> Submit(Body<SubmitCase> body, Caller caller, Agency home, Cases cases, CancellationToken ct)
    {
        var wanted = body.Value;
        if (wanted.CitizenId is not null && !caller.IsStaff && wanted.CitizenId != caller.CitizenId)
            throw Core.Platform.Problems.InvalidValue("/citizenId", "not-allowed", "Only staff enter a case for another citizen.");
        var code = TrackingCode.Create();
        var submitted = await cases.SubmitAsync(
            caller, new(wanted.Service, wanted.Kind, wanted.Title, wanted.Description, wanted.Channel, wanted.Location?.ToLocation(), wanted.CitizenId), code, Answer, ct);
        return TypedResults.Created(AddressOf(submitted.Id), new SubmittedCase(submitted, code));

        string AddressOf(Guid id) => $"/v1/agencies/{home.Slug}/cases/{id}";

        StoredAnswer Answer(Case c) =>
            new(StatusCodes.Status201Created, AddressOf(c.Id), EtagExtensions.Of(c), JsonSerializer.SerializeToUtf8Bytes(new SubmittedCase(c, code), Wire.Json), null);
    }

    static async Task<Ok<Page<Case>>> List([AsParameters] CaseQuery query, [AsParameters] PageRequest page, Caller caller, Cases cases, AccessLog log, HttpContext http, CancellationToken ct)
    {
        var found = await cases.ListAsync(caller, query.ToFilter(), TimeCursor.Parse(page.Cursor), page.LimitAndOne, ct);
        await log.RecordAsync(caller, "cases.listed", "case", null, ct);
        return TypedResults.Ok(page.Of(http, found, c => new TimeCursor(c.SubmittedAt, c.Id).ToString()));
    }

    static async Task<Ok<Case>> Get(Guid id, Caller caller, Cases cases, AccessLog log, CancellationToken ct)
    {
        var found = await FindAsync(cases, caller, id, ct);
        await log.RecordAsync(caller, "case.read", "case", id, ct);
        return TypedResults.Ok(found);
    }

    static async Task<Ok<Case>> Change(Guid id, IfMatch ifMatch, MergePatch<EditCase> patch, Caller caller, Cases cases, CancellationToken ct)
    {
        var current = await FindAsync(cases, caller, id, ct);
        ifMatch.Check(current);
        var edited = patch.ApplyTo(new()
        {
            Kind = current.Kind, Title = current.Title, Description = current.Description, Assignee = current.Assignee,
            Location = current.Location is { } place ? new() { Latitude = place.Latitude, Longitude = place.Longitude, Area = place.Area } : null,
        });
        return TypedResults.Ok(await cases.ChangeAsync(caller, current with
        {
            Kind = edited.Kind,
            Title = edited.Title,
            Description = edited.Description,
            Assignee = edited.Assignee,
            Latitude = edited.Location?.Latitude,
            Longitude = edited.Location?.Longitude,
            Area = edited.Location?.Area,
        }, ct) ?? throw IfMatch.Changed());
    }

    static async Task<Ok<Case>> Transition(Guid id, Body<TransitionCase> body, Caller caller, Cases cases, CancellationToken ct) =>
        TypedResults.Ok(await cases.TransitionAsync(caller, id, body.Value.To, body.Value.Reason, body.Value.Note, ct) ?? throw Unknown(id));

    static async Task<Created<CaseNote>> AddNote(Guid id, Body<AddCaseNote> body, Caller caller, Agency home, Cases cases, CancellationToken ct)
    {
        if (body.Value.Visibility == NoteVisibility.Internal && !caller.IsStaff)
            throw Core.Platform.Problems.InvalidValue("/visibility", "not-allowed", "A citizen's note is public.");
        var note = await cases.AddNoteAsync(caller, id, body.Value.Text, body.Value.Visibility, ct) ?? throw Unknown(id);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/cases/{id}/history", note);
    }

    static async Task<Ok<Page<CaseEvent>>> History(Guid id, [AsParameters] PageRequest page, Caller caller, Cases cases, AccessLog log, HttpContext http, CancellationToken ct)
    {
        await FindAsync(cases, caller, id, ct);
        await log.RecordAsync(caller, "case.history-read", "case", id, ct);
        var after = page.KeyCursor is not { } key ? (Guid?)null
            : Guid.TryParse(key, out var parsed) ? parsed : throw Core.Platform.Problems.InvalidValue("?cursor", "cursor", "This is not a cursor of this list; take it from next.");
        var found = await cases.HistoryAsync(caller.Agency, id, caller.IsStaff, after, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, e => PageRequest.After(e.Id.ToString())));
    }

    static async Task<Case> FindAsync(Cases cases, Caller caller, Guid id, CancellationToken ct) => await cases.FindAsync(caller, id, ct) ?? throw Unknown(id);

    static Refusal Unknown(Guid id) => Core.Platform.Problems.NotFound.Because($"There is no case {id} for you here.");

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
    public sealed record SubmittedCase([property: JsonIgnore] Case Submitted, string TrackingCode) : IVersioned
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
        public Guid? CitizenId => Submitted.CitizenId;
        public DateTimeOffset SubmittedAt => Submitted.SubmittedAt;
        public DateTimeOffset? DueAt => Submitted.DueAt;

        [JsonIgnore]
        public long Version => Submitted.Version;
    }

    /// <summary>What of a case staff can change.</summary>
    public sealed record EditCase
    {
        /// <summary>What is wanted.</summary>
        public required CaseKind Kind { get; init; }

        /// <summary>In one line.</summary>
        [MinLength(1), MaxLength(300)]
        public required string Title { get; init; }

        /// <summary>In full.</summary>
        [MaxLength(20_000)]
        public string? Description { get; init; }

        /// <summary>Where it is about.</summary>
        public Place? Location { get; init; }

        /// <summary>The member of staff who works on it.</summary>
        public Guid? Assignee { get; init; }
    }

    /// <summary>A step in the life of a case.</summary>
    public sealed record TransitionCase
    {
        /// <summary>Where it goes.</summary>
        /// <example>accepted</example>
        public required CaseStatus To { get; init; }

        /// <summary>Why; the citizen reads it.</summary>
        /// <example>The crew is on its way.</example>
        [MinLength(1), MaxLength(4_000)]
        public required string Reason { get; init; }

        /// <summary>A public note that goes with it.</summary>
        [MinLength(1), MaxLength(20_000)]
        public string? Note { get; init; }
    }

    /// <summary>A note on a case.</summary>
    public sealed record AddCaseNote
    {
        /// <summary>What it says.</summary>
        /// <example>The crew comes on Thursday.</example>
        [MinLength(1), MaxLength(20_000)]
        public required string Text { get; init; }

        /// <summary>Who reads it.</summary>
        public required NoteVisibility Visibility { get; init; }
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

        [FromQuery(Name = "citizen"), Description("Whose it is.")]
        public string? Citizen { get; init; }

        [FromQuery(Name = "submittedFrom"), Description("Submitted at this time or later (RFC 3339).")]
        public string? SubmittedFrom { get; init; }

        [FromQuery(Name = "submittedTo"), Description("Submitted before this time (RFC 3339).")]
        public string? SubmittedTo { get; init; }

        [FromQuery(Name = "q"), Description("Stands in title, description or area, or is the case's number or external id.")]
        public string? Q { get; init; }

        [FromQuery(Name = "overdue"), Description("true: open after its time; false: the others.")]
        public string? Overdue { get; init; }

        internal CaseFilter ToFilter()
        {
            var read = new QueryErrors();
            var filter = new CaseFilter(
                read.Words<CaseStatus>("status", Status), read.Text("service", Service), read.Word<Channel>("channel", Channel), read.Word<CaseKind>("kind", Kind),
                read.Text("area", Area), read.Id("assignee", Assignee), read.Id("citizen", Citizen), read.Time("submittedFrom", SubmittedFrom),
                read.Time("submittedTo", SubmittedTo), read.Text("q", Q), read.Flag("overdue", Overdue));
            read.ThrowIfAny();
            return filter;
        }
    }
}
