namespace Cirm.Core.Platform;

/// <summary>What any operation can refuse, whatever the feature.</summary>
public static class Problems
{
    /// <summary>The body is not JSON.</summary>
    public static readonly Problem Malformed = new("malformed", 400, "The body is not well-formed JSON.",
        "Send one JSON value in UTF-8, no deeper than 32 levels, without duplicate members.");

    /// <summary>The request line or a header cannot be read.</summary>
    public static readonly Problem BadRequest = new("bad-request", 400, "The request cannot be read.", "Correct what the detail names.");

    /// <summary>The input was understood and is wrong.</summary>
    public static readonly Problem Invalid = new("validation", 422, "The input is not valid.",
        "Every error is listed with a JSON pointer to the value it is about; query parameters are written as ?name.");

    /// <summary>No credentials, or none that are valid now.</summary>
    public static readonly Problem Unauthenticated = new("sign-in-needed", 401, "This needs a valid sign-in.",
        "Send Authorization: Bearer with a token from POST /v1/auth/token or from the agency's provider, or X-Api-Key.");

    /// <summary>Known caller, not allowed to do this.</summary>
    public static readonly Problem Forbidden = new("not-allowed", 403, "Your role or key does not allow this.",
        "Ask an admin of the agency for the role or scope that the operation names.");

    /// <summary>Not there, or not for this caller to know about.</summary>
    public static readonly Problem NotFound = new("not-found", 404, "There is no such thing here.", "Check the address; another agency's things are not found either.");

    /// <summary>The path exists, the method does not.</summary>
    public static readonly Problem MethodNotAllowed = new("method-not-allowed", 405, "This address does not take that method.", "The Allow header lists those it takes.");

    /// <summary>The body is of another media type than the operation takes.</summary>
    public static readonly Problem UnsupportedMediaType = new("unsupported-media-type", 415, "The body is of a media type that this operation does not take.",
        "Use the media type that the OpenAPI document names.");

    /// <summary>The body is larger than allowed.</summary>
    public static readonly Problem TooLarge = new("too-large", 413, "The body is too large.", "Send less; lists and files go through imports.");

    /// <summary>Too many requests.</summary>
    public static readonly Problem TooMany = new("too-many-requests", 429, "Too many requests.", "Wait as long as Retry-After says.");

    /// <summary>A change without If-Match.</summary>
    public static readonly Problem PreconditionRequired = new("precondition-required", 428, "A change needs If-Match.",
        "Read the resource and send its ETag as If-Match, so that nobody's change is overwritten unseen.");

    /// <summary>A change against an older state.</summary>
    public static readonly Problem PreconditionFailed = new("precondition-failed", 412, "The resource has changed since you read it.",
        "Read it again, and repeat the change if it still makes sense.");

    /// <summary>The Idempotency-Key was used for another request.</summary>
    public static readonly Problem IdempotencyKeyReused = new("idempotency-key-reused", 422, "This Idempotency-Key was used with another body.",
        "Use a new key for a new request.");

    /// <summary>The first request with this Idempotency-Key has not finished.</summary>
    public static readonly Problem IdempotencyKeyBusy = new("idempotency-key-busy", 409, "The first request with this Idempotency-Key is still running.",
        "Try again in a moment with the same key.");

    /// <summary>Two changes met; neither is lost, one has to try again.</summary>
    public static readonly Problem Busy = new("busy", 503, "This is being changed by somebody else right now.", "Try again as Retry-After says.");

    /// <summary>Something we need is away for a moment.</summary>
    public static readonly Problem Unavailable = new("unavailable", 503, "The service is not available for a moment.", "Try again as Retry-After says.");

    /// <summary>Ours to mend.</summary>
    public static readonly Problem Unexpected = new("unexpected", 500, "Something went wrong on our side.", "Tell the operator the traceId.");

    /// <summary>Refuses input with everything that is wrong with it.</summary>
    public static Refusal InvalidInput(params IReadOnlyList<ValidationError> errors) =>
        new(Invalid, errors.Count == 1 ? errors[0].Detail : $"{errors.Count} values are not valid.") { Errors = errors };

    /// <summary>Refuses one value.</summary>
    public static Refusal InvalidValue(string pointer, string code, string detail) => InvalidInput(new ValidationError(pointer, code, detail));
}
