using System.Runtime.CompilerServices;
using System.Text.Json;
using Cirm.Core.Platform.Exports;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Results;

/// <summary>The published results of all surveys, a line a figure: what anybody who may read results can read, and nothing that disclosure control hides.</summary>
public sealed class ExportResults(SurveyResults results) : IExportSource
{
    /// <inheritdoc/>
    public string Kind => "results";

    /// <inheritdoc/>
    public IReadOnlyList<string> Columns { get; } =
    [
        "survey", "wave", "asOf", "weighted", "by", "group", "question", "row", "option", "n", "effectiveN", "skipped", "count", "share", "mean", "standardError", "low", "high",
        "suppressed",
    ];

    /// <inheritdoc/>
    public async IAsyncEnumerable<object> RowsAsync(TenantTransaction snapshot, DateTimeOffset now, [EnumeratorCancellation] CancellationToken ct)
    {
        var published = await snapshot.QueryAsync<PublishedPage>("""
            select distinct s.key as survey, w.name as wave, r.breakdown, r.weighted
            from survey_results r
            join survey_waves w on w.agency_id = r.agency_id and w.id = r.wave_id
            join surveys s on s.agency_id = w.agency_id and s.id = w.survey_id
            where r.agency_id = @agency and not (w.embargo and w.closed_at is null)
            order by s.key, w.name, r.breakdown, r.weighted
            """, null, ct);
        foreach (var page in published)
        {
            if (await results.FindWaveAsync(snapshot.Agency, page.Survey, page.Wave, ct) is not { Embargoed: false } wave) continue;
            if (page.Breakdown.Length > 0 && !wave.CanBeReadBy(page.Breakdown)) continue;
            if (page.Weighted && !wave.HasMargins) continue;
            var shown = await results.FindAsync(snapshot.Agency, wave.Id, page.Breakdown, null, page.Weighted, null, ct);
            if (page.Weighted && shown.Refused) continue;
            foreach (var piece in shown.Questions)
                foreach (var line in LinesOf(page, shown.AsOf, piece)) yield return line;
        }
    }

    static List<Line> LinesOf(PublishedPage page, DateTimeOffset? asOf, byte[] piece)
    {
        using var question = JsonDocument.Parse(piece);
        var (key, lines) = (question.RootElement.GetProperty("key").GetString()!, new List<Line>());
        foreach (var group in question.RootElement.GetProperty("groups").EnumerateArray())
        {
            var name = group.GetProperty("group").GetString()!;
            if (page.Breakdown.Length > 0 && name == ResultGroups.All) continue; // it stands with the results that are not broken down
            if (!group.TryGetProperty("rows", out var rows)) Add(group, name, null);
            else
                foreach (var row in rows.EnumerateArray()) Add(row, name, row.GetProperty("key").GetString());
        }
        return lines;

        void Add(JsonElement figures, string group, string? row)
        {
            lines.Add(LineOf(figures, group, row, null));
            if (!figures.TryGetProperty("options", out var options)) return;
            foreach (var option in options.EnumerateArray()) lines.Add(LineOf(option, group, row, option.GetProperty("key").GetString()));
        }

        Line LineOf(JsonElement of, string group, string? row, string? option) => new(
            page.Survey, page.Wave, asOf, page.Weighted, group == ResultGroups.All ? null : page.Breakdown, group, key, row, option, Figure(of, "n"), Figure(of, "effectiveN"),
            Figure(of, "skipped"), Figure(of, "count"), Figure(of, "share"), Figure(of, "mean"), Figure(of, "standardError"), Figure(of, "low"), Figure(of, "high"),
            of.TryGetProperty("suppressed", out _));
    }

    static decimal? Figure(JsonElement of, string name) => of.TryGetProperty(name, out var figure) && figure.ValueKind == JsonValueKind.Number ? figure.GetDecimal() : null;

    sealed record PublishedPage(string Survey, string Wave, string Breakdown, bool Weighted);

    sealed record Line(
        string Survey, string Wave, DateTimeOffset? AsOf, bool Weighted, string? By, string Group, string Question, string? Row, string? Option, decimal? N, decimal? EffectiveN,
        decimal? Skipped, decimal? Count, decimal? Share, decimal? Mean, decimal? StandardError, decimal? Low, decimal? High, bool Suppressed);
}
