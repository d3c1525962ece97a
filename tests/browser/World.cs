using System.Net;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Tests.Harness;
using Cirm.Tests.Participation;
using Cirm.Tests.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.BrowserTests;

/// <summary>An agency with one of everything that a page shows, and twenty of what a page lists. All of its texts are hostile: a page that runs one is found.</summary>
public sealed class World
{
    /// <summary>Found in the document as an element, or as a dialog, when a page does not show it as text.</summary>
    public const string Hostile = $"{Template} {Markup}";

    /// <summary>What template engines take for a sum.</summary>
    public const string Template = "{{7*7}}";

    /// <summary>The same without braces, for texts whose own places are written in them.</summary>
    public const string Markup = "<img src=x data-hostile onerror=alert(1)>\"'</title><script>alert(2)</script>";

    /// <summary>How many of each thing that is listed: a query a row would be seen among the statements of a page.</summary>
    public const int Many = 20;

    static readonly string[] Lamps = ["lamps"];

    World(CirmHost cirm, TestAgency agency) => (Cirm, Agency) = (cirm, agency);

    public CirmHost Cirm { get; }

    public TestAgency Agency { get; }

    public SignInAccount Citizen { get; private set; } = null!;

    /// <summary>What the examples of addresses name, and the code of a case that nobody signed.</summary>
    public Dictionary<string, string> Known { get; } = [];

    public static async Task<World> FurnishAsync(CirmHost cirm)
    {
        var slug = $"w-{Guid.NewGuid():N}";
        var agency = await cirm.Services.GetRequiredService<Agencies>().CreateAsync(
            new(Caller.Installation, ActorKind.System, null, null, null, null, null), slug, Say("A town"), "Asia/Tehran", ["en", "fa"], 10, $"first@{slug}.example", "no password", CancellationToken.None);
        var world = new World(cirm, new(cirm, agency));
        await world.InformAsync();
        await world.WorkAsync();
        await world.TakePartAsync();
        await Office.FurnishAsync(world);
        await world.TalkAsync();
        await world.AskAsync();
        await world.OwnDataAsync();
        return world;
    }

    /// <summary>Where a role's accounts are: operators belong to the installation.</summary>
    public Guid HomeOf(Role? role) => role == Role.Operator ? Caller.Installation : Agency.Id;

    /// <summary>A text in both languages.</summary>
    internal static Localized Say(string text, string hostile = Hostile) => new("en", $"{text} {hostile}") { ["fa"] = $"متن {text} {hostile}" };

    async Task InformAsync()
    {
        var admin = await Agency.Admin;
        object Service(string key, object? questions = null) => new
        {
            key, name = Say($"Lamps {key}"), description = Say("About lamps"), serves = Say("Who walks at night"), eligibility = Say("Everybody"), cost = Say("Nothing"), documents = new[] { Say("A photo") },
            rights = new { basis = Say("The law"), objection = Say("Within 30 days") }, standard = new { firstResponseHours = 8, resolutionHours = 48 }, questions, publish = true,
        };
        await admin.PostJsonAsync($"{Agency.Path}/services", Service("lamps", new object[]
        {
            new { key = "pole", type = "text", text = Say("Which pole?"), maxLength = 50 }, new { key = "since", type = "date", text = Say("Since when?") },
            new { key = "lit", type = "single", text = Say("Is it lit?"), options = Choices("yes", "no") }, new { key = "what", type = "multiple", text = Say("What is broken?"), options = Choices("glass", "pole") },
            new { key = "count", type = "number", text = Say("How many?") }, new { key = "again", type = "boolean", text = Say("Is it so again?") },
        }));
        for (var i = 0; i < Many; i++) await admin.PostJsonAsync($"{Agency.Path}/services", Service($"service-{i}"));
        foreach (var shelf in (string[])["articles", "notices"])
            for (var i = 0; i < Many; i++)
                await admin.PostJsonAsync($"{Agency.Path}/{shelf}", new { key = $"{shelf}-{i}", kind = "article", title = Say("A text"), body = Say("# Of lamps\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"), services = Lamps, publish = true });
    }

    static object[] Choices(params string[] keys) => [.. keys.Select(key => new { key, text = Say(key) })];

