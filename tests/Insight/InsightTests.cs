using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Insight.Loop;
using Cirm.Core.Insight.Results;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Insight;

/// <summary>From what citizens said to what came of it: somebody decides it by a date, with a reason, and everybody can read it.</summary>
public sealed class InsightTests(CirmHost host)
{
    static readonly object Dark = new { title = "Lamps are out too long", text = "Lamps in the side streets are out for weeks.", source = "cases", service = "lamps" };

    [Fact]
    public async Task A_finding_is_decided_carried_by_a_service_version_and_its_effect_is_measured()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (admin, agent, manager) = (await agency.Admin, await agency.Agent, await agency.Manager);
        var owner = (await host.AddAccountAsync(agency.Id, Role.Manager)).Id;
        var made = await agent.PostAsJsonAsync($"{agency.Path}/insights", Dark);
        var finding = await made.ReadAsync(HttpStatusCode.Created);
        var path = made.Headers.Location!.ToString();
        Assert.Equal(("open", 1.0, "lamps"), ((string?)finding["state"], (double)finding["origin"]!["citizens"]!, (string?)finding["service"]));
        Assert.Equal(TimeSpan.FromDays(30), Time(finding["dueAt"]) - Time(finding["foundAt"]));
        Assert.Equal(owner.ToString(), (string?)(await (await agent.PatchAsync(path, new { owner }, "\"1\"")).ReadAsync(HttpStatusCode.OK))["owner"]);
        Assert.Empty((await host.Anonymous.GetJsonAsync($"{agency.Path}/you-said-we-did"))["items"]!.AsArray()); // not decided yet

        await (await agent.PostAsJsonAsync($"{path}/decision", new { decision = "accepted", reason = "Yes." })).RefusedAsync("not-allowed");
        var promised = DateTimeOffset.UtcNow.AddDays(10);
        var decided = await manager.PostJsonAsync($"{path}/decision", new
        {
            decision = "partly", reason = new { en = "Side streets first.", fa = "اول کوچه‌ها." }, promisedAt = promised, origin = new { citizens = 0.6, staff = 0.1, superior = 0, budget = 0.3 },
        }, HttpStatusCode.OK);
        Assert.Equal(("decided", "partly"), ((string?)decided["state"], (string?)decided["decision"]));
        Assert.Equal(Time(decided["promisedAt"]), Time(decided["dueAt"])); // the next step is due when the promise is

        await admin.PostJsonAsync($"{agency.Path}/services/lamps/versions", new
        {
            name = "Street lamps", serves = "People who walk at night", rights = new { basis = "Act", objection = "Write" }, standard = new { firstResponseHours = 4, resolutionHours = 24 },
        });
        var acting = await agent.PostJsonAsync($"{path}/action", new { service = "lamps", version = 2, text = "Half the time." }, HttpStatusCode.OK);
        Assert.Equal(("acting", "draft"), ((string?)acting["state"], (string?)acting["action"]!["state"]));
        var known = (await host.Anonymous.GetJsonAsync($"{agency.Path}/you-said-we-did"))["items"]!.AsArray().Single()!;
        Assert.Null(known["weDid"]); // a draft was not done yet
        Assert.Equal(("اول کوچه‌ها.", "partly"), ((string?)known["because"]!["fa"], (string?)known["decision"]));
        Assert.DoesNotContain(owner.ToString(), known.ToJsonString());

        await (await admin.PostAsync($"{agency.Path}/services/lamps/versions/2/publish", null)).ReadAsync(HttpStatusCode.OK);
        for (var told = 0; told < 2; told++) await FollowAsync(agency); // the worker, told twice
        var done = await agent.GetJsonAsync(path);
        Assert.Equal(("done", "published"), ((string?)done["state"], (string?)done["action"]!["state"]));
        var linked = (await host.Anonymous.GetJsonAsync($"{agency.Path}/services/lamps/versions/2/insights"))["items"]!.AsArray().Single()!;
        Assert.Equal(((string?)finding["id"], "Half the time."), ((string?)linked["id"], (string?)linked["weDid"]!["text"]!["en"]));
        Assert.Empty((await host.Anonymous.GetJsonAsync($"{agency.Path}/services/lamps/versions/1/insights"))["items"]!.AsArray());

