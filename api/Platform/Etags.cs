using System.Buffers.Text;
using System.Globalization;
using System.IO.Hashing;
using System.Reflection;
using Cirm.Core.Platform;
using Microsoft.Extensions.Primitives;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Platform;

/// <summary>The state that a change was decided on: the number in an If-Match header.</summary>
public sealed record IfMatch(long Version)
{
    /// <exception cref="Refusal"><see cref="Problems.PreconditionRequired"/> without the header.</exception>
    public static ValueTask<IfMatch?> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        var header = http.Request.Headers.IfMatch.ToString();
        if (header.Length == 0) throw Problems.PreconditionRequired.Because("There is no If-Match header.");
        // A tag that is not one of ours matches nothing, and neither does "*": the reader has to have seen the state.
        var version = header is ['"', .. var number, '"'] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : -1;
        return new(new IfMatch(version));
    }

    /// <summary>Refuses when the resource is at another version by now.</summary>
    public void Check(IVersioned resource)
    {
        if (resource.Version != Version) throw Changed();
    }

    /// <summary>The refusal for a change that found another version.</summary>
    public static Refusal Changed() => Problems.PreconditionFailed.Because("Somebody changed it since you read it.");
}

public static class EtagExtensions
{
    /// <summary>Sets the ETag of every answer, by its version where it has one, answers 304 to a reader who has that state, and others <see cref="InOnePiece"/>.</summary>
    public static TBuilder WithEtags<TBuilder>(this TBuilder group) where TBuilder : IEndpointConventionBuilder =>
        group.AddEndpointFilter(async (context, next) =>
        {
            var result = await next(context);
            if ((result as INestedHttpResult)?.Result is { } nested) result = nested;
            if (result is not IValueHttpResult { Value: IVersioned versioned }) return InOnePiece.Of(result);
            return IsKnown(context.HttpContext, Of(versioned)) && HttpMethods.IsGet(context.HttpContext.Request.Method) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : InOnePiece.Of(result);
        });

    /// <summary>Tells the reader the tag of what is answered, and whether that is what the reader has.</summary>
    internal static bool IsKnown(HttpContext http, string tag)
    {
        http.Response.Headers.ETag = tag;
        return IsKnown(http.Request.Headers.IfNoneMatch, tag);
    }

    /// <summary>The tag of what has no version, such as a list or a report: of its bytes. It is no number, so that no change can be decided on it; nothing is proved by it.</summary>
    internal static string OfContent(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[16];
        XxHash128.Hash(bytes, hash);
        return $"\"c-{Base64Url.EncodeToString(hash)}\"";
    }

    // Any tag of the list will do, weak or strong (RFC 9110, section 13.1.2).
    static bool IsKnown(StringValues ifNoneMatch, string tag) => ifNoneMatch.Count > 0 &&
        ifNoneMatch.SelectMany(v => (v ?? "").Split(',')).Select(v => v.Trim()).Any(v => v == "*" || v == tag || v.StartsWith("W/", StringComparison.Ordinal) && v[2..] == tag);

    /// <summary>The entity tag of a version.</summary>
    public static string Of(IVersioned versioned) => $"\"{versioned.Version.ToString(CultureInfo.InvariantCulture)}\"";
}
