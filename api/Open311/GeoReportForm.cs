using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Cirm.Api.Platform;
using Cirm.Api.Transactions;
using Cirm.Core.Platform;
using Cirm.Core.Transactions.Files;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Open311;

/// <summary>
/// A form as GeoReport's clients post it. Of one with files, what stands before the first file is read to find the key; the files are taken when it is known
/// that their sender may send them.
/// </summary>
sealed partial class GeoReportForm : IDisposable
{
    const int LongestField = 128 * 1024;
    const int MostFields = 500;

    readonly List<(string Name, string Value)> fields = [];
    readonly List<SentFile> files = [];
    readonly MultipartReader? parts;
    MultipartSection? next;
    long read;

    GeoReportForm(MultipartReader? parts) => this.parts = parts;

    public IReadOnlyList<SentFile> Files => files;

    /// <summary>The form of a request, as far as its fields go before the first file; null when the request has none.</summary>
    /// <exception cref="Refusal"><see cref="Problems.BadRequest"/>, <see cref="Problems.TooLarge"/>.</exception>
    public static async Task<GeoReportForm?> StartAsync(HttpContext http)
    {
        if (http.Features.Get<GeoReportForm>() is { } known) return known;
        if (!HttpMethods.IsPost(http.Request.Method) || !MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type)) return null;
        var form = type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) ? new GeoReportForm(null)
            : type.MediaType.Equals(AttachmentUpload.MediaType, StringComparison.OrdinalIgnoreCase) ? new GeoReportForm(AttachmentUpload.ReaderOf(http.Request)) : null;
        if (form is null) return null;
        http.Features.Set(form);
        http.Response.RegisterForDispose(form);
        if (form.parts is null) await form.ReadFieldsAsync(http);
        else await form.ReadPartsAsync(takeFiles: false, http.RequestAborted);
        return form;
    }

    /// <summary>The whole form, with its files.</summary>
    /// <exception cref="Refusal"><see cref="Problems.UnsupportedMediaType"/> when the request has none.</exception>
    public static async Task<GeoReportForm> ReadAsync(HttpContext http, Caller caller)
    {
        var form = await StartAsync(http) ?? throw Problems.UnsupportedMediaType.Because("Send a form: application/x-www-form-urlencoded, or multipart/form-data with files.");
        if (form.parts is not null) await form.ReadPartsAsync(takeFiles: true, http.RequestAborted);
        foreach (var (name, value) in form.fields)
            if (!BodyValidator.IsClean(name) || !BodyValidator.IsClean(value))
                throw Problems.InvalidValue($"/{(BodyValidator.IsClean(name) ? name : "?")}", "characters", "The text contains a character that cannot be kept: NUL or another control character.");
        if (caller.Retry is { } retry) retry.RequestHash = form.Hash();
        return form;
    }

    /// <summary>The value of a field, without the blanks around it; null when it was not sent or is empty, which is the same (GeoReport v2, "Optional Arguments").</summary>
    public string? Text(string name) => All(name) is [.., var last] ? last : null;

    /// <summary>Every value of a field that is not empty.</summary>
    public IReadOnlyList<string> All(string name) => [.. fields.Where(f => f.Name == name && f.Value.Length > 0).Select(f => f.Value)];

    /// <summary>The answers by attribute: <c>attribute[code]=…</c>, and <c>attribute[code][]=…</c> for several.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Attributes() =>
        fields.Select(f => (Match: AttributeName().Match(f.Name), f.Value)).Where(f => f.Match.Success && f.Value.Length > 0)
            .GroupBy(f => f.Match.Groups[1].Value, f => f.Value).ToDictionary(g => g.Key, g => (IReadOnlyList<string>)[.. g]);

    async Task ReadFieldsAsync(HttpContext http)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await http.Request.Body.ReadAsync(buffer, http.RequestAborted) is > 0 and var got)
        {
            if (bytes.Length + got > Limits.LargestBody) throw Problems.TooLarge.Because("The form is too long.");
            bytes.Write(buffer, 0, got);
        }
        using var reader = new FormReader(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length)) { ValueCountLimit = MostFields, ValueLengthLimit = LongestField };
        try
        {
            foreach (var (name, values) in reader.ReadForm())
                foreach (var value in values) Add(name, value ?? "");
        }
        catch (InvalidDataException e)
        {
            throw Problems.BadRequest.Because(e.Message);
        }
    }

    async Task ReadPartsAsync(bool takeFiles, CancellationToken ct)
    {
        for (; next is not null || (next = await AttachmentUpload.Arriving(() => parts!.ReadNextSectionAsync(ct))) is not null; next = null)
        {
            if (!ContentDispositionHeaderValue.TryParse(next.ContentDisposition, out var part) || !part.DispositionType.Equals("form-data", StringComparison.OrdinalIgnoreCase))
                throw Problems.BadRequest.Because("A part of the form has no Content-Disposition: form-data.");
            var name = HeaderUtilities.RemoveQuotes(part.Name).Value ?? "";
            var fileName = HeaderUtilities.RemoveQuotes(part.FileNameStar.HasValue ? part.FileNameStar : part.FileName).Value;
            if (fileName is null) Add(name, await FieldAsync(next, ct));
            else if (!takeFiles) return;
            else if (fileName.Length > 0) await TakeAsync(next, fileName, ct); // a form whose file was left empty sends a nameless one
        }
    }

    async Task<string> FieldAsync(MultipartSection section, CancellationToken ct)
    {
        var bytes = new byte[LongestField + 1];
        var got = await AttachmentUpload.Arriving(() => section.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, ct).AsTask());
        if (got > LongestField || (read += got) > Limits.LargestBody) throw Problems.TooLarge.Because("A field of the form is too long.");
        return Encoding.UTF8.GetString(bytes, 0, got);
    }

    async Task TakeAsync(MultipartSection section, string name, CancellationToken ct)
    {
        if (files.Count == Attachment.MostAtOnce) throw Core.Transactions.Files.Problems.TooMany.Because($"There are more than {Attachment.MostAtOnce} files in the form.");
        files.Add(await SentFile.TakeAsync(new AttachmentUpload.ArrivingStream(section.Body), name, section.ContentType, ct));
    }

    void Add(string name, string value)
    {
        if (fields.Count == MostFields) throw Problems.TooLarge.Because("The form has too many fields.");
        fields.Add((name, value.Trim()));
    }

    // Of what the form says, not of its bytes: clients put another boundary between the parts each time they try. A key may have been replaced meanwhile.
    byte[] Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var text in fields.Where(f => f.Name != "api_key").SelectMany(f => (string[])[f.Name, f.Value]))
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }
        foreach (var file in files) hash.AppendData(file.Hash);
        return hash.GetHashAndReset();
    }

    public void Dispose()
    {
        foreach (var file in files) file.Dispose();
    }

    [GeneratedRegex(@"^attribute\[([^\[\]]+)\](?:\[[^\[\]]*\])?$")]
    private static partial Regex AttributeName();
}