        // Decided in time: of 40 cases 20, then 30.
        await CasesAsync(agency, "2026-01-10", inTime: 20, late: 20);
        await CasesAsync(agency, "2026-02-10", inTime: 30, late: 10);
        var measure = await agent.PostJsonAsync($"{path}/measures", new
        {
            kind = "standardMet", service = "lamps", baseline = new { from = "2026-01", to = "2026-01" }, after = new { from = "2026-02", to = "2026-02" },
        });
        var result = measure["result"]!;
        Assert.Equal((0.5, 40, 0.75), ((double)result["baseline"]!["value"]!, (int)result["baseline"]!["n"]!, (double)result["after"]!["value"]!));
        var change = Estimates.Change(Estimates.Share(20, 40), Estimates.Share(30, 40));
        Assert.Equal((0.25, Math.Round(change.Low!.Value, 4)), ((double)result["change"]!["value"]!, (double)result["change"]!["low"]!));
        Assert.Equal("measured", (string?)(await agent.GetJsonAsync(path))["state"]);
        var effect = (await host.Anonymous.GetJsonAsync($"{agency.Path}/you-said-we-did/{finding["id"]}"))["effects"]!.AsArray().Single()!;
        Assert.Equal(("standardMet", 0.75), ((string?)effect["what"]!["kind"], (double)effect["result"]!["after"]!["value"]!));

        var history = (await agent.GetJsonAsync($"{path}/history"))["items"]!.AsArray();
        Assert.Equal(["found", "changed", "decided", "acting", "done", "measured"], history.Select(h => (string?)h!["kind"]));
        Assert.Equal(["insight.found", "insight.assigned", "insight.decided", "insight.acting", "insight.done", "insight.measured"], await host.Database.ScalarAsOwnerAsync<string[]>(
            $"select array_agg(type order by id) from outbox where subject_id = '{finding["id"]}'"));
        Assert.Null((await host.Services.GetRequiredService<AuditTrail>().VerifyAsync(agency.Id, CancellationToken.None)).Broken);

