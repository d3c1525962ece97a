using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Cirm.Faults;

/// <summary>What is done to processes, from outside.</summary>
static class Processes
{
    static readonly string Root = FindRoot();

    /// <summary>Starts a program of ours as it was built.</summary>
    /// <param name="name">Its folder: api or jobs.</param>
    /// <param name="settings">Its environment, besides ours.</param>
    /// <param name="log">Where its lines go; null for nowhere.</param>
    /// <param name="arguments">Its command.</param>
    public static Process Start(string name, IReadOnlyDictionary<string, string> settings, string? log = null, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [$"{Root}/{name}/bin/Release/net10.0/Cirm.{char.ToUpperInvariant(name[0])}{name[1..]}.dll", .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = $"{Root}/{name}/bin/Release/net10.0",
        };
        foreach (var (key, value) in settings) start.Environment[key] = value;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;

        void Keep(string? line)
        {
            if (log is null || line is null) return;
            lock (Root) File.AppendAllText(log, line + "\n");
        }
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task RunAsync(string program, params string[] arguments)
    {
        // Not redirected: a server that it starts would inherit the pipe and keep it open.
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", "exec \"$@\" >/dev/null </dev/null", "bash", program, .. arguments]) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }

    /// <summary>SIGKILL.</summary>
    public static void Kill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    /// <summary>Who works in a folder. A zombie works nowhere any more: its new parent may never collect it.</summary>
    public static IReadOnlyList<int> WorkingIn(string folder) =>
        [.. Directory.EnumerateDirectories("/proc").Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid > 0 && FolderOf(pid) == folder)];

    /// <summary>Below the ports that outgoing connections take, or one of those may have it by the time a server that is started again wants it.</summary>
    public static int FreePort()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(10_000, 20_000));
            try
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException)
            {
                // Somebody has it: another.
            }
        }
    }

    static string? FolderOf(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/cwd").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // it has ended, or it is somebody else's
        }
    }

    static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "CiRM.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
