using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Imports;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Desk;
using Cirm.Core.Transactions.Importing;
using Cirm.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Transactions;

/// <summary>Imports as tests need them: sent over HTTP, carried out here as a worker would, once or in spite of accidents.</summary>
public static class Importing
{
    public const string Header = "externalId,service,channel,status,title,description,submittedAt,closedAt,latitude,longitude,area,citizenExternalId";

    /// <summary>Sends a file; answers with the operation's id.</summary>
    public static async Task<Guid> SendAsync(this TestAgency agency, string query, Stream file, string type = "text/csv", string? key = null)
    {
        var response = await agency.PostFileAsync(query, file, type, key);
        var operation = await response.ReadAsync(HttpStatusCode.Accepted);
        Assert.Equal($"{agency.Path}/operations/{operation["id"]}", response.Headers.Location!.ToString());
        Assert.Equal("queued", (string?)operation["state"]);
        return (Guid)operation["id"]!;
    }

    public static async Task<HttpResponseMessage> PostFileAsync(this TestAgency agency, string query, Stream file, string type = "text/csv", string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"{agency.Path}/imports?{query}") { Content = new StreamContent(file) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return await (await agency.Admin).SendAsync(request);
    }

    public static Stream Text(params IEnumerable<string> lines) => new MemoryStream(Encoding.UTF8.GetBytes(string.Join("\n", lines) + "\n"));

    /// <summary>Carries an import out as a worker does.</summary>
    /// <param name="accident">Told how often progress was reported; true kills the attempt there, and another one begins.</param>
    public static async Task<Operation> CarryOutAsync(this CirmHost host, Guid agency, Guid id, Func<int, bool>? accident = null)
    {
        var imports = new Imports(host.Services.GetRequiredService<TenantDb>(), host.Services.GetRequiredService<ImportFiles>(), host.Services.GetRequiredService<SurveySecrets>(), TimeProvider.System);
        return await host.CarryOutAsync(agency, id, progress => imports.RunAsync(agency, progress, CancellationToken.None), accident);
    }

    /// <summary>Carries bulk work out as a worker does.</summary>
    public static Task<Operation> CarryOutBulkAsync(this CirmHost host, TestAgency agency, Guid id, Func<int, bool>? accident = null, CancellationToken ends = default) =>
        host.CarryOutAsync(agency.Id, id, progress => host.Services.GetRequiredService<BulkOrders>().RunAsync(agency.Id, progress, ends), accident);

    /// <summary>Carries any operation out as a worker does.</summary>
    public static async Task<Operation> CarryOutAsync(this CirmHost host, Guid agency, Guid id, Func<IJobProgress, Task> run, Func<int, bool>? accident = null)
    {
        var operations = host.Services.GetRequiredService<Operations>();
        var reports = 0;
        while (await operations.StartAsync(agency, TimeProvider.System.Now(), id, CancellationToken.None) is { } operation)
        {
            try
            {
                await run(new Progress(operation, () => accident?.Invoke(++reports) == true));
                await operations.EndAsync(agency, TimeProvider.System.Now(), operation, OperationState.Succeeded, null, CancellationToken.None);
            }
            catch (Accident)
            {
                Assert.True(reports < 1000, "The work comes to an end.");
            }
            catch (OperationCanceledException)
            {
                await operations.EndAsync(agency, TimeProvider.System.Now(), operation, OperationState.Cancelled, null, CancellationToken.None);
            }
            catch (Refusal refusal)
            {
                await operations.EndAsync(agency, TimeProvider.System.Now(), operation, OperationState.Failed, refusal.Detail, CancellationToken.None);
            }
        }
        return (await operations.FindAsync(agency, id, CancellationToken.None))!;
    }

    /// <summary>Sends and carries out.</summary>
    public static async Task<Operation> ImportAsync(this CirmHost host, TestAgency agency, string query, Stream file, string type = "text/csv") =>
        await host.CarryOutAsync(agency.Id, await agency.SendAsync(query, file, type));

    /// <summary>As in <c>succeeded: 3 processed, 2 accepted, 0 unchanged, 1 rejected</c>.</summary>
    public static string Told(this Operation o) => $"{o.State.Word()}: {o.Processed} processed, {o.Accepted} accepted, {o.Unchanged} unchanged, {o.Rejected} rejected";

    /// <summary>The rejected lines over HTTP, as in <c>3 status unknown</c>.</summary>
    public static async Task<IReadOnlyList<string>> RejectionsAsync(this TestAgency agency, Operation operation) =>
        [.. ((JsonArray)(await (await agency.Admin).GetJsonAsync($"{agency.Path}/operations/{operation.Id}/rejections?limit=200"))["items"]!)
            .Select(r => $"{r!["line"]} {r["column"]} {r["code"]}")];

    public static async Task<string> MakeServiceAsync(this TestAgency agency, string key = "lights")
    {
        await (await agency.Admin).PostJsonAsync($"{agency.Path}/services", new
        {
            key, name = "Street lights", serves = "Everybody at night", rights = new { basis = "Law", objection = "Write to us" },
            standard = new { firstResponseHours = 4, resolutionHours = 48 }, publish = true,
        });
        return key;
    }

    sealed class Accident : Exception;

    sealed class Progress(Operation operation, Func<bool> accident) : IJobProgress
    {
        public Operation Operation => operation;

        public Task ReportAsync(TenantTransaction transaction, OperationCounts counts, CancellationToken ct) =>
            accident() ? throw new Accident() : Operations.ReportAsync(transaction, operation, counts, ct);
    }
}
