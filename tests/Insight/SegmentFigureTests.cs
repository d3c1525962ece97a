using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Insight;

/// <summary>Sizes are exact or not told: never below k, and never so that their difference tells of fewer than k.</summary>
public sealed class SegmentFigureTests(CirmHost host)
{
    static object Age(string op, int value) => new { attribute = "age", op, value };

    static object District(string value) => new { attribute = "district", op = "eq", value };

    [Fact]
    public async Task The_same_rule_in_other_words_has_the_same_size()
    {
        var agency = await Segmenting.AgencyAsync(host);
        await Segmenting.CitizensAsync(host, agency, 60, i => new { district = $"{i % 3 + 1}" });
        var manager = await agency.Manager;
        foreach (var rule in (string[])
                 ["""{"attribute":"district","op":"eq","value":"1"}""", """{"value":["1"],"op":"in","attribute":"district"}""", """{"all":[{"attribute":"district","op":"in","value":["1","1"]}]}"""])
            Assert.Equal("""{"size":20}""", (await manager.PostJsonAsync($"{agency.Path}/segments/preview", new { rule = JsonNode.Parse(rule) }, HttpStatusCode.OK)).ToJsonString());
        Assert.Equal("""{"size":60}""", (await manager.PostJsonAsync($"{agency.Path}/segments/preview",
            new { rule = JsonNode.Parse("""{"behaviour":"cases","service":null,"withinDays":30.0,"op":"in","value":[0.0,7]}""") }, HttpStatusCode.OK)).ToJsonString());
    }

    [Fact]
    public async Task A_preview_is_exact_or_nothing()
    {
        var agency = await Segmenting.AgencyAsync(host);
        await Segmenting.CitizensAsync(host, agency, 60, i => new { age = i, district = i < 30 ? "1" : i < 55 ? "2" : "3" });
        Assert.Equal(30, await PreviewAsync(agency, District("1")));
        Assert.Null(await PreviewAsync(agency, District("3"))); // five
        Assert.Null(await PreviewAsync(agency, Age("gt", 900)));
        Assert.Equal(30, await PreviewAsync(agency, new { all = (object[])[District("1")] })); // the same in other words
        Assert.Equal(30, await PreviewAsync(agency, new { any = (object[])[District("1"), District("1")] }));

        // 25 of 30 is enough of a group; but 30 - 25 are five people who are 25 or older, and that is told by the difference.
        Assert.Null(await PreviewAsync(agency, new { all = (object[])[District("1"), Age("lt", 25)] }));
        Assert.Null(await PreviewAsync(agency, new { all = (object[])[Age("lt", 25), District("1")] }));
        Assert.Equal(15, await PreviewAsync(agency, new { all = (object[])[District("1"), Age("lt", 15)] }));
        // Nor is it told that nobody is left out.
        Assert.Null(await PreviewAsync(agency, new { all = (object[])[District("1"), Age("lt", 100)] }));
        Assert.Equal(25, await PreviewAsync(agency, District("2"))); // as many and others: nothing follows

        // With a parent, and as a segment.
        var manager = await agency.Manager;
        await Segmenting.SegmentAsync(manager, agency, "first", District("1"));
        Assert.Equal(15, await PreviewAsync(agency, Age("lt", 15), "first"));
        Assert.Equal(30, await PreviewAsync(agency, new { segment = "first" }));
        await (await manager.PostAsJsonAsync($"{agency.Path}/segments/preview", new { rule = Age("lt", 15), parent = "nobody" })).RefusedAsync("segment-unknown");
        Assert.Contains("segment.previewed", await host.AuditActionsAsync(agency));
        await (await (await agency.Agent).PostAsJsonAsync($"{agency.Path}/segments/preview", new { rule = Age("lt", 15) })).RefusedAsync("not-allowed");
    }

    [Fact]
    public async Task Snapshots_tell_how_many_came_and_went_when_they_were_many()
    {
        var agency = await Segmenting.AgencyAsync(host);
        var manager = await agency.Manager;
        await Segmenting.SegmentAsync(manager, agency, "first", District("1"));
        await Segmenting.SegmentAsync(manager, agency, "young", Age("lt", 20), "first");
        var citizens = await Segmenting.CitizensAsync(host, agency, 40, i => new { age = i, district = "1" });
        Assert.Equal((40, 40, 0), await SnapshotAsync(agency, "first"));
        Assert.Equal((20, 20, 0), await SnapshotAsync(agency, "young"));
        Assert.Equal((40, 0, 0), await SnapshotAsync(agency, "first"));

        // Three more: that three came is not told, nor what adds up to it.
        await Segmenting.CitizensAsync(host, agency, 3, i => new { age = 50, district = "1" });
        Assert.Equal((null, null, null), await SnapshotAsync(agency, "first"));
        await Segmenting.CitizensAsync(host, agency, 12, i => new { age = 50, district = "1" });
        Assert.Equal((55, 15, 0), await SnapshotAsync(agency, "first"));
        // Twelve come and two go: sizes are told, the moves are not.
        foreach (var one in citizens[..2])
            await (await (await agency.Agent).PatchAsync($"{agency.Path}/citizens/{one}", new { attributes = new { district = "2" } }, "\"1\"")).ReadAsync(HttpStatusCode.OK);
        await Segmenting.CitizensAsync(host, agency, 12, i => new { age = 50, district = "1" });
        Assert.Equal((65, null, null), await SnapshotAsync(agency, "first"));

        // A child that is all of its parent but four.
        await Segmenting.SegmentAsync(manager, agency, "most", Age("ge", 6), "first");
        Assert.Equal((null, null, null), await SnapshotAsync(agency, "most"));
        var listed = await manager.GetJsonAsync($"{agency.Path}/segments/first/snapshots");
        Assert.Equal([40, 40, null, 55, 65], listed.AsArray().Select(s => (int?)s!["size"]));
        Assert.Equal((string[])["takenAt", "size", "added", "removed"], listed[0]!.AsObject().Select(m => m.Key));
        var answer = await manager.GetAsync($"{agency.Path}/segments/first/snapshots?limit=2");
        Assert.Contains("rel=\"next\"", answer.Headers.GetValues("Link").Single());

        var before = await manager.PostAsJsonAsync($"{agency.Path}/segments/first/snapshots", new { });
        Assert.Equal(HttpStatusCode.Accepted, before.StatusCode);
        Assert.StartsWith($"{agency.Path}/operations/", before.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    static async Task<int?> PreviewAsync(TestAgency agency, object rule, string? parent = null)
    {
        var answer = await (await agency.Manager).PostJsonAsync($"{agency.Path}/segments/preview", new { rule, parent }, HttpStatusCode.OK);
        Assert.Equal(["size"], answer.AsObject().Select(m => m.Key));
        return (int?)answer["size"];
    }

    async Task<(int?, int?, int?)> SnapshotAsync(TestAgency agency, string key)
    {
        var manager = await agency.Manager;
        var asked = await manager.PostJsonAsync($"{agency.Path}/segments/{key}/snapshots", new { }, HttpStatusCode.Accepted);
        await Segmenting.SnapshotAsync(host, agency, (Guid)asked["id"]!);
        var last = (await manager.GetJsonAsync($"{agency.Path}/segments/{key}/snapshots")).AsArray()[^1]!;
        return ((int?)last["size"], (int?)last["added"], (int?)last["removed"]);
    }
}
