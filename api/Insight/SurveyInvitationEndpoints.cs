using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Cirm.Api.Platform;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Exports;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Insight.Problems;

namespace Cirm.Api.Insight;

/// <summary>Asking people to answer: who was asked is shown, who answered is not.</summary>
public static class SurveyInvitationEndpoints
{
    const int MostLetters = 100_000;

    public static void MapSurveyInvitations(this IEndpointRouteBuilder app)
    {
        var wave = app.MapGroup("/v1/agencies/{agency}/surveys/{key}/waves/{wave}").WithTags("Surveys").WithEtags();
        wave.MapPost("/invitations", Invite).WithName("inviteToSurvey").Allow(Who.Manager | Who.Admin, "surveys:invite").Refuses(Problems.WaveClosed);
        wave.MapGet("/invitations", List).WithName("listSurveyInvitations").Allow(Who.Manager | Who.Admin, "surveys:invite");
        wave.MapGet("/letters", Letters).WithName("listSurveyLetters").Allow(Who.Manager | Who.Admin, "surveys:invite").Produces<string>(StatusCodes.Status200OK, "text/csv");
        wave.MapPost("/reminders", Remind).WithName("remindOfSurvey").Allow(Who.Manager | Who.Admin, "surveys:invite").Refuses(Problems.WaveClosed);
    }

    /// <summary>Invites everybody whom the survey asks, a part of them, or a sample; nobody twice to the same wave. Answers with the operation that does it.</summary>
    static async Task<Accepted<Operation>> Invite(
        string key, string wave, Body<OrderInvitations> body, Caller caller, Agency home, SurveyWaves waves, SurveyInvitations invitations, CancellationToken ct)
    {
        var operation = await InviteAsync(body.Value, await SurveyWaveEndpoints.FindAsync(waves, caller, key, wave, ct), caller, invitations, ct);
        return TypedResults.Accepted($"/v1/agencies/{home.Slug}/operations/{operation.Id}", operation);
    }

    internal static async Task<Operation> InviteAsync(OrderInvitations wanted, SurveyWave to, Caller caller, SurveyInvitations invitations, CancellationToken ct)
    {
        if (wanted is { Share: not null, Size: not null }) throw Core.Platform.Problems.InvalidValue("/size", "not-allowed", "A sample is a share or a size.");
        if (wanted is { Service: not null, ClosedWithinDays: null }) throw Core.Platform.Problems.InvalidValue("/closedWithinDays", "required", "Say within how many days a case of the service was closed.");
        if (wanted.Codes is not null && (wanted.Segments ?? (object?)wanted.ClosedWithinDays ?? wanted.Share ?? (object?)wanted.Size) is not null)
            throw Core.Platform.Problems.InvalidValue("/codes", "not-allowed", "Codes are for whoever gets them: there is nobody to choose.");
        return await invitations.RequestAsync(
            caller, to, new(to.Id, wanted.Channel, wanted.Segments, wanted.ClosedWithinDays, wanted.Service, wanted.Share, wanted.Size, wanted.Codes), ct);
    }

    /// <summary>Reminds those who were invited. For an anonymous survey that is everybody: who has answered is not known.</summary>
    static async Task<Accepted<Operation>> Remind(
        string key, string wave, Caller caller, Agency home, SurveyWaves waves, SurveyInvitations invitations, CancellationToken ct)
    {
        var operation = await RemindAsync(await SurveyWaveEndpoints.FindAsync(waves, caller, key, wave, ct), caller, invitations, ct);
        return TypedResults.Accepted($"/v1/agencies/{home.Slug}/operations/{operation.Id}", operation);
    }

    internal static async Task<Operation> RemindAsync(SurveyWave to, Caller caller, SurveyInvitations invitations, CancellationToken ct) =>
        await invitations.RequestAsync(caller, to, new(to.Id, null, null, null, null, null, null, null, await invitations.NextReminderAsync(caller.Agency, to.Id, ct)), ct);

    static async Task<Ok<Page<Invitation>>> List(
        string key, string wave, [AsParameters] PageRequest page, Caller caller, SurveyWaves waves, SurveyInvitations invitations, AccessLog log, HttpContext http, CancellationToken ct)
    {
        var of = await SurveyWaveEndpoints.FindAsync(waves, caller, key, wave, ct);
        var after = page.KeyCursor is not { } cursor ? (Guid?)null
            : Guid.TryParse(cursor, out var id) ? id : throw Core.Platform.Problems.InvalidValue("?cursor", "cursor", "This is not a cursor of this list; take it from next.");
        await log.RecordAsync(caller, "survey-invitations.read", "survey-wave", of.Id, ct);
        return TypedResults.Ok(page.Of(http, await invitations.ListAsync(caller.Agency, of.Id, after, page.LimitAndOne, ct), i => PageRequest.After(i.Id.ToString())));
    }

    /// <summary>The names and codes of the letters to be printed, as CSV (RFC 4180).</summary>
    static async Task<ContentHttpResult> Letters(string key, string wave, Caller caller, SurveyWaves waves, SurveyInvitations invitations, AccessLog log, CancellationToken ct) =>
        TypedResults.Content(await LettersAsync(key, wave, caller, waves, invitations, log, ct), "text/csv; charset=utf-8");

    internal static async Task<string> LettersAsync(string key, string wave, Caller caller, SurveyWaves waves, SurveyInvitations invitations, AccessLog log, CancellationToken ct)
    {
        var of = await SurveyWaveEndpoints.FindAsync(waves, caller, key, wave, ct);
        await log.RecordAsync(caller, "survey-letters.read", "survey-wave", of.Id, ct);
        using var csv = new StringWriter(CultureInfo.InvariantCulture);
        using (var table = new CsvTable(csv, ["externalId", "name", "code"]))
            foreach (var letter in await invitations.LettersAsync(caller.Agency, of.Id, null, MostLetters, ct))
            {
                table.Text(letter.ExternalId);
                table.Text(letter.Name);
                table.Text(letter.Code);
                table.EndLine();
            }
        return csv.ToString();
    }

    /// <summary>Whom to invite, and by what.</summary>
    public sealed record OrderInvitations
    {
        /// <summary>By what; by e-mail where there is an address, else by text message, else by letter when not given.</summary>
        /// <example>letter</example>
        public InvitationChannel? Channel { get; init; }

        /// <summary>Only members of one of these segments, by key.</summary>
        [MaxLength(100)]
        public string[]? Segments { get; init; }

        /// <summary>Only citizens of whom a case was closed within so many days.</summary>
        [Range(1, 3_650)]
        public int? ClosedWithinDays { get; init; }

        /// <summary>And only a case of this service.</summary>
        [MaxLength(100)]
        public string? Service { get; init; }

        /// <summary>A sample: this share of them.</summary>
        [Range(0.000_001, 1)]
        public double? Share { get; init; }

        /// <summary>A sample: so many of them.</summary>
        [Range(1, 10_000_000)]
        public int? Size { get; init; }

        /// <summary>Instead of people: so many codes for whoever gets one.</summary>
        [Range(1, SurveyInvitations.MostCodes)]
        public int? Codes { get; init; }
    }
}
