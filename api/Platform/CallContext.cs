using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Api.Platform;

/// <summary>Who calls, and in which agency: found out once a request, before its handler runs.</summary>
public sealed class CallContext
{
    public Caller? Caller { get; set; }
    public Agency? Agency { get; set; }

    /// <summary>What the caller's key may do; empty without one.</summary>
    public IReadOnlySet<string> Scopes { get; set; } = new HashSet<string>();
}

/// <summary>The body of a request, read once.</summary>
public static class RawBody
{
    /// <exception cref="BadHttpRequestException">413 when it is over the limit.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpContext http)
    {
        if (http.Features.Get<Kept>() is { } kept) return kept.Bytes;
        using var bytes = new MemoryStream((int)Math.Min(http.Request.ContentLength ?? 1024, 1 << 20));
        await http.Request.Body.CopyToAsync(bytes, http.RequestAborted);
        kept = new Kept(bytes.ToArray());
        http.Features.Set(kept);
        return kept.Bytes;
    }

    sealed record Kept(ReadOnlyMemory<byte> Bytes);
}
