using System.Diagnostics;
using Cirm.Core.Tenancy;
using Cirm.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Tenancy;

/// <summary>A caller who gives up in the middle of a batch harms nobody who gets a connection after them.</summary>
public sealed class GivingUpTests(CirmHost host)
{
    [Fact]
    public async Task Those_who_go_on_get_their_own_rows()
    {
        var agency = await host.NewAgencyAsync();
        var db = host.Services.GetRequiredService<TenantDb>();
        var (random, watch) = (new Random(7), Stopwatch.StartNew());
        var gaveUp = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            while (watch.Elapsed < TimeSpan.FromSeconds(4))
            {
                var shape = random.Next(1, 60); // statements that are being prepared all the time
                using var patience = new CancellationTokenSource();
                if (random.Next(2) == 0) patience.CancelAfter(TimeSpan.FromMilliseconds(random.Next(0, 20)));
                try
                {
                    await using var transaction = await db.BeginAsync(agency.Id, patience.Token);
                    transaction.Enqueue($"select length(repeat('x', 200)) as a{shape} from generate_series(1, 300)");
                    transaction.Enqueue($"select pg_sleep(0.005) as b{shape}");
                    await transaction.FlushAsync(patience.Token);
                    Assert.Equal([7, 8, 9], await transaction.QueryAndCommitAsync<int>($"select g as c{shape} from generate_series(7, 9) g", null, patience.Token));
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref gaveUp);
                }
            }
        }));
        Assert.InRange(gaveUp, 20, int.MaxValue);
    }
}
