using System.Text;
using System.Text.Json.Nodes;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Insight;

/// <summary>Whatever is refused has changed nothing at all: not a row of the agency is another one afterwards.</summary>
public sealed class BadInputTests(CirmHost host)
{
    [Fact]
    public async Task What_is_refused_changes_no_row()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (admin, manager, citizen, path) = (await agency.Admin, await agency.Manager, await agency.Citizen, agency.Path);
        await admin.PostJsonAsync($"{path}/attributes", new { key = "age", name = "Age", type = "number", purpose = "To serve all ages." });
        await admin.PostJsonAsync($"{path}/attributes", new { key = "revenue", name = "Revenue", type = "number", purpose = "Accounts." });
        await Publishing.AttributeAsync(agency, "district", "7", "8");
        await Segmenting.SegmentAsync(manager, agency, "older", new { attribute = "age", op = "ge", value = 65 });
        await Segmenting.SegmentAsync(manager, agency, "oldest", new { segment = "older" });
        await manager.PutAsync($"{path}/segments/older/offers/lamps", new { resolutionHours = 1 }, null);
        await manager.PostJsonAsync($"{path}/scarcity-rules", new { key = "first", name = "First", service = "lamps", order = (string[])["older"] });
        var wave = await Asking.OpenAsync(agency, Asking.Everything("all", "anonymous", "district"));
        await manager.PutAsync($"{path}/surveys/all/margins", new { district = new Dictionary<string, double> { ["7"] = 0.5, ["8"] = 0.5 } }, null);
        await Asking.AnswerAsync(citizen, wave, new { lit = "yes" });
        var now = DateTimeOffset.UtcNow;
        await manager.PostJsonAsync($"{path}/surveys/all/waves", new { name = "over", opensAt = now.AddHours(-2), closesAt = now.AddHours(-1) });
        await manager.PostJsonAsync($"{path}/surveys/all/waves", new { name = "next", opensAt = now.AddHours(1), closesAt = now.AddHours(2) });
        var other = await agency.AsAnotherAsync(Role.Citizen);
        await other.GetJsonAsync($"{path}/surveys"); // signed in
        var before = await RowsAsync(agency);

