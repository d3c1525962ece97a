using System.Diagnostics;
using Cirm.Seeds;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Tour;

/// <summary>The README's five minutes, pasted as they stand there, against a service with the whole demo.</summary>
public sealed class TourTests : IAsyncLifetime
{
    readonly CirmHost host = new();

    public async ValueTask InitializeAsync()
    {
        await host.InitializeAsync();
        await using var databases = host.Database.Open();
        await new Demo(databases, TimeProvider.System, _ => { }).LoadAsync(CancellationToken.None);
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task The_tour_works_when_it_is_pasted()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "README.md"))) root = Path.GetDirectoryName(root)!;
        var readme = await File.ReadAllTextAsync(Path.Combine(root, "README.md"));
        var tour = readme.Split("```bash\n")[1].Split("```")[0];

        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", tour]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["CIRM_URL"] = host.Anonymous.BaseAddress!.ToString().TrimEnd('/');
        using var bash = Process.Start(start)!;
        var (output, errors) = (bash.StandardOutput.ReadToEndAsync(), bash.StandardError.ReadToEndAsync());
        await bash.WaitForExitAsync();

        Assert.True(bash.ExitCode == 0, $"The tour stopped with {bash.ExitCode}.\n{await output}\n{await errors}");
        var said = await output;
        Assert.Contains("one case: {", said);
        Assert.Contains("\"status\":\"resolved\"", said);
        Assert.Contains("\"overdue\":true", said);
        Assert.Contains("/problems/validation", said);
        Assert.Contains("\"pointer\":\"/kind\"", said);
    }
}
