using System.Text.Json;
using System.Text.Json.Nodes;
using Cirm.Api.Participation;
using Cirm.Api.Platform;
using Cirm.Core.Participation;
using Cirm.Core.Participation.Balloting;
using Cirm.Core.Participation.Consultation;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Pages.TakingPart;

/// <summary>Taking part: what is promised, what others said and was answered, one's own word, one's ballot, and what came out.</summary>
public static class TakePartPages
{
    const int OnAPage = 50;

    public static void MapTakingPart(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/initiatives", List).Allow(Who.Anyone);
        pages.MapGet("/initiatives/{key}", Show).Allow(Who.Anyone);
        pages.MapPost("/initiatives/{key}/contributions", Contribute).Allow(Who.Citizen);
        pages.MapPost("/initiatives/{key}/ballots/check", Check).Allow(Who.Citizen).WithMetadata(new NeedsNoIdempotencyKey());
        pages.MapPost("/initiatives/{key}/ballots", Vote).Allow(Who.Citizen).WithMetadata(new HashesItsBody());
    }

    static async Task<RazorComponentResult<InitiativeList>> List(string? after, Caller caller, Initiatives initiatives, CancellationToken ct)
    {
        var found = await initiatives.ListAsync(caller, new(), after is not null && BodyValidator.IsClean(after) ? after : null, OnAPage + 1, ct);
        return new(new { Initiatives = found.Take(OnAPage).ToList(), Next = found.Count > OnAPage ? found[OnAPage - 1].Key : null });
    }

    static async Task<RazorComponentResult<InitiativeShown>> Show(string key, Caller caller, Agency home, InitiativeReading reading, CancellationToken ct) =>
        new(await reading.ReadAsync(caller, home, key, PortalForm.Empty, ct));

