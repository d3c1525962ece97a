namespace Cirm.Core.Platform.Outside;

/// <summary>What is read of answers from outside, and of their absence.</summary>
static class OutsideAnswers
{
    static readonly TimeSpan LongestAsked = TimeSpan.FromDays(1);

    /// <summary>How long the other side asks us to wait, a day at most; null when it does not.</summary>
    public static TimeSpan? RetryAfterOf(HttpResponseMessage answer, DateTimeOffset now) => answer.Headers.RetryAfter switch
    {
        { Delta: { } pause } => pause < LongestAsked ? pause : LongestAsked,
        { Date: { } until } when until > now => until - now < LongestAsked ? until - now : LongestAsked,
        _ => null,
    };

    /// <summary>The code of a call without an answer, such as <c>timeout</c>; null for an exception that is no such thing.</summary>
    public static string? CodeOf(Exception e)
    {
        for (var inner = e; inner is not null; inner = inner.InnerException)
            if (inner is NotPublicException) return "not-public";
        return e switch
        {
            OperationCanceledException => "timeout",
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "unknown-host",
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "tls",
            HttpRequestException or IOException => "no-answer",
            _ => null,
        };
    }
}
