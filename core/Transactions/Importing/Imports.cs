using System.Text.Json;
using Cirm.Core.Identity;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Imports;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Partnering;

namespace Cirm.Core.Transactions.Importing;

/// <summary>The kinds of import there are, and the way to run one.</summary>
public sealed class Imports(TenantDb db, ImportFiles files, SurveySecrets secrets, TimeProvider clock)
{
    /// <summary>All kinds.</summary>
    public static readonly IReadOnlyList<ImportKind> Kinds = [ImportCases.Kind, ImportCitizens.Kind, ImportResponses.Kind];

    /// <summary>Those that read the history of a partner, as its GeoReport server tells it: by its own mapping.</summary>
    public static readonly IReadOnlyList<string> OfPartners = [PartnerRequests.KindName, ImportPartnerServices.KindName];

    /// <summary>Checks the name of a kind.</summary>
    /// <exception cref="Refusal"><see cref="Platform.Problems.Invalid"/>, naming what is possible.</exception>
    public static string KindOf(string? name) => name is not null && (Kinds.Any(k => k.Name == name) || OfPartners.Contains(name)) ? name : throw Platform.Problems.InvalidValue(
        "?kind", name is null ? "required" : "unknown",
        $"kind has to be one of {string.Join(", ", Kinds.Select(k => k.Name).Concat(OfPartners))}.");

    /// <summary>Carries out an import's operation, from where the attempt before this one came.</summary>
    public async Task RunAsync(Guid agency, IJobProgress progress, CancellationToken ct)
    {
        var operation = progress.Operation;
        var request = operation.Arguments.Deserialize<ImportRequest>(Wire.Json)!;
        var home = await ImportAgency.FindAsync(db, agency, ct);
        var file = () => request.Open(files.Open(agency, operation.Id, request.Chunks));
        if (request.Kind == ImportCitizens.Kind.Name)
        {
            var citizens = await ImportCitizens.LoadAsync(db, agency, clock.Now(), ct);
            await new ImportRun<CitizenRow>(db, clock, agency, progress, citizens).RunAsync(file, request.Mapping, ct);
        }
        else if (request.Kind == ImportResponses.Kind.Name)
        {
            var responses = await ImportResponses.LoadAsync(db, secrets, agency, home.Times(request.Mapping), clock.Now(), ct);
            await new ImportRun<ResponseRow>(db, clock, agency, progress, responses).RunAsync(file, request.Mapping, ct);
        }
        else if (request.Partner is { } partner)
        {
            await RunPartnerAsync(agency, partner, request, home, progress, ct);
        }
        else
        {
            var cases = await ImportCasesWriter.LoadAsync(db, agency, operation, request, home, clock.Now(), ct);
            await new ImportRun<CaseRow>(db, clock, agency, progress, cases).RunAsync(file, request.Mapping, ct);
        }
    }

    async Task RunPartnerAsync(Guid agency, Guid id, ImportRequest request, ImportAgency home, IJobProgress progress, CancellationToken ct)
    {
        var operation = progress.Operation;
        var partner = await PartnerHistory.FindAsync(db, agency, id, ct) ?? throw Platform.Problems.NotFound.Because("The partner is gone.");
        if (request.Kind == ImportPartnerServices.KindName)
        {
            var services = new ImportPartnerServices(id, operation, home.Language, request.CreateServices, clock.Now());
            await new ImportRun<PartnerServiceRow>(db, clock, agency, progress, services).RunAsync(() => Open(ImportPartnerServices.ColumnsOf), null, ct);
            return;
        }
        var requests = new PartnerRequests(partner);
        var cases = await ImportCasesWriter.LoadAsync(db, agency, operation, request, home, clock.Now(), ct, partner);
        await new ImportRun<CaseRow>(db, clock, agency, progress, cases).RunAsync(() => Open(requests.ColumnsOf), null, ct);

        RecordReader Open(Func<GeoReportThing, IReadOnlyDictionary<string, (string? Value, string Element)>> columns) =>
            new GeoReportRecords(files.Open(agency, operation.Id, request.Chunks), request.Format, columns);
    }
}
