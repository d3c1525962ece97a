using System.Net;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Participation;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Conformance;

/// <summary>Initiatives, what is said in them and beside them, and decisions, in the state that an operation is about.</summary>
static class ParticipationScenes
{
    public static async Task<string> PlannedInitiativeAsync(World world) =>
        $"{world.Agency.Path}/initiatives/{(await (await world.Agency.Manager).PostJsonAsync($"{world.Agency.Path}/initiatives", new
        {
            key = $"initiative-{Guid.NewGuid():N}", title = world.Marker, tier = "consultation", census = true, opensAt = "2098-01-01T00:00:00Z", closesAt = "2099-01-01T00:00:00Z",
        }))["key"]}";

    public static async Task<string> ContributionAsync(World world)
    {
        var initiative = await Deciding.OpenAsync(world.Agency, "consultation");
        return $"{initiative}/contributions/{(await (await world.Agency.Citizen).PostJsonAsync($"{initiative}/contributions", new { kind = "advice", text = world.Marker }))["id"]}";
    }

    public static object AnswerOf(World world) => new { text = world.Marker, decision = "accepted", reason = world.Marker };

    public static async Task<string> DoneTaskAsync(World world)
    {
        var initiative = await Deciding.OpenAsync(world.Agency, "execution");
        var task = $"{initiative}/tasks/{(await (await world.Agency.Citizen).PostJsonAsync($"{initiative}/tasks", new { title = world.Marker, text = world.Marker }))["id"]}";
        await (await (await world.Agency.Citizen).PostAsync($"{task}/completion", null)).ReadAsync(HttpStatusCode.OK);
        return task;
    }

    // A service of its own: it has one draft at a time.
    public static async Task<string> DraftAsync(World world)
    {
        var key = $"designed-{Guid.NewGuid():N}";
        await world.Agency.MakeServiceAsync(key);
        await (await world.Agency.Admin).PostJsonAsync($"{world.Agency.Path}/services/{key}/versions", new { name = world.Marker });
        return key;
    }

    public static async Task<string> DiscussionAsync(World world, Role by) => $"{world.Agency.Path}/discussions/{(await (await world.Agency.AsAsync(by)).PostJsonAsync($"{world.Agency.Path}/discussions",
        new { service = world.Known["service"], kind = "question", title = world.Marker, text = world.Marker }))["id"]}";

    public static async Task<string> RuleAsync(World world)
    {
        var key = $"rule-{Guid.NewGuid():N}";
        await (await (await world.Agency.Admin).PutAsync($"{world.Agency.Path}/moderation-rules/{key}", new { title = world.Marker, text = world.Marker }, null)).ReadAsync(HttpStatusCode.OK);
        return key;
    }

    // By an agent: an admin may decide what its author objects.
    public static async Task<string> RemovalAsync(World world)
    {
        var remark = (await DiscussionAsync(world, Role.Citizen)).Split('/')[^1];
        var removal = await (await world.Agency.AsAnotherAsync(Role.Agent)).PostJsonAsync($"{world.Agency.Path}/remarks/{remark}/removal", new { rule = await RuleAsync(world), reason = world.Marker });
        return $"{world.Agency.Path}/removals/{removal["id"]}";
    }

    public static Task<string> DecisionAsync(World world) => Deciding.DecideAsync(world.Agency, new { method = "approval" }, ("playground", null));

    public static async Task<string> OptionAsync(World world) => $"{await DecisionAsync(world)}/options/playground";

    public static async Task<string> CountedAsync(World world)
    {
        var path = await DecisionAsync(world);
        await Deciding.CountAsync(world.Host, world.Agency, path);
        return path;
    }
}
