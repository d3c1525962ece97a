using System.Security.Cryptography;

namespace Cirm.Core.Transactions.Files;

/// <summary>A file as it was sent, on its way to be checked.</summary>
public sealed class SentFile : IDisposable
{
    /// <summary>Bytes of a file: a photo of a phone has 3 to 8 MB.</summary>
    public const long Largest = 10_000_000;

    readonly FileStream content;
    readonly string? name;
    readonly string? declared;

    SentFile(FileStream content, byte[] hash, string? name, string? declared) => (this.content, Hash, this.name, this.declared) = (content, hash, name, declared);

    /// <summary>SHA-256 of the bytes that were sent.</summary>
    public byte[] Hash { get; }

    /// <summary>Takes a file as it arrives, onto disk.</summary>
    /// <param name="body">The file.</param>
    /// <param name="name">What the sender calls it.</param>
    /// <param name="declared">The media type that came with it.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Platform.Refusal"><see cref="Problems.TooLarge"/>.</exception>
    public static async Task<SentFile> TakeAsync(Stream body, string? name, string? declared, CancellationToken ct)
    {
        var content = TemporaryFile.Create();
        try
        {
            using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[32 * 1024];
            while (await body.ReadAsync(buffer, ct) is > 0 and var read)
            {
                if (content.Length + read > Largest) throw Problems.TooLarge.Because($"A file has more than {Largest / 1_000_000} MB.");
                sha.AppendData(buffer, 0, read);
                await content.WriteAsync(buffer.AsMemory(0, read), ct);
            }
            return new(content, sha.GetHashAndReset(), name, declared);
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }
    }

    /// <summary>Finds out what it is, whether it is what it says and whether it is safe, and takes out of images what is not to be kept.</summary>
    /// <param name="keepMetadata">Leaves in images where, when and by whom they were taken.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Platform.Refusal">Any of <see cref="Problems"/>.</exception>
    public async Task<CheckedFile> CheckAsync(bool keepMetadata, CancellationToken ct)
    {
        if (content.Length == 0) throw Problems.Malformed.Because("A file is empty.");
        var type = FileType.Of(content);
        var clean = FileName.Clean(name, type.Extensions[0]);
        type.Compare(clean, declared);
        var kept = type.IsImage ? TemporaryFile.Create() : content;
        try
        {
            if (type.IsImage) Rewrite(type, content, kept, keepMetadata);
            kept.Position = 0;
            return new(clean, type.MediaType, kept.Length, await SHA256.HashDataAsync(kept, ct), kept);
        }
        catch
        {
            await kept.DisposeAsync();
            throw;
        }
    }

    /// <summary>Copies an image without what it tells about its maker; what stands behind its end is left out in any case.</summary>
    /// <exception cref="Platform.Refusal"><see cref="Problems.Malformed"/>, <see cref="Problems.Unsafe"/>.</exception>
    public static void Rewrite(FileType type, Stream from, Stream to, bool keepMetadata)
    {
        from.Position = 0;
        var image = new ImageSource(from);
        if (type == FileType.Jpeg) JpegCleaner.Clean(image, to, keepMetadata);
        else if (type == FileType.Png) PngCleaner.Clean(image, to, keepMetadata);
        else if (type == FileType.WebP) WebPCleaner.Clean(image, to, keepMetadata);
        else GifCleaner.Clean(image, to, keepMetadata);
    }

    /// <inheritdoc/>
    public void Dispose() => content.Dispose();
}

/// <summary>A file that can be kept.</summary>
/// <param name="Name">Cleaned.</param>
/// <param name="MediaType">By its content.</param>
/// <param name="Size">In bytes, as it is kept.</param>
/// <param name="Sha256">As it is kept.</param>
/// <param name="Content">Seekable.</param>
public sealed record CheckedFile(string Name, string MediaType, long Size, byte[] Sha256, Stream Content) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Content.Dispose();
}
