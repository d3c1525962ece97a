using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Platform;

/// <summary>The event feed: for those who ask instead of being called.</summary>
public sealed class EventFeedTests(ReceiverHost host) : IClassFixture<ReceiverHost>
{
    [Fact]
    public async Task Whoever_asks_again_from_where_they_were_misses_nothing_that_committed_late()
    {
        var agency = await host.NewAgencyAsync();
        var db = host.Services.GetRequiredService<TenantDb>();
        await using var late = await db.BeginAsync(agency.Id, CancellationToken.None);
        late.Emit(TimeProvider.System.Now(), Noted(0)); // the oldest id, and committed last
        await late.FlushAsync(CancellationToken.None);
        await host.EmitAsync(agency, Noted(1), OutboxEvent.Of("citizen.added", Guid.NewGuid(), new { }), Noted(2));
        await host.DispatchAsync();
        var seen = await ReadAsync(agency, 0);
        Assert.Equal([1, 2], seen.Select(e => e.Note));
        await late.CommitAsync(CancellationToken.None);
        await host.EmitAsync(agency, Noted(3));
        await host.DispatchAsync();
        Assert.Equal([0, 3], (await ReadAsync(agency, seen[^1].Position)).Select(e => e.Note));
    }

    [Fact]
    public async Task With_many_writers_and_dispatchers_a_reader_sees_each_event_once()
    {
        var agency = await host.NewAgencyAsync();
        var writing = Task.WhenAll(Enumerable.Range(0, 4).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < 25; i++) await host.EmitAsync(agency, Noted(w * 25 + i));
        })));
        var dispatching = Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            while (!writing.IsCompleted) await host.DispatchAsync();
        })));
        var (seen, place) = (new List<int>(), 0L);
        while (!dispatching.IsCompleted) await ReadOnAsync();
        await Task.WhenAll(writing, dispatching);
        await host.DispatchAsync();
        await ReadOnAsync();
        Assert.Equal(Enumerable.Range(0, 100), seen.Order());
        // Of each writer in the order in which it wrote.
        Assert.All(seen.GroupBy(n => n / 25), of => Assert.Equal(of.Order(), of));

        async Task ReadOnAsync()
        {
            foreach (var (position, note) in await ReadAsync(agency, place))
            {
                seen.Add(note);
                place = position;
            }
        }
    }

    [Fact]
    public async Task By_pages_by_type_with_a_key_and_never_silently_less_than_there_was()
    {
        var agency = await host.NewAgencyAsync();
        var admin = await agency.Admin;
        await host.EmitAsync(agency, [.. Enumerable.Range(0, 5).Select(Noted), OutboxEvent.Of("case.changed", Guid.NewGuid(), new { number = 7, secret = "x" })]);
        await host.DispatchAsync();
        var first = await admin.GetJsonAsync($"{agency.Path}/events?limit=4");
        var second = await admin.GetJsonAsync($"{agency.Path}/events?limit=4&cursor={first["next"]}");
        Assert.Equal((4, 2, null), (first["items"]!.AsArray().Count, second["items"]!.AsArray().Count, (string?)second["next"]));
        var changed = Assert.Single((await admin.GetJsonAsync($"{agency.Path}/events?types=case.changed,case.verdict"))["items"]!.AsArray())!;
        Assert.Equal(["id", "position", "type", "timestamp", "data"], changed.AsObject().Select(m => m.Key));
        Assert.Equal(["case", "number"], changed["data"]!.AsObject().Select(m => m.Key));

        var made = await admin.PostJsonAsync($"{agency.Path}/api-keys", new { name = "Desk", scopes = (string[])["events:read"] });
        using var desk = host.Client();
        desk.DefaultRequestHeaders.Add("X-Api-Key", (string)made["key"]!);
        Assert.Equal(6, (await desk.GetJsonAsync($"{agency.Path}/events?after=0"))["items"]!.AsArray().Count);
        await (await (await agency.Agent).GetAsync($"{agency.Path}/events")).RefusedAsync("not-allowed");
        foreach (var query in (string[])["?after=-1", "?after=x", "?types=citizen.added"]) await (await admin.GetAsync($"{agency.Path}/events{query}")).RefusedAsync("validation");

        await host.Database.ExecuteAsOwnerAsync($"delete from outbox where agency_id = '{agency.Id}' and position <= 2");
        var problem = await (await admin.GetAsync($"{agency.Path}/events?after=1")).RefusedAsync("events-forgotten");
        Assert.Equal(4, (await admin.GetJsonAsync($"{agency.Path}/events?after={problem["oldest"]}"))["items"]!.AsArray().Count);
        await host.Database.ExecuteAsOwnerAsync($"delete from outbox where agency_id = '{agency.Id}'");
        await (await admin.GetAsync($"{agency.Path}/events?after=5")).RefusedAsync("events-forgotten");
        Assert.Empty((await admin.GetJsonAsync($"{agency.Path}/events?after=6"))["items"]!.AsArray());
    }

    static OutboxEvent Noted(int note) => OutboxEvent.Of("case.noted", Guid.CreateVersion7(), new { noteId = note, visibility = "internal" });

    static async Task<IReadOnlyList<(long Position, int Note)>> ReadAsync(TestAgency agency, long after) =>
        [.. (await (await agency.Admin).GetJsonAsync($"{agency.Path}/events?limit=200&after={after}"))["items"]!.AsArray()
            .Select(e => ((long)e!["position"]!, (int)e["data"]!["noteId"]!))];
}
