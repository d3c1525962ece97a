using Cirm.Core.Platform;

namespace Cirm.Core.Transactions.Files;

/// <summary>What can be wrong with a file that is attached to a case. One such file refuses the whole request: nothing is half done.</summary>
public static class Problems
{
    /// <summary>One file is over the limit.</summary>
    public static readonly Problem TooLarge = new("attachment-too-large", 413, "A file is too large.",
        "Each file may have up to 10 MB. Send photos smaller, or long documents in parts.");

    /// <summary>Too many files in one request.</summary>
    public static readonly Problem TooMany = new("attachment-too-many", 413, "These are too many files at once.", "Send up to 20 files in a request.");

    /// <summary>The case has as many attachments as a case may have.</summary>
    public static readonly Problem CaseFull = new("attachments-full", 409, "This case cannot take so many attachments.",
        "A case has up to 50. Staff can remove those that are not needed.");

    /// <summary>The content is of a kind that is not taken, whatever the file is called.</summary>
    public static readonly Problem TypeRefused = new("attachment-type-refused", 415, "Files of this kind are not taken.",
        "Taken are JPEG, PNG, GIF, WebP, PDF, plain text in UTF-8, and documents of office programs (docx, xlsx, pptx, odt, ods, odp) without macros.");

    /// <summary>The file says that it is something else than it is.</summary>
    public static readonly Problem TypeMismatch = new("attachment-type-mismatch", 422, "A file is not what it says it is.",
        "The members \"declared\" and \"found\" name both. Send the file with the name and the type that fit its content.");

    /// <summary>Opening the file could harm who reads it.</summary>
    public static readonly Problem Unsafe = new("attachment-unsafe", 422, "A file is not safe to open.",
        "A document may unpack to 100 MB, to 100 times its size and to 2,000 parts, without archives in it; an image may have 100 megapixels.");

    /// <summary>The file ends too early, or its parts contradict each other.</summary>
    public static readonly Problem Malformed = new("attachment-malformed", 422, "A file is damaged.", "Open it, save it anew and send that.");

    /// <summary>A scanner knows the file as harmful.</summary>
    public static readonly Problem Infected = new("attachment-infected", 422, "A file is infected.",
        "The member \"signature\" is the scanner's word for it. Nothing was kept. Have the device that it comes from looked at.");

    /// <summary>The scanner that has to look at files does not answer.</summary>
    public static readonly Problem ScannerUnavailable = new("attachment-scanner-unavailable", 503, "Files cannot be looked at right now.",
        "Nothing was kept. Try again as Retry-After says. If it stays so, the operator should look at the scanner that CIRM_CLAMD names.");

    /// <summary>The file was kept, and is not there or not as it was.</summary>
    public static readonly Problem Unreadable = new("attachment-unreadable", 503, "The content of this attachment cannot be read.",
        "Try again later. If it stays so, tell the operator the traceId: the place where attachments are kept is not what it was.");
}
