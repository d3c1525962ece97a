using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Insight.Problems;

namespace Cirm.Api.Insight;

/// <summary>When a survey is asked. A wave is addressed by its id or by its name.</summary>
public static class SurveyWaveEndpoints
{
    public static void MapSurveyWaves(this IEndpointRouteBuilder app)
    {
        var waves = app.MapGroup("/v1/agencies/{agency}/surveys/{key}/waves").WithTags("Surveys").WithEtags();
        waves.MapPost("", Add).WithName("addSurveyWave").Allow(Who.Manager | Who.Admin, "surveys:write").Refuses(Problems.WaveTaken);
        waves.MapGet("", List).WithName("listSurveyWaves").Allow(Who.Anyone, "surveys:read");
        waves.MapGet("/{wave}", Get).WithName("getSurveyWave").Allow(Who.Anyone, "surveys:read");
        waves.MapPatch("/{wave}", Change).WithName("changeSurveyWave").Allow(Who.Manager | Who.Admin, "surveys:write")
            .Refuses(Problems.WaveClosed, Problems.WaveTaken, Problems.SurveyAnswered);
    }

    static async Task<Created<SurveyWave>> Add(string key, Body<WriteWave> body, Caller caller, Agency home, SurveyWaves waves, CancellationToken ct)
    {
        var wanted = body.Value;
        var made = (BodyValidator.IsClean(key) ? await waves.AddAsync(caller, key, wanted.Name, wanted.OpensAt, wanted.ClosesAt, wanted.Embargo, ct) : null)
            ?? throw Core.Platform.Problems.NotFound.Because($"There is no survey \"{key}\" for you here.");
        return TypedResults.Created($"/v1/agencies/{home.Slug}/surveys/{key}/waves/{made.Id}", made);
    }

    static async Task<Ok<Page<SurveyWave>>> List(
        string key, [AsParameters] PageRequest page, Caller caller, Surveys surveys, SurveyWaves waves, HttpContext http, CancellationToken ct)
    {
        var of = await SurveyEndpoints.FindAsync(surveys, caller, key, ct);
        var after = page.KeyCursor is not { } cursor ? (Guid?)null
            : Guid.TryParse(cursor, out var id) ? id : throw Core.Platform.Problems.InvalidValue("?cursor", "cursor", "This is not a cursor of this list; take it from next.");
        return TypedResults.Ok(page.Of(http, await waves.ListAsync(caller, of.Key, after, page.LimitAndOne, ct), w => PageRequest.After(w.Id.ToString())));
    }

    static async Task<Ok<SurveyWave>> Get(string key, string wave, Caller caller, SurveyWaves waves, CancellationToken ct) =>
        TypedResults.Ok(await FindAsync(waves, caller, key, wave, ct));

    /// <summary>Another name or embargo, another closing, and as long as nobody has answered another opening.</summary>
    static async Task<Ok<SurveyWave>> Change(
        string key, string wave, IfMatch ifMatch, MergePatch<WriteWave> patch, Caller caller, SurveyWaves waves, CancellationToken ct)
    {
        var current = await FindAsync(waves, caller, key, wave, ct);
        ifMatch.Check(current);
        var to = patch.ApplyTo(new WriteWave { Name = current.Name, OpensAt = current.OpensAt, ClosesAt = current.ClosesAt, Embargo = current.Embargo });
        return TypedResults.Ok(await waves.ChangeAsync(caller, current, to.Name, to.OpensAt, to.ClosesAt, to.Embargo ?? current.Embargo, ct) ?? throw IfMatch.Changed());
    }

    internal static async Task<SurveyWave> FindAsync(SurveyWaves waves, Caller caller, string key, string wave, CancellationToken ct) =>
        (BodyValidator.IsClean(key) && BodyValidator.IsClean(wave) ? await waves.FindAsync(caller, key, wave, ct) : null)
            ?? throw Core.Platform.Problems.NotFound.Because($"There is no such wave of a survey \"{key}\" for you here.");

    /// <summary>One time that a survey is asked.</summary>
    public sealed record WriteWave
    {
        /// <summary>Unique in the survey.</summary>
        /// <example>2026-1</example>
        [MinLength(1), MaxLength(200)]
        public required string Name { get; init; }

        /// <summary>From when answers are taken.</summary>
        /// <example>2026-01-01T00:00:00Z</example>
        public required DateTimeOffset OpensAt { get; init; }

        /// <summary>Until when.</summary>
        /// <example>2099-01-01T00:00:00Z</example>
        public required DateTimeOffset ClosesAt { get; init; }

        /// <summary>Results are shown when it has closed, not before; as the survey says when not given.</summary>
        public bool? Embargo { get; init; }
    }
}