    async Task WorkAsync()
    {
        Citizen = await Cirm.AddAccountAsync(Agency.Id, Role.Citizen);
        var (citizen, agent) = (await Cirm.ClientAsync(Agency.Id, Citizen), await Agency.Agent);
        var lamp = CaseTests.Lamp with { Title = $"A lamp {Hostile}" };
        for (var i = 0; i < Many; i++) await citizen.PostJsonAsync($"{Agency.Path}/cases", lamp);
        var own = await citizen.PostJsonAsync($"{Agency.Path}/cases", lamp);
        foreach (var to in (string[])["accepted", "inProgress", "resolved"]) await agent.PostJsonAsync($"{Agency.Path}/cases/{own["id"]}/transitions", new { to, reason = Hostile }, HttpStatusCode.OK);
        await citizen.PostJsonAsync($"{Agency.Path}/cases/{own["id"]}/verdict", new { solved = false, reason = Hostile }, HttpStatusCode.OK);
        await citizen.PostJsonAsync($"{Agency.Path}/cases/{own["id"]}/appeals", new { reason = Hostile });
        var nobodys = await Cirm.Anonymous.PostJsonAsync($"{Agency.Path}/cases", lamp);
        await agent.PostJsonAsync($"{Agency.Path}/cases/{nobodys["id"]}/questions", new { text = Hostile });
        (Known["case"], Known["code"]) = ((string)own["id"]!, (string)nobodys["trackingCode"]!);
    }

    async Task TakePartAsync()
    {
        var (manager, citizen) = (await Agency.Manager, await Cirm.ClientAsync(Agency.Id, Citizen));
        for (var i = 0; i < Many; i++) await InitiativeAsync(manager, $"initiative-{i}", "consultation");
        await InitiativeAsync(manager, "drafted", "consultation", draft: true);
        await InitiativeAsync(manager, "budget", "decision", new { method = "budget-greedy", budget = 100 });
        foreach (var option in Enumerable.Range(0, Many)) await manager.PostJsonAsync($"{Agency.Path}/initiatives/budget/options", new { key = $"option-{option}", title = Say("A bench"), cost = 20 + option });
        for (var i = 0; i < Many; i++)
        {
            var said = await citizen.PostJsonAsync($"{Agency.Path}/initiatives/budget/contributions", new { kind = "proposal", text = Hostile, signedAs = "<b>I</b>" });
            if (i % 2 == 0) await manager.PostJsonAsync($"{Agency.Path}/initiatives/budget/contributions/{said["id"]}/answer", new { text = Hostile, decision = "accepted", reason = Hostile });
        }
    }

    async Task TalkAsync()
    {
        var (citizen, agent, manager) = (await Cirm.ClientAsync(Agency.Id, Citizen), await Agency.Agent, await Agency.Manager);
        await manager.PutAsync($"{Agency.Path}/agenda", new { threshold = 2, answerDays = 30 }, null);
        for (var i = 0; i < Many; i++)
        {
            Known["topic"] = (string)(await citizen.PostJsonAsync($"{Agency.Path}/topics", new { title = Hostile, text = Hostile, service = "lamps" }))["id"]!;
            Known["talk"] = (string)(await citizen.PostJsonAsync($"{Agency.Path}/discussions", new { service = "lamps", kind = "question", title = Hostile, text = Hostile }))["id"]!;
        }
        for (var i = 0; i < Many; i++) await agent.PostJsonAsync($"{Agency.Path}/discussions/{Known["talk"]}/posts", new { text = Hostile });
        foreach (var objected in (bool[])[true, false])
        {
            var removed = await citizen.PostJsonAsync($"{Agency.Path}/discussions", new { service = "lamps", kind = "experience", title = Hostile, text = Hostile });
            Known["removal"] = (string)(await agent.PostJsonAsync($"{Agency.Path}/remarks/{removed["id"]}/removal", new { rule = "rule-0", reason = Hostile }))["id"]!;
            if (objected) await citizen.PostJsonAsync($"{Agency.Path}/removals/{Known["removal"]}/appeal", new { reason = Hostile }, HttpStatusCode.OK);
        }
        await agent.PostJsonAsync($"{Agency.Path}/topics/{Known["topic"]}/answer", new { text = Hostile, decision = "declined", reason = Hostile }, HttpStatusCode.OK);

        await InitiativeAsync(manager, "doing", "execution");
        var tasks = $"{Agency.Path}/initiatives/doing/tasks";
        for (var i = 0; i < Many; i++) Known["task"] = (string)(await citizen.PostJsonAsync(tasks, new { title = Hostile, text = Hostile, safety = Hostile, signedAs = "<b>I</b>" }))["id"]!;
        for (var i = 0; i < Many; i++)
        {
            await agent.PostJsonAsync($"{tasks}/{Known["task"]}/pledges", new { kind = "hours", amount = 2, text = Hostile });
            await citizen.PostJsonAsync($"{tasks}/{Known["task"]}/progress", new { text = Hostile });
        }

        await InitiativeAsync(manager, "counted", "decision", new { method = "budget-equal-shares", budget = 100 });
        foreach (var option in (string[])["bench", "tree", "pond"]) await manager.PostJsonAsync($"{Agency.Path}/initiatives/counted/options", new { key = option, title = Say(option), cost = 40 });
        await Deciding.EnterAsync(Cirm, Agency, $"{Agency.Path}/initiatives/counted", Bench, BenchAndTree, BenchAndTree);
        await Deciding.CountAsync(Cirm, Agency, $"{Agency.Path}/initiatives/counted");
    }

