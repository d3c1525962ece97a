using System.IO.Compression;
using System.Text;
using Cirm.Core.Platform;
using Cirm.Core.Transactions.Files;
using MetadataExtractor;
using MetadataExtractor.Formats.Exif;
using MetadataExtractor.Formats.Icc;
using MetadataExtractor.Formats.Xmp;

namespace Cirm.Tests.Transactions;

/// <summary>What files are told to be, what is taken out of them, and which are refused: without a server.</summary>
public sealed class AttachedFileTests(ITestOutputHelper output)
{
    const int Seed = 311;

    static readonly (string Name, FileType Type, byte[] Bytes)[] Images =
    [
        ("photo.jpg", FileType.Jpeg, TestImages.Jpeg()), ("photo.png", FileType.Png, TestImages.Png()), ("photo.gif", FileType.Gif, TestImages.Gif()), ("photo.webp", FileType.WebP, TestImages.WebP()),
    ];

    [Fact]
    public async Task Nothing_that_tells_of_its_maker_is_left_in_an_image_and_which_way_is_up_is()
    {
        foreach (var (name, type, bytes) in Images)
        {
            Assert.True(Contains(bytes, TestImages.Secret), name);
            var cleaned = await CheckAsync(bytes, name, type.MediaType);
            Assert.False(Contains(cleaned, TestImages.Secret), name);
            Assert.False(Contains(cleaned, "xmpmeta"), name);
            Assert.Equal(cleaned, await CheckAsync(cleaned, name, type.MediaType)); // nothing left to take out, and still an image
            var told = ImageMetadataReader.ReadMetadata(new MemoryStream(cleaned));
            Assert.Empty(told.OfType<GpsDirectory>());
            Assert.Empty(told.OfType<XmpDirectory>());
            Assert.DoesNotContain(told, d => d.HasError && d is not IccDirectory); // the profile of the test is none
            if (Environment.GetEnvironmentVariable("CIRM_TEST_IMAGES") is { } folder)
            {
                await File.WriteAllBytesAsync(Path.Combine(folder, $"cleaned-{name}"), cleaned, CancellationToken.None);
                await File.WriteAllBytesAsync(Path.Combine(folder, $"whole-{name}"), await CheckAsync(bytes, name, null, keepMetadata: true), CancellationToken.None);
            }
        }

        // The tests' own photo does tell, and a reader finds it.
        Assert.Equal(36.297, ImageMetadataReader.ReadMetadata(new MemoryStream(TestImages.Jpeg())).OfType<GpsDirectory>().Single().GetGeoLocation()!.Latitude, 2);
        foreach (var turned in Enumerable.Range(2, 7))
        {
            var exif = ImageMetadataReader.ReadMetadata(new MemoryStream(await CheckAsync(TestImages.Jpeg(turned), "a.jpg", null))).OfType<ExifIfd0Directory>().Single();
            Assert.Equal((turned, 1), (exif.GetInt32(ExifDirectoryBase.TagOrientation), exif.TagCount));
        }
        Assert.Empty(ImageMetadataReader.ReadMetadata(new MemoryStream(await CheckAsync(TestImages.Jpeg(1), "a.jpg", null))).OfType<ExifIfd0Directory>());
    }

    [Fact]
    public async Task Who_wants_so_keeps_the_metadata_but_nothing_behind_the_images_end()
    {
        foreach (var (name, type, bytes) in Images)
        {
            var kept = await CheckAsync(bytes, name, type.MediaType, keepMetadata: true);
            Assert.True(bytes.AsSpan().StartsWith(kept.AsSpan(0, kept.Length)), name);
            Assert.True(kept.Length < bytes.Length, name);
        }
        var told = ImageMetadataReader.ReadMetadata(new MemoryStream(await CheckAsync(TestImages.Jpeg(), "a.jpg", null, keepMetadata: true)));
        Assert.Equal(59.611, told.OfType<GpsDirectory>().Single().GetGeoLocation()!.Longitude, 2);
    }

