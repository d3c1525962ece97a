using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Jobs.Platform;

namespace Cirm.Jobs.Insight;

/// <summary>Settles the answers that wait, and closes the waves whose time is over (docs/adr/0018-anonymous-surveys.md).</summary>
public sealed class SettleResponses(Databases databases, Settling settling, ILogger<SettleResponses> log) : IJob<NoArgs>
{
    public static JobTerms Terms { get; } = new("settle-responses"); // its next run is its retry

    public async Task RunAsync(NoArgs args, IJobProgress progress, CancellationToken ct)
    {
        var failures = new List<Exception>();
        foreach (var agency in await PendingAsync(ct))
        {
            foreach (var wave in await settling.PendingAsync(agency, ct))
            {
                try
                {
                    await settling.SettleAsync(agency, wave, atOnce: false, ct);
                }
                catch (Exception e) when (e is not OperationCanceledException) // one wave that cannot be settled keeps no other waiting
                {
                    log.LogWarning("Wave {Wave} could not be settled: {Failure}", wave, e.WithoutContent());
                    failures.Add(e);
                }
            }
        }
        if (failures.Count > 0) throw new AggregateException(failures);
    }

    async Task<IReadOnlyList<Guid>> PendingAsync(CancellationToken ct)
    {
        await using var command = databases.Router.CreateCommand("""
            select agency_id from survey_inbox
            union
            select agency_id from survey_waves where closed_at is null and closes_at <= now()
            """);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var agencies = new List<Guid>();
        while (await reader.ReadAsync(ct)) agencies.Add(reader.GetGuid(0));
        return agencies;
    }
}
