using System.Net;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Files;
using Cirm.Tests.Harness;
using Cirm.Tests.Participation;
using Cirm.Tests.Platform;
using Cirm.Tests.Transactions;
using Microsoft.Extensions.DependencyInjection;
using static Cirm.Tests.Conformance.CaseScenes;
using static Cirm.Tests.Conformance.InsightScenes;
using static Cirm.Tests.Conformance.ParticipationScenes;

namespace Cirm.Tests.Conformance;

/// <summary>Where the things are that an operation is tried on: some have to be made in a way of their own, some have to be in one state.</summary>
static partial class Samples
{
    /// <summary>Things that no POST on their collection makes.</summary>
    public static readonly IReadOnlyDictionary<string, Func<World, Task<string>>> Made = new Dictionary<string, Func<World, Task<string>>>
    {
        ["/problems/{code}"] = _ => Task.FromResult("validation"),
        ["/v1/agencies/{agency}/reports/{report}"] = _ => Task.FromResult("volume"),
        ["/v1/agencies/{agency}/pictures/{link}"] = async world =>
        {
            var caseId = await CaseAsync(world);
            using var form = new MultipartFormDataContent { { new ByteArrayContent(TestImages.Jpeg()) { Headers = { ContentType = new("image/jpeg") } }, "file", "lamp.jpg" } };
            var kept = await (await (await world.Agency.Admin).PostAsync($"{world.Agency.Path}/cases/{caseId}/attachments", form)).ReadAsync(HttpStatusCode.Created);
            var links = world.Host.Services.GetRequiredService<PictureLinks>();
            return links.PathOf(world.Agency.Slug, world.Agency.Id, Guid.Parse(caseId), (Guid)kept["items"]![0]!["id"]!, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow).Split('/')[^1];
        },
        ["/v1/agencies/{agency}/tracking/{code}"] = async world =>
            (string)(await (await world.Agency.Admin).PostJsonAsync($"{world.Agency.Path}/cases", CaseOf(world)))["trackingCode"]!,
        ["/v1/agencies/{agency}/notice-refusals/{code}"] = NoticeCodeAsync,
        ["/v1/agencies/{agency}/citizens/{id}/consents/{use}"] = UseAsync,
        ["/v1/me/consents/{use}"] = UseAsync,
        ["/v1/agencies/{agency}/recoveries/{id}"] = async world =>
        {
            var path = await CaseThatEndedAsync(world);
            await (await world.Agency.Citizen).PostJsonAsync($"{path}/verdict", new { solved = false, reason = $"No {world.Marker}" }, HttpStatusCode.OK);
            return (string)(await (await world.Agency.Admin).GetJsonAsync($"{world.Agency.Path}/recoveries?case={path.Split('/')[^1]}"))["items"]![0]!["id"]!;
        },
        ["/v1/agencies/{agency}/appeals/{id}"] = async world =>
            (string)(await (await world.Agency.Citizen).PostJsonAsync($"{await CaseThatEndedAsync(world)}/appeals", new { reason = $"No {world.Marker}" }))["id"]!,
        ["/v1/agencies/{agency}/you-said-we-did/{id}"] = async world => (await DecidedInsightAsync(world, "accepted")).Split('/')[^1],
        ["/v1/agencies/{agency}/scarcity-rules/{key}/simulations/{id}"] = async world => (await SimulatedRuleAsync(world)).Simulation,
        ["/v1/agencies/{agency}/dialogues/{id}"] = async world => (await DialogueAsync(world)).Split('/')[^1],
        ["/v1/agencies/{agency}/surveys/{key}/questions/{question}"] = _ => Task.FromResult("why"),
        ["/v1/agencies/{agency}/surveys/{key}/waves/{wave}/texts/{id}"] = _ => Task.FromResult(Guid.NewGuid().ToString()),
        ["/v1/agencies/{agency}/initiatives/{key}/options/{option}"] = _ => Task.FromResult("playground"), // of a decision: see below
        ["/v1/agencies/{agency}/segments/{key}/offers/{service}"] = world => Task.FromResult(world.Known["service"]),
        ["/v1/agencies/{agency}/remarks/{id}"] = async world => (await DiscussionAsync(world, Role.Admin)).Split('/')[^1],
        ["/v1/agencies/{agency}/removals/{id}"] = async world => (await RemovalAsync(world)).Split('/')[^1],
        ["/v1/agencies/{agency}/answers/{id}"] = async world => (string)(await (await world.Agency.Admin).PostJsonAsync($"{await ContributionAsync(world)}/answer", AnswerOf(world)))["id"]!,
        ["/v1/agencies/{agency}/deliveries/{id}"] = async world =>
        {
            var (admin, path) = (await world.Agency.Admin, $"{world.Agency.Path}/webhooks");
            var webhook = (await admin.PostJsonAsync(path, new { url = $"https://desk.example/{world.Marker}", events = (string[])["case.submitted"] }))["id"];
            return (string)(await admin.PostJsonAsync($"{path}/{webhook}/test", new { }, HttpStatusCode.OK))["id"]!;
        },
        ["/v1/agencies/{agency}/partners/{id}/deliveries/{delivery}"] = async world => (await FailedDeliveryAsync(world)).Split('/')[^1],
        ["/v1/agencies/{agency}/exports/{id}"] = async world =>
        {
            var asked = await (await world.Agency.Admin).PostJsonAsync($"{world.Agency.Path}/exports", new { kind = "services" }, HttpStatusCode.Accepted);
            await ExportTests.CarryOutAsync(world.Host, world.Agency, (Guid)asked["id"]!);
            return (string)asked["id"]!;
        },
        ["/v1/agencies/{agency}/operations/{id}"] = async world =>
        {
            var id = Guid.CreateVersion7();
            await using var change = await world.Host.Services.GetRequiredService<TenantDb>().BeginAsync(Caller.System(world.Agency.Id), CancellationToken.None);
            Cirm.Core.Platform.Operations.Request(change, TimeProvider.System.Now(), id, "walk", new { }, null);
            await change.CommitAsync(CancellationToken.None);
            return id.ToString();
        },
    };

