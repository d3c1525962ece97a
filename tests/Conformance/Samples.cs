using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Identity;
using Cirm.Core.Insight.Scarcity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Files;
using Cirm.Tests.Harness;
using Cirm.Tests.Insight;
using Cirm.Tests.Participation;
using Cirm.Tests.Platform;
using Cirm.Tests.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Conformance;

/// <summary>What the document cannot say of an operation's valid input. A new feature that the walk cannot use says so here.</summary>
static class Samples
{
    /// <summary>Members of bodies that name another thing, and the path under which such things stand.</summary>
    public static readonly IReadOnlyDictionary<string, string> References = new Dictionary<string, string>
    {
        ["service"] = "/v1/agencies/{agency}/services/{key}",
        ["account"] = "/v1/agencies/{agency}/members/{id}",
        ["assignee"] = "/v1/agencies/{agency}/members/{id}",
        ["unit"] = "/v1/agencies/{agency}/units/{key}",
        ["caseId"] = "/v1/agencies/{agency}/cases/{id}",
        ["citizenId"] = "/v1/agencies/{agency}/citizens/{id}",
        ["office"] = "/v1/agencies/{agency}/units/{key}",
    };

    /// <summary>Members that have to be new in the agency, or in the installation.</summary>
    public static readonly IReadOnlySet<string> Unique = new HashSet<string> { "key", "slug", "externalId" };

    /// <summary>Members that say what people like.</summary>
    public static readonly IReadOnlySet<string> FreeTexts = new HashSet<string> { "title", "description", "text", "note", "reason", "purpose" };

    /// <summary>Objects that depend on what the agency has declared.</summary>
    public static readonly IReadOnlyDictionary<string, Func<World, JsonNode>> Objects = new Dictionary<string, Func<World, JsonNode>>
    {
        ["attributes"] = _ => new JsonObject(),
    };

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

    /// <summary>What only one side may say, however much others may do.</summary>
    public static readonly IReadOnlyDictionary<string, Role> Callers = new Dictionary<string, Role>
    {
        ["withdrawSupport"] = Role.Citizen,
        ["sayVerdict"] = Role.Citizen, ["reopenCase"] = Role.Citizen, ["appeal"] = Role.Citizen, ["answerRecovery"] = Role.Citizen, ["answerSurvey"] = Role.Citizen,
        ["appealRemoval"] = Role.Citizen, // it is their text
        ["castBallot"] = Role.Citizen,
        ["decideAppeal"] = Role.Manager, // an admin ended the case
    };

    /// <summary>Query parameters that cannot be left out.</summary>
    public static readonly IReadOnlyDictionary<string, string> Queries = new Dictionary<string, string>
    {
        ["findSimilarCases"] = "?service={service}&latitude=42.31&longitude=-71.06",
        ["importFile"] = "?kind=citizens",
        ["removeAttachment"] = "?reason=Not%20needed",
        ["search"] = "?q=lamp",
        ["listSurveyTexts"] = "?question=why",
    };

    /// <summary>After these, their caller is nobody any more: each is called by somebody of its own.</summary>
    public static readonly IReadOnlySet<string> EndsItsCaller = new HashSet<string> { "eraseMe" };

    /// <summary>Operations that another one has to come before, on the same thing.</summary>
    public static readonly IReadOnlyDictionary<string, string> After = new Dictionary<string, string>
    {
        ["answerQuestion"] = "askCitizen",
        ["withdrawQuestion"] = "askCitizen",
        ["actOnInsight"] = "decideInsight",
        ["withdrawInsight"] = "decideInsight",
    };

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

    static async Task<object> OpposedAsync(World world)
    {
        var sides = new List<object>();
        foreach (var demand in (string[])["More light.", "Less light."])
        {
            var segment = $"walk-{Guid.NewGuid():N}";
            await ScarcityRuleTests.SegmentAsync(world.Host, world.Agency, segment);
            sides.Add(new { segment, demand });
        }
        // Of a service of its own: decisions on the others need not know of it.
        return new { service = await world.Agency.MakeServiceAsync($"walk-{Guid.NewGuid():N}"), title = $"Light {world.Marker}", sides };
    }

    static async Task<string> DialogueAsync(World world)
    {
        var (path, admin) = ($"{world.Agency.Path}/opposed-demands", await world.Agency.Admin);
        var id = (await admin.PostJsonAsync(path, await OpposedAsync(world)))["id"];
        await admin.PostJsonAsync($"{path}/{id}/dialogue", new { invitation = "In the town hall.", closesAt = DateTimeOffset.UtcNow.AddDays(7) }, HttpStatusCode.OK);
        return $"{path}/{id}";
    }

    // As the job leaves it.
    static async Task<string> ProposedAsync(World world)
    {
        var id = (string)(await (await world.Agency.Admin).PostJsonAsync($"{world.Agency.Path}/opposed-demands", await OpposedAsync(world)))["id"]!;
        await world.Host.Database.ExecuteAsOwnerAsync($"update opposed_demands set state = 'proposed' where agency_id = '{world.Agency.Id}' and id = '{id}'");
        return $"{world.Agency.Path}/opposed-demands/{id}";
    }

