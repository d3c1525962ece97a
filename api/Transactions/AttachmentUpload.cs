using System.Security.Cryptography;
using System.Text;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Files;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Transactions;

/// <summary>Files as a form brings them (RFC 7578), each taken onto disk while it arrives.</summary>
sealed class AttachmentUpload : IDisposable
{
    /// <summary>Bytes of a request: all files, and room for what stands around them.</summary>
    public const long Largest = Attachment.MostAtOnce * SentFile.Largest + (1 << 20);

    public const string MediaType = "multipart/form-data";

    const int LongestField = 100;

    readonly List<SentFile> sent = [];
    readonly List<CheckedFile> files = [];
    readonly Dictionary<string, string> fields = [];

    AttachmentUpload() { }

    public IReadOnlyList<CheckedFile> Files => files;

    public NoteVisibility Visibility { get; private set; }

    public bool KeepMetadata { get; private set; }

    /// <summary>Reads the whole form, and checks every file of it.</summary>
    /// <param name="http">The request; its Idempotency-Key gets the hash of what the form says.</param>
    /// <param name="retry">The key, if there is one.</param>
    /// <param name="ct">Gives up.</param>
    public static async Task<AttachmentUpload> ReadAsync(HttpRequest http, Core.Platform.Idempotency? retry, CancellationToken ct)
    {
        var upload = new AttachmentUpload();
        try
        {
            // Not the bytes of the body: most clients put another boundary between the parts each time they try.
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await upload.TakeAsync(ReaderOf(http), hash, ct);
            if (retry is not null) retry.RequestHash = hash.GetHashAndReset();
            upload.Visibility = upload.Field("visibility", NoteVisibility.Public, text => text switch
            {
                "public" => NoteVisibility.Public,
                "internal" => NoteVisibility.Internal,
                _ => throw Problems.InvalidValue("/visibility", "unknown", "This has to be one of public, internal."),
            });
            upload.KeepMetadata = upload.Field("keepMetadata", false, text => bool.TryParse(text, out var keep) ? keep : throw Problems.InvalidValue("/keepMetadata", "type", "This has to be true or false."));
            if (upload.sent.Count == 0) throw Problems.InvalidValue("/file", "required", "There is no file in the form: send at least one part named file, with a file name.");
            foreach (var file in upload.sent) upload.files.Add(await file.CheckAsync(upload.KeepMetadata, ct));
            return upload;
        }
        catch
        {
            upload.Dispose();
            throw;
        }
    }

    /// <summary>What reads the parts of a form one after the other.</summary>
    internal static MultipartReader ReaderOf(HttpRequest http)
    {
        if (http.Headers.ContentEncoding.Count > 0 && http.Headers.ContentEncoding != "identity")
            throw Problems.UnsupportedMediaType.Because("Send the form as it is, without Content-Encoding.");
        if (!MediaTypeHeaderValue.TryParse(http.ContentType, out var type) || !type.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase))
            throw Problems.UnsupportedMediaType.Because($"This takes {MediaType}.");
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary);
        if (boundary.Length is 0 or > 70) throw Problems.BadRequest.Because("The Content-Type has no boundary of 1 to 70 characters (RFC 2046, 5.1.1).");
        return new MultipartReader(boundary.Value!, http.Body) { HeadersCountLimit = 10, HeadersLengthLimit = 8 * 1024 };
    }

    async Task TakeAsync(MultipartReader reader, IncrementalHash hash, CancellationToken ct)
    {
        while (await Arriving(() => reader.ReadNextSectionAsync(ct)) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var part) || !part.DispositionType.Equals("form-data", StringComparison.OrdinalIgnoreCase))
                throw Problems.BadRequest.Because("A part of the form has no Content-Disposition: form-data.");
            var name = HeaderUtilities.RemoveQuotes(part.Name).Value ?? "";
            Add(hash, name);
            if (name is "visibility" or "keepMetadata") await TakeFieldAsync(name, section, hash, ct);
            else if (name == "file" || part.FileName.HasValue || part.FileNameStar.HasValue) await TakeFileAsync(section, part, hash, ct); // whatever the field is called
            // A misspelt visibility must not show to citizens what was meant for staff.
            else throw Problems.InvalidValue("", "unknown", "The form has a part that nobody knows; there are file, visibility and keepMetadata.");
        }
    }

    async Task TakeFileAsync(MultipartSection section, ContentDispositionHeaderValue part, IncrementalHash hash, CancellationToken ct)
    {
        if (sent.Count == Attachment.MostAtOnce) throw Core.Transactions.Files.Problems.TooMany.Because($"There are more than {Attachment.MostAtOnce} files in the form.");
        var name = HeaderUtilities.RemoveQuotes(part.FileNameStar.HasValue ? part.FileNameStar : part.FileName).Value;
        var file = await SentFile.TakeAsync(new ArrivingStream(section.Body), name, section.ContentType, ct);
        sent.Add(file);
        Add(hash, name ?? "");
        Add(hash, section.ContentType ?? "");
        hash.AppendData(file.Hash);
    }

    async Task TakeFieldAsync(string name, MultipartSection section, IncrementalHash hash, CancellationToken ct)
    {
        var bytes = new byte[LongestField];
        var read = await Arriving(() => section.Body.ReadAtLeastAsync(bytes, LongestField, throwOnEndOfStream: false, ct).AsTask());
        var text = Encoding.UTF8.GetString(bytes, 0, read);
        if (!fields.TryAdd(name, text)) throw Problems.InvalidValue($"/{name}", "twice", "This stands in the form twice.");
        Add(hash, text);
    }

    T Field<T>(string name, T otherwise, Func<string, T> read) => fields.TryGetValue(name, out var text) ? read(text) : otherwise;

    static void Add(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
    }

    // What the reader of the form throws at a form that ends half-way or is none; what the disk throws is ours.
    internal static async Task<T> Arriving<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception e) when (e is IOException and not BadHttpRequestException or InvalidDataException)
        {
            throw Problems.BadRequest.Because("The form is not one, or ends before it is whole.");
        }
    }

    public void Dispose()
    {
        foreach (var file in files) file.Dispose();
        foreach (var file in sent) file.Dispose();
    }

    internal sealed class ArrivingStream(Stream inner) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default) => await Arriving(() => inner.ReadAsync(buffer, ct).AsTask());
        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken ct) => ReadAsync(buffer.AsMemory(offset, count), ct).AsTask();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