    /// <summary>Paths of things in the one state that an operation is about.</summary>
    public static readonly IReadOnlyDictionary<string, Func<World, Task<string>>> Scenes = new Dictionary<string, Func<World, Task<string>>>
    {
        ["sayVerdict"] = async world => $"{await CaseThatEndedAsync(world)}/verdict",
        ["reopenCase"] = async world => $"{await CaseThatEndedAsync(world)}/reopen",
        ["appeal"] = async world => $"{await CaseThatEndedAsync(world)}/appeals",
        ["getSimulation"] = async world => await SimulatedRuleAsync(world) is var (path, simulation) ? $"{path}/simulations/{simulation}" : "",
        ["publishScarcityRule"] = async world => $"{(await SimulatedRuleAsync(world)).Path}/publish",
        ["retireScarcityRule"] = async world =>
        {
            var path = (await SimulatedRuleAsync(world)).Path;
            await (await world.Agency.Admin).PostJsonAsync($"{path}/publish", new { reason = "So." }, HttpStatusCode.OK);
            return $"{path}/retire";
        },
        ["getNoticeSending"] = NoticeSendingAsync,
        ["getPartnerDelivery"] = FailedDeliveryAsync,
        ["retryPartnerDelivery"] = async world => $"{await FailedDeliveryAsync(world)}/retry",
        ["giveUpPartnerDelivery"] = async world => $"{await FailedDeliveryAsync(world)}/give-up",
        ["settlePartnerDelivery"] = async world => $"{await FailedDeliveryAsync(world)}/arrived",
        ["confirmOpposedDemand"] = async world => $"{await ProposedAsync(world)}/confirmation",
        ["dismissOpposedDemand"] = async world => $"{await ProposedAsync(world)}/dismissal",
        ["agreeInDialogue"] = async world => $"{world.Agency.Path}/opposed-demands/{(await DialogueAsync(world)).Split('/')[^1]}/agreement",
        ["reopenInsight"] = async world => $"{await DecidedInsightAsync(world, "declined")}/reopening",
        ["unmergeCase"] = async world =>
        {
            var merged = $"{world.Agency.Path}/cases/{await CaseAsync(world)}";
            await (await world.Agency.Admin).PostJsonAsync($"{merged}/merge", new { into = await CaseAsync(world) }, HttpStatusCode.OK);
            return $"{merged}/unmerge";
        },
        ["decideRemoval"] = async world =>
        {
            var removal = await RemovalAsync(world);
            await (await world.Agency.Citizen).PostJsonAsync($"{removal}/appeal", new { reason = $"No {world.Marker}" }, HttpStatusCode.OK);
            return $"{removal}/decision";
        },
        ["answerContributions"] = async world =>
        {
            var contribution = await ContributionAsync(world);
            world.Known["contribution"] = contribution.Split('/')[^1];
            return $"{contribution[..contribution.LastIndexOf("/contributions", StringComparison.Ordinal)]}/answers";
        },
        ["confirmTask"] = async world => $"{await DoneTaskAsync(world)}/confirmations",
        ["getCertificate"] = async world =>
        {
            var task = await DoneTaskAsync(world);
            foreach (var client in (HttpClient[])[await world.Agency.Agent, await world.Agency.Manager]) await (await client.PostAsync($"{task}/confirmations", null)).ReadAsync(HttpStatusCode.OK);
            return $"{task}/certificate";
        },
        ["openInitiative"] = async world => $"{await PlannedInitiativeAsync(world)}/open",
        ["removeInitiative"] = PlannedInitiativeAsync,
        ["addToCensus"] = async world => $"{await PlannedInitiativeAsync(world)}/census",
        ["getSurveyCodes"] = async world => $"{await TextSurveyAsync(world)}/questions/why/codes",
        ["putSurveyCodes"] = async world => $"{await TextSurveyAsync(world)}/questions/why/codes",
        ["listSurveyTexts"] = async world => (await TextAsync(world)).Texts,
        ["codeSurveyText"] = async world => await TextAsync(world) is var (texts, id) ? $"{texts}/{id}/codes" : "",
        ["addOption"] = async world => $"{await DecisionAsync(world)}/options",
        ["getOption"] = OptionAsync,
        ["changeOption"] = OptionAsync,
        ["removeOption"] = OptionAsync,
        ["castBallot"] = async world => $"{await DecisionAsync(world)}/ballots",
        ["reviseBallot"] = async world =>
        {
            var path = await DecisionAsync(world);
            world.Known["receipt"] = (string)(await Deciding.VoteAsync(await world.Agency.Citizen, path, (string[])["playground"]))["receipt"]!;
            return $"{path}/ballots/revision";
        },
        ["tickOffVoter"] = async world => $"{await DecisionAsync(world)}/paper-voters",
        ["enterPaperBallot"] = async world => $"{await DecisionAsync(world)}/paper-ballots",
        ["listPaperBallots"] = async world => $"{await DecisionAsync(world)}/paper-ballots",
        ["countBallots"] = async world =>
        {
            var path = await DecisionAsync(world);
            await Deciding.CloseAsync(world.Agency, path);
            return $"{path}/count";
        },
        ["getResult"] = async world => $"{await CountedAsync(world)}/result",
        ["downloadBallots"] = async world => $"{await CountedAsync(world)}/ballots.pb",
        ["departFromResult"] = async world => $"{await CountedAsync(world)}/departure",
        ["getSegmentOffer"] = OfferAsync,
        ["removeSegmentOffer"] = OfferAsync,
    };
}
