using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Desk;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Transactions;

/// <summary>A manager writes what officers answer with; an officer sees it filled in, in the citizen's language.</summary>
public sealed class AnswerTemplateTests(CirmHost host)
{
    [Fact]
    public async Task An_officer_sees_a_template_filled_in_for_a_case_in_its_citizens_language()
    {
        var agency = await host.NewAgencyAsync();
        var (admin, manager, agent) = (await agency.Admin, await agency.Manager, await agency.Agent);
        await admin.PostJsonAsync($"{agency.Path}/units", new { key = "works", name = new { en = "Public works" } });
        await CalendarTests.ServiceAsync(agency, CaseTests.Lamp.Service, unit: "works");
        var citizen = (string)(await admin.PostJsonAsync($"{agency.Path}/citizens", new { name = "Fatemeh", language = "fa-IR" }))["id"]!;
        var path = $"{agency.Path}/answer-templates";
        var text = new { en = "Case {number} ({title}), {service}, is {status} with {unit}, due {dueAt}. {number} again, { stays.", fa = "پرونده {number} {status} است؛ مهلت: {dueAt}" };
        var kept = await manager.PutAsync($"{path}/planned", new { name = "Work is planned", text }, null);
        await kept.ReadAsync(HttpStatusCode.Created);
        Assert.Equal("\"1\"", kept.Headers.ETag?.Tag);

        var plain = (string)(await agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]!;
        var submitted = await agent.PostJsonAsync($"{agency.Path}/cases", new { service = "lamps", kind = "report", title = "Dark", channel = "phone", citizenId = citizen });
        await agent.PostJsonAsync($"{agency.Path}/cases/{plain}/transitions", new { to = "accepted", reason = "Yes." }, HttpStatusCode.OK);
        await host.Database.ExecuteAsOwnerAsync($"update cases set due_at = '2026-03-21T02:30:00Z' where id in ('{plain}', '{submitted["id"]}')");

        var english = await PreviewAsync(plain);
        Assert.Equal("Case 1 (The lamp is out), lamps, is accepted with Public works, due 2026-03-20 22:30. 1 again, { stays.", (string?)english["text"]); // New York's evening before
        Assert.Equal(("en", 0), ((string?)english["language"], english["missing"]!.AsArray().Count));
        var persian = await PreviewAsync((string)submitted["id"]!);
        Assert.Equal(("fa", "پرونده 2 ثبت‌شده است؛ مهلت: 1404/12/29 22:30"), ((string?)persian["language"], (string?)persian["text"]));

        await host.Database.ExecuteAsOwnerAsync($"update cases set due_at = null, unit = null where id = '{plain}'");
        var lacking = await PreviewAsync(plain);
        Assert.Equal(["unit", "dueAt"], lacking["missing"]!.AsArray().Select(m => (string?)m));
        Assert.Contains("with —, due —.", (string?)lacking["text"], StringComparison.Ordinal);
        Assert.Equal(3, (await host.AuditActionsAsync(agency)).Count(a => a == "case.read"));

        Task<JsonNode> PreviewAsync(string caseId) => agent.PostJsonAsync($"{path}/planned/preview", new { caseId }, HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_template_is_written_by_managers_and_changed_as_it_was_read()
    {
        var agency = await host.NewAgencyAsync();
        var (manager, agent) = (await agency.Manager, await agency.Agent);
        var path = $"{agency.Path}/answer-templates";
        await (await manager.PutAsync($"{path}/b", new { name = "B", text = "Thank you for {title}." }, null)).ReadAsync(HttpStatusCode.Created);
        await (await manager.PutAsync($"{path}/a", new { name = "A", text = "Thank you." }, null)).ReadAsync(HttpStatusCode.Created);

        Assert.Equal(["a", "b"], (await agent.GetJsonAsync(path))["items"]!.AsArray().Select(t => (string?)t!["key"]));
        Assert.Equal("""{"en":"Thank you for {title}."}""", (await agent.GetJsonAsync($"{path}/b"))["text"]!.ToJsonString());
        await (await agent.PutAsync($"{path}/c", new { name = "C", text = "No." }, null)).RefusedAsync("not-allowed");
        await (await (await agency.Citizen).GetAsync(path)).RefusedAsync("not-allowed");
        await (await manager.PatchAsync($"{path}/b", new { name = "Thanks" }, null)).RefusedAsync("precondition-required");
        var changed = await (await manager.PatchAsync($"{path}/b", new { text = new { fa = "سپاس" } }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        Assert.Equal(["en", "fa"], changed["text"]!.AsObject().Select(t => t.Key));
        await (await manager.PutAsync($"{path}/b", new { name = "B", text = "Late." }, "\"1\"")).RefusedAsync("precondition-failed");
        await (await manager.DeleteAsync($"{path}/b", "\"1\"")).RefusedAsync("precondition-failed");
        Assert.Equal(HttpStatusCode.NoContent, (await manager.DeleteAsync($"{path}/b", "\"2\"")).StatusCode);
        await (await agent.GetAsync($"{path}/b")).RefusedAsync("not-found");
        await (await agent.PostAsJsonAsync($"{path}/a/preview", new { caseId = Guid.NewGuid() })).RefusedAsync("validation");
        await (await agent.PostAsJsonAsync($"{path}/b/preview", new { caseId = Guid.NewGuid() })).RefusedAsync("not-found");
    }

    [Theory]
    [InlineData("""{"en": "Dear {name}, {name}", "fa": "{شماره} {number}"}""", "/text/en unknown", "/text/fa unknown")]
    [InlineData("\"It is {Status} of {}\"", "/text unknown", "/text unknown")]
    public async Task A_placeholder_that_nobody_knows_is_refused_where_it_stands(string text, params string[] errors)
    {
        var agency = await host.NewAgencyAsync();
        var problem = await (await (await agency.Manager).PutAsync($"{agency.Path}/answer-templates/x", new { name = "X", text = JsonNode.Parse(text) }, null))
            .RefusedAsync("validation");
        Assert.Equal(errors, problem["errors"]!.AsArray().Select(e => $"{e!["pointer"]} {e["code"]}"));
        await (await (await agency.Agent).GetAsync($"{agency.Path}/answer-templates/x")).RefusedAsync("not-found");
    }

    [Fact]
    public void What_a_case_says_is_not_read_as_a_placeholder()
    {
        var template = new AnswerTemplate("x", new("en", "X"), new("en", "{title}"), default, 1);
        Assert.Equal("{number}", template.For(new(7, "{number}", new("en", "S"), CaseStatus.Submitted, null, null, null, null), ["en"], "UTC").Text);
    }
}
