using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cirm.Bench;

/// <summary>A client as plain as pgbench: one kept connection, requests written as bytes, answers read to their end.</summary>
sealed class HttpConnection : IDisposable
{
    static int opened;
    readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    readonly byte[] buffer = new byte[256 * 1024];
    int filled;

    /// <summary>Connects from an address of its own, as clients do: the limit of one address (api/Platform/Limits.cs) is not what is measured.</summary>
    public static async Task<HttpConnection> OpenAsync(int port)
    {
        var connection = new HttpConnection();
        connection.socket.Bind(new IPEndPoint(new IPAddress([127, 0, 1, (byte)(1 + Interlocked.Increment(ref opened) % 250)]), 0));
        await connection.socket.ConnectAsync("127.0.0.1", port);
        return connection;
    }

    /// <summary>Sends a request and reads its answer.</summary>
    /// <returns>The answer's status line and headers.</returns>
    public async Task<string> AskAsync(ReadOnlyMemory<byte> request)
    {
        await socket.SendAsync(request);
        int headers;
        while ((headers = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8)) < 0) await ReceiveAsync();
        var head = Encoding.ASCII.GetString(buffer, 0, headers);
        var body = headers + 4;
        var lengthAt = head.IndexOf("Content-Length: ", StringComparison.Ordinal);
        if (lengthAt >= 0)
        {
            var end = head.IndexOf('\r', lengthAt);
            var length = int.Parse(head.AsSpan(lengthAt + 16, (end < 0 ? head.Length : end) - lengthAt - 16), NumberStyles.None, CultureInfo.InvariantCulture);
            while (filled < body + length) await ReceiveAsync();
        }
        else
        {
            while (!buffer.AsSpan(0, filled).EndsWith("0\r\n\r\n"u8)) await ReceiveAsync();
        }
        if (head[9] != '2') throw new InvalidOperationException($"{head[..head.IndexOf('\r', StringComparison.Ordinal)]}: {Encoding.UTF8.GetString(buffer, body, filled - body)}");
        filled = 0;
        return head;
    }

    /// <summary>A request as it goes over the wire.</summary>
    public static byte[] Request(string method, string path, string token, byte[]? json = null, string? idempotencyKey = null)
    {
        var head = new StringBuilder($"{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n");
        if (idempotencyKey is not null) head.Append(CultureInfo.InvariantCulture, $"Idempotency-Key: {idempotencyKey}\r\n");
        if (json is not null) head.Append(CultureInfo.InvariantCulture, $"Content-Type: application/json\r\nContent-Length: {json.Length}\r\n");
        return [.. Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), .. json ?? []];
    }

    public void Dispose() => socket.Dispose();

    async Task ReceiveAsync()
    {
        var received = await socket.ReceiveAsync(buffer.AsMemory(filled));
        if (received == 0) throw new InvalidOperationException("The server closed the connection.");
        filled += received;
    }
}
