using Cirm.Core.Platform;

namespace Cirm.Core.Insight;

public static partial class Problems
{
    /// <summary>Texts are not read while answers come in, nor of too few people.</summary>
    public static readonly Problem TextsKeptBack = new("texts-kept-back", 409, "The texts of this wave are not shown.",
        "They are shown when the wave has closed, and when at least the agency's smallest group has answered.");

    /// <summary>A code that the code book does not have.</summary>
    public static readonly Problem CodeUnknown = new("code-unknown", 422, "The code book of the question has no such code.", "Put the code into the question's code book first.");

    /// <summary>A code that stands with texts cannot leave the code book.</summary>
    public static readonly Problem CodeInUse = new("code-in-use", 409, "A code that is to go stands with texts.", "Give those texts other codes first: GET …/texts?code= lists them.");
}