        // Rules: what nobody knows, circles, money; and less than everybody has.
        await RefusedAsync(manager, "attribute-unknown", HttpMethod.Patch, "segments/older", """{"rule": {"attribute": "shoeSize", "op": "eq", "value": 7}}""");
        await RefusedAsync(manager, "rule-circle", HttpMethod.Patch, "segments/older", """{"rule": {"not": {"segment": "oldest"}}}""");
        await RefusedAsync(manager, "rule-circle", HttpMethod.Patch, "segments/older", """{"parent": "oldest"}""");
        await RefusedAsync(manager, "commercial-rule", HttpMethod.Patch, "segments/older", """{"rule": {"attribute": "revenue", "op": "ge", "value": 7}}""");
        await RefusedAsync(manager, "segment-unknown", HttpMethod.Patch, "segments/older", """{"rule": {"segment": "nobody"}}""");
        await RefusedAsync(manager, "below-floor", HttpMethod.Put, "segments/older/offers/lamps", """{"resolutionHours": 100000}""");
        await RefusedAsync(manager, "below-floor", HttpMethod.Put, "segments/older/offers/lamps", """{"resolutionHours": 1, "priority": -1}""");
        await RefusedAsync(manager, "validation", HttpMethod.Patch, "scarcity-rules/first", """{"order": ["older", "revenue"]}""");
        // Margins that do not add up, or name what there is not.
        await RefusedAsync(manager, "margin-sum", HttpMethod.Put, "surveys/all/margins", """{"district": {"7": 0.5, "8": 0.4}}""");
        await RefusedAsync(manager, "margin-unknown", HttpMethod.Put, "surveys/all/margins", """{"district": {"7": 0.5, "9": 0.5}}""");
        await RefusedAsync(manager, "margin-unknown", HttpMethod.Put, "surveys/all/margins", """{"shoeSize": {"7": 1}}""");
        // Answers to what is hidden, closed, not open, unknown, or answered; and what is no answer.
        var open = $"surveys/all/waves/{Asking.IdOf(wave)}/responses";
        await RefusedAsync(other, "question-hidden", HttpMethod.Post, open, """{"answers": {"lit": "yes", "why": "x"}}""");
        await RefusedAsync(other, "question-unknown", HttpMethod.Post, open, """{"answers": {"lit": "yes", "colour": "red"}}""");
        await RefusedAsync(other, "answer-out-of-range", HttpMethod.Post, open, """{"answers": {"lit": "maybe"}}""");
        await RefusedAsync(other, "answer-out-of-range", HttpMethod.Post, open, """{"answers": {"lit": "yes", "safe": 8}}""");
        await RefusedAsync(other, "text-too-long", HttpMethod.Post, open, """{"answers": {"lit": "no", "why": "LONG"}}""");
        await RefusedAsync(other, "answer-missing", HttpMethod.Post, open, """{"answers": {}}""");
        await RefusedAsync(other, "survey-code-unknown", HttpMethod.Post, open, """{"answers": {"lit": "yes"}, "token": "AAAA-AAAA-AAAA-AAAA"}""");
        await RefusedAsync(citizen, "already-answered", HttpMethod.Post, open, """{"answers": {"lit": "no"}}""");
        await RefusedAsync(other, "wave-closed", HttpMethod.Post, "surveys/all/waves/over/responses", """{"answers": {"lit": "yes"}}""");
        await RefusedAsync(other, "wave-not-open", HttpMethod.Post, "surveys/all/waves/next/responses", """{"answers": {"lit": "yes"}}""");
        await RefusedAsync(other, "not-found", HttpMethod.Post, "surveys/all/waves/none/responses", """{"answers": {"lit": "yes"}}""");
        // A hundred thousand characters, wherever words can be put.
        foreach (var (method, to, body) in (((HttpMethod, string, string)[])
                 [
                     (HttpMethod.Post, "segments", """{"key": "long", "name": "LONG", "rule": {"attribute": "age", "op": "ge", "value": 1}}"""),
                     (HttpMethod.Post, "segments", """{"key": "long", "name": "Long", "rule": {"attribute": "LONG", "op": "ge", "value": 1}}"""),
                     (HttpMethod.Patch, "segments/older", """{"name": {"en": "LONG"}}"""),
                     (HttpMethod.Put, "advice/long", """{"name": "Long", "text": "LONG"}"""),
                     (HttpMethod.Post, "surveys", """{"key": "long", "title": "LONG", "anonymity": "anonymous", "questions": [{"key": "q", "type": "text", "text": "Q"}]}"""),
                     (HttpMethod.Post, "surveys", """{"key": "long", "title": "Long", "introduction": "LONG", "anonymity": "anonymous", "questions": [{"key": "q", "type": "text", "text": "Q"}]}"""),
                     (HttpMethod.Post, "surveys", """{"key": "long", "title": "Long", "anonymity": "anonymous", "questions": [{"key": "q", "type": "text", "text": "LONG"}]}"""),
                     (HttpMethod.Post, "surveys", """{"key": "long", "title": "Long", "anonymity": "anonymous", "questions": [{"key": "q", "type": "single", "text": "Q", "options": [{"key": "a", "text": "LONG"}]}]}"""),
                     (HttpMethod.Post, "surveys", """{"key": "long", "title": "Long", "anonymity": "anonymous", "questions": [{"key": "LONG", "type": "text", "text": "Q"}]}"""),
                     (HttpMethod.Post, "surveys/all/waves", $$"""{"name": "LONG", "opensAt": "2030-01-01T00:00:00Z", "closesAt": "2030-02-01T00:00:00Z"}"""),
                     (HttpMethod.Put, "surveys/all/questions/why/codes", """{"codes": [{"key": "a", "text": "LONG"}]}"""),
                     (HttpMethod.Post, "insights", """{"title": "LONG", "text": "Dark", "source": "cases"}"""),
                     (HttpMethod.Post, "insights", """{"title": "Dark", "text": "LONG", "source": "cases"}"""),
                     (HttpMethod.Post, "opposed-demands", """{"service": "lamps", "title": "LONG", "sides": [{"segment": "older", "demand": "More."}, {"segment": "oldest", "demand": "Less."}]}"""),
                     (HttpMethod.Post, "opposed-demands", """{"service": "lamps", "title": "Light", "sides": [{"segment": "older", "demand": "LONG"}, {"segment": "oldest", "demand": "Less."}]}"""),
                     (HttpMethod.Post, "interests", """{"about": "service", "subject": "lamps", "statement": "LONG"}"""),
                     (HttpMethod.Post, "scarcity-rules", """{"key": "long", "name": "LONG", "service": "lamps", "order": ["older"]}"""),
                     (HttpMethod.Post, "scarcity-rules/first/publish", """{"reason": "LONG"}"""),
                 ]))
            await RefusedAsync(manager, null, method, to, body);

        Assert.Equal(before, await RowsAsync(agency));

        async Task RefusedAsync(HttpClient client, string? problem, HttpMethod method, string to, string body)
        {
            using var request = new HttpRequestMessage(method, $"{path}/{to}")
            {
                Content = new StringContent(body.Replace("LONG", new string('x', 100_000), StringComparison.Ordinal), Encoding.UTF8, method == HttpMethod.Patch ? "application/merge-patch+json" : "application/json"),
            };
            if (method == HttpMethod.Patch) request.Headers.TryAddWithoutValidation("If-Match", "\"1\"");
            using var answer = await client.SendAsync(request);
            if (problem is not null) await answer.RefusedAsync(problem);
            else
            {
                Assert.True((int)answer.StatusCode == 422, $"{to} {body[..Math.Min(body.Length, 200)]}: {(int)answer.StatusCode}");
                var refusal = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
                Assert.True(refusal.ToJsonString().Length < 10_000, $"{to}: what is refused is not sent back");
            }
        }
    }

    // What every table of the agency holds; but for what is kept of requests themselves.
    async Task<string> RowsAsync(TestAgency agency)
    {
        var tables = (await host.Database.ScalarAsOwnerAsync<string[]>("""
            select array_agg(c.table_name::text order by 1)
            from information_schema.columns c
            join information_schema.tables t using (table_schema, table_name)
            where c.table_schema = 'public' and c.column_name = 'agency_id' and t.table_type = 'BASE TABLE' and c.table_name not in ('idempotency_keys')
            """))!;
        Assert.Contains("survey_register", tables);
        var rows = new StringBuilder();
        foreach (var table in tables)
            rows.AppendLine(await host.Database.ScalarAsOwnerAsync<string>($"select '{table} ' || count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from {table} t where agency_id = '{agency.Id}'"));
        return rows.ToString();
    }
}
