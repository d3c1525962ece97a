using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Insight.Results;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Insight.Problems;

namespace Cirm.Api.Insight;

/// <summary>
/// What people wrote, each text by itself, for staff who code it (docs/surveys.md). Of an anonymous survey managers and admins alone read it
/// (docs/adr/0018-anonymous-surveys.md): words can tell who wrote them. No key reads texts.
/// </summary>
public static class SurveyTextEndpoints
{
    public static void MapSurveyTexts(this IEndpointRouteBuilder app)
    {
        var texts = app.MapGroup("/v1/agencies/{agency}/surveys/{key}/waves/{wave}/texts").WithTags("Surveys").WithEtags();
        texts.MapGet("", List).WithName("listSurveyTexts").Allow(Who.Staff).Refuses(Problems.TextsKeptBack);
        texts.MapPut("/{id:guid}/codes", Code).WithName("codeSurveyText").Allow(Who.Staff).Refuses(Problems.TextsKeptBack, Problems.CodeUnknown);
    }

    /// <summary>Texts of a question in an order by chance, when the wave has closed. That somebody read them is kept.</summary>
    static async Task<Ok<Page<SurveyText>>> List(
        string key, string wave, [FromQuery, Description("The key of a text question.")] string? question,
        [FromQuery, Description("true: those that somebody has read; false: those that nobody has.")] string? coded,
        [FromQuery, Description("Those with this code.")] string? code,
        [AsParameters] PageRequest page, Caller caller, SurveyTexts texts, HttpContext http, CancellationToken ct)
    {
        var read = new QueryErrors();
        var (asked, isCoded, withCode) = (read.Text("question", question), read.Flag("coded", coded), read.Text("code", code));
        if (asked is null) read.Missing("question");
        read.ThrowIfAny();
        var of = await FindAsync(texts, caller, key, wave, ct);
        var found = await texts.ListAsync(caller, of, SurveyCodeEndpoints.TextOf(of.Questions, asked!), isCoded, withCode, page.KeyCursor, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, t => PageRequest.After(t.Place)));
    }

    /// <summary>Says what is in a text: codes of the question's code book, in place of those before; none, when it says nothing of what the book knows.</summary>
    static async Task<Ok<SurveyText>> Code(string key, string wave, Guid id, Body<GiveCodes> body, Caller caller, SurveyTexts texts, CancellationToken ct) =>
        TypedResults.Ok(await texts.CodeAsync(caller, await FindAsync(texts, caller, key, wave, ct), id, body.Value.Codes, ct)
            ?? throw Core.Platform.Problems.NotFound.Because("There is no such text here."));

    static async Task<WaveOfTexts> FindAsync(SurveyTexts texts, Caller caller, string survey, string wave, CancellationToken ct)
    {
        var of = (BodyValidator.IsClean(survey) && BodyValidator.IsClean(wave) ? await texts.FindWaveAsync(caller.Agency, survey, wave, ct) : null)
            ?? throw Core.Platform.Problems.NotFound.Because($"There is no such wave of a survey \"{survey}\" here.");
        if (of.Anonymity == Anonymity.Anonymous && caller.Role == Role.Agent) throw Core.Platform.Problems.Forbidden.Because("Texts of anonymous surveys are for managers and admins.");
        return of.Shown ? of : throw Problems.TextsKeptBack.Because("The wave has not closed yet, or fewer than the agency's smallest group have answered.");
    }

    /// <summary>What is read in a text.</summary>
    public sealed record GiveCodes
    {
        /// <summary>Keys of the code book.</summary>
        /// <example>["lighting"]</example>
        [MaxLength(CodeBook.Most)]
        public required string[] Codes { get; init; }
    }
}
