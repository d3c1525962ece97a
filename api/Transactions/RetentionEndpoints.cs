using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Transactions.RecordKeeping;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Transactions;

/// <summary>How long the content of cases is kept, by service, and what that would remove today.</summary>
public static class RetentionEndpoints
{
    public static void MapRetention(this IEndpointRouteBuilder app)
    {
        var agency = app.MapGroup("/v1/agencies/{agency}").WithTags("Privacy").WithEtags();
        agency.MapGet("/services/{key}/retention", Get).WithName("getRetention").Allow(Who.Staff, "services:read");
        agency.MapPut("/services/{key}/retention", Put).WithName("putRetention").Allow(Who.Admin, "services:write").Refuses(Problems.PreconditionFailed);
        agency.MapDelete("/services/{key}/retention", Remove).WithName("removeRetention").Allow(Who.Admin, "services:write");
        agency.MapGet("/retention/due", Due).WithName("listRetentionDue").Allow(Who.Admin | Who.Manager, "services:read");
    }

    static async Task<Ok<RetentionRule>> Get(string key, Caller caller, Retention retention, CancellationToken ct) =>
        TypedResults.Ok(await FindAsync(retention, caller, key, ct) ?? throw Unknown());

    /// <summary>Makes a rule or replaces the one that is there; with If-Match, only the one that was read.</summary>
    static async Task<Results<Created<RetentionRule>, Ok<RetentionRule>>> Put(
        string key, Body<WriteRetention> body, Caller caller, Retention retention, HttpContext http, CancellationToken ct)
    {
        var ifMatch = http.Request.Headers.IfMatch.Count == 0 ? null : await IfMatch.BindAsync(http, null!);
        var kept = BodyValidator.IsClean(key) ? await retention.PutAsync(caller, key, body.Value.Months, ifMatch?.Version, ct) : null;
        if (kept is null) throw await FindAsync(retention, caller, key, ct) is null ? Problems.NotFound.Because("There is no such service here.") : IfMatch.Changed();
        return kept.Version == 1 ? TypedResults.Created($"{http.Request.Path}", kept) : TypedResults.Ok(kept);
    }

    static async Task<NoContent> Remove(string key, IfMatch ifMatch, Caller caller, Retention retention, CancellationToken ct)
    {
        ifMatch.Check(await FindAsync(retention, caller, key, ct) ?? throw Unknown());
        return await retention.RemoveAsync(caller, key, ifMatch.Version, ct) ? TypedResults.NoContent() : throw IfMatch.Changed();
    }

    static async Task<Ok<Page<RetentionDue>>> Due([AsParameters] PageRequest page, Caller caller, Retention retention, HttpContext http, CancellationToken ct)
    {
        var found = await retention.PreviewAsync(caller.Agency, page.KeyCursor, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, d => PageRequest.After(d.Service)));
    }

    static async Task<RetentionRule?> FindAsync(Retention retention, Caller caller, string key, CancellationToken ct) =>
        BodyValidator.IsClean(key) ? await retention.FindAsync(caller.Agency, key, ct) : null;

    static Refusal Unknown() => Problems.NotFound.Because("There is no such service here, or it has no rule: its cases keep their content.");

    /// <summary>How long the content of a service's cases is kept.</summary>
    public sealed record WriteRetention
    {
        /// <summary>Months after a case is over.</summary>
        /// <example>24</example>
        [Range(0, 1200)]
        public required int Months { get; init; }
    }
}
