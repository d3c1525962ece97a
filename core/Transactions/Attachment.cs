using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions;

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

/// <summary>A file as the history tells of it; the name is gone when the file is.</summary>
/// <param name="Id">The attachment.</param>
/// <param name="Name">While it is there.</param>
/// <param name="MediaType">By its content.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Sha256">In hexadecimal.</param>
public sealed record AttachedFile(Guid Id, string? Name, string MediaType, long Size, string Sha256) : IJsonColumn
{
    /// <summary>Out of a row <c>f</c> of attachments; null without one.</summary>
    internal const string OfHistory = """
        case when f.id is not null then
          jsonb_build_object('id', f.id, 'name', f.name, 'mediaType', f.media_type, 'size', f.size, 'sha256', encode(f.sha256, 'hex')) end
        """;
}
