using Cirm.Core.Platform;

namespace Cirm.Core.Transactions.Files;

/// <summary>A file on a case.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="Name">What it is called: text to show, never a path.</param>
/// <param name="MediaType">By its content.</param>
/// <param name="Size">In bytes, as it is kept.</param>
/// <param name="Sha256">Of the bytes that are kept, in hexadecimal.</param>
/// <param name="MetadataKept">An image still tells where, when and by whom it was taken, because its sender wanted so.</param>
/// <param name="Visibility">Who may read it.</param>
/// <param name="By">Who attached it, by kind.</param>
/// <param name="OnBehalfOf">The citizen for whom a representative did it.</param>
/// <param name="CreatedAt">When.</param>
public sealed record Attachment(
    Guid Id, string Name, string MediaType, long Size, string Sha256, bool MetadataKept, NoteVisibility Visibility, ActorKind By, Guid? OnBehalfOf, DateTimeOffset CreatedAt)
{
    /// <summary>Files in a request.</summary>
    public const int MostAtOnce = 20;

    /// <summary>Files on a case.</summary>
    public const int MostOfCase = 50;
}