    static async Task<IResult> Contribute(
        string key, HttpContext http, Caller caller, Agency home, Reader reader, Initiatives initiatives, Contributions contributions, InitiativeReading reading, CancellationToken ct)
    {
        var form = await PortalForm.ReadAsync(http);
        try
        {
            var to = await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct);
            var json = form.ToJson("text", "signedAs");
            (json["kind"], json["text"]) = (form["contribution"], json["text"]?.DeepClone() ?? "");
            var wanted = PortalForm.Read<ContributionEndpoints.MakeContribution>(json);
            await contributions.AddAsync(caller, wanted.SpeakerIn(to, caller), key, wanted.Kind, wanted.ToOn(), wanted.Text, ct);
            return SeeOther.To(reader.To($"initiatives/{key}"));
        }
        catch (Refusal refusal) when (refusal.Problem.Status is 403 or 409 or 422)
        {
            return new RazorComponentResult<InitiativeShown>(await reading.ReadAsync(caller, home, key, form.Take(refusal), ct)) { StatusCode = refusal.Problem.Status };
        }
    }

    // With the sum, for those whose browser did not show it while they chose; whether it may be cast is decided when it is.
    static async Task<RazorComponentResult<BallotCheck>> Check(string key, HttpContext http, Caller caller, Agency home, Reader reader, InitiativeReading reading, CancellationToken ct)
    {
        var form = await PortalForm.ReadAsync(http);
        var seen = await reading.ReadAsync(caller, home, key, form, ct);
        var approved = form.All("choices");
        var chosen = seen.Options.Select(o => (Option: o, Typed: form[$"choices/{o.Key}"])).Where(o => approved.Contains(o.Option.Key) || o.Typed.Length > 0).ToList();
        return new(new
        {
            seen.Initiative,
            Chosen = chosen.Select(o => (o.Option, o.Typed.Length > 0 ? reader.Digits(PortalForm.Latin(o.Typed)) : null)).ToList(),
            Fields = chosen.Select(o => o.Typed.Length > 0 ? ($"choices/{o.Option.Key}", o.Typed) : ("choices", o.Option.Key)).ToList(),
            Sum = chosen.Count > 0 ? chosen.Sum(o => o.Option.Cost) : null,
        });
    }

    static async Task<IResult> Vote(
        string key, HttpContext http, Caller caller, Agency home, Ballots ballots, BallotSecrets secrets, TenantDb db, InitiativeReading reading, CancellationToken ct)
    {
        var form = await PortalForm.ReadAsync(http);
        var seen = await reading.ReadAsync(caller, home, key, form, ct);
        await BallotEndpoints.HideAsync(caller, secrets, http);
        try
        {
            if (seen.Initiative.Decision is not { } decision) throw Core.Participation.Problems.NoDecision.Because($"\"{key}\" takes no ballots.");
            using var choices = JsonDocument.Parse(ChoicesOf(form, decision, seen.Options).ToJsonString());
            var receipt = form["receipt"] is { Length: > 0 } held ? await ballots.ReviseAsync(caller, key, Receipt(held), choices.RootElement, ct) : await ballots.CastAsync(caller, key, choices.RootElement, null, ct);
            if (caller.Retry is { } retry) retry.Essence = JsonSerializer.SerializeToUtf8Bytes(receipt, Wire.Json);
            return new RazorComponentResult<Voted>(new { Receipt = receipt, seen.Initiative, Changed = form["receipt"].Length > 0 });
        }
        catch (Exception e) when (e is IdempotencyKeyTakenException or Refusal)
        {
            // Sent again, by a voter who saw no answer or went back: the first one's receipt is shown, whatever may be refused by now.
            if (caller.Retry is { } retry && await retry.FindAsync(db, caller.Agency, ct) is { Body.Length: > 0 } first)
                return new RazorComponentResult<Voted>(new { Receipt = JsonSerializer.Deserialize<BallotReceipt>(first.Body, Wire.Json), seen.Initiative, Again = true });
            if (e is not Refusal { Problem.Status: 403 or 404 or 409 or 422 } refusal) throw;
            return new RazorComponentResult<InitiativeShown>(seen with { Form = form.Take(refusal) }) { StatusCode = refusal.Problem.Status };
        }
    }

    static string Receipt(string typed) => typed.Length <= 100 && BodyValidator.IsClean(typed) ? PortalForm.Latin(typed) : throw Core.Participation.Problems.ReceiptUnknown.Because("Nobody has this receipt.");

    static JsonNode ChoicesOf(PortalForm form, DecisionSettings decision, IReadOnlyList<DecisionOption> options)
    {
        var numbers = options.Select(o => (o.Key, Number: int.TryParse(PortalForm.Latin(form[$"choices/{o.Key}"]), out var n) ? n : (int?)null)).Where(o => o.Number is not null).ToList();
        return decision.Form switch
        {
            BallotForm.Approval => new JsonArray([.. form.All("choices").Select(c => (JsonNode)c)]),
            BallotForm.Ranking => new JsonArray([.. numbers.OrderBy(o => o.Number).Select(o => (JsonNode)o.Key)]),
            _ => new JsonObject(numbers.Where(o => o.Number != 0).Select(o => KeyValuePair.Create(o.Key, (JsonNode?)o.Number))),
        };
    }
}

/// <summary>All of an initiative that its page shows.</summary>
public sealed class InitiativeReading(Initiatives initiatives, Contributions contributions, DecisionOptions options, DecisionCounts counts)
{
    const int MostContributions = 100;

    public async Task<SeenInitiative> ReadAsync(Caller caller, Agency home, string key, PortalForm form, CancellationToken ct)
    {
        var initiative = await InitiativeEndpoints.FindAsync(initiatives, caller, key, ct);
        var decides = initiative.Decision is not null;
        return new(
            initiative, await contributions.ListAsync(caller, initiative.Id, new(), null, null, MostContributions, ct),
            decides ? await options.ListAsync(home.Id, initiative.Id, null, DecisionOptions.Most, ct) : [],
            decides && initiative.State is InitiativeState.Ended or InitiativeState.Closed ? await counts.FindAsync(home, caller, key, ct) : null, form);
    }
}

/// <summary>What a page of an initiative shows.</summary>
public sealed record SeenInitiative(Initiative Initiative, IReadOnlyList<Contribution> Contributions, IReadOnlyList<DecisionOption> Options, DecisionResult? Result, PortalForm Form);
