using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Desk;
using Cirm.Core.Transactions.Files;
using Cirm.Core.Transactions.Partnering;
using Cirm.Jobs.Transactions;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cirm.Tests.Partners;

/// <summary>A host whose operator trusts a council on this machine, and a worker's side of it.</summary>
public sealed class PartnerHost : CirmHost
{
    /// <summary>Their words, as most tests have them.</summary>
    public static readonly object[] StatusesIn =
    [
        new { status = "open" }, new { status = "in_progress", to = "inProgress" }, new { status = "fixed", to = "resolved", outcome = "fixed" },
        new { status = "closed", to = "closed" }, new { status = "closed", code = "DUP", to = "refused", outcome = "duplicate" }, new { status = "reopen", to = "reopened" },
    ];

    /// <summary>Ours in theirs. They have no word for a refusal.</summary>
    public static readonly object[] StatusesOut =
    [
        new { when = "submitted", status = "open" }, new { when = "accepted", status = "open" }, new { when = "inProgress", status = "in_progress" },
        new { when = "resolved", status = "closed" }, new { when = "resolved", outcome = "fixed", status = "fixed" }, new { when = "closed", status = "closed" },
        new { when = "reopened", status = "open" }, new { when = "notSolved", status = "open" }, new { when = "solved", status = (string?)null },
    ];

    public Council Council { get; } = new();

    /// <summary>Listens on this machine too, and nobody said that it may be called.</summary>
    public Council Inside { get; } = new();

    /// <summary>Where another installation will be; trusted, too.</summary>
    public string Neighbour { get; } = $"http://127.0.0.1:{FreePort()}";

    public GeoReportClient Client(TimeSpan? patience = null) => new(new OutboundGuard([new(Council.Origin), new(Neighbour)]), patience);

    protected override void Configure(IWebHostBuilder builder) => builder.ConfigureTestServices(services => services.AddSingleton(_ => Client()).AddSingleton(s => LinksOf(s.GetRequiredService<Databases>())));

    // The installation's address, as CIRM_URL has it elsewhere.
    static PictureLinks LinksOf(Databases databases) => new(databases, "https://city.example");

    public T Get<T>() where T : notnull => Services.GetRequiredService<T>();

    /// <summary>Sends what is due, until nothing is.</summary>
    /// <param name="later">As if it were that much later.</param>
    /// <param name="patience">Of a call.</param>
    public async Task SendAsync(TimeSpan later = default, TimeSpan? patience = null)
    {
        await this.DispatchAsync();
        using var client = Client(patience);
        await await new SendToPartners(Sender(client, later), NullLogger<SendToPartners>.Instance).BeginAsync(CancellationToken.None);
    }

    public PartnerSending Sender(GeoReportClient client, TimeSpan later = default)
    {
        var clock = new Later(later);
        return new(Get<TenantDb>(), Get<Databases>(), new PartnerNotes(Get<TenantDb>(), clock), client, Get<PartnerKeys>(), Get<PictureLinks>(), clock);
    }

    /// <summary>Reads what a partner did.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="partner">Its path.</param>
    /// <param name="later">As if it were that much later.</param>
    /// <param name="due">Makes it its turn.</param>
    public async Task<bool?> ReadAsync(TestAgency agency, string partner, TimeSpan later = default, bool due = true)
    {
        if (due) await Database.ExecuteAsOwnerAsync($"update partners set fetch_due_at = now() where agency_id = '{agency.Id}'");
        using var client = Client();
        var clock = new Later(later);
        var updates = new PartnerUpdates(Get<TenantDb>(), Get<Casework>(), clock);
        return await new PartnerReading(Get<TenantDb>(), Get<Databases>(), updates, client, Get<PartnerKeys>(), clock).ReadAsync(agency.Id, Guid.Parse(partner.Split('/')[^1]), CancellationToken.None);
    }

    /// <summary>An agency with a service and a partner that has it under another code.</summary>
    public async Task<(TestAgency Agency, Desk Desk, string Partner)> AgencyWithPartnerAsync(object? with = null)
    {
        var agency = await CaseTests.AgencyWithServiceAsync(this);
        return (agency, Council.At(agency.Slug), await AddPartnerAsync(agency, with));
    }

    /// <summary>A partner; answers with its path.</summary>
    public async Task<string> AddPartnerAsync(TestAgency agency, object? with = null)
    {
        var body = System.Text.Json.JsonSerializer.SerializeToNode(new
        {
            name = "Water works", url = $"{Council.Origin}/{agency.Slug}", format = "json", apiKey = "the key", services = (object[])[new { service = "lamps", code = "LAMP01" }],
            statusesIn = StatusesIn, statusesOut = StatusesOut,
        })!.AsObject();
        foreach (var (name, value) in System.Text.Json.JsonSerializer.SerializeToNode(with ?? new { })!.AsObject()) body[name] = value?.DeepClone();
        return $"{agency.Path}/partners/{(await (await agency.Admin).PostJsonAsync($"{agency.Path}/partners", body))["id"]}";
    }

    static int FreePort()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Council.DisposeAsync();
        await Inside.DisposeAsync();
    }
}

/// <summary>What stories about partners have in common.</summary>
static class Partnering
{
    public static async Task<string> SubmitAsync(this TestAgency agency, string title = "It is dark", string channel = "web") =>
        $"{agency.Path}/cases/{(await (await agency.Agent).PostJsonAsync($"{agency.Path}/cases", new { service = "lamps", kind = "report", title, channel, location = new { latitude = 42.31, longitude = -71.06, area = "Dorchester" } }))["id"]}";

    public static async Task MoveAsync(this TestAgency agency, string path, params string[] states)
    {
        foreach (var to in states)
            await (await agency.Agent).PostJsonAsync($"{path}/transitions", new { to, reason = $"Because {to}.", outcome = to == "resolved" ? "fixed" : null }, HttpStatusCode.OK);
    }

    public static async Task<JsonArray> DeliveriesAsync(this TestAgency agency, string partner, string query = "") =>
        (await (await agency.Admin).GetJsonAsync($"{partner}/deliveries{query}"))["items"]!.AsArray();

    public static async Task<string?> StatusAsync(this TestAgency agency, string path) => (string?)(await (await agency.Agent).GetJsonAsync(path))["status"];

    public static async Task<string?> ReferenceAsync(this TestAgency agency, string path) =>
        (string?)(await (await agency.Agent).GetJsonAsync(path))["partners"]!.AsArray().SingleOrDefault()?["reference"];
}