    static async Task<(string Path, string Simulation)> SimulatedRuleAsync(World world)
    {
        var (path, admin) = ($"{world.Agency.Path}/scarcity-rules", await world.Agency.Admin);
        var key = (string)(await admin.PostJsonAsync(path, new { key = $"walk-{Guid.NewGuid():N}", name = "Winter", service = world.Known["service"] }))["key"]!;
        var asked = await admin.PostJsonAsync($"{path}/{key}/simulation", new { past = new { from = "2026-01", to = "2026-01" }, capacity = 1 }, HttpStatusCode.Accepted);
        var home = (await world.Host.Services.GetRequiredService<Agencies>().FindAsync(world.Agency.Slug, CancellationToken.None))!;
        var simulations = world.Host.Services.GetRequiredService<ScarcitySimulations>();
        await world.Host.CarryOutAsync(world.Agency.Id, (Guid)asked["id"]!, progress => simulations.RunAsync(home, progress, CancellationToken.None));
        return ($"{path}/{key}", (string)asked["id"]!);
    }

    static async Task<string> DecidedInsightAsync(World world, string decision)
    {
        var path = $"{world.Agency.Path}/insights";
        var id = (await (await world.Agency.Admin).PostJsonAsync(path, new { title = $"Lamps {world.Marker}", text = "Too dark.", source = "cases" }))["id"];
        await (await world.Agency.Admin).PostJsonAsync($"{path}/{id}/decision", new { decision, reason = "So." }, HttpStatusCode.OK);
        return $"{path}/{id}";
    }

    static async Task<string> SegmentAsync(World world) =>
        (string)(await (await world.Agency.Manager).PostJsonAsync($"{world.Agency.Path}/segments", new
        {
            key = $"segment-{Guid.NewGuid():N}", name = world.Marker, rule = new { behaviour = "cases", op = "ge", value = 1 },
        }))["key"]!;

    // Confidential: agents read its texts too.
    static object TextSurvey(World world) => new
    {
        key = $"walk-{Guid.NewGuid():N}", title = world.Marker, anonymity = "confidential", questions = new[] { new { key = "why", type = "text", text = world.Marker } },
    };

    static async Task<string> TextSurveyAsync(World world) =>
        $"{world.Agency.Path}/surveys/{(await (await world.Agency.Admin).PostJsonAsync($"{world.Agency.Path}/surveys", TextSurvey(world)))["key"]}";

    // One text of a wave that is over, and a code book for it.
    static async Task<(string Texts, string Id)> TextAsync(World world)
    {
        var (survey, admin) = (await TextSurveyAsync(world), await world.Agency.Admin);
        await (await admin.PutAsync($"{survey}/questions/why/codes", new { codes = (object[])[new { key = "lighting", text = world.Marker }] }, null)).ReadAsync(HttpStatusCode.OK);
        var made = await admin.PostJsonAsync($"{survey}/waves", new { name = "past", opensAt = DateTimeOffset.UtcNow.AddDays(-2), closesAt = DateTimeOffset.UtcNow.AddDays(-1) });
        var wave = $"{survey}/waves/{made["id"]}";
        await Publishing.PutAsync(world.Host, world.Agency, wave, Enumerable.Range(0, 10).Select(_ => (0, (object)new { why = world.Marker })));
        await Asking.Settling(world.Host).SettleAsync(world.Agency.Id, Asking.IdOf(wave), atOnce: true, CancellationToken.None);
        return ($"{wave}/texts", (string)(await admin.GetJsonAsync($"{wave}/texts?question=why"))["items"]![0]!["id"]!);
    }

    static async Task<string> OfferAsync(World world)
    {
        var path = $"{world.Agency.Path}/segments/{await SegmentAsync(world)}/offers/{world.Known["service"]}";
        await (await (await world.Agency.Manager).PutAsync(path, new { firstResponseHours = 1 }, null)).ReadAsync(HttpStatusCode.Created);
        return path;
    }

    static async Task<string> UseAsync(World world)
    {
        var key = $"use-{Guid.NewGuid():N}";
        await (await (await world.Agency.Admin).PutAsync(
            $"{world.Agency.Path}/data-uses/{key}", new { name = "Use", purpose = "To ask.", legalBasis = "consent" }, null)).ReadAsync(System.Net.HttpStatusCode.Created);
        return key;
    }

    static object AnswerOf(World world) => new { text = world.Marker, decision = "accepted", reason = world.Marker };

    static async Task<string> ContributionAsync(World world)
    {
        var initiative = await Deciding.OpenAsync(world.Agency, "consultation");
        return $"{initiative}/contributions/{(await (await world.Agency.Citizen).PostJsonAsync($"{initiative}/contributions", new { kind = "advice", text = world.Marker }))["id"]}";
    }

