using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
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

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public string Address => $"smtp://127.0.0.1:{Port}";

    /// <summary>For TLS; null: none is offered.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>TLS from the first byte; else it begins with STARTTLS.</summary>
    public bool Immediate { get; init; }

    /// <summary>What whoever sends has to know; null: nothing is asked.</summary>
    public string? Password { get; init; }

    /// <summary>Who has signed in.</summary>
    public ConcurrentQueue<string> SignedIn { get; } = [];

    /// <summary>A certificate that nobody vouches for.</summary>
    public static X509Certificate2 NewCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

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
            await using var clear = client.GetStream();
            var secret = Certificate is not null && Immediate ? await SecureAsync(clear) : null;
            var (reader, writer) = Over(secret as Stream ?? clear);
            await writer.WriteLineAsync("220 test");
            var (to, known) = ("", Password is null);
            while (await reader.ReadLineAsync(over.Token) is { } line)
            {
                switch (line.Split(' ', ':')[0].ToUpperInvariant())
                {
                    case "EHLO" when Certificate is not null && secret is null:
                        await writer.WriteAsync("250-test\r\n250 STARTTLS\r\n");
                        break;
                    case "EHLO" when Password is not null:
                        await writer.WriteAsync("250-test\r\n250 AUTH PLAIN\r\n");
                        break;
                    case "STARTTLS" when Certificate is not null:
                        await writer.WriteLineAsync("220 go on");
                        secret = await SecureAsync(clear);
                        (reader, writer) = Over(secret);
                        break;
                    case "AUTH":
                        known = Encoding.UTF8.GetString(Convert.FromBase64String(line.Split(' ')[2])).Split('\0') is [_, _, var password] && password == Password;
                        if (known) SignedIn.Enqueue(Encoding.UTF8.GetString(Convert.FromBase64String(line.Split(' ')[2])).Split('\0')[1]);
                        await writer.WriteLineAsync(known ? "235 welcome" : "535 who are you");
                        break;
                    case "MAIL" when !known:
                        await writer.WriteLineAsync("530 sign in first");
                        break;
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
        catch (Exception e) when (e is IOException or OperationCanceledException or AuthenticationException)
        {
            // The client is gone: that is what some tests are about.
        }
    }

    async Task<SslStream> SecureAsync(Stream clear)
    {
        var secret = new SslStream(clear);
        await secret.AuthenticateAsServerAsync(Certificate!);
        return secret;
    }

    static (StreamReader Reader, StreamWriter Writer) Over(Stream stream) =>
        (new(stream, Encoding.UTF8), new(stream, new UTF8Encoding(false)) { NewLine = "\r\n", AutoFlush = true });

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
