using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Cirm.Core.Platform.Exports;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Information;

/// <summary>The services that anybody can read, each in the version in force.</summary>
public sealed class ExportServices(Services services) : IExportSource
{
    const int AtATime = 200;

    /// <inheritdoc/>
    public string Kind => "services";

    /// <inheritdoc/>
    public IReadOnlyList<string> Columns { get; } =
        ["key", "number", "state", "name", "description", "serves", "rights", "standard", "calendar", "unit", "channels", "eligibility", "documents", "cost", "keywords", "publishedAt", "id"];

    /// <inheritdoc/>
    public async IAsyncEnumerable<object> RowsAsync(TenantTransaction snapshot, DateTimeOffset now, [EnumeratorCancellation] CancellationToken ct)
    {
        string? after = null;
        IReadOnlyList<ServiceVersion> page;
        do
        {
            page = await services.ListAsync(snapshot.Agency, after, drafts: false, AtATime, ct);
            foreach (var service in page) yield return service;
            after = page.Count > 0 ? page[^1].Key : null;
        }
        while (page.Count == AtATime);
    }

    /// <summary>A service in the words of Open Referral's HSDS 3 (https://docs.openreferral.org), in the agency's first language.</summary>
    /// <param name="service">In force.</param>
    /// <param name="agency">Who offers it: the organization.</param>
    public static JsonObject ToHsds(ServiceVersion service, Agency agency)
    {
        string[] languages = agency.Locales;
        var hsds = new JsonObject
        {
            ["id"] = service.Id,
            ["name"] = service.Name.For(languages),
            ["description"] = service.Description?.For(languages),
            ["status"] = service.State == ServiceState.Published ? "active" : "defunct",
            ["eligibility_description"] = service.Eligibility?.For(languages) ?? service.Serves?.For(languages),
            ["fees_description"] = service.Cost?.For(languages),
            ["assured_date"] = service.PublishedAt?.UtcDateTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
            ["organization"] = new JsonObject { ["id"] = agency.Id, ["name"] = agency.Name.For(languages), ["description"] = agency.Name.For(languages) },
            ["required_documents"] = new JsonArray([.. (service.Documents ?? []).Select((document, i) =>
                new JsonObject { ["id"] = IdOf(service.Id, i), ["service_id"] = service.Id, ["document"] = document.For(languages) })]),
        };
        foreach (var (member, _) in hsds.Where(m => m.Value is null).ToList()) hsds.Remove(member); // HSDS has no nulls
        return hsds;
    }

    // Ours have no ids; the same one in every export.
    static Guid IdOf(Guid service, int position) => new(SHA256.HashData([.. service.ToByteArray(), .. BitConverter.GetBytes(position)]).AsSpan(0, 16));
}
