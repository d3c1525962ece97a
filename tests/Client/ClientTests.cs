using System.Diagnostics;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Client;

/// <summary>
/// The document is usable: a public generator makes a client of all of it, the client compiles without a warning, and a program tells a whole story through it.
/// </summary>
public sealed class ClientTests(CirmHost host, ITestOutputHelper output)
{
    static readonly string Root = FindRoot(), Project = $"{Root}/tests/Client", Generated = $"{Project}/obj/generated";

    [Fact]
    public async Task A_client_generated_from_the_document_tells_a_whole_story()
    {
        const string password = "story-password";
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        foreach (var role in (Role[])[Role.Citizen, Role.Agent, Role.Admin])
            await host.Services.GetRequiredService<Accounts>().AddAsync(
                Caller.System(agency.Id), $"{role.Word()}@{agency.Slug}.example", Passwords.Hash(password), null, role, TimeProvider.System.Now(), CancellationToken.None);
        Directory.CreateDirectory($"{Project}/obj");
        await File.WriteAllTextAsync($"{Project}/obj/v1.json", await host.Anonymous.GetStringAsync("/openapi/v1.json"));

        await DotnetAsync("tool", "restore");
        await DotnetAsync("kiota", "generate", "-l", "CSharp", "-d", $"{Project}/obj/v1.json", "-c", "CirmClient", "-n", "Cirm.Client", "-o", Generated, "--clean-output", "--exclude-backward-compatible");
        await DotnetAsync("build", Project, "-c", "Release", "--nologo", "-v", "quiet", $"-p:GeneratedClient={Generated}", "-p:UseSharedCompilation=false", "-nodeReuse:false");
        var telling = DotnetAsync($"{Project}/bin/Release/net10.0/Cirm.Client.dll", $"{host.Anonymous.BaseAddress}".TrimEnd('/'), agency.Slug, password);
        for (; !telling.IsCompleted; await Task.WhenAny(telling, Task.Delay(200))) await host.DispatchAsync(); // a worker's part: what happened gets its place in the feed

        var told = await telling;
        output.WriteLine(told);
        Assert.Equal(
            [
                "submitted Submitted once", "moved Resolved decided", "refused 409 /problems/transition-not-allowed", "said Resolved NotSolved", "recovery Open 1",
                "feed case.submitted,case.transitioned,case.transitioned,case.transitioned,case.verdict,recovery.opened",
            ], told.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    static async Task<string> DotnetAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Root };
        // What the test runner tells its own children about MSBuild is not for this one.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToList()) start.Environment.Remove(name);
        start.Environment["KIOTA_OFFLINE_ENABLED"] = start.Environment["KIOTA_CLI_TELEMETRY_OPTOUT"] = "true";
        start.Environment["KIOTA_TUTORIAL_ENABLED"] = "false";
        using var process = Process.Start(start)!;
        var (said, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}:\n{await said}\n{await error}");
        return await said;
    }

    static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "CiRM.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
