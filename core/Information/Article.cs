using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Information;

/// <summary>What kind of text it is.</summary>
public enum ArticleKind
{
    /// <summary>Explains something.</summary>
    Article,
    /// <summary>A question that is often asked, and its answer.</summary>
    Answer,
    /// <summary>How something is done, step by step.</summary>
    Guide,
    /// <summary>Something that all should know now.</summary>
    Notice,
}

/// <summary>Where a version of a text stands.</summary>
public enum ArticleState
{
    /// <summary>Being written; staff see it.</summary>
    Draft,
    /// <summary>Written, and waiting for a manager or an admin to publish it; whoever changes it takes it back to draft.</summary>
    Review,
    /// <summary>Published; shown between its dates.</summary>
    Published,
    /// <summary>Withdrawn.</summary>
    Retired,
}

/// <summary>What a version of an article, answer, guide or notice says.</summary>
/// <param name="Title">In one line.</param>
/// <param name="Body">Markdown, in plain language.</param>
/// <param name="Tags">Words that it is found by.</param>
/// <param name="Services">Keys of the services that it is about.</param>
/// <param name="Segments">Keys of the segments that a notice is addressed to; null: to all.</param>
/// <param name="Channels">By what a notice goes, in the words of <see cref="NoticeChannel"/>, the portal among them; null for what is no notice.</param>
/// <param name="Spoken">A spoken version, by language.</param>
/// <param name="ValidFrom">Not shown before.</param>
/// <param name="ValidTo">Not shown from then on.</param>
public sealed record ArticleDraft(
    Localized Title, Localized Body, string[]? Tags, string[]? Services, string[]? Segments, string[]? Channels, JsonMap<Spoken>? Spoken, DateTimeOffset? ValidFrom, DateTimeOffset? ValidTo)
{
    /// <summary>Whether it goes to people, besides standing on the pages.</summary>
    public bool GoesOut => Channels is { Length: > 1 };

    /// <summary>What is wrong with its dates, as JSON pointers.</summary>
    public IEnumerable<ValidationError> WrongDates()
    {
        if (ValidFrom?.UtcDateTime.Year is < 1900) yield return new("/validFrom", "range", "The year has to be 1900 or later.");
        if (ValidTo?.UtcDateTime.Year is < 1900) yield return new("/validTo", "range", "The year has to be 1900 or later.");
        if (ValidTo <= ValidFrom) yield return new("/validTo", "range", "It has to end after it begins.");
    }
}

/// <summary>One version of an article, answer, guide or notice.</summary>
/// <param name="Id">The text, the same in all versions.</param>
/// <param name="Key">Its word in addresses.</param>
/// <param name="Kind">What kind of text it is.</param>
/// <param name="Number">1 for the first version.</param>
/// <param name="State">Draft, review, published or retired.</param>
/// <param name="Title">In one line.</param>
/// <param name="Body">Markdown.</param>
/// <param name="Tags">Words that it is found by.</param>
/// <param name="Services">Keys of the services that it is about.</param>
/// <param name="Segments">Keys of the segments that a notice is addressed to; for staff only. Null: to all.</param>
/// <param name="Channels">By what a notice goes, in the words of <see cref="NoticeChannel"/>: the portal always. Null for what is no notice.</param>
/// <param name="Spoken">A spoken version, by language.</param>
/// <param name="ValidFrom">Not shown before.</param>
/// <param name="ValidTo">Not shown from then on.</param>
/// <param name="Author">The account or key that wrote it; for staff only.</param>
/// <param name="Reviewer">The one that published it; for staff only.</param>
/// <param name="PublishedAt">When it was published.</param>
/// <param name="RetiredAt">When it was withdrawn.</param>
/// <param name="CreatedAt">When its draft was begun.</param>
/// <param name="Version">For If-Match.</param>
public sealed record ArticleVersion(
    Guid Id, string Key, ArticleKind Kind, int Number, ArticleState State, Localized Title, Localized Body, string[]? Tags, string[]? Services, string[]? Segments,
    string[]? Channels, JsonMap<Spoken>? Spoken, DateTimeOffset? ValidFrom, DateTimeOffset? ValidTo, Guid? Author, Guid? Reviewer, DateTimeOffset? PublishedAt, DateTimeOffset? RetiredAt, DateTimeOffset CreatedAt,
    [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>As it is found, in each of its languages.</summary>
    public IReadOnlyList<SearchEntry> ToSearch() =>
        [.. Title.Select(t => new SearchEntry(Kind.Sought(), Key, t.Key, t.Value, string.Join(' ', Tags ?? []), Body.GetValueOrDefault(t.Key, ""), ValidFrom, ValidTo))];
}

static class ArticleKinds
{
    public static SearchKind Sought(this ArticleKind kind) => kind switch
    {
        ArticleKind.Answer => SearchKind.Answer,
        ArticleKind.Guide => SearchKind.Guide,
        ArticleKind.Notice => SearchKind.Notice,
        _ => SearchKind.Article,
    };
}
