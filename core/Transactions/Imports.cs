using System.Text.Json;
using Cirm.Core.Identity;
using Cirm.Core.Insight;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Imports;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions;

/// <summary>The kinds of import there are, and the way to run one.</summary>
public sealed class Imports(TenantDb db, ImportFiles files, SurveySecrets secrets, TimeProvider clock)
{
    /// <summary>All kinds.</summary>
    public static readonly IReadOnlyList<ImportKind> Kinds = [ImportCases.Kind, ImportCitizens.Kind, ImportResponses.Kind];

    /// <summary>The kind of a name.</summary>
    /// <exception cref="Refusal"><see cref="Platform.Problems.Invalid"/>, naming what is possible.</exception>
    public static ImportKind KindOf(string? name) => Kinds.FirstOrDefault(k => k.Name == name) ?? throw Platform.Problems.InvalidValue(
        "?kind", name is null ? "required" : "unknown",
        $"kind has to be one of {string.Join(", ", Kinds.Select(k => k.Name))}.");

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
        else
        {
            var cases = await ImportCasesWriter.LoadAsync(db, agency, operation, request, home, clock.Now(), ct);
            await new ImportRun<CaseRow>(db, clock, agency, progress, cases).RunAsync(file, request.Mapping, ct);
        }
    }
}
