using System.Text.Json;
using Cirm.Core.Platform;

namespace Cirm.Api.Platform;

/// <summary>
/// An answer that is written first and then sent, with its length. The framework sends JSON while it writes it: one case in two pieces,
/// fifty in four, and each piece costs a call of the kernel here and wakes the reader there.
/// </summary>
sealed class InOnePiece(object value) : IResult
{
    /// <summary>The same answer in one piece, where it is a 200 with a value; any other as it is.</summary>
    public static object? Of(object? result) =>
        result is IStatusCodeHttpResult { StatusCode: StatusCodes.Status200OK } and IValueHttpResult { Value: { } value } and not IContentTypeHttpResult ? new InOnePiece(value) : result;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var piece = new Piece();
        using (var writer = new Utf8JsonWriter(piece, new() { Encoder = Wire.Json.Encoder, SkipValidation = true })) JsonSerializer.Serialize(writer, value, value.GetType(), Wire.Json);
        if (HttpMethods.IsGet(httpContext.Request.Method) && httpContext.Response.Headers.ETag.Count == 0 && EtagExtensions.IsKnown(httpContext, EtagExtensions.OfContent(piece.Written.Span)))
        {
            httpContext.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        httpContext.Response.ContentLength = piece.Written.Length;
        await httpContext.Response.Body.WriteAsync(piece.Written, httpContext.RequestAborted);
    }
}
