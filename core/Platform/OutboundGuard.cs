using System.Net;
using System.Net.Sockets;

namespace Cirm.Core.Platform;

/// <summary>
/// Calls to addresses that an agency wrote down, such as its identity provider. They go out only: https, to public addresses,
/// checked when the connection is made (a name can point elsewhere by then), without redirects and without the installation's proxy.
/// What the operator trusts by name may be anywhere (OWASP Server-Side Request Forgery Prevention Cheat Sheet).
/// </summary>
/// <param name="trusted">Origins such as <c>http://127.0.0.1:5001</c> that may be called wherever they are.</param>
public sealed class OutboundGuard(IEnumerable<Uri> trusted)
{
    // The special-purpose registries of IANA (RFC 6890), and multicast.
    static readonly IPNetwork[] NotPublic =
    [
        .. ((string[])["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"]).Select(IPNetwork.Parse),
    ];
    static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");
    static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(3);

    readonly HashSet<string> trusted = [.. trusted.Select(OriginOf)];

    /// <summary>The origins in an environment variable, with commas between.</summary>
    /// <exception cref="InvalidOperationException">One of them is not an address.</exception>
    public static IEnumerable<Uri> OriginsIn(string variable) =>
        (Environment.GetEnvironmentVariable(variable) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(origin => Uri.TryCreate(origin, UriKind.Absolute, out var uri) ? uri : throw new InvalidOperationException($"{variable}: \"{origin}\" is not an origin such as https://id.example."));

    /// <summary>Why an address cannot be called, as far as it can be told before calling it; null when it can.</summary>
    public string? Refusal(Uri address)
    {
        if (!address.IsAbsoluteUri || address.Scheme is not ("https" or "http")) return "This has to be an address that begins with https://.";
        if (address.UserInfo.Length > 0) return "An address carries no user name.";
        if (trusted.Contains(OriginOf(address))) return null;
        if (address.Scheme != "https") return "This has to be an address that begins with https://.";
        return IPAddress.TryParse(address.DnsSafeHost, out var ip) && !IsPublic(ip) ? "This is not a public address." : null;
    }

    /// <summary>A client that calls only what may be called.</summary>
    /// <param name="timeout">For a whole call.</param>
    /// <param name="longestAnswer">Bytes.</param>
    public HttpClient CreateClient(TimeSpan timeout, long longestAnswer)
    {
        var sockets = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, UseProxy = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2), ConnectTimeout = ConnectWithin,
            ConnectCallback = ConnectAsync,
        };
        return new(new Gate(this, sockets)) { Timeout = timeout, MaxResponseContentBufferSize = longestAnswer };
    }

    /// <summary>Whether anybody on the internet could reach it.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && !GlobalUnicast.Contains(address)) return false;
        return !NotPublic.Any(network => network.Contains(address));
    }

    async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, ct);
        if (!trusted.Contains(OriginOf(context.InitialRequestMessage.RequestUri!))) addresses = [.. addresses.Where(IsPublic)];
        if (addresses.Length == 0) throw new NotPublicException("The address is not a public one.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    static string OriginOf(Uri address) => address.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped).ToLowerInvariant();

    sealed class Gate(OutboundGuard guard, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct) =>
            guard.Refusal(request.RequestUri!) is { } why ? throw new NotPublicException(why) : base.SendAsync(request, ct);
    }
}

/// <summary>A call that would not have gone out. It may stand inside another exception.</summary>
public sealed class NotPublicException(string message) : HttpRequestException(message);