    async Task AskAsync()
    {
        var manager = await Agency.Manager;
        await manager.PostJsonAsync($"{Agency.Path}/surveys", new
        {
            key = "asked", title = Say("Lamps"), introduction = Say("Where is it dark?"), anonymity = "anonymous", access = "open",
            questions = new object[]
            {
                new { key = "lit", type = "single", text = Say("Is it lit?"), options = Choices("yes", "no"), required = true },
                new { key = "needs", type = "multiple", text = Say("What is needed?"), options = Choices("lamps", "trees") },
            },
        });
        var wave = await manager.PostJsonAsync($"{Agency.Path}/surveys/asked/waves", new { name = "First", opensAt = DateTimeOffset.UtcNow.AddHours(-1), closesAt = DateTimeOffset.UtcNow.AddDays(7) });
        Known["asked"] = (string)wave["id"]!;
    }

    static readonly string[] Bench = ["bench"], BenchAndTree = ["bench", "tree"];

    async Task OwnDataAsync()
    {
        var (admin, manager, citizen) = (await Agency.Admin, await Agency.Manager, await Cirm.ClientAsync(Agency.Id, Citizen));
        for (var i = 0; i < Many; i++)
            await admin.PutAsync($"{Agency.Path}/data-uses/use-{i}", new { name = Say("Letters"), purpose = Say("To write"), legalBasis = i == 0 ? "publicTask" : "consent", provision = i == 0 ? Hostile : null }, null);
        var other = await Cirm.AddAccountAsync(Agency.Id, Role.Citizen);
        for (var i = 0; i < Many; i++)
        {
            await admin.PostJsonAsync($"{Agency.Path}/citizens/{Citizen.CitizenId}/mandates", new { representative = new { account = other.Id }, given = "paper", evidence = Hostile, services = Lamps });
            await admin.PostJsonAsync($"{Agency.Path}/citizens/{other.CitizenId}/mandates", new { representative = new { account = Citizen.Id }, given = "court", evidence = Hostile });
            await admin.GetAsync($"{Agency.Path}/cases/{Known["case"]}");
            var found = await manager.PostJsonAsync($"{Agency.Path}/insights", new { source = "staff", title = Say("Dark"), text = Say("It is dark"), service = "lamps" });
            await manager.PostJsonAsync($"{Agency.Path}/insights/{found["id"]}/decision", new { decision = "declined", reason = Say("No money") }, HttpStatusCode.OK);
        }
    }

    async Task InitiativeAsync(HttpClient manager, string key, string tier, object? decision = null, bool draft = false)
    {
        var body = new Dictionary<string, object?>
        {
            ["key"] = key, ["draft"] = draft, ["title"] = Say("Which first?"), ["summary"] = Say("Of works"), ["mandate"] = Say("We do it"), ["tier"] = tier,
            ["opensAt"] = DateTimeOffset.UtcNow.AddHours(-1), ["closesAt"] = DateTimeOffset.UtcNow.AddDays(7),
        };
        if (decision is not null) body["decision"] = decision;
        await manager.PostJsonAsync($"{Agency.Path}/initiatives", body);
    }
}
