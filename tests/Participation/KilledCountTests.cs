using Cirm.Core.Participation;
using Cirm.Core.Participation.Balloting;
using Cirm.Core.Participation.Counting;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Tests.Jobs;

namespace Cirm.Tests.Participation;

/// <summary>Real workers, killed with SIGKILL while a box is opened and counted: again and again, and the count is that of the ballots.</summary>
public sealed class KilledCountTests(Workers workers, ITestOutputHelper output) : IClassFixture<Workers>
{
    const int Ballots = 20_000, Options = 40, Runs = 20, Together = 10;

    [Fact]
    public async Task Counts_whose_workers_are_killed_come_to_the_same_as_a_recount()
    {
        var agency = (await new Agencies(workers.Databases, workers.Db, TimeProvider.System).CreateAsync(
            Caller.System(Caller.Installation), $"c-{Guid.NewGuid():N}", new Localized("en", "Killed"), "UTC", ["en"], 10, "first@killed.example", "none", CancellationToken.None)).Id;
        var counts = new DecisionCounts(workers.Db, TimeProvider.System);
        var (killed, expected) = (0, new Dictionary<Guid, string>());
        // Ten decisions at a time, and all workers killed at some moment while they are opened and counted, three times; then two that finish.
        for (var run = 0; run < Runs; run += Together)
        {
            var operations = new List<Guid>();
            for (var i = run; i < run + Together; i++)
            {
                var (initiative, winners) = await DecideAsync(agency, i);
                expected[initiative.Id] = winners;
                operations.Add((await counts.RequestAsync(Caller.System(agency), initiative, CancellationToken.None)).Id);
            }
            for (var kill = 0; kill < 3 && await LeftAsync(operations) > 0; kill++)
            {
                await Workers.UntilAsync("counting is under way", async () => await StateAsync(operations, OperationState.Running) > 0 || await LeftAsync(operations) == 0);
                await Task.Delay(Random.Shared.Next(0, 500));
                foreach (var pid in workers.Running) await workers.EndAsync(pid, "KILL");
                killed += await StateAsync(operations, OperationState.Running);
                await workers.StartAsync();
            }
            for (var minutes = 0; minutes < 4 && await LeftAsync(operations) > 0; minutes++)
                await Record.ExceptionAsync(() => Workers.UntilAsync("all are counted", async () => await LeftAsync(operations) == 0)); // a busy machine takes longer than a minute
            foreach (var operation in operations) Assert.Equal("", (await workers.Operations.FindAsync(agency, operation, CancellationToken.None))!.Error ?? "");
            Assert.True(await LeftAsync(operations) == 0, string.Join("\n", workers.Logs));
        }
        output.WriteLine($"{killed} counts were cut short");
        Assert.True(killed > 0);

        Assert.Equal(Runs, expected.Count);
        foreach (var (initiative, winners) in expected)
        {
            var file = (await counts.FileAsync(agency, initiative, CancellationToken.None))!;
            var again = FileCount.Count(PabulibFile.Read(new StreamReader(new MemoryStream(file.Bytes))), TestContext.Current.CancellationToken);
            Assert.Equal((Ballots, winners), (again.Voters, string.Join(' ', again.Winners)));
            Assert.Equal($"{winners} 1 0", await workers.Db.QuerySingleOrDefaultAsync<string>(agency, """
                select concat_ws(' ', (select string_agg(w.key, ' ' order by w.place) from jsonb_array_elements_text(d.outcome -> 'winners') with ordinality as w (key, place)),
                  (select count(*) from outbox o where o.agency_id = @agency and o.type = 'initiative.counted' and o.subject_id = d.initiative_id),
                  (select count(*) from ballot_box b where b.agency_id = @agency and b.initiative_id = d.initiative_id))
                from decision_counts d
                where d.agency_id = @agency and d.initiative_id = @initiative
                """, new { initiative }, CancellationToken.None));
        }

        async Task<int> LeftAsync(List<Guid> operations) => operations.Count - await StateAsync(operations, OperationState.Succeeded);

        async Task<int> StateAsync(List<Guid> operations, OperationState state)
        {
            var found = 0;
            foreach (var operation in operations)
                if ((await workers.Operations.FindAsync(agency, operation, CancellationToken.None))!.State == state) found++;
            return found;
        }
    }

    // A decision that is over, its ballots put into the box as they lie there; and who wins by counting what was put in.
    async Task<(Initiative Initiative, string Winners)> DecideAsync(Guid agency, int seed)
    {
        var (caller, now, random) = (Caller.System(agency), TimeProvider.System.Now(), new Random(seed));
        var initiatives = new Initiatives(workers.Db, TimeProvider.System);
        var made = await initiatives.CreateAsync(caller, new(
            default, $"d-{seed}", new("en", "Which?"), null, Tier.Decision, InitiativeState.Planned, null, true, new("budget-equal-shares", 100_000, WithinBudget: false), [], [], null, false, ["en"],
            ["web", "phone"], [], null, null, null, now.AddDays(-2), now.AddDays(1), null, default, 0), CancellationToken.None);
        var costs = Enumerable.Range(0, Options).Select(_ => random.Next(2_000, 20_000)).ToArray();
        var (options, secrets) = (new DecisionOptions(workers.Db, TimeProvider.System), new BallotSecrets(workers.Databases));
        foreach (var (i, cost) in costs.Index()) await options.AddAsync(caller, made, new($"o{i}", new("en", $"Option {i}"), null, cost, 0, 0), CancellationToken.None);
        var ballots = Enumerable.Range(0, Ballots).Select(_ => Enumerable.Range(0, Options).Where(o => random.Next(100) < 10 + o % 7).Append(random.Next(Options)).Distinct().Order().ToArray()).ToArray();
        await using var transaction = await workers.Db.BeginAsync(agency, CancellationToken.None);
        foreach (var part in ballots.Chunk(2_000))
        {
            var numbers = part.Select(_ => BallotSecrets.NumberOf(BallotSecrets.NewReceipt())).ToArray();
            var sealedBallots = part.Select((b, i) => secrets.Seal(agency, made.Id, numbers[i], BallotPaper.Write([.. b.Select(o => new Mark(o, 1))], BallotPaper.LengthOf(made.Decision!, Options)))).ToArray();
            await transaction.ExecuteAsync("""
                insert into ballot_box (agency_id, initiative_id, number, sealed) select @agency, @id, b.number, b.sealed from unnest(@numbers, @sealedBallots) as b (number, sealed)
                """, new { made.Id, numbers, sealedBallots }, CancellationToken.None);
        }
        await transaction.ExecuteAsync("update initiatives set closes_at = now() where agency_id = @agency and id = @id", new { made.Id }, CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        var outcome = BudgetCount.Count(
            new(100_000, VoteType.Approval, [.. costs.Select((c, i) => new Project($"o{i}", c))], ballots.Select(b => (IReadOnlyList<Choice>)[.. b.Select(o => new Choice(o, 1))])),
            new(BudgetMethod.EqualShares, Completion.Add1));
        return ((await initiatives.FindAsync(caller, made.Key, CancellationToken.None))!, string.Join(' ', outcome.Winners));
    }
}
