using System.Text.Json;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Cirm.Tests.Jobs;

namespace Cirm.Tests.Insight;

/// <summary>Real workers, killed with SIGKILL while answers are on their way from the inbox to where they count.</summary>
public sealed class KilledSettlingTests(Workers workers, ITestOutputHelper output) : IClassFixture<Workers>
{
    const int Answers = 40_000, AtATime = 2_000;

    [Fact]
    public async Task Answers_whose_workers_are_killed_are_settled_by_the_next_none_lost_and_none_twice()
    {
        var agency = (await new Agencies(workers.Databases, workers.Db, TimeProvider.System).CreateAsync(
            Caller.System(Caller.Installation), $"s-{Guid.NewGuid():N}", new Localized("en", "Killed"), "UTC", ["en"], 10, "first@killed.example", "none", CancellationToken.None)).Id;
        var (caller, now) = (Caller.System(agency), TimeProvider.System.Now());
        var question = new SurveyQuestion("n", SurveyQuestionType.Number, new("en", "Which?"));
        var survey = await new Surveys(workers.Db, TimeProvider.System).CreateAsync(caller, new(
            default, "killed", new("en", "Killed"), null, Anonymity.Anonymous, SurveyAccess.Members, [], [], JsonList<SurveyQuestion>.Of([question])!, false, null, null, default, 0), CancellationToken.None);
        var wave = (await new SurveyWaves(workers.Db, TimeProvider.System).AddAsync(caller, survey.Key, "1", now.AddHours(-1), now.AddDays(1), null, CancellationToken.None))!.Id;
        await FillAsync(agency, wave, question);

        await Workers.UntilAsync("settling is under way", async () => await CountAsync("survey_responses") > 0);
        foreach (var pid in workers.Running) await workers.EndAsync(pid, "KILL");
        var (settled, waiting) = (await CountAsync("survey_responses"), await CountAsync("survey_inbox"));
        output.WriteLine($"killed after {settled} answers");
        Assert.Equal(Answers, settled + waiting); // each in one of the two places
        Assert.InRange(settled, 1, Answers - 1);

        await workers.StartAsync();
        await Workers.UntilAsync("everything is settled", async () => await CountAsync("survey_inbox") == 0);
        Assert.Equal($"{Answers} {Answers} {(long)Answers * (Answers - 1) / 2}", await workers.Db.QuerySingleOrDefaultAsync<string>(agency, """
            select concat_ws(' ', count(*), count(distinct answers->>'n'), sum((answers->>'n')::bigint)) from survey_responses where agency_id = @agency and wave_id = @wave
            """, new { wave }, CancellationToken.None));

        // It closes once, and everything is mixed.
        await using (var transaction = await workers.Db.BeginAsync(agency, CancellationToken.None))
        {
            await transaction.ExecuteAsync("update survey_waves set closes_at = now() where agency_id = @agency and id = @wave", new { wave }, CancellationToken.None);
            await transaction.CommitAsync(CancellationToken.None);
        }
        await Workers.UntilAsync("the wave has closed", async () => (await workers.Db.QueryAsync<long>(agency, """
            select count(*) from survey_waves where agency_id = @agency and id = @wave and closed_at is not null and mixed
            """, new { wave }, CancellationToken.None)).Single() == 1);
        Assert.Equal($"{Answers} 0 1", await workers.Db.QuerySingleOrDefaultAsync<string>(agency, """
            select concat_ws(' ', count(*), max(batch), (select count(*) from outbox o where o.agency_id = @agency and o.type = 'survey.closed'))
            from survey_responses where agency_id = @agency and wave_id = @wave
            """, new { wave }, CancellationToken.None));

        async Task<long> CountAsync(string table) =>
            (await workers.Db.QueryAsync<long>(agency, $"select count(*) from {table} where agency_id = @agency and wave_id = @wave", new { wave }, CancellationToken.None)).Single();
    }

    // All of them in one transaction: the first step of a worker meets all.
    async Task FillAsync(Guid agency, Guid wave, SurveyQuestion question)
    {
        var (secrets, capacity) = (new SurveySecrets(workers.Databases), SurveySecrets.CapacityOf([question], 0));
        await using var transaction = await workers.Db.BeginAsync(agency, CancellationToken.None);
        foreach (var part in Enumerable.Range(0, Answers).Chunk(AtATime))
        {
            var ids = part.Select(_ => Guid.NewGuid()).ToArray();
            var sealedAnswers = part.Select((n, i) => secrets.Seal(agency, wave, ids[i],
                new(new Dictionary<string, JsonElement> { ["n"] = JsonSerializer.SerializeToElement(n) }, new Dictionary<string, string>(), null, false, Channel.Web, null), capacity)).ToArray();
            await transaction.ExecuteAsync("""
                insert into survey_inbox (agency_id, wave_id, id, sealed) select @agency, @wave, i.id, i.sealed from unnest(@ids, @sealedAnswers) as i (id, sealed)
                """, new { wave, ids, sealedAnswers }, CancellationToken.None);
        }
        await transaction.CommitAsync(CancellationToken.None);
    }
}