        var report = await host.Anonymous.GetJsonAsync($"{agency.Path}/insights/report");
        Assert.Equal((1, 1, 1, 1.0, 0.6), ((int)report["findings"]!, (int)report["promises"]!, (int)report["kept"]!, (double)report["keptShare"]!, (double)report["movedByCitizens"]!));
    }

    [Fact]
    public async Task No_change_is_an_answer_with_a_reason_and_what_was_given_up_counts_as_not_kept()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var admin = await agency.Admin;
        var declined = await NewAsync(agency);
        await admin.PostJsonAsync($"{declined}/decision", new { decision = "declined", reason = "The law says otherwise." }, HttpStatusCode.OK);
        var withdrawn = await NewAsync(agency);
        await admin.PostJsonAsync($"{withdrawn}/decision", new { decision = "accepted", reason = "Yes.", origin = new { citizens = 0.5, staff = 0.5, superior = 0, budget = 0 } }, HttpStatusCode.OK);
        await admin.PostJsonAsync($"{withdrawn}/withdrawal", new { reason = "There is no money." }, HttpStatusCode.OK);
        await NewAsync(agency);

        var unchanged = (await host.Anonymous.GetJsonAsync($"{agency.Path}/you-said-we-did?changed=false"))["items"]!.AsArray().Single()!;
        Assert.Equal(("closed", "The law says otherwise."), ((string?)unchanged["state"], (string?)unchanged["because"]!["en"]));
        var both = (await host.Anonymous.GetJsonAsync($"{agency.Path}/you-said-we-did?limit=1&service=lamps"))!;
        Assert.Equal("There is no money.", (string?)both["items"]![0]!["withdrawnBecause"]!["en"]);
        Assert.Equal("closed", (string?)(await host.Anonymous.GetJsonAsync($"{agency.Path}/you-said-we-did?limit=1&cursor={both["next"]}"))["items"]![0]!["state"]);
        var report = await host.Anonymous.GetJsonAsync($"{agency.Path}/insights/report");
        Assert.Equal((3, 2, 0.6667, 1, 0.0, 0.5), ((int)report["findings"]!, (int)report["answered"]!, (double)report["answeredShare"]!, (int)report["withdrawn"]!, (double)report["keptShare"]!,
            (double)report["movedByCitizens"]!));

        var problem = await (await admin.PostAsJsonAsync($"{withdrawn}/withdrawal", new { reason = "Again." })).RefusedAsync("insight-step");
        Assert.Equal(("withdrawn", "open"), ((string?)problem["state"], (string?)problem["allowed"]!.AsArray().Single()));
        var open = await admin.PostJsonAsync($"{withdrawn}/reopening", new { reason = "There is money." }, HttpStatusCode.OK);
        Assert.Equal(("open", null), ((string?)open["state"], (string?)open["decision"]));
        await (await admin.PostAsJsonAsync($"{withdrawn}/action", new { service = "lamps", version = 1 })).RefusedAsync("insight-step");
        Assert.Equal(["found", "decided", "withdrawn", "reopened"], (await admin.GetJsonAsync($"{withdrawn}/history"))["items"]!.AsArray().Select(h => (string?)h!["kind"]));
    }

    [Fact]
    public async Task What_is_late_is_seen_and_has_an_owner()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        var (late, _) = (await NewAsync(agency), await NewAsync(agency));
        await host.Database.ExecuteAsOwnerAsync($"update insights set due_at = now() - interval '1 day' where id = '{late.Split('/')[^1]}'");
        var overdue = (await agent.GetJsonAsync($"{agency.Path}/insights?overdue=true"))["items"]!.AsArray().Single()!;
        Assert.True((bool)overdue["overdue"]!);
        Assert.NotNull(overdue["owner"]);
        Assert.Single((await agent.GetJsonAsync($"{agency.Path}/insights?overdue=false&state=open&source=cases&service=lamps&owner={overdue["owner"]}"))["items"]!.AsArray());
        Assert.Equal((2, 1), ((int)(await agent.GetJsonAsync($"{agency.Path}/insights/report"))["open"]!, (int)(await agent.GetJsonAsync($"{agency.Path}/insights/report"))["openOverdue"]!));
        await (await agent.GetAsync($"{agency.Path}/insights?state=lost&owner=me")).RefusedAsync("validation");
        await (await (await agency.Citizen).GetAsync($"{agency.Path}/insights")).RefusedAsync("not-allowed");
    }

    [Theory]
    [InlineData("""{"title": "x", "text": "y", "source": "rumour"}""", "/source unknown")]
    [InlineData("""{"title": "x", "text": "y", "source": "cases", "origin": {"citizens": 0.5, "staff": 0.4}}""", "/origin sum")]
    [InlineData("""{"title": "x", "text": "y", "source": "cases", "origin": {"citizens": 1.5, "staff": -0.5}}""", "/origin/citizens range", "/origin/staff range")]
    [InlineData("""{"title": "x", "text": "y", "source": "cases", "owner": "0195b1c5-7a5e-7c3a-9d43-0f2b8c6d1e4a", "service": "nowhere"}""", "/owner unknown", "/service unknown")]
    [InlineData("""{"title": "x", "text": "y", "source": "cases", "dueAt": "2020-01-01T00:00:00Z"}""", "/dueAt range")]
    [InlineData("""{"title": " ", "text": {"en": ""}, "source": "cases"}""", "/title required", "/text/en required")]
    public async Task What_cannot_be_written_down_is_refused(string finding, params string[] errors)
    {
        var agency = await host.NewAgencyAsync();
        var problem = await (await (await agency.Agent).PostAsJsonAsync($"{agency.Path}/insights", JsonNode.Parse(finding))).RefusedAsync("validation");
        Assert.Equal(errors, problem["errors"]!.AsArray().Select(e => $"{e!["pointer"]} {e["code"]}"));
        Assert.Empty((await (await agency.Agent).GetJsonAsync($"{agency.Path}/insights"))["items"]!.AsArray());
    }

    [Fact]
    public async Task Words_that_were_decided_on_stay_and_a_citizen_can_own_nothing()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var admin = await agency.Admin;
        var path = await NewAsync(agency);
        await (await admin.PatchAsync(path, new { title = "Other" }, null)).RefusedAsync("precondition-required");
        await (await admin.PatchAsync(path, new { title = "Lamps and paths" }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        await (await admin.PatchAsync(path, new { title = "Late" }, "\"1\"")).RefusedAsync("precondition-failed");
        await (await admin.PatchAsync(path, new { owner = (await host.AddAccountAsync(agency.Id, Role.Citizen)).Id }, "\"2\"")).RefusedAsync("validation");
        await (await admin.PatchAsync(path, new { owner = (Guid?)null }, "\"2\"")).RefusedAsync("validation");
        await admin.PostJsonAsync($"{path}/decision", new { decision = "noted", reason = "Known." }, HttpStatusCode.OK);
        await (await admin.PatchAsync(path, new { title = "Never said" }, "\"3\"")).RefusedAsync("insight-decided");
        await (await admin.PatchAsync(path, new { dueAt = DateTimeOffset.UtcNow.AddDays(3) }, "\"3\"")).ReadAsync(HttpStatusCode.OK);
        await (await admin.PostAsJsonAsync($"{path}/measures", Volume("2026-01", "2026-02"))).RefusedAsync("insight-step");
    }

    [Fact]
    public async Task Measures_wait_for_their_time_and_small_figures_are_not_shown()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        var path = await NewAsync(agency);
        await CasesAsync(agency, "2026-01-10", inTime: 12, late: 4);
        await CasesAsync(agency, "2026-02-10", inTime: 9, late: 0);
        await CasesAsync(agency, "2026-03-10", inTime: 31, late: 0);

        // Each month has ten cases or more, or the whole period is hidden: the months cannot be told apart by comparing periods.
        var shown = await MeasureAsync("volume", "2026-01", "2026-01", "2026-03", "2026-03");
        Assert.Equal((3.6129, 7.0), ((double)shown["baseline"]!["value"]!, (double)shown["after"]!["value"]!)); // 16 and 31 in 31 days, a week
        var hidden = await MeasureAsync("volume", "2026-01", "2026-01", "2026-02", "2026-03");
        Assert.True((bool)hidden["after"]!["suppressed"]!);
        Assert.Null(hidden["after"]!["n"]);
        Assert.Null(hidden["change"]);
        Assert.True((bool)(await MeasureAsync("standardMet", "2026-01", "2026-01", "2026-03", "2026-03"))["baseline"]!["suppressed"]!); // four were late
        Assert.Equal(47, (double)(await MeasureAsync("medianHoursToSolve", "2026-01", "2026-01", "2026-03", "2026-03"))["after"]!["value"]!);
        Assert.True((bool)(await MeasureAsync("solvedByCitizens", "2026-01", "2026-01", "2026-03", "2026-03"))["after"]!["suppressed"]!); // nobody said anything

        var stated = (await agent.PostJsonAsync($"{path}/measures", new
        {
            kind = "stated", baseline = new { from = "2026-01", to = "2026-01" }, after = new { from = "2026-02", to = "2026-02" },
            stated = new { baseline = 3.5, after = 2, unit = "accidents", from = "Police report 12" },
        }))["result"]!;
        Assert.Equal((false, -1.5), ((bool)stated["computed"]!, (double)stated["change"]!["value"]!));

        var waits = await agent.PostJsonAsync($"{path}/measures", Volume("2026-01", "2099-02"));
        Assert.Null(waits["result"]);
        Assert.Equal("2099-03-01T05:00:00Z", (string?)waits["dueAt"]); // midnight in New York
        var measures = new Measures(host.Services.GetRequiredService<TenantDb>(), new At(DateTimeOffset.Parse("2099-03-01T05:00:00Z", System.Globalization.CultureInfo.InvariantCulture)));
        var home = (await host.Services.GetRequiredService<Agencies>().FindAsync(agency.Slug, CancellationToken.None))!;
        Assert.Equal((1, 0), (await measures.TakeDueAsync(home, CancellationToken.None), await measures.TakeDueAsync(home, CancellationToken.None)));
        var its = $"{path}/measures/{waits["id"]}";
        Assert.True((bool)(await agent.GetJsonAsync(its))["result"]!["after"]!["suppressed"]!);
        await (await agent.DeleteAsync(its, "\"2\"")).RefusedAsync("measure-taken");

        var mistaken = await agent.PostJsonAsync($"{path}/measures", Volume("2026-01", "2099-02"));
        await (await agent.DeleteAsync($"{path}/measures/{mistaken["id"]}", "\"1\"")).ReadAsync(HttpStatusCode.NoContent);

        foreach (var (body, errors) in new (object, string[])[]
        {
            (Volume("2026-13", "x"), ["/baseline period", "/after period"]),
            (Volume("2026-03", "2026-02"), ["/after/from range"]),
            (new { kind = "volume", baseline = new { from = "2026-01", to = "2026-01" }, after = new { from = "2026-02", to = "2026-02" } }, ["/service required"]),
            (new { kind = "volume", service = "nowhere", baseline = new { from = "2026-01", to = "2026-01" }, after = new { from = "2026-02", to = "2026-02" } }, ["/service unknown"]),
        })
        {
            var problem = await (await agent.PostAsJsonAsync($"{path}/measures", body)).RefusedAsync("validation");
            Assert.Equal(errors, problem["errors"]!.AsArray().Select(e => $"{e!["pointer"]} {e["code"]}"));
        }

        async Task<JsonNode> MeasureAsync(string kind, string from, string to, string afterFrom, string afterTo) =>
            (await agent.PostJsonAsync($"{path}/measures", new { kind, service = "lamps", baseline = new { from, to }, after = new { from = afterFrom, to = afterTo } }))["result"]!;
    }

    [Fact]
    public async Task Of_two_who_decide_in_the_same_moment_one_does()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var admin = await agency.Admin;
        var path = await NewAsync(agency);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => admin.PostAsJsonAsync($"{path}/decision", new { decision = i % 2 == 0 ? "accepted" : "declined", reason = $"Reason {i}." })));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.OK);
        foreach (var other in answers.Where(a => a.StatusCode != HttpStatusCode.OK)) await other.RefusedAsync("insight-step");
        Assert.Equal(2, (await admin.GetJsonAsync($"{path}/history"))["items"]!.AsArray().Count);
    }

    static object Volume(string baseline, string after) => new { kind = "volume", service = "lamps", baseline = new { from = baseline, to = baseline }, after = new { from = after, to = after } };

    static async Task<string> NewAsync(TestAgency agency) => $"{agency.Path}/insights/{(await (await agency.Admin).PostJsonAsync($"{agency.Path}/insights", Dark))["id"]}";

    // Submitted two days before they were decided, at noon; the standard is 48 hours.
    Task CasesAsync(TestAgency agency, string decided, int inTime, int late) => host.Database.ExecuteAsOwnerAsync($"""
        insert into cases (agency_id, id, number, service_id, service_version, kind, status, channel, title, submitted_at, due_at, decided_at, closed_at, updated_at)
        select s.agency_id, gen_random_uuid(), coalesce((select max(number) from cases c where c.agency_id = s.agency_id), 0) + n, s.id, 1, 'report', 'closed', 'web', 'Lamp',
          d - interval '47 hours', case when n <= {inTime} then d + interval '1 hour' else d - interval '1 hour' end, d, d, d
        from services s, generate_series(1, {inTime + late}) n, (select timestamptz '{decided} 12:00Z' as d) t
        where s.agency_id = '{agency.Id}'
        """);

    async Task FollowAsync(TestAgency agency)
    {
        var (service, number) = (await host.Database.ScalarAsOwnerAsync<Guid>($"select id from services where agency_id = '{agency.Id}' and key = 'lamps'"), 2);
        await host.Services.GetRequiredService<FindingSteps>().FollowAsync(agency.Id, service, number, CancellationToken.None);
    }

    static DateTimeOffset Time(JsonNode? node) => DateTimeOffset.Parse((string)node!, System.Globalization.CultureInfo.InvariantCulture);

    sealed class At(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
