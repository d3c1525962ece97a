using Cirm.Core.Identity;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Tests.Jobs;
using Cirm.Tests.Transactions;

namespace Cirm.Tests.Information;

/// <summary>Real workers are killed while a notice goes out.</summary>
public sealed class KilledNoticeTests(ITestOutputHelper output)
{
    const int Citizens = 400;

    [Fact]
    public async Task Workers_that_are_killed_leave_nobody_out_and_send_again_only_what_was_on_its_way_under_the_same_id()
    {
        await using var server = new TestMailServer();
        await using var workers = new Workers
        {
            Settings = new Dictionary<string, string> { ["CIRM_SMTP"] = server.Address, ["CIRM_MAIL_FROM"] = "city@agency.example", ["CIRM_URL"] = "https://city.example" },
        };
        await workers.InitializeAsync();
        var agency = (await new Agencies(workers.Databases, workers.Db, TimeProvider.System).CreateAsync(
            Caller.System(Caller.Installation), $"n-{Guid.NewGuid():N}", new Localized("en", "Killed"), "UTC", ["en"], 10, "first@killed.example", "none", CancellationToken.None)).Id;
        var caller = Caller.System(agency);
        await new Consents(workers.Db, TimeProvider.System).DeclareAsync(
            caller, new(DataUse.Notices, new("en", "Notices"), new("en", "To tell"), LegalBasis.PublicTask, "The law", default, 0), null, CancellationToken.None);
        await using (var transaction = await workers.Db.BeginAsync(agency, CancellationToken.None))
        {
            var ids = Enumerable.Range(0, Citizens).Select(_ => Guid.CreateVersion7()).ToArray();
            transaction.Enqueue("insert into citizens (agency_id, id, attributes, created_at, updated_at) select @agency, r.id, '{}', now(), now() from unnest(@ids) as r (id)", new { ids });
            transaction.Enqueue("insert into citizen_identities (agency_id, citizen_id, email) select @agency, r.id, r.id || '@people.example' from unnest(@ids) as r (id)", new { ids });
            await transaction.CommitAsync(CancellationToken.None);
        }
        await new Articles(workers.Db, TimeProvider.System).CreateAsync(
            caller, "flood", ArticleKind.Notice, new(new("en", "Flood"), new("en", "Go up."), null, null, null, ["portal", "email"], null, null, null), publish: true, CancellationToken.None);

        await Workers.UntilAsync("some have it", () => Task.FromResult(server.Received.Count > 30));
        var killed = workers.Running.Count;
        foreach (var pid in workers.Running) await workers.EndAsync(pid, "KILL");
        var before = server.Received.Count;
        output.WriteLine($"killed after {before} mails");
        Assert.InRange(before, 30, Citizens - 1);

        await workers.StartAsync();
        await Workers.UntilAsync("it is over", async () => await workers.Db.QuerySingleOrDefaultAsync<string>(agency, "select state from notice_sendings where agency_id = @agency", null, CancellationToken.None) == "sent");
        Assert.Equal(Citizens, server.Received.Select(m => m.To).Distinct().Count()); // nobody is left out
        Assert.Equal(Citizens, server.Received.Select(m => m["Message-ID"]).Distinct().Count());
        Assert.InRange(server.Received.Count, Citizens, Citizens + killed); // at most the one that each of them had in hand
        Assert.All(server.Received.GroupBy(m => m.To), to => Assert.Single(to.Select(m => m["Message-ID"]).Distinct()));
        Assert.Equal(0, await workers.Db.QuerySingleOrDefaultAsync<long>(agency, "select count(*) from notice_recipients where agency_id = @agency", null, CancellationToken.None));
    }
}
