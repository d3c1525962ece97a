using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Transactions;

/// <summary>The limits that an agency sets: everybody may know them.</summary>
public static class CaseRuleEndpoints
{
    public static void MapCaseRules(this IEndpointRouteBuilder app)
    {
        var rules = app.MapGroup("/v1/agencies/{agency}/case-rules").WithTags("Cases").WithEtags();
        rules.MapGet("", Get).WithName("getCaseRules").Allow(Who.Anyone, "cases:read");
        rules.MapPut("", Put).WithName("putCaseRules").Allow(Who.Admin).WithMetadata(new TakesIfMatch());
    }

    static async Task<Ok<CaseRules>> Get(Caller caller, CaseRuleBook rules, CancellationToken ct) => TypedResults.Ok(await rules.FindAsync(caller.Agency, ct));

    static async Task<Ok<CaseRules>> Put(IfMatch ifMatch, Body<PutCaseRules> body, Caller caller, Agency home, CaseRuleBook rules, CancellationToken ct)
    {
        ifMatch.Check(await rules.FindAsync(caller.Agency, ct));
        var to = body.Value;
        return TypedResults.Ok(await rules.PutAsync(caller, new(
            to.ReopenWithinDays, to.MostReopenings, to.WhoConfirms, to.RecoverWithinDays, to.FollowUpQuestion.In(home.Language), ifMatch.Version), ct) ?? throw IfMatch.Changed());
    }

    /// <summary>An agency's rules about its cases.</summary>
    public sealed record PutCaseRules
    {
        /// <summary>How long a citizen can reopen a case, in days after the agency ended it; 0: not at all.</summary>
        /// <example>60</example>
        [Range(0, 3_650)]
        public required int ReopenWithinDays { get; init; }

        /// <summary>How often.</summary>
        /// <example>2</example>
        [Range(0, 100)]
        public required int MostReopenings { get; init; }

        /// <summary>Who may call a case solved.</summary>
        /// <example>codeHolder</example>
        public required WhoConfirms WhoConfirms { get; init; }

        /// <summary>In how many days somebody has to have dealt with a case that the citizen calls not solved.</summary>
        /// <example>7</example>
        [Range(1, 365)]
        public required int RecoverWithinDays { get; init; }

        /// <summary>What the citizen is asked then.</summary>
        [MaxLength(1_000)]
        public required Localized FollowUpQuestion { get; init; }
    }
}
