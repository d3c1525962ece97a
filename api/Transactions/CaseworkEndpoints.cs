using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Desk;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Transactions.Problems;

namespace Cirm.Api.Transactions;

/// <summary>Work on a case: steps, changes, notes, and what happened so far.</summary>
public static class CaseworkEndpoints
{
    public static void MapCasework(this IEndpointRouteBuilder app)
    {
        var cases = app.MapGroup("/v1/agencies/{agency}/cases").WithTags("Cases").WithEtags();
        cases.MapPatch("/{id:guid}", Change).WithName("changeCase").Allow(Who.Staff, "cases:write");
        cases.MapPost("/{id:guid}/transitions", Transition).WithName("transitionCase").Allow(Who.Staff, "cases:write")
            .Refuses(Problems.TransitionNotAllowed, Problems.CaseMerged, Problems.CaseMoved);
        cases.MapPost("/{id:guid}/notes", AddNote).WithName("addCaseNote").Allow(Who.Members, "cases:write");
        cases.MapGet("/{id:guid}/history", History).WithName("listCaseHistory").Allow(Who.Members, "cases:read");
    }

    static async Task<Ok<Case>> Change(Guid id, IfMatch ifMatch, MergePatch<EditCase> patch, Caller caller, Cases cases, Casework work, CancellationToken ct)
    {
        var current = await CaseEndpoints.FindAsync(cases, caller, id, ct);
        ifMatch.Check(current);
        var edited = patch.ApplyTo(new()
        {
            Kind = current.Kind, Title = current.Title, Description = current.Description, Assignee = current.Assignee,
            Location = current.Location is { } place ? new() { Latitude = place.Latitude, Longitude = place.Longitude, Area = place.Area } : null,
        });
        return TypedResults.Ok(await work.ChangeAsync(caller, current, current with
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

    static async Task<Ok<Case>> Transition(Guid id, Body<TransitionCase> body, Caller caller, Casework work, CancellationToken ct) =>
        TypedResults.Ok(await work.TransitionAsync(caller, id, body.Value.To, body.Value.Reason, body.Value.Note, body.Value.Outcome, ct) ?? throw CaseEndpoints.Unknown(id));

    static async Task<Created<CaseNote>> AddNote(Guid id, Body<AddCaseNote> body, Caller caller, Agency home, Casework work, CancellationToken ct)
    {
        if (body.Value.Visibility == NoteVisibility.Internal && !caller.IsStaff)
            throw Core.Platform.Problems.InvalidValue("/visibility", "not-allowed", "A citizen's note is public.");
        var note = await work.AddNoteAsync(caller, id, body.Value.Text, body.Value.Visibility, ct) ?? throw CaseEndpoints.Unknown(id);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/cases/{id}/history", note);
    }

    static async Task<Ok<Page<CaseEvent>>> History(Guid id, [AsParameters] PageRequest page, Caller caller, Cases cases, AccessLog log, HttpContext http, CancellationToken ct)
    {
        var found = await CaseEndpoints.FindAsync(cases, caller, id, ct);
        await log.RecordAsync(caller, "case.history-read", "case", id, found.CitizenId, ct);
        var after = page.KeyCursor is not { } key ? (Guid?)null
            : Guid.TryParse(key, out var parsed) ? parsed : throw Core.Platform.Problems.InvalidValue("?cursor", "cursor", "This is not a cursor of this list; take it from next.");
        var events = await cases.HistoryAsync(caller.Agency, id, caller.IsStaff, after, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, events, e => PageRequest.After(e.Id.ToString())));
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
        public CaseEndpoints.Place? Location { get; init; }

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

        /// <summary>What became of the case, when it is resolved, refused or closed: only fixed, answered and granted claim success.</summary>
        public CaseOutcome? Outcome { get; init; }
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
}
