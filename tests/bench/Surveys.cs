using System.Diagnostics;
using Cirm.Core.Insight.Results;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Tenancy;
using Npgsql;

namespace Cirm.Bench;

/// <summary>
/// 1,000,000 responses of 10 questions with 5 options each, 20 overlapping segments, 3 a citizen: counted by question, option and segment,
/// against PostgreSQL's own grouped count over one row an answer joined to memberships. Then 1,000 answers more.
/// </summary>
static class Surveys
{
    const int Responses = 1_000_000, Questions = 10, Options = 5, Segments = 20, Rounds = 3, More = 1_000;

    public static async Task<Measure> RunAsync()
    {
        await using var server = await Server.StartAsync("cirm_bench_survey");
        await using var databases = new Databases(Server.ConnectionTo(server.Database).Replace("Pooling=False", "Pooling=True", StringComparison.OrdinalIgnoreCase), Server.Secret);
        var (db, wave, questions) = (new TenantDb(databases), Guid.CreateVersion7(), SurveyFilling.Questions(Questions, Options));
        await SurveyFilling.FillAsync(server, wave, questions, Responses, Segments);
        await FillPlainAsync(server, wave);
        await server.ExecuteAsync("vacuum analyze");
        var results = new SurveyResults(db, TimeProvider.System);
        await results.CountAsync(server.Agency, wave, recount: true, CancellationToken.None); // what is compiled and read from disk once is not measured

        var (ours, reference, steal) = (new List<double>(), new List<double>(), Steal.Now());
        for (var round = 0; round < Rounds; round++)
        {
            ours.Add(await SecondsAsync(() => results.CountAsync(server.Agency, wave, recount: true, CancellationToken.None)));
            reference.Add(await SecondsAsync(() => PlainAsync(server)));
            Console.Error.WriteLine(FormattableString.Invariant($"  round {round + 1}: ours {ours[^1]:0.00}, reference {reference[^1]:0.00} s"));
        }
        await CheckAsync(server, await results.CountAsync(server.Agency, wave, recount: true, CancellationToken.None));

        var more = new List<double>();
        for (var round = -40; round < 9; round++) // the first ones until all of it is compiled, as it is in a worker that has run for a minute
        {
            var answers = SurveyFilling.Settled(More, Questions, Options, round);
            var seconds = await SecondsAsync(async () =>
            {
                await using (var transaction = await db.BeginAsync(server.Agency, CancellationToken.None))
                {
                    SurveyCounts.Add(transaction, wave, questions, answers);
                    await transaction.CommitAsync(CancellationToken.None);
                }
                await results.CountAsync(server.Agency, wave, recount: false, CancellationToken.None);
            });
            if (round >= 0) more.Add(seconds);
        }
        var publishing = await SecondsAsync(() => results.PublishAsync(server.Agency, wave, PublishReason.Asked, recount: false, CancellationToken.None));
        var (full, plain, fresh) = (Measure.Median(ours), Measure.Median(reference), Measure.Median(more));
        return new("survey", Math.Round(full, 3), Math.Round(plain, 3), Math.Round(full / plain, 3),
            "seconds (every answer read, counted and spread over the segments; the reference gives the same table by one grouped count; at most 0.4)", new()
            {
                ["responses"] = Responses, ["questions"] = Questions, ["segments"] = Segments, ["strata"] = SurveyFilling.Strata(Segments).Count, ["rounds"] = Rounds,
                ["moreAnswers"] = More, ["moreMilliseconds"] = Math.Round(fresh * 1000, 1), ["moreOfFull"] = Math.Round(fresh / full, 4),
                ["moreIs"] = "counted, kept in a row, added to what there was, spread over the segments; without settling and without disclosure control",
                ["publishingSeconds"] = Math.Round(publishing, 2), ["publishingIs"] = "with disclosure control of all tables, and everything written down as it is read",
                ["stealPercent"] = Math.Round(steal.PercentSince(), 1), ["processors"] = Environment.ProcessorCount,
            });
    }

    static async Task<double> SecondsAsync(Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        return watch.Elapsed.TotalSeconds;
    }

    // One row an answer and one a membership, as a table would be made for it; with statistics, and what sorting needs in memory.
    static Task FillPlainAsync(Server server, Guid wave) => server.ExecuteAsync($$"""
        create table plain_answers as
        select r.ordinal as respondent, a.question::smallint as question, a.option::smallint as option
        from (select row_number() over () as ordinal, answers from survey_responses where wave_id = '{{wave}}') r
        cross join lateral (select substr(e.key, 2)::int, substr(e.value #>> '{}', 2)::int from jsonb_each(r.answers) e) as a (question, option);
        create table plain_members as
        select r.ordinal as respondent, s.n::smallint as segment
        from (select row_number() over () as ordinal, stratum from survey_responses where wave_id = '{{wave}}') r
        join survey_strata t on t.wave_id = '{{wave}}' and t.stratum = r.stratum
        cross join lateral unnest(t.segments) as m (id)
        join (select id, row_number() over (order by key) as n from segments) s on s.id = m.id;
        """);

    const string Plain = """
        select a.question, a.option, m.segment, count(*)
        from plain_answers a
        join plain_members m on m.respondent = a.respondent
        group by 1, 2, 3
        """;

    static async Task PlainAsync(Server server)
    {
        await using var connection = new NpgsqlConnection(Server.ConnectionTo(server.Database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"set work_mem = '256MB'; {Plain}", connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) { }
    }

    // Both gave the same table.
    static async Task CheckAsync(Server server, ResultFigures figures)
    {
        await using var connection = new NpgsqlConnection(Server.ConnectionTo(server.Database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(Plain, connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync();
        var (keys, cells) = (figures.Groups.Groups.Index().Where(g => g.Item.Breakdown == Survey.BySegment).OrderBy(g => g.Item.Key, StringComparer.Ordinal).Select(g => g.Index).ToList(), 0);
        for (; await reader.ReadAsync(); cells++)
        {
            var item = figures.Tally.Layout.Items.Single(i => i.Question.Key == $"q{reader.GetInt16(0)}");
            var ours = figures.Count(keys[reader.GetInt16(2) - 1], item.Option(reader.GetInt16(1)));
            if (ours != reader.GetInt64(3)) throw new InvalidOperationException($"q{reader.GetInt16(0)} o{reader.GetInt16(1)} in segment {reader.GetInt16(2)}: {ours}, not {reader.GetInt64(3)}.");
        }
        if (cells != Questions * Options * Segments) throw new InvalidOperationException($"The reference has {cells} cells.");
    }
}
