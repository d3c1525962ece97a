using System.ComponentModel.DataAnnotations;
using Cirm.Api.Platform;
using Cirm.Core.Insight.Reports;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Insight.Problems;

namespace Cirm.Api.Insight;

/// <summary>Reports that are sent by mail, to managers and admins of the agency (docs/reports.md).</summary>
public static class ReportSubscriptionEndpoints
{
    public static void MapReportSubscriptions(this IEndpointRouteBuilder app)
    {
        var subscriptions = app.MapGroup("/v1/agencies/{agency}/report-subscriptions").WithTags("Reports").WithEtags();
        subscriptions.MapPost("", Create).WithName("subscribeToReport").Allow(Who.Manager | Who.Admin, "reports:write").Refuses(Problems.NotARecipient, Problems.ReportNotVouched);
        subscriptions.MapGet("", List).WithName("listReportSubscriptions").Allow(Who.Manager | Who.Admin, "reports:read");
        subscriptions.MapGet("/{id:guid}", Get).WithName("getReportSubscription").Allow(Who.Manager | Who.Admin, "reports:read");
        subscriptions.MapDelete("/{id:guid}", Remove).WithName("unsubscribeFromReport").Allow(Who.Manager | Who.Admin, "reports:write");
    }

    static async Task<Created<ReportSubscription>> Create(Body<Subscribe> body, Caller caller, Agency home, ReportSubscriptions subscriptions, CancellationToken ct)
    {
        var wanted = body.Value;
        var report = ReportKind.Find(wanted.Report) ?? throw Core.Platform.Problems.InvalidValue("/report", "unknown", "There is no such report.");
        var by = wanted.By ?? report.DefaultBy;
        if (by.Length > 0 && !report.By.Contains(by)) throw Problems.ReportNotVouched.Because($"\"{report.Key}\" is not read by \"{by}\".");
        if (wanted.Recipients.Distinct().Count() != wanted.Recipients.Length) throw Core.Platform.Problems.InvalidValue("/recipients", "duplicate", "Each recipient once.");
        var language = wanted.Language ?? home.Language;
        if (!home.Locales.Contains(language)) throw Core.Platform.Problems.InvalidValue("/language", "unknown", $"The agency speaks {string.Join(", ", home.Locales)}.");
        var made = await subscriptions.CreateAsync(caller, home, report, by, wanted.Period ?? Grain.Month, wanted.Schedule, wanted.Recipients, language, ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/report-subscriptions/{made.Id}", made);
    }

    static async Task<Ok<Page<ReportSubscription>>> List([AsParameters] PageRequest page, Caller caller, ReportSubscriptions subscriptions, HttpContext http, CancellationToken ct)
    {
        var found = await subscriptions.ListAsync(caller.Agency, null, InterestEndpoints.Place(page), page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, s => PageRequest.After(s.Id.ToString())));
    }

    static async Task<Ok<ReportSubscription>> Get(Guid id, Caller caller, ReportSubscriptions subscriptions, CancellationToken ct) =>
        TypedResults.Ok(await FindAsync(subscriptions, caller, id, ct));

    /// <summary>Has a report sent no more.</summary>
    static async Task<NoContent> Remove(Guid id, IfMatch ifMatch, Caller caller, ReportSubscriptions subscriptions, CancellationToken ct)
    {
        var current = await FindAsync(subscriptions, caller, id, ct);
        ifMatch.Check(current);
        return await subscriptions.RemoveAsync(caller, current, ct) ? TypedResults.NoContent() : throw IfMatch.Changed();
    }

    static async Task<ReportSubscription> FindAsync(ReportSubscriptions subscriptions, Caller caller, Guid id, CancellationToken ct) =>
        (await subscriptions.ListAsync(caller.Agency, id, null, 1, ct)).SingleOrDefault() ?? throw Core.Platform.Problems.NotFound.Because($"There is no report subscription {id} here.");

    /// <summary>A report to be sent by mail.</summary>
    public sealed record Subscribe
    {
        /// <summary>Which.</summary>
        /// <example>volume</example>
        [MinLength(1), MaxLength(100)]
        public required string Report { get; init; }

        /// <summary>What it is read by.</summary>
        /// <example>area</example>
        [MinLength(1), MaxLength(100)]
        public string? By { get; init; }

        /// <summary>How long its periods are; month when not given.</summary>
        public Grain? Period { get; init; }

        /// <summary>How often.</summary>
        /// <example>monthly</example>
        public required MailSchedule Schedule { get; init; }

        /// <summary>Accounts of managers or admins of the agency.</summary>
        [MinLength(1), MaxLength(50)]
        public required Guid[] Recipients { get; init; }

        /// <summary>One of the agency's languages; its first when not given.</summary>
        [MinLength(2), MaxLength(35)]
        public string? Language { get; init; }
    }
}
