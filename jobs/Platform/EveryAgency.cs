using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Jobs.Platform;

/// <summary>What a job that looks after everybody's rows walks along.</summary>
static class EveryAgency
{
    /// <summary>All agencies, those in preparation and the suspended ones too, and at the end the installation.</summary>
    public static async Task<IReadOnlyList<(string Slug, Guid Id)>> ListAsync(Databases databases, CancellationToken ct)
    {
        await using var command = databases.Router.CreateCommand("select slug, id from agencies order by slug");
        await using var reader = await command.ExecuteReaderAsync(ct);
        var agencies = new List<(string, Guid)>();
        while (await reader.ReadAsync(ct)) agencies.Add((reader.GetString(0), reader.GetGuid(1)));
        return [.. agencies, ("(installation)", Caller.Installation)];
    }
}
