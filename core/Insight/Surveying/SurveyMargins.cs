using System.Text.Json;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Surveying;

/// <summary>What the population of a survey is like: by attribute and value the share; the shares of an attribute add up to 1.</summary>
public sealed class Margins : Dictionary<string, Dictionary<string, double>>, IVersioned
{
    /// <summary>No margins.</summary>
    public Margins() { }

    /// <summary>These margins.</summary>
    public Margins(IDictionary<string, Dictionary<string, double>> shares) : base(shares) { }

    /// <summary>For If-Match; 0 while there are none.</summary>
    public long Version { get; init; }

    /// <summary>How far from 1 shares may add up.</summary>
    public const double Tolerance = 1e-6;

    /// <summary>What is wrong with margins, with pointers into them.</summary>
    /// <param name="attributes">That the survey can be weighted by.</param>
    public IEnumerable<ValidationError> Check(IReadOnlyList<AttributeDeclaration> attributes)
    {
        foreach (var (key, shares) in this)
        {
            var at = $"/{Escape(key)}";
            if (attributes.FirstOrDefault(a => a.Key == key) is not { } attribute)
            {
                yield return new(at, "unknown", "The answers of this survey do not carry such an attribute: a margin is over a breakdown that the survey declares.");
                continue;
            }
            var values = attribute.Type == AttributeType.Boolean ? ["true", "false"] : attribute.Values;
            foreach (var (value, share) in shares)
            {
                if (values?.Contains(value) == false) yield return new($"{at}/{Escape(value)}", "unknown", $"\"{key}\" has no such value.");
                if (!(share is >= 0 and <= 1)) yield return new($"{at}/{Escape(value)}", "range", "A share is from 0 to 1.");
            }
            if (Math.Abs(shares.Values.Sum() - 1) > Tolerance) yield return new(at, "sum", $"The shares of \"{key}\" do not add up to 1.");
        }
    }

    /// <summary>The refusal for margins that are wrong: the problem that all of it shares, or else validation as such.</summary>
    public static Refusal Refuse(IReadOnlyList<ValidationError> errors)
    {
        var codes = errors.Select(e => e.Code).Distinct().ToList();
        var problem = codes is ["sum"] ? Problems.MarginSum : codes is ["unknown"] ? Problems.MarginUnknown : Platform.Problems.Invalid;
        return new(problem, errors.Count == 1 ? errors[0].Detail : $"{errors.Count} things in the margins are not valid.") { Errors = errors };
    }

    // RFC 6901.
    static string Escape(string key) => key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}

/// <summary>Keeps each survey's margins.</summary>
public sealed class SurveyMargins(TenantDb db, Attributes attributes, TimeProvider clock)
{
    /// <summary>
    /// How often a wave's results are weighted by other margins. Who knows the margins knows each stratum's weight, so every weighting of the same answers
    /// says once more how many of each stratum gave one: enough of them would tell all of them.
    /// </summary>
    public const int MostWeightings = 3;

    /// <summary>A survey's margins; none while nobody has put any.</summary>
    public async Task<Margins> FindAsync(Guid agency, Guid survey, CancellationToken ct)
    {
        var row = await db.QuerySingleOrDefaultAsync<Row>(agency, """
            select m.margins, m.version
            from survey_margins m
            where m.agency_id = @agency and m.survey_id = @survey
            """, new { survey }, ct);
        return row is null ? [] : new(Read(row.Margins)) { Version = row.Version };
    }

    /// <summary>Replaces a survey's margins. Results are weighted by them when the survey is aggregated next; the same margins again change nothing.</summary>
    /// <param name="caller">Who puts them.</param>
    /// <param name="survey">Whose.</param>
    /// <param name="margins">The margins; no attribute at all: no weighting any more.</param>
    /// <param name="version">That they are to replace; null: whatever is there.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The margins, or null when they are not at that version.</returns>
    /// <exception cref="Refusal"><see cref="Problems.MarginSum"/>, <see cref="Problems.MarginUnknown"/>, <see cref="Problems.MarginsFixed"/>, <see cref="Platform.Problems.Invalid"/>.</exception>
    public async Task<Margins?> PutAsync(Caller caller, Survey survey, Margins margins, long? version, CancellationToken ct)
    {
        var errors = margins.Check(await AttributesOfAsync(caller.Agency, survey, ct)).ToList();
        if (errors.Count > 0) throw Margins.Refuse(errors);
        var now = clock.Now();
        var json = JsonSerializer.SerializeToElement(margins, Wire.Json);
        await using var change = await db.BeginAsync(caller, ct);
        if (await change.QuerySingleOrDefaultAsync<bool>("""
                select exists (select from survey_publications p
                               join survey_waves w on w.agency_id = p.agency_id and w.id = p.wave_id
                               where p.agency_id = @agency and w.survey_id = @survey and p.weightings >= @MostWeightings)
                  and not exists (select from survey_waves w
                                  left join survey_publications p on p.agency_id = w.agency_id and p.wave_id = w.id
                                  where w.agency_id = @agency and w.survey_id = @survey and coalesce(p.weightings, 0) < @MostWeightings)
                  and not exists (select from survey_margins m where m.agency_id = @agency and m.survey_id = @survey and m.margins = @json)
                """, new { Survey = survey.Id, MostWeightings, json }, ct))
            throw Problems.MarginsFixed.Because($"Each wave's answers were weighted {MostWeightings} times.");
        var kept = await change.QuerySingleOrDefaultAsync<Row>("""
            insert into survey_margins as m (agency_id, survey_id, margins, updated_at)
            select s.agency_id, s.id, @margins, @now
            from surveys s
            where s.agency_id = @agency and s.id = @survey
              and (coalesce(@version, 0) = 0 or exists (select from survey_margins o where o.agency_id = @agency and o.survey_id = @survey))
            on conflict (agency_id, survey_id) do update set margins = excluded.margins, version = m.version + (m.margins is distinct from excluded.margins)::int, updated_at = @now
            where @version is null or m.version = @version
            returning m.margins, m.version
            """, new { Survey = survey.Id, Margins = json, version, now }, ct);
        if (kept is null) return null;
        change.Audit(now, "survey-margins.changed", "survey", survey.Id, JsonSerializer.Serialize(new { attributes = margins.Keys }, Wire.Json));
        await change.CommitAsync(ct);
        return new(Read(kept.Margins)) { Version = kept.Version };
    }

    /// <summary>The attributes that a survey's answers carry: what it can be weighted and read by.</summary>
    public async Task<IReadOnlyList<AttributeDeclaration>> AttributesOfAsync(Guid agency, Survey survey, CancellationToken ct)
    {
        var keys = survey.Anonymity == Anonymity.Confidential && !survey.Labels.Any() ? await CoarseAsync(agency, ct) : [.. survey.Labels];
        var declared = await attributes.OfAsync(agency, keys, ct);
        return [.. keys.Select(key => declared.FirstOrDefault(d => d.Key == key)).OfType<AttributeDeclaration>()];
    }

    async Task<string[]> CoarseAsync(Guid agency, CancellationToken ct) =>
        [.. await db.QueryAsync<string>(agency, """
            select a.key
            from attributes a
            where a.agency_id = @agency and a.type in ('code', 'boolean') and not a.sensitive
            order by a.key
            """, null, ct)];

    internal static Dictionary<string, Dictionary<string, double>> Read(JsonElement margins) =>
        margins.Deserialize<Dictionary<string, Dictionary<string, double>>>(Wire.Json)!;

    sealed record Row(JsonElement Margins, long Version);
}
