using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Linking;

/// <summary>Where and how far to look for cases that may be about the same.</summary>
/// <param name="Service">The service's key.</param>
/// <param name="Latitude">Degrees, WGS 84.</param>
/// <param name="Longitude">Degrees, WGS 84.</param>
/// <param name="WithinMetres">How far.</param>
/// <param name="WithinDays">How long ago.</param>
public sealed record Vicinity(string Service, double Latitude, double Longitude, double WithinMetres, int WithinDays)
{
    const double EarthRadius = 6_371_008.8; // metres, the mean radius R1 of the IUGG (Moritz 2000, "Geodetic reference system 1980")

    /// <summary>How far a place is, in metres along a great circle (Sinnott 1984, "Virtues of the haversine").</summary>
    public double DistanceTo(double latitude, double longitude)
    {
        var (from, to) = (double.DegreesToRadians(Latitude), double.DegreesToRadians(latitude));
        var haversine = Squared(Math.Sin((to - from) / 2)) + Math.Cos(from) * Math.Cos(to) * Squared(Math.Sin(double.DegreesToRadians(longitude - Longitude) / 2));
        return 2 * EarthRadius * Math.Asin(Math.Min(1, Math.Sqrt(haversine)));

        static double Squared(double x) => x * x;
    }

    /// <summary>Half the height of a box around everything within reach, in degrees.</summary>
    public double LatitudeReach => double.RadiansToDegrees(WithinMetres / EarthRadius);

    /// <summary>Half its width; everything, where the box touches a pole.</summary>
    public double LongitudeReach => Math.Abs(Latitude) + LatitudeReach >= 90 ? 180
        : double.RadiansToDegrees(Math.Asin(Math.Min(1, Math.Sin(WithinMetres / EarthRadius) / Math.Cos(double.DegreesToRadians(Latitude)))));
}

/// <summary>A case that may be about the same.</summary>
/// <param name="Id">For staff only.</param>
/// <param name="Number">The agency's running number.</param>
/// <param name="Title">For staff only: it is in its citizen's words.</param>
/// <param name="Status">The agency's word.</param>
/// <param name="SubmittedAt">When it came in.</param>
/// <param name="DistanceMetres">How far; in tens of metres for those who are not staff.</param>
public sealed record SimilarCase(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? Id, long Number,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Title, CaseStatus Status, DateTimeOffset SubmittedAt, int DistanceMetres);

/// <summary>Finds cases of the same service near in place and time: perhaps somebody has reported it before.</summary>
public sealed class SimilarCases(TenantDb db, TimeProvider clock)
{
    /// <summary>The nearest first. Staff see which they are; others that there are some, and nothing that a citizen wrote.</summary>
    /// <returns>The cases, or null when there is no such service.</returns>
    public async Task<IReadOnlyList<SimilarCase>?> FindAsync(Caller caller, Vicinity vicinity, int limit, CancellationToken ct)
    {
        var (reach, width) = (vicinity.LatitudeReach, vicinity.LongitudeReach);
        await using var transaction = await db.BeginAsync(caller.Agency, ct);
        var service = await transaction.QuerySingleOrDefaultAsync<Guid?>("select id from services where agency_id = @agency and key = @service", new { vicinity.Service }, ct);
        if (service is null) return null;
        // cases_of_service knows the time and the latitude; the difference of longitudes goes the short way round.
        var near = await transaction.QueryAndCommitAsync<Near>("""
            select c.id, c.number, c.title, c.status, c.submitted_at, c.latitude, c.longitude
            from cases c
            where c.agency_id = @agency and c.service_id = @service and c.latitude between @south and @north
              and least(abs(c.longitude - @longitude), 360 - abs(c.longitude - @longitude)) <= @width
              and c.submitted_at >= @since and c.merged_into is null
            order by abs(c.latitude - @latitude) + abs(c.longitude - @longitude), c.id
            limit @most
            """,
            new
            {
                service, South = vicinity.Latitude - reach, North = vicinity.Latitude + reach, vicinity.Latitude, vicinity.Longitude, width,
                Since = clock.Now().AddDays(-vicinity.WithinDays), Most = 10 * limit,
            }, ct);
        return [.. near.Select(c => (Case: c, Metres: vicinity.DistanceTo(c.Latitude, c.Longitude)))
            .Where(c => c.Metres <= vicinity.WithinMetres).OrderBy(c => c.Metres).Take(limit)
            .Select(c => caller.IsStaff
                ? new SimilarCase(c.Case.Id, c.Case.Number, c.Case.Title, c.Case.Status, c.Case.SubmittedAt, (int)Math.Round(c.Metres))
                : new(null, c.Case.Number, null, c.Case.Status, c.Case.SubmittedAt, 10 * (int)Math.Round(c.Metres / 10)))];
    }

    sealed record Near(Guid Id, long Number, string Title, CaseStatus Status, DateTimeOffset SubmittedAt, double Latitude, double Longitude);
}
