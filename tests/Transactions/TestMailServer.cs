using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Cirm.Tests.Transactions;

/// <summary>A mail as a server got it.</summary>
public sealed partial record ReceivedMail(string To, string Raw)
{
    readonly string head = Raw[..Raw.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Replace("\r\n ", " ", StringComparison.Ordinal).Replace("\r\n\t", " ", StringComparison.Ordinal);

    public string Body => Encoding.UTF8.GetString(Convert.FromBase64String(Raw[(Raw.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..])).ReplaceLineEndings("\n");

    public string Subject => this["Subject"]!;

    public IEnumerable<string> HeaderNames => head.Split("\r\n").Select(line => line.Split(':')[0]);

    /// <summary>A header, as a reader sees it (RFC 2047).</summary>
    public string? this[string name] => head.Split("\r\n").Where(line => line.StartsWith($"{name}: ", StringComparison.OrdinalIgnoreCase))
        .Select(line => EncodedWord().Replace(BetweenWords().Replace(line[(name.Length + 2)..], "?==?"), word => Encoding.UTF8.GetString(
            word.Groups[1].Value is "b" or "B" ? Convert.FromBase64String(word.Groups[2].Value) : Unquoted(word.Groups[2].Value)))).SingleOrDefault();

    static byte[] Unquoted(string text) => [.. HexOrLetter().Matches(text).Select(m => m.Value is ['=', .. var hex] ? Convert.ToByte(hex, 16) : (byte)m.Value.Replace('_', ' ')[0])];

    [GeneratedRegex(@"=\?utf-8\?([BQbq])\?([^?]*)\?=", RegexOptions.IgnoreCase)]
    private static partial Regex EncodedWord();

    [GeneratedRegex(@"\?=\s+=\?")]
    private static partial Regex BetweenWords();

    [GeneratedRegex("=[0-9A-F]{2}|.")]
    private static partial Regex HexOrLetter();
}

/// <summary>A mail server on a socket of its own, as good or as bad as a test wants it.</summary>
public sealed class TestMailServer : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource over = new();
    readonly Task serving;
    readonly List<ReceivedMail> received = [];

    public TestMailServer()
    {
        listener.Start();
        serving = ServeAsync();
    }

    public string Address => $"smtp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    /// <summary>What is answered to a recipient.</summary>
    public Func<string, string> ToRecipient { get; set; } = _ => "250 known";

    /// <summary>What is answered when a mail was read to its end; null hangs up.</summary>
    public Func<ReceivedMail, Task<string?>> ToMail { get; set; } = _ => Task.FromResult<string?>("250 taken");

    /// <summary>Mails that were read to their end.</summary>
    public IReadOnlyList<ReceivedMail> Received
    {
        get { lock (received) return [.. received]; }
    }

    async Task ServeAsync()
    {
        try
        {
            while (true) _ = TalkAsync(await listener.AcceptTcpClientAsync(over.Token));
        }
        catch (OperationCanceledException) { }
    }

    async Task TalkAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            await using var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.UTF8);
            await using var writer = new StreamWriter(stream, new UTF8Encoding(false)) { NewLine = "\r\n", AutoFlush = true };
            await writer.WriteLineAsync("220 test");
            var to = "";
            while (await reader.ReadLineAsync(over.Token) is { } line)
            {
                switch (line.Split(' ', ':')[0].ToUpperInvariant())
                {
                    case "RCPT":
                        to = line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];
                        await writer.WriteLineAsync(ToRecipient(to));
                        break;
                    case "DATA":
                        await writer.WriteLineAsync("354 go on");
                        var mail = new ReceivedMail(to, await ReadAsync(reader));
                        lock (received) received.Add(mail);
                        if (await ToMail(mail) is not { } answer) return;
                        await writer.WriteLineAsync(answer);
                        break;
                    case "QUIT":
                        await writer.WriteLineAsync("221 bye");
                        return;
                    default:
                        await writer.WriteLineAsync("250 fine");
                        break;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client is gone: that is what some tests are about.
        }
    }

    async Task<string> ReadAsync(StreamReader reader)
    {
        var text = new StringBuilder();
        while (await reader.ReadLineAsync(over.Token) is { } line && line != ".") text.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        return text.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await serving;
        listener.Dispose();
        over.Dispose();
    }
}
