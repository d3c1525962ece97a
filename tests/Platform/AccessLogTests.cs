using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Tests.Harness;
using Cirm.Tests.Identity;

namespace Cirm.Tests.Platform;

/// <summary>What of looking at lists stands in the audit trail (docs/adr/0012-seen-on-a-list.md).</summary>
public sealed class AccessLogTests(CirmHost host)
{
    [Fact]
    public async Task Who_looks_at_the_same_list_again_within_a_minute_is_entered_once_unless_it_shows_something_new()
    {
        var agency = await host.NewAgencyAsync();
        await using var databases = host.Database.Open();
        var clock = new Clock();
        clock.Forward(DateTime.UtcNow.Date.AddDays(1.5) - DateTime.UtcNow); // a minute begins, and midnight is far
        var log = new AccessLog(new TenantDb(databases), clock);
        using var stop = new CancellationTokenSource();
        var writing = log.RunAsync(stop.Token);
        var (one, another) = (Staff(agency), Staff(agency));
        Guid[] page = [Guid.CreateVersion7(), Guid.CreateVersion7()];

        await LookAsync(one, "cases.listed", page, 3);
        Assert.Equal(1, await EntriesAsync());
        await LookAsync(one, "cases.listed", [page[0], Guid.CreateVersion7()], 2); // something new on it
        await LookAsync(another, "cases.listed", page, 2); // somebody else
        await LookAsync(one, "appeals.listed", page, 2); // another kind of list
        Assert.Equal(4, await EntriesAsync());
        await log.RecordListAsync(one, "cases.listed", "case", page[0], page, CancellationToken.None); // narrowed to one, whom the entry names
        await log.RecordListAsync(one, "cases.listed", "case", page[1], page, CancellationToken.None);
        Assert.Equal(6, await EntriesAsync());
        clock.Forward(TimeSpan.FromMinutes(1));
        await LookAsync(one, "cases.listed", page, 2);
        Assert.Equal(7, await EntriesAsync());
        clock.Forward(TimeSpan.FromDays(1)); // everything is new again
        await LookAsync(one, "cases.listed", page, 2);
        Assert.Equal(8, await EntriesAsync());
        Assert.Equal(7, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from list_sightings where agency_id = '{agency.Id}'"));

        await stop.CancelAsync();
        await writing;

        async Task LookAsync(Caller who, string action, Guid[] shown, int times)
        {
            for (var i = 0; i < times; i++) await log.RecordListAsync(who, action, "case", null, shown, CancellationToken.None);
        }

        Task<long> EntriesAsync() => host.Database.ScalarAsOwnerAsync<long>($"select count(*) from audit_entries where agency_id = '{agency.Id}' and action like '%.listed'");
    }

    static Caller Staff(TestAgency agency) => new(agency.Id, ActorKind.Staff, Guid.CreateVersion7(), Role.Agent, null, null, null);
}
