using System.Text;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Jobs;
using Cirm.Jobs.Engines;
using Cirm.Jobs.Platform;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Jobs;

/// <summary>The platform's own jobs, without an engine around them.</summary>
public sealed class PlatformJobTests : IAsyncLifetime
{
    static readonly CancellationToken Ct = CancellationToken.None;
    readonly Guid agency = Guid.CreateVersion7();
    TestDatabase database = null!;
    Databases databases = null!;
    TenantDb db = null!;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CloneAsync();
        databases = database.Open();
        db = new(databases);
        await database.ExecuteAsOwnerAsync(
            $"insert into agencies values ('{agency}', 'somewhere', '{{}}', 'UTC', '{{en}}', 10, 'active', 1, now(), now())");
    }

    public async ValueTask DisposeAsync()
    {
        await databases.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task An_event_whose_work_could_not_be_given_to_the_engine_is_given_again_under_the_same_name()
    {
        await EmitAsync(3);
        var broken = new Desk { TakesUntil = 1 };
        await Assert.ThrowsAsync<InvalidOperationException>(() => DispatchAsync(broken));
        var desk = new Desk();
        await DispatchAsync(desk);
        await DispatchAsync(desk);

        Assert.Equal(3, desk.Taken.Count);
        Assert.Contains(broken.Taken[0], desk.Taken);
    }

    [Fact]
    public async Task Dispatchers_that_meet_share_the_work()
    {
        await EmitAsync(1200);
        var desk = new Desk();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => DispatchAsync(desk)));
        await DispatchAsync(desk);

        Assert.Equal(1200, desk.Taken.Count);
        Assert.Distinct(desk.Taken);
    }

    [Fact]
    public async Task What_has_done_its_service_is_forgotten_and_nothing_else()
    {
        await database.ExecuteAsOwnerAsync($"""
            insert into outbox (agency_id, id, type, subject_id, data, created_at, done_at) values
              ('{agency}', gen_random_uuid(), 'old', '{agency}', '{Empty}', now() - interval '100 days', now() - interval '91 days'),
              ('{agency}', gen_random_uuid(), 'young', '{agency}', '{Empty}', now() - interval '100 days', now() - interval '89 days'),
              ('{agency}', gen_random_uuid(), 'pending', '{agency}', '{Empty}', now() - interval '100 days', null);
            insert into idempotency_keys (agency_id, key_hash, request_hash, claim, created_at) values
              ('{agency}', 'a', '', gen_random_uuid(), now() - interval '49 hours'),
              ('{agency}', 'b', '', gen_random_uuid(), now() - interval '47 hours'),
              ('{Caller.Installation}', 'c', '', gen_random_uuid(), now() - interval '49 hours');
            """);
        await new ForgetOld(databases, db, new(db, TimeProvider.System), new(db, TimeProvider.System), TimeProvider.System).RunAsync(new(), null!, Ct);

        Assert.Equal("pending young", await database.ScalarAsOwnerAsync<string>("select string_agg(type, ' ' order by type) from outbox"));
        Assert.Equal("b", await database.ScalarAsOwnerAsync<string>("select string_agg(convert_from(key_hash, 'UTF8'), ' ') from idempotency_keys"));
    }

    [Fact]
    public async Task A_changed_audit_entry_is_found_by_the_walk_along_the_chain()
    {
        await EmitAsync(2);
        Assert.Equal((0, "somewhere: 2 entries hold\n(installation): 0 entries hold\n"), await VerifyAsync());
        Assert.Equal((2, "nowhere: no such agency\n"), await VerifyAsync("nowhere"));

        await database.ExecuteAsOwnerAsync("update audit_entries set action = 'nothing.happened' where position = 2");
        Assert.Equal((1, "somewhere: BROKEN after 1 entries. Entry 2 was changed.\n"), await VerifyAsync("somewhere"));
        await database.ExecuteAsOwnerAsync("delete from audit_entries where position = 2");
        Assert.Equal((1, "somewhere: BROKEN after 1 entries. The last entry is 1, the head says 2.\n"), await VerifyAsync("somewhere"));
    }

    [Fact]
    public async Task Only_an_operator_sees_what_a_worker_shows()
    {
        var accounts = new Accounts(db, databases);
        var now = TimeProvider.System.Now();
        await accounts.AddAsync(Caller.System(Caller.Installation), "op@demo.example", Passwords.Hash("correct horse: battery"), null, Role.Operator, now, Ct);
        await accounts.AddAsync(Caller.System(agency), "admin@demo.example", Passwords.Hash("correct horse: battery"), null, Role.Admin, now, Ct);
        var signIn = new OperatorSignIn(accounts, TimeProvider.System);

        Assert.True(await signIn.IsOperatorAsync(Basic("op@demo.example:correct horse: battery"), Ct));
        Assert.True(await signIn.IsOperatorAsync(Basic("op@demo.example:correct horse: battery"), Ct));
        Assert.False(await signIn.IsOperatorAsync(Basic("op@demo.example:wrong"), Ct));
        Assert.False(await signIn.IsOperatorAsync(Basic("admin@demo.example:correct horse: battery"), Ct));
        foreach (var header in (string?[])[null, "", "Basic", "Basic !", "Bearer x", Basic("no colon")])
            Assert.False(await signIn.IsOperatorAsync(header, Ct));
    }

    const string Empty = "{}";

    static string Basic(string credentials) => $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials))}";

    async Task EmitAsync(int events)
    {
        var now = TimeProvider.System.Now();
        await using var change = await db.BeginAsync(Caller.System(agency), Ct);
        for (var i = 0; i < events; i++) change.Emit(now, OutboxEvent.Of("probe.happened", agency, new { number = i }));
        for (var i = 0; i < Math.Min(events, 2); i++) change.Audit(now, "probe.happened", "probe", null);
        await change.CommitAsync(Ct);
    }

    Task DispatchAsync(IJobEngine engine) => new DispatchOutbox(
        databases, db, new([], [new("probe.happened", new(new("answer"), _ => new NoArgs(), (_, _, _, _) => Task.CompletedTask))], []), engine, TimeProvider.System)
        .RunAsync(new(), null!, Ct);

    async Task<(int, string)> VerifyAsync(params string[] agencies)
    {
        using var output = new StringWriter { NewLine = "\n" };
        return (await VerifyAudit.CommandAsync(databases, agencies, output, Ct), output.ToString());
    }

    /// <summary>An engine that only takes what it is given, up to a point.</summary>
    sealed class Desk : IJobEngine
    {
        public int TakesUntil { get; init; } = int.MaxValue;
        public List<string> Taken { get; } = [];

        public Task EnqueueAsync(JobRequest request, TimeSpan delay, CancellationToken ct)
        {
            lock (Taken)
            {
                if (Taken.Count == TakesUntil) throw new InvalidOperationException("The engine is away.");
                Taken.Add($"{request.Key} {request.Job} {request.Args}");
            }
            return Task.CompletedTask;
        }

        public async Task EnqueueAsync(IReadOnlyCollection<JobRequest> requests, CancellationToken ct)
        {
            foreach (var request in requests) await EnqueueAsync(request, TimeSpan.Zero, ct);
        }

        public Task ScheduleAsync(IReadOnlyList<Recurring> timetable, CancellationToken ct) => Task.CompletedTask;
    }
}
