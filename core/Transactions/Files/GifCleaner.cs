using System.Buffers.Binary;
using System.Text;

namespace Cirm.Core.Transactions.Files;

/// <summary>Rewrites a GIF (GIF89a specification) without comments and without application extensions other than the loop and the colour profile.</summary>
static class GifCleaner
{
    const byte Image = 0x2c, Extension = 0x21, Trailer = 0x3b, CommentLabel = 0xfe, ApplicationLabel = 0xff;

    static readonly HashSet<string> Applications = ["NETSCAPE2.0", "ANIMEXTS1.0", "ICCRGBG1012"];

    public static void Clean(ImageSource image, Stream to, bool keepMetadata)
    {
        var screen = image.Read(13);
        ImageSource.CheckSize(BinaryPrimitives.ReadUInt16LittleEndian(screen.AsSpan(6)), BinaryPrimitives.ReadUInt16LittleEndian(screen.AsSpan(8)));
        to.Write(screen);
        image.Copy(ColourTable(screen[10]), to);
        var drawn = false;
        for (var block = image.Byte(); block != Trailer; block = image.Byte())
        {
            if (block == Image)
            {
                var descriptor = image.Read(9);
                ImageSource.CheckSize(BinaryPrimitives.ReadUInt16LittleEndian(descriptor.AsSpan(4)), BinaryPrimitives.ReadUInt16LittleEndian(descriptor.AsSpan(6)));
                to.WriteByte(block);
                to.Write(descriptor);
                image.Copy(ColourTable(descriptor[8]) + 1, to); // and the size of the first code
                CopyBlocks(image, to);
                drawn = true;
            }
            else if (block == Extension)
            {
                CopyExtension(image, to, keepMetadata);
            }
            else
            {
                throw Problems.Malformed.Because("The GIF has a block that is none.");
            }
        }
        if (!drawn) throw Problems.Malformed.Because("The GIF has no picture in it.");
        to.WriteByte(Trailer); // what stands behind it is not taken along
    }

    static void CopyExtension(ImageSource image, Stream to, bool keepMetadata)
    {
        var label = image.Byte();
        var first = image.Read(image.Byte());
        var keep = keepMetadata || label != CommentLabel && (label != ApplicationLabel || first.Length == 11 && Applications.Contains(Encoding.ASCII.GetString(first)));
        var target = keep ? to : null;
        target?.Write([Extension, label, (byte)first.Length]);
        target?.Write(first);
        if (first.Length > 0) CopyBlocks(image, target);
    }

    static void CopyBlocks(ImageSource image, Stream? to)
    {
        byte length;
        do
        {
            length = image.Byte();
            to?.WriteByte(length);
            image.Copy(length, to);
        }
        while (length > 0);
    }

    static int ColourTable(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
}
