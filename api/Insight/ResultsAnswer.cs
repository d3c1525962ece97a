using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Cirm.Api.Platform;
using Cirm.Core.Insight.Results;
using Cirm.Core.Platform;

namespace Cirm.Api.Insight;

/// <summary>Sends an edition in the pieces that it was written down in: nothing is computed or parsed for JSON, however many have answered.</summary>
sealed class ResultsAnswer(WaveOfResults wave, PublishedResults published, string? by, string? question, bool weighted) : IResult
{
    /// <summary>The version that a reader says to have; null: none.</summary>
    public static long? KnownTo(HttpContext http) =>
        http.Request.Headers.IfNoneMatch is [['"', .. var number, '"']] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var known) ? known : null;

    public async Task ExecuteAsync(HttpContext http)
    {
        http.Response.Headers.ETag = EtagExtensions.Of(new Versioned(published.Version));
        http.Response.Headers.Vary = "Accept";
        if (KnownTo(http) == published.Version)
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        if (http.Request.GetTypedHeaders().Accept.FirstOrDefault()?.MediaType == "text/csv")
        {
            http.Response.ContentType = "text/csv; charset=utf-8";
            await http.Response.WriteAsync(ResultsCsv.Of(published, by), http.RequestAborted);
            return;
        }
        http.Response.ContentType = "application/json; charset=utf-8";
        List<ReadOnlyMemory<byte>> pieces = [.. Pieces()];
        http.Response.ContentLength = pieces.Sum(p => (long)p.Length);
        foreach (var piece in pieces) http.Response.BodyWriter.Write(piece.Span);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    // As they lie: copied once, into what is sent.
    IEnumerable<ReadOnlyMemory<byte>> Pieces()
    {
        yield return Opening();
        if (published.Head is not { } head) yield break;
        yield return ","u8.ToArray();
        yield return head.AsMemory()[1..^1]; // the members of an object
        yield return ",\"questions\":["u8.ToArray();
        foreach (var (i, piece) in published.Questions.Index())
        {
            if (i > 0) yield return ","u8.ToArray();
            yield return piece;
        }
        yield return "]}"u8.ToArray();
    }

    // An object: left open when an edition follows.
    ReadOnlyMemory<byte> Opening()
    {
        var body = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body, new() { Encoder = Wire.Json.Encoder });
        json.WriteStartObject();
        json.WriteString("survey", wave.Survey);
        json.WriteString("wave", wave.Name);
        json.WriteString("by", by);
        json.WriteBoolean("weighted", weighted);
        if (published.AsOf is { } asOf) json.WriteString("asOf", asOf.UtcDateTime);
        else json.WriteNull("asOf");
        if (published.Head is null)
        {
            WriteNothing(json);
            json.WriteEndObject();
        }
        json.Flush();
        return body.WrittenMemory;
    }

    // Before the first edition: everything that is asked, and that nothing is shown of it.
    void WriteNothing(Utf8JsonWriter json)
    {
        json.WriteNull("responses");
        json.WriteBoolean("suppressed", true);
        json.WriteStartArray("questions");
        foreach (var asked in wave.Questions.Where(q => question is null || q.Key == question))
        {
            json.WriteStartObject();
            json.WriteString("key", asked.Key);
            json.WriteString("type", asked.Type.Word());
            json.WriteStartArray("groups");
            json.WriteStartObject();
            json.WriteString("group", ResultGroups.All);
            json.WriteBoolean("suppressed", true);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    sealed record Versioned(long Version) : IVersioned;
}
