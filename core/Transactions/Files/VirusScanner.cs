using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Cirm.Core.Platform;

namespace Cirm.Core.Transactions.Files;

/// <summary>
/// Has files looked at by a ClamAV daemon before they are kept (INSTREAM of clamd(8)): one that is infected is refused, and without
/// an answer nothing is kept. Without a setting nothing is scanned.
/// </summary>
/// <param name="host">Where clamd listens; null scans nothing.</param>
/// <param name="port">On which port.</param>
/// <param name="patience">For one file.</param>
public sealed class VirusScanner(string? host, int port, TimeSpan patience)
{
    const int Chunk = 64 * 1024;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(30);

    /// <summary>From CIRM_CLAMD, <c>host:port</c>.</summary>
    /// <exception cref="InvalidOperationException">The setting is none that works.</exception>
    public static VirusScanner FromEnvironment() => From(Environment.GetEnvironmentVariable("CIRM_CLAMD"));

    /// <summary>From a setting, <c>host:port</c>; nothing scans nothing.</summary>
    /// <exception cref="InvalidOperationException">The setting is none that works.</exception>
    public static VirusScanner From(string? setting)
    {
        if (string.IsNullOrEmpty(setting)) return new(null, 0, Patience);
        return Uri.TryCreate($"tcp://{setting}", UriKind.Absolute, out var at) && at is { Port: > 0, PathAndQuery: "/" or "", UserInfo: "" } && at.Host.Length > 0
            ? new(at.DnsSafeHost, at.Port, Patience)
            : throw new InvalidOperationException("CIRM_CLAMD is not host:port, such as 127.0.0.1:3310.");
    }

    /// <summary>Has a file looked at.</summary>
    /// <param name="content">The file, from its beginning; it is left where it ends.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Refusal"><see cref="Problems.Infected"/>; <see cref="Problems.ScannerUnavailable"/> with when to try again.</exception>
    public async Task CheckAsync(Stream content, CancellationToken ct)
    {
        if (host is null) return;
        var answer = await AskAsync(content, ct);
        if (answer == "stream: OK") return;
        if (answer.EndsWith(" FOUND", StringComparison.Ordinal) && answer.StartsWith("stream: ", StringComparison.Ordinal))
            throw Problems.Infected.Because("A file holds what the scanner knows as harmful.", new Dictionary<string, object?> { ["signature"] = answer["stream: ".Length..^" FOUND".Length] });
        throw Unavailable("The scanner did not say whether the file is clean."); // its own limits, its own errors
    }

    async Task<string> AskAsync(Stream content, CancellationToken ct)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(patience);
        try
        {
            using var client = new TcpClient { NoDelay = true };
            await client.ConnectAsync(host!, port, timeout.Token);
            await using var stream = client.GetStream();
            await stream.WriteAsync("zINSTREAM\0"u8.ToArray(), timeout.Token);
            var buffer = new byte[4 + Chunk];
            content.Position = 0;
            while (await content.ReadAsync(buffer.AsMemory(4), timeout.Token) is > 0 and var read)
            {
                BinaryPrimitives.WriteInt32BigEndian(buffer, read);
                await stream.WriteAsync(buffer.AsMemory(0, 4 + read), timeout.Token);
            }
            await stream.WriteAsync(new byte[4], timeout.Token); // a chunk of nothing ends it
            var answered = await stream.ReadAtLeastAsync(buffer.AsMemory(0, 1024), 1024, throwOnEndOfStream: false, timeout.Token);
            return Encoding.UTF8.GetString(buffer, 0, answered).TrimEnd('\0', '\n');
        }
        catch (Exception e) when (e is SocketException or IOException || e is OperationCanceledException && !ct.IsCancellationRequested)
        {
            throw Unavailable("The scanner does not answer.");
        }
    }

    static Refusal Unavailable(string why) => new(Problems.ScannerUnavailable, why) { RetryAfter = TryAgain };
}