    static async Task<string> DoneTaskAsync(World world)
    {
        var initiative = await Deciding.OpenAsync(world.Agency, "execution");
        var task = $"{initiative}/tasks/{(await (await world.Agency.Citizen).PostJsonAsync($"{initiative}/tasks", new { title = world.Marker, text = world.Marker }))["id"]}";
        await (await (await world.Agency.Citizen).PostAsync($"{task}/completion", null)).ReadAsync(HttpStatusCode.OK);
        return task;
    }

    // A service of its own: it has one draft at a time.
    static async Task<string> DraftAsync(World world)
    {
        var key = $"designed-{Guid.NewGuid():N}";
        await world.Agency.MakeServiceAsync(key);
        await (await world.Agency.Admin).PostJsonAsync($"{world.Agency.Path}/services/{key}/versions", new { name = world.Marker });
        return key;
    }

    static async Task<string> PlannedInitiativeAsync(World world) =>
        $"{world.Agency.Path}/initiatives/{(await (await world.Agency.Manager).PostJsonAsync($"{world.Agency.Path}/initiatives", new
        {
            key = $"initiative-{Guid.NewGuid():N}", title = world.Marker, tier = "consultation", census = true, opensAt = "2098-01-01T00:00:00Z", closesAt = "2099-01-01T00:00:00Z",
        }))["key"]}";

    static async Task<string> DiscussionAsync(World world, Role by) => $"{world.Agency.Path}/discussions/{(await (await world.Agency.AsAsync(by)).PostJsonAsync($"{world.Agency.Path}/discussions",
        new { service = world.Known["service"], kind = "question", title = world.Marker, text = world.Marker }))["id"]}";

    static async Task<string> RuleAsync(World world)
    {
        var key = $"rule-{Guid.NewGuid():N}";
        await (await (await world.Agency.Admin).PutAsync($"{world.Agency.Path}/moderation-rules/{key}", new { title = world.Marker, text = world.Marker }, null)).ReadAsync(HttpStatusCode.OK);
        return key;
    }

    // By an agent: an admin may decide what its author objects.
    static async Task<string> RemovalAsync(World world)
    {
        var remark = (await DiscussionAsync(world, Role.Citizen)).Split('/')[^1];
        var removal = await (await world.Agency.AsAnotherAsync(Role.Agent)).PostJsonAsync($"{world.Agency.Path}/remarks/{remark}/removal", new { rule = await RuleAsync(world), reason = world.Marker });
        return $"{world.Agency.Path}/removals/{removal["id"]}";
    }

    // As a worker leaves what a partner refused.
    static async Task<string> FailedDeliveryAsync(World world)
    {
        var (id, caseId, path) = (Guid.CreateVersion7(), await CaseAsync(world), $"{world.Agency.Path}/partners");
        var partner = (await (await world.Agency.Admin).PostJsonAsync(path, new { name = world.Marker, url = "https://311.example/v2" }))["id"];
        await world.Host.Database.ExecuteAsOwnerAsync($"""
            insert into partner_cases (agency_id, partner_id, case_id, origin, created_at) values ('{world.Agency.Id}', '{partner}', '{caseId}', 'sent', now());
            insert into partner_deliveries (agency_id, id, partner_id, case_id, event_id, kind, step, position, occurred_at, state, next_at, created_at)
            values ('{world.Agency.Id}', '{id}', '{partner}', '{caseId}', '{id}', 'request', 'submitted', 1, now(), 'failed', now(), now())
            """);
        return $"{path}/{partner}/deliveries/{id}";
    }

    static Task<string> DecisionAsync(World world) => Deciding.DecideAsync(world.Agency, new { method = "approval" }, ("playground", null));

    static async Task<string> OptionAsync(World world) => $"{await DecisionAsync(world)}/options/playground";

    static async Task<string> CountedAsync(World world)
    {
        var path = await DecisionAsync(world);
        await Deciding.CountAsync(world.Host, world.Agency, path);
        return path;
    }

    static async Task<string> CitizenAsync(World world) =>
        (string)(await (await world.Agency.Admin).PostJsonAsync($"{world.Agency.Path}/citizens", new { name = world.Marker }))["id"]!;

    static async Task<string> CaseAsync(World world) => (string)(await (await world.Agency.Admin).PostJsonAsync($"{world.Agency.Path}/cases", CaseOf(world)))["id"]!;

    // Of the world's citizen, on whom it is to say a word.
    static async Task<string> CaseThatEndedAsync(World world)
    {
        var path = $"{world.Agency.Path}/cases/{(await (await world.Agency.Citizen).PostJsonAsync($"{world.Agency.Path}/cases", CaseOf(world)))["id"]}";
        await VerdictTests.ResolveAsync(await world.Agency.Admin, path, "fixed");
        return path;
    }

    static MultipartFormDataContent FormOf(World world) => new MultipartFormDataContent { { new StringContent($"The third lamp. {world.Marker}"), "file", $"{world.Marker}.txt" } };

    static object CaseOf(World world) => new { service = world.Known["service"], kind = "report", title = $"Lamp {world.Marker}", channel = "web" };
}
