using Cirm.Core.Tenancy;

namespace Cirm.Core.Platform.Imports;

/// <summary>What an import has to know of its agency.</summary>
/// <param name="TimeZone">In which local times are read when a mapping does not say.</param>
/// <param name="Locales">Its first language first.</param>
public sealed record ImportAgency(string TimeZone, string[] Locales)
{
    /// <summary>The language of names that stand in a file.</summary>
    public string Language => Locales[0];

    /// <summary>How this agency's files tell times.</summary>
    public FileTimes Times(ImportMapping? mapping) => new(TimeZoneInfo.FindSystemTimeZoneById(mapping?.TimeZone ?? TimeZone), mapping?.TimeFormats ?? [], mapping?.Calendar ?? FileCalendar.Gregorian);

    /// <summary>Reads it.</summary>
    public static async Task<ImportAgency> FindAsync(TenantDb db, Guid agency, CancellationToken ct) =>
        await db.QuerySingleOrDefaultAsync<ImportAgency>(agency, "select time_zone, locales from agencies where id = @agency", null, ct)
        ?? throw new InvalidOperationException("The agency is gone.");
}