    [Fact]
    public async Task Images_that_are_cut_off_or_changed_are_refused_or_taken_and_never_an_error()
    {
        var random = new Random(Seed);
        var (refused, taken) = (0, 0);
        foreach (var (name, _, bytes) in Images)
        {
            var whole = await CheckAsync(bytes, name, null, keepMetadata: true);
            for (var length = 0; length < whole.Length; length++) // of an image, nothing can be missing at its end
                await Assert.ThrowsAsync<Refusal>(() => CheckAsync(whole[..length], name, null));
            for (var round = 0; round < 3_000; round++)
            {
                var changed = (byte[])bytes.Clone();
                for (var changes = random.Next(1, 6); changes > 0; changes--) changed[random.Next(changed.Length)] = (byte)random.Next(256);
                try
                {
                    var cleaned = await CheckAsync(changed, name, null);
                    Assert.Equal(cleaned, await CheckAsync(cleaned, name, null));
                    taken++;
                }
                catch (Refusal)
                {
                    refused++;
                }
            }
        }
        output.WriteLine($"{taken} changed images taken, {refused} refused");
        Assert.True(taken > 100 && refused > 100);
    }

    [Fact]
    public async Task Documents_that_are_changed_are_refused_or_taken_and_never_an_error()
    {
        var random = new Random(Seed);
        var document = Document("docx");
        for (var round = 0; round < 4_000; round++)
        {
            var changed = (byte[])document.Clone();
            for (var changes = random.Next(1, 6); changes > 0; changes--) changed[random.Next(changed.Length)] = (byte)random.Next(256);
            if (random.Next(3) == 0) changed = changed[..random.Next(changed.Length)];
            try
            {
                await CheckAsync(changed, "a.docx", null);
            }
            catch (Refusal)
            {
                // as it should be
            }
        }
    }

    [Theory]
    [InlineData("docx")]
    [InlineData("xlsx")]
    [InlineData("pptx")]
    [InlineData("odt")]
    [InlineData("ods")]
    [InlineData("odp")]
    public async Task A_document_is_known_by_its_parts(string extension)
    {
        var document = Document(extension);
        Assert.Equal(document, await CheckAsync(document, $"Form.{extension}", "application/octet-stream"));
        Assert.Equal("attachment-type-mismatch", await CodeAsync(document, "Form.pdf"));
    }

