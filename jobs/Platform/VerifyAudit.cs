using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Jobs.Platform;

/// <summary>Walks the audit chains: every night, and by command.</summary>
public sealed class VerifyAudit(Databases databases, AuditTrail trail, ILogger<VerifyAudit> log) : IJob<NoArgs>
{
    public static JobTerms Terms { get; } = new("verify-audit", JobTerms.Growing);

    public async Task RunAsync(NoArgs args, IJobProgress progress, CancellationToken ct)
    {
        foreach (var (_, agency) in await EveryAgency.ListAsync(databases, ct))
            if (await trail.VerifyAsync(agency, ct) is { Broken: { } broken } verdict)
                log.LogError("The audit trail of agency {Agency} is broken after {Entries} entries: {Broken}", agency, verdict.Entries, broken);
    }

    /// <summary><c>verify-audit [agency …]</c>: a line for each chain.</summary>
    /// <returns>0 when every chain holds, 1 when one is broken, 2 when an agency is not known.</returns>
    public static async Task<int> CommandAsync(Databases databases, IReadOnlyList<string> slugs, TextWriter output, CancellationToken ct)
    {
        var trail = new AuditTrail(new TenantDb(databases));
        var known = await EveryAgency.ListAsync(databases, ct);
        var unknown = slugs.Except(known.Select(a => a.Slug)).ToList();
        foreach (var slug in unknown) await output.WriteLineAsync($"{slug}: no such agency");

        var code = unknown.Count > 0 ? 2 : 0;
        foreach (var (slug, id) in known.Where(a => slugs.Count == 0 || slugs.Contains(a.Slug)))
        {
            var verdict = await trail.VerifyAsync(id, ct);
            await output.WriteLineAsync(verdict.Broken is { } broken
                ? $"{slug}: BROKEN after {verdict.Entries} entries. {broken}"
                : $"{slug}: {verdict.Entries} entries hold");
            if (verdict.Broken is not null) code = 1;
        }
        return code;
    }
}
