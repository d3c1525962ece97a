using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Identity.Problems;

namespace Cirm.Api.Identity;

/// <summary>Citizens: kept by staff, each readable by the citizen.</summary>
public static class CitizenEndpoints
{
    public static void MapCitizens(this IEndpointRouteBuilder app)
    {
        var citizens = app.MapGroup("/v1/agencies/{agency}/citizens").WithTags("Citizens").WithEtags();
        citizens.MapPost("", Add).WithName("addCitizen").Allow(Who.Staff, "citizens:write").Refuses(Problems.ExternalIdTaken);
        citizens.MapGet("", List).WithName("listCitizens").Allow(Who.Staff, "citizens:read");
        citizens.MapGet("/{id:guid}", Get).WithName("getCitizen").Allow(Who.Members, "citizens:read");
        citizens.MapPatch("/{id:guid}", Change).WithName("changeCitizen").Allow(Who.Staff, "citizens:write").Refuses(Problems.ExternalIdTaken, Problems.CitizenErased);
    }

    static async Task<Created<Citizen>> Add(Body<WriteCitizen> body, Caller caller, Agency home, Citizens citizens, CancellationToken ct)
    {
        var added = await citizens.AddAsync(caller, body.Value.ToCitizen(new(default, null, null, null, null, null, [], default, null, 0)), ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/citizens/{added.Id}", added);
    }

    static async Task<Ok<Page<Citizen>>> List(
        [AsParameters] CitizenQuery query, [AsParameters] PageRequest page, Caller caller, Citizens citizens, AccessLog log, HttpContext http, CancellationToken ct)
    {
        var found = await citizens.ListAsync(caller.Agency, query.ToExternalId(), TimeCursor.Parse(page.Cursor), page.LimitAndOne, ct);
        var shown = page.Of(http, found, c => new TimeCursor(c.CreatedAt, c.Id).ToString());
        await log.RecordListAsync(caller, "citizens.listed", "citizen", found.Count == 1 ? found[0].Id : null, shown.Items.Select(c => c.Id), ct);
        return TypedResults.Ok(shown);
    }

    static async Task<Ok<Citizen>> Get(Guid id, Caller caller, Citizens citizens, AccessLog log, CancellationToken ct)
    {
        var found = await FindAsync(citizens, caller, id, ct);
        await log.RecordAsync(caller, "citizen.read", "citizen", id, ct);
        return TypedResults.Ok(found);
    }

    static async Task<Ok<Citizen>> Change(Guid id, IfMatch ifMatch, MergePatch<WriteCitizen> patch, Caller caller, Citizens citizens, CancellationToken ct)
    {
        var current = await FindAsync(citizens, caller, id, ct);
        if (current.ErasedAt is not null) throw Problems.CitizenErased.Because("Nothing can be added to what is only counted.");
        ifMatch.Check(current);
        return TypedResults.Ok(await citizens.ChangeAsync(caller, patch.ApplyTo(WriteCitizen.Of(current)).ToCitizen(current), ct) ?? throw IfMatch.Changed());
    }

    static async Task<Citizen> FindAsync(Citizens citizens, Caller caller, Guid id, CancellationToken ct) =>
        await citizens.FindAsync(caller, id, ct) ?? throw Core.Platform.Problems.NotFound.Because($"There is no citizen {id} for you here.");

    /// <summary>What is known of a citizen; all of it may be missing.</summary>
    public sealed record WriteCitizen
    {
        /// <summary>What another system of the agency calls them.</summary>
        /// <example>CRM-004711</example>
        [MinLength(1), MaxLength(200)]
        public string? ExternalId { get; init; }

        /// <summary>How they are called.</summary>
        /// <example>Sara Ahmadi</example>
        [MinLength(1), MaxLength(200)]
        public string? Name { get; init; }

        /// <summary>To write to.</summary>
        /// <example>sara@example.org</example>
        [EmailAddress, MaxLength(254)]
        public string? Email { get; init; }

        /// <summary>To call.</summary>
        /// <example>+1 617 555 0100</example>
        [MaxLength(40)]
        public string? Phone { get; init; }

        /// <summary>How they like to be addressed: a language tag (BCP 47).</summary>
        /// <example>fa</example>
        [MaxLength(35)]
        public string? Language { get; init; }

        /// <summary>Values of declared attributes. A number and true or false may also be written as text, as in a file.</summary>
        /// <example>{"district": "7", "ageGroup": "25-34"}</example>
        public Dictionary<string, JsonElement> Attributes { get; init; } = [];

        internal Citizen ToCitizen(Citizen current)
        {
            var errors = new List<ValidationError>();
            if (Phone is not null && !ContactRules.IsPhone(Phone)) errors.Add(new("/phone", "phone", "This is not a phone number."));
            if (Language is not null && !ContactRules.IsLanguage(Language)) errors.Add(new("/language", "language", "This has to be a language tag such as en or fa."));
            if (errors.Count > 0) throw Core.Platform.Problems.InvalidInput(errors);
            return current with { ExternalId = ExternalId, Name = Name, Email = Email, Phone = Phone, Language = Language, Attributes = Attributes };
        }

        internal static WriteCitizen Of(Citizen c) =>
            new() { ExternalId = c.ExternalId, Name = c.Name, Email = c.Email, Phone = c.Phone, Language = c.Language, Attributes = c.Attributes };
    }

    /// <summary>What a list of citizens is narrowed to.</summary>
    public sealed class CitizenQuery
    {
        [FromQuery(Name = "externalId"), Description("What another system of the agency calls them.")]
        public string? ExternalId { get; init; }

        internal string? ToExternalId()
        {
            var read = new QueryErrors();
            var text = read.Text("externalId", ExternalId);
            read.ThrowIfAny();
            return text;
        }
    }
}