    [Fact]
    public async Task What_is_not_taken_is_refused_whatever_it_is_called()
    {
        foreach (var content in (string[])["<html><script>alert(1)</script>", " \n<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "\uFEFF<!DOCTYPE html>", "<?php x();", "#!/bin/sh\n", "MZ\u0090", "\u007fELF", "a\0b"])
            Assert.Equal("attachment-type-refused", await CodeAsync(Encoding.UTF8.GetBytes(content), "photo.jpg"));
        Assert.Equal("attachment-type-refused", await CodeAsync([0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0], "IMG_0001.HEIC"));
        Assert.Equal("attachment-type-refused", await CodeAsync(Zip(("a.txt", "x")), "a.docx"));
        Assert.Equal("attachment-type-refused", await CodeAsync(Zip(("[Content_Types].xml", "x"), ("word/document.xml", "x"), ("word/vbaProject.bin", "x")), "a.docx"));
        Assert.Equal("attachment-type-refused", await CodeAsync([0xff, 0xfe, 0x41], "a.txt"));
        Assert.Equal("attachment-type-mismatch", await CodeAsync(TestImages.Png(), "photo.jpg"));
        Assert.Equal("attachment-type-mismatch", await CodeAsync("text"u8.ToArray(), "photo.jpg"));
        Assert.Equal("attachment-type-mismatch", await CodeAsync("text"u8.ToArray(), "run.bat"));
        Assert.Equal("attachment-malformed", await CodeAsync([], "a.txt"));
        Assert.Equal("attachment-malformed", await CodeAsync("%PDF-1.7 and no end"u8.ToArray(), "a.pdf"));
        Assert.Equal("ok", await CodeAsync("%PDF-1.7\n%%EOF\n"u8.ToArray(), "a.pdf"));
        Assert.Equal("ok", await CodeAsync(Encoding.UTF8.GetBytes("سلام، چراغ خاموش است.\r\n\t1 < 2"), "نامه.txt"));
    }

    [Fact]
    public async Task What_would_unpack_without_end_or_has_no_end_of_pixels_is_refused()
    {
        Assert.Equal("attachment-unsafe", await CodeAsync(Document("docx", ("word/media/zeros.bin", new byte[20_000_000])), "a.docx")); // 1000 to 1
        Assert.Equal("attachment-unsafe", await CodeAsync(Document("docx", ("word/embeddings/a.zip", Zip(("a.txt", "x")))), "a.docx"));
        Assert.Equal("attachment-unsafe", await CodeAsync(Document("docx", ("word/a.exe", "MZ.."u8.ToArray())), "a.docx"));
        Assert.Equal("attachment-unsafe", await CodeAsync(Document("docx", ("../../etc/passwd", [1])), "a.docx"));
        Assert.Equal("attachment-unsafe", await CodeAsync(Document("docx", [.. Enumerable.Range(0, 2_001).Select(i => ($"x/{i}", (byte[])[1]))]), "a.docx"));
        Assert.Equal("attachment-unsafe", await CodeAsync(Overlapping(), "a.docx"));
        Assert.Equal("attachment-unsafe", await CodeAsync(TestImages.Png(20_000, 20_000), "a.png"));
        Assert.Equal("attachment-unsafe", await CodeAsync(TestImages.Jpeg(width: 65_535, height: 65_535), "a.jpg"));
    }

    [Theory]
    [InlineData("../../etc/passwd", "passwd.txt")]
    [InlineData("C:\\temp\\report.txt", "report.txt")]
    [InlineData("\u202Etxt.exe\u202C.txt", "txt.exe.txt")]
    [InlineData("a\0b\r\n\u001b.txt", "ab.txt")]
    [InlineData("con.txt", "_con.txt")]
    [InlineData("LPT1", "_LPT1.txt")]
    [InlineData("a<b>:\"c\"|?*.txt", "a_b___c____.txt")]
    [InlineData("  .hidden. ", "hidden.txt")]
    [InlineData("می‌خواهم.txt", "می‌خواهم.txt")]
    [InlineData("\ud800.txt", "txt.txt")]
    [InlineData("", "file.txt")]
    [InlineData(null, "file.txt")]
    public void A_name_is_text_and_never_a_path(string? given, string expected) => Assert.Equal(expected, FileName.Clean(given, "txt"));

    [Fact]
    public void A_long_name_keeps_its_ending()
    {
        var name = FileName.Clean(new string('x', 500) + ".jpeg", "jpg");
        Assert.Equal((FileName.Longest, true), (name.Length, name.EndsWith("xx.jpeg", StringComparison.Ordinal)));
    }

    static async Task<byte[]> CheckAsync(byte[] bytes, string name, string? type, bool keepMetadata = false)
    {
        using var sent = await SentFile.TakeAsync(new MemoryStream(bytes), name, type, CancellationToken.None);
        using var file = await sent.CheckAsync(keepMetadata, CancellationToken.None);
        using var content = new MemoryStream();
        file.Content.Position = 0;
        await file.Content.CopyToAsync(content);
        Assert.Equal((file.Size, Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(content.ToArray()))), (content.Length, Convert.ToHexString(file.Sha256)));
        return content.ToArray();
    }

    static async Task<string> CodeAsync(byte[] bytes, string name)
    {
        try
        {
            await CheckAsync(bytes, name, null);
            return "ok";
        }
        catch (Refusal refused)
        {
            return refused.Problem.Code;
        }
    }

    static bool Contains(byte[] bytes, string text) => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;

    static byte[] Zip(params (string Name, string Text)[] parts) => ZipOf([.. parts.Select(p => (p.Name, Encoding.UTF8.GetBytes(p.Text)))]);

    /// <summary>A document as its program would pack it, with further parts.</summary>
    internal static byte[] Document(string extension, params (string Name, byte[] Bytes)[] more) => ZipOf(
    [
        .. extension switch
        {
            "docx" => (IEnumerable<(string, byte[])>)[("[Content_Types].xml", "<Types/>"u8.ToArray()), ("word/document.xml", "<document/>"u8.ToArray())],
            "xlsx" => [("[Content_Types].xml", "<Types/>"u8.ToArray()), ("xl/workbook.xml", "<workbook/>"u8.ToArray())],
            "pptx" => [("[Content_Types].xml", "<Types/>"u8.ToArray()), ("ppt/presentation.xml", "<presentation/>"u8.ToArray())],
            _ => [("mimetype", Encoding.ASCII.GetBytes($"application/vnd.oasis.opendocument.{extension switch { "odt" => "text", "ods" => "spreadsheet", _ => "presentation" }}")),
                ("content.xml", "<content/>"u8.ToArray())],
        },
        .. more,
    ]);

    static byte[] ZipOf(params (string Name, byte[] Bytes)[] parts)
    {
        using var package = new MemoryStream();
        using (var archive = new ZipArchive(package, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in parts)
            {
                using var part = archive.CreateEntry(name, name == "mimetype" ? CompressionLevel.NoCompression : CompressionLevel.Optimal).Open();
                part.Write(bytes);
            }
        }
        return package.ToArray();
    }

    // The directory's second entry points at the first one's bytes.
    static byte[] Overlapping()
    {
        var document = Document("docx");
        var second = document.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        document.AsSpan(second + 42, 4).Clear();
        return document;
    }
}
