using System.Net.Http.Json;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Microsoft.Extensions.DependencyInjection;
using static Cirm.Tests.Conformance.CaseScenes;
using static Cirm.Tests.Conformance.InsightScenes;
using static Cirm.Tests.Conformance.ParticipationScenes;

namespace Cirm.Tests.Conformance;

/// <summary>What is sent where the document's example would not do.</summary>
static partial class Samples
{
    /// <summary>Bodies that are not the document's example.</summary>
    public static readonly IReadOnlyDictionary<string, Func<World, Task<HttpContent>>> Bodies = new Dictionary<string, Func<World, Task<HttpContent>>>
    {
        ["mergeSegments"] = async world => JsonContent.Create(
            new { key = $"segment-{Guid.NewGuid():N}", name = world.Marker, segments = (string[])[await SegmentAsync(world), await SegmentAsync(world)] }),
        ["createSurvey"] = world => Task.FromResult<HttpContent>(JsonContent.Create(TextSurvey(world))),
        ["putSurveyMargins"] = _ => Task.FromResult<HttpContent>(JsonContent.Create(new { })), // the survey of the walk is read by no attribute
        ["removeRemark"] = async world => JsonContent.Create(new { rule = await RuleAsync(world), reason = $"So {world.Marker}" }),
        ["answerContributions"] = world => Task.FromResult<HttpContent>(JsonContent.Create(
            new { contributions = (string[])[world.Known.GetValueOrDefault("contribution", $"{Guid.NewGuid()}")], text = world.Marker, decision = "noted", reason = world.Marker })),
        ["addPictures"] = world => Task.FromResult<HttpContent>(new MultipartFormDataContent { { new ByteArrayContent(TestImages.Png()), "file", $"{world.Marker}.png" } }),
        ["declareInterest"] = async world =>
            JsonContent.Create(new { kind = "property", about = "initiative", subject = (await PlannedInitiativeAsync(world)).Split('/')[^1], statement = world.Marker }), // whoever decides on a service would have to know of it
        ["supportTopic"] = async world => JsonContent.Create(new { citizenId = await CitizenAsync(world) }),
        ["openServiceDesign"] = async world => JsonContent.Create(new { service = await DraftAsync(world), version = 2, title = world.Marker, closesAt = "2099-01-01T00:00:00Z" }),
        ["mergeCase"] = async world => JsonContent.Create(new { into = await CaseAsync(world) }),
        ["linkCase"] = async world => JsonContent.Create(new { to = await CaseAsync(world), type = "related" }),
        ["signIn"] = async world =>
        {
            var email = $"{Guid.NewGuid():N}@test.example";
            await world.Host.Services.GetRequiredService<Accounts>().AddAsync(
                Caller.System(world.Agency.Id), email, Passwords.Hash("a good password"), null, Role.Agent, TimeProvider.System.Now(), CancellationToken.None);
            return JsonContent.Create(new { email, password = "a good password" });
        },
        ["attachFiles"] = world => Task.FromResult<HttpContent>(FormOf(world)),
        ["attachTrackedFiles"] = world => Task.FromResult<HttpContent>(FormOf(world)),
        ["workInBulk"] = world => Task.FromResult<HttpContent>(JsonContent.Create(
            new { ids = (string[])[world.Known["caseId"]], @do = new { note = new { text = $"Everywhere {world.Marker}", visibility = "internal" } } })),
        ["declareMeasure"] = world => Task.FromResult<HttpContent>(JsonContent.Create(new
        {
            kind = "volume", service = world.Known["service"], baseline = new { from = "2026-01", to = "2026-03" }, after = new { from = "2099-01", to = "2099-03" },
        })),
        ["declareOpposedDemand"] = async world => JsonContent.Create(await OpposedAsync(world)),
        ["giveMandate"] = async world => JsonContent.Create(
            new { representative = new { citizen = await CitizenAsync(world) }, services = (string[])[world.Known["service"]], given = "paper", evidence = $"File {world.Marker}" }),
        ["addOrganisationMember"] = async world =>
            JsonContent.Create(new { account = (await world.Host.AddAccountAsync(world.Agency.Id, Role.Representative)).Id }),
        ["subscribeToReport"] = async world => JsonContent.Create(new { report = "volume", by = "area", schedule = "monthly", recipients = (Guid[])[(await world.Host.AddAccountAsync(world.Agency.Id, Role.Manager)).Id] }),
        ["redeemMandateCode"] = async world => JsonContent.Create(new
        {
            code = (string)(await (await world.Agency.Admin).PostJsonAsync($"{world.Agency.Path}/citizens/{await CitizenAsync(world)}/mandates/codes", new { }))["code"]!,
        }),
    };
}
