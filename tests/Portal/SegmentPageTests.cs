using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Insight;

namespace Cirm.Tests.Portal;

/// <summary>A manager describes groups of citizens on the pages, without a script, and without being told who is in them.</summary>
public sealed class SegmentPageTests(CirmHost host)
{
    [Fact]
    public async Task A_manager_writes_a_rule_sees_its_size_and_finds_it_in_the_tree()
    {
        var agency = await Segmenting.AgencyAsync(host);
        await Segmenting.CitizensAsync(host, agency, 60, i => new { age = 20 + i, tenant = i % 2 == 0, district = i < 30 ? "1" : "2" });
        var manager = await new Browser(host).SignInAsync(agency, Role.Manager);
        var at = $"/en/{agency.Slug}/segments";
        await manager.OpenAsync($"/en/{agency.Slug}/manage");
        Assert.Contains($"\"{at}\"", manager.Page);
        await manager.OpenAsync($"/en/{agency.Slug}/new-segment");

        // Another condition in the group, and a group of its own: the form comes back with what was typed.
        (string, string)[] first = [("name/en", "Older tenants"), ("key", "older-tenants"), ("match", "all"), ("g/0/match", "all"), .. Condition(0, 0, "attribute:age", "ge", "50")];
        await manager.PostAsync($"{at}/preview", [.. first, ("do", "condition/0")]);
        Assert.Contains("name=\"g/0/c/1/subject\"", manager.Page);
        Assert.Contains("value=\"Older tenants\"", manager.Page);
        await manager.PostAsync($"{at}/preview", [.. first, .. Condition(0, 1, "attribute:tenant", "eq", "yes"), ("do", "group")]);
        Assert.Contains("name=\"g/1/c/0/subject\"", manager.Page);
        (string, string)[] whole = [.. first, .. Condition(0, 1, "attribute:tenant", "eq", "Yes"), ("g/1/match", "any"), .. Condition(1, 0, "attribute:district", "in", "1, 2"), .. Condition(1, 1, "behaviour:cases", "ge", "3", "lamps", "365")];
        await manager.PostAsync($"{at}/preview", [.. whole, ("do", "size")]);
        Assert.Contains("15 citizens", manager.Words);
        await manager.PostAsync($"{at}/preview", [.. whole, ("do", "remove/1/0")]);
        Assert.DoesNotContain("name=\"g/1/c/1/subject\"", manager.Page);
        await manager.PostAsync($"{at}/preview", [.. first[..^5], .. Condition(0, 0, "attribute:age", "gt", "75"), ("do", "size")]);
        Assert.Contains("The size is not told.", manager.Words); // four

        // What is wrong is said at its field, and stands in the summary.
        await manager.PostAsync(at, [.. first[..^5], .. Condition(0, 0, "attribute:district", "ge", "9")]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, manager.Status);
        Assert.Contains("href=\"#g-0-c-0-op\"", manager.Page);
        await manager.PostAsync(at, [("name/en", ""), ("key", "x y"), .. whole[2..]]);
        foreach (var field in (string[])["name-en", "key"]) Assert.Contains($"href=\"#{field}\"", manager.Page);

        await manager.PostAsync(at, whole);
        Assert.Equal($"{at}/older-tenants", manager.At);
        foreach (var said in (string[])["age is at least 50", "tenant is Yes", "At least one of these:", "district is one of: 1, 2", "Number of cases about Street lamps in the last 365 days is at least 3"])
            Assert.Contains(said, manager.Words);
        var kept = await (await agency.Manager).GetJsonAsync($"{agency.Path}/segments/older-tenants");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"all":[{"attribute":"age","op":"ge","value":50},{"attribute":"tenant","op":"eq","value":true},{"any":[{"attribute":"district","op":"in","value":["1","2"]},{"behaviour":"cases","service":"lamps","withinDays":365,"op":"ge","value":3}]}]}"""), kept["rule"]), kept["rule"]!.ToJsonString());
        await manager.PostAsync(at, whole);
        Assert.Equal(HttpStatusCode.Conflict, manager.Status);
        Assert.Contains("There is a segment with this key", manager.Words);

        // A refinement of it, which changes nothing and says so; then the figure of a snapshot.
        await manager.PostAsync(at, [("name/en", "In the first district"), ("key", "first"), ("parent", "older-tenants"), ("g/0/match", "all"), .. Condition(0, 0, "attribute:district", "eq", "1")]);
        Assert.Contains("changes nothing for its citizens", manager.Words);
        await manager.OpenAsync($"{at}/older-tenants");
        Assert.Contains("In the first district", manager.Words);
        await manager.SubmitAsync($"{at}/older-tenants/snapshots");
        Assert.StartsWith($"/en/{agency.Slug}/operations/", manager.At);
        Assert.Contains("http-equiv=\"refresh\"", manager.Page);
        await Segmenting.SnapshotAsync(host, agency, Guid.Parse(manager.At.Split('/', '?')[4]));
        await manager.OpenAsync(manager.At);
        Assert.Contains("Done", manager.Words);
        Assert.DoesNotContain("http-equiv=\"refresh\"", manager.Page);
        await manager.OpenAsync(at);
        Assert.Contains("15 citizens on", manager.Words);
    }

    [Fact]
    public async Task A_rule_comes_back_into_the_editor_as_it_was_and_is_changed_by_who_has_seen_it()
    {
        var agency = await Segmenting.AgencyAsync(host);
        var api = await agency.Manager;
        var rule = new { any = (object[])[new { attribute = "age", op = "lt", value = 30 }, new { not = new { any = (object[])[new { attribute = "tenant", op = "exists", value = true }, new { attribute = "street", op = "eq", value = "<b>High</b> & Low" }] } }] };
        await Segmenting.SegmentAsync(api, agency, "some", rule);
        await Segmenting.SegmentAsync(api, agency, "deep", new { all = (object[])[new { any = (object[])[new { all = (object[])[new { segment = "some" }, new { attribute = "age", op = "gt", value = 1 }] }] }] });
        var manager = await new Browser(host).SignInAsync(agency, Role.Manager, "fa");
        var at = $"/fa/{agency.Slug}/segments/some";
        await manager.OpenAsync($"{at}/edit");
        Assert.DoesNotContain("<b>High", manager.Page);
        var (fields, other) = (manager.Fields(at), manager.Fields(at));
        await manager.PostAsync(at, fields);
        Assert.Equal(at, manager.At);
        var kept = await api.GetJsonAsync($"{agency.Path}/segments/some");
        Assert.True(JsonNode.DeepEquals(JsonSerializer.SerializeToNode(rule), kept["rule"]), kept["rule"]!.ToJsonString());
        await manager.PostAsync(at, [.. other.Where(f => f.Name != "once")]);
        Assert.True(manager.Status == HttpStatusCode.PreconditionFailed, manager.Words);
        Assert.Contains("کسی آن را تغییر داده است", manager.Words);

        // What is deeper than the form is edited as it is written.
        await manager.OpenAsync($"/fa/{agency.Slug}/segments/deep/edit");
        Assert.Contains("name=\"written\"", manager.Page);
        await manager.PostAsync($"/fa/{agency.Slug}/segments/deep", [.. manager.Fields($"/fa/{agency.Slug}/segments/deep").Where(f => f.Name != "written"), ("written", "{\"all\": [}")]);
        Assert.Contains("href=\"#written\"", manager.Page);

        await manager.OpenAsync(at);
        await manager.SubmitAsync($"{at}/retirement");
        Assert.Equal(HttpStatusCode.Conflict, manager.Status); // "deep" depends on it
        await manager.OpenAsync($"/fa/{agency.Slug}/segments/deep");
        await manager.SubmitAsync($"/fa/{agency.Slug}/segments/deep/retirement");
        Assert.DoesNotContain("/segments/deep\"", manager.Page);
        await manager.OpenAsync($"/fa/{agency.Slug}/segments?retired=true");
        Assert.Contains("/segments/deep\"", manager.Page);
        Assert.Equal(HttpStatusCode.Forbidden, (await (await new Browser(host).SignInAsync(agency, Role.Agent)).OpenAsync($"/en/{agency.Slug}/segments")).Status);
    }

    static (string, string)[] Condition(int group, int place, string subject, string op, string value, string service = "", string days = "") =>
    [
        ($"g/{group}/c/{place}/subject", subject), ($"g/{group}/c/{place}/op", op), ($"g/{group}/c/{place}/value", value), ($"g/{group}/c/{place}/service", service), ($"g/{group}/c/{place}/days", days),
    ];
}
