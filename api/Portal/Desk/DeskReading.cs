using System.Globalization;
using Cirm.Api.Transactions;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Desk;
using Cirm.Core.Transactions.Linking;
using Cirm.Core.Transactions.Redress;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Desk;

/// <summary>What can be done with a case besides its next step.</summary>
/// <param name="Similar">Of the same service, near in place and time: perhaps the same thing.</param>
/// <param name="Links">To other cases.</param>
/// <param name="Units">That it can be handed over to.</param>
/// <param name="Templates">Of answers.</param>
/// <param name="Recoveries">Opened by "not solved".</param>
/// <param name="Appeals">Against how it ended.</param>
public sealed record CaseTools(
    IReadOnlyList<SimilarCase> Similar, IReadOnlyList<CaseLink> Links, IReadOnlyList<Unit> Units, IReadOnlyList<AnswerTemplate> Templates, IReadOnlyList<Recovery> Recoveries, IReadOnlyList<Appeal> Appeals);

/// <summary>All of a case that its screen shows, and that it was seen.</summary>
public sealed class DeskReading(
    CaseReading reading, Cases cases, SimilarCases similar, CaseLinks links, Units units, AnswerTemplates templates, Recoveries recoveries, Appeals appeals)
{
    const int Most = 50;

    internal async Task<RazorComponentResult<DeskCase>> ShowAsync(Guid id, Caller caller, Agency home, string? template, PortalForm form, CancellationToken ct)
    {
        var (shown, history, advice, service) = await reading.AllAsync(caller, id, ct);
        var tools = new CaseTools(
            shown is { Latitude: { } latitude, Longitude: { } longitude } && !shown.Status.IsOver()
                ? [.. (await similar.FindAsync(caller, new(shown.Service, latitude, longitude, 100, 30), 6, ct) ?? []).Where(s => s.Id is not null && s.Id != id).Take(5)] : [],
            await links.ListAsync(caller.Agency, id, null, Most, ct), await units.ListAsync(caller.Agency, closedToo: false, null, Most, ct), await templates.ListAsync(caller.Agency, null, Most, ct),
            await recoveries.ListAsync(caller, new(null, null, false, null, null, null, id), null, Most, ct), await appeals.ListAsync(caller, id, null, null, null, null, Most, ct));
        return new(new
        {
            Case = shown, Service = service, History = history, Advice = advice, Tools = tools, Draft = await DraftAsync(caller, home, id, tools.Templates.FirstOrDefault(t => t.Key == template), ct), Form = form,
        });
    }

    // A template with what is known of the case in its places, to be read and changed before it is sent.
    async Task<string?> DraftAsync(Caller caller, Agency home, Guid id, AnswerTemplate? template, CancellationToken ct)
    {
        if (template is null || await templates.FactsAsync(caller.Agency, id, ct) is not { } facts) return null;
        return template.For(facts, facts.Language is { } language ? [language, home.Language] : [home.Language], home.TimeZone).Text;
    }

    /// <summary>The case that somebody names by its number, or by its id.</summary>
    /// <exception cref="Refusal"><see cref="Core.Platform.Problems.Invalid"/> at the field when there is none.</exception>
    public async Task<Guid> NamedAsync(Caller caller, string typed, string field, CancellationToken ct)
    {
        if (Guid.TryParse(typed, out var id)) return id;
        var found = long.TryParse(PortalForm.Latin(typed), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (await cases.ListAsync(caller, ownOnly: false, CaseFilter.None with { Text = number.ToString(CultureInfo.InvariantCulture) }, null, Most, ct)).FirstOrDefault(c => c.Number == number) : null;
        return found?.Id ?? throw Core.Platform.Problems.InvalidValue($"/{field}", typed.Length == 0 ? "required" : "unknown", "There is no case with this number.");
    }
}
