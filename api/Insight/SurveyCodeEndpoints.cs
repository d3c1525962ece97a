using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Insight.Results;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Insight.Problems;

namespace Cirm.Api.Insight;

/// <summary>The code book of a text question: what staff read in what people write (docs/surveys.md).</summary>
public static class SurveyCodeEndpoints
{
    public static void MapSurveyCodes(this IEndpointRouteBuilder app)
    {
        var codes = app.MapGroup("/v1/agencies/{agency}/surveys/{key}/questions/{question}/codes").WithTags("Surveys").WithEtags();
        codes.MapGet("", Get).WithName("getSurveyCodes").Allow(Who.Staff, "surveys:read");
        codes.MapPut("", Put).WithName("putSurveyCodes").Allow(Who.Manager | Who.Admin, "surveys:write").Refuses(Problems.CodeInUse, Core.Platform.Problems.PreconditionFailed);
    }

    static async Task<Ok<CodeBook>> Get(string key, string question, Caller caller, Surveys surveys, CodeBooks books, CancellationToken ct)
    {
        var of = await SurveyEndpoints.FindAsync(surveys, caller, key, ct);
        return TypedResults.Ok(await books.FindAsync(caller.Agency, of.Id, TextOf(of.Questions, question), ct));
    }

    /// <summary>Replaces the code book; with If-Match only one that you have seen. A code that stands with texts stays.</summary>
    static async Task<Ok<CodeBook>> Put(
        string key, string question, Body<WriteCodeBook> body, Caller caller, Agency home, Surveys surveys, CodeBooks books, HttpContext http, CancellationToken ct)
    {
        var of = await SurveyEndpoints.FindAsync(surveys, caller, key, ct);
        var ifMatch = http.Request.Headers.IfMatch.Count == 0 ? null : await IfMatch.BindAsync(http, null!);
        var codes = body.Value.Codes.Select(c => new SurveyOption(c.Key, (c.Text ?? new Localized(home.Language, c.Key)).In(home.Language))).ToList();
        return TypedResults.Ok(await books.PutAsync(caller, of, TextOf(of.Questions, question), codes, ifMatch?.Version, ct) ?? throw IfMatch.Changed());
    }

    /// <summary>The key of a text question. It may hold a slash, which stands in an address as %2F.</summary>
    internal static string TextOf(IEnumerable<SurveyQuestion> questions, string question) =>
        questions.FirstOrDefault(q => q.Type == SurveyQuestionType.Text && q.Key == Uri.UnescapeDataString(question))?.Key
            ?? throw Core.Platform.Problems.NotFound.Because("The survey has no such text question.");

    /// <summary>What can be read in the answers to a question.</summary>
    public sealed record WriteCodeBook
    {
        /// <summary>A thing that people say, each.</summary>
        /// <example>[{"key": "lighting", "text": {"en": "Better street lighting"}}]</example>
        [MaxLength(CodeBook.Most)]
        public required SurveyEndpoints.WriteSurveyOption[] Codes { get; init; }
    }
}
