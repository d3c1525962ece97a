using System.Collections.Concurrent;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions;

/// <summary>
/// The names of areas that an agency's cases speak of, to be offered to whoever types one. What an area is called is in citizens' words: only names that at least
/// the agency's smallest group of cases has are told, so that nobody's own address is.
/// </summary>
public sealed class Areas(TenantDb db, TimeProvider clock)
{
    /// <summary>More nobody looks through.</summary>
    public const int Most = 200;

    // Areas change slowly, and every report asks for them.
    static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);
    const int MostAgencies = 1_000;

    readonly ConcurrentDictionary<Guid, Reading> known = new();

    /// <summary>The names that most cases have, in alphabetical order; as of ten minutes ago at the earliest.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="smallestGroup">How many cases a name needs.</param>
    /// <param name="ct">Gives up waiting.</param>
    public async Task<IReadOnlyList<string>> KnownAsync(Guid agency, int smallestGroup, CancellationToken ct)
    {
        if (known.Count >= MostAgencies) known.Clear();
        var fresh = new Reading(new(() => ReadAsync(agency, smallestGroup)), clock.GetTimestamp());
        // Those who ask at the same time wait for one reading.
        var reading = known.AddOrUpdate(agency, fresh, (_, before) => clock.GetElapsedTime(before.At) < Remembered ? before : fresh);
        try
        {
            return await reading.Names.Value.WaitAsync(ct);
        }
        catch
        {
            if (reading.Names.Value.IsFaulted) known.TryRemove(KeyValuePair.Create(agency, reading));
            throw;
        }
    }

    // Reads nothing but the index cases_by_area.
    Task<IReadOnlyList<string>> ReadAsync(Guid agency, int smallestGroup) => db.QueryAsync<string>(agency, """
        select often.area
        from (
          select c.area, count(*) as cases
          from cases c
          where c.agency_id = @agency and c.area is not null
          group by c.area
          having count(*) >= @smallestGroup
          order by cases desc, c.area
          limit @most) often
        order by often.area
        """, new { smallestGroup, Most }, CancellationToken.None);

    sealed record Reading(Lazy<Task<IReadOnlyList<string>>> Names, long At);
}
