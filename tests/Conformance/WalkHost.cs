using Cirm.Tests.Harness;

namespace Cirm.Tests.Conformance;

/// <summary>
/// A host of its own for tests that call everything: they use up the guesses that its throttles allow, and their statements are
/// captured in a database where nobody else writes.
/// </summary>
[CollectionDefinition(nameof(WalkHost))]
public sealed class WalkHost : CirmHost, ICollectionFixture<WalkHost>
{
    readonly SemaphoreSlim furnishing = new(1, 1);
    IReadOnlyList<ApiOperation>? operations;
    World? world;

    public async Task<IReadOnlyList<ApiOperation>> OperationsAsync() => operations ??= await ApiOperation.AllAsync(this);

    /// <summary>The agency with one of everything; made once.</summary>
    public async Task<World> WorldAsync()
    {
        await furnishing.WaitAsync();
        try
        {
            return world ??= await World.FurnishAsync(this, await OperationsAsync());
        }
        finally
        {
            furnishing.Release();
        }
    }
}
