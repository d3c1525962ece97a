using System.Globalization;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Cirm.Core.Platform;
using NodaTime;
using NodaTime.Text;

namespace Cirm.Core.Transactions.Desk;

/// <summary>A text that officers answer with, with places for what differs from case to case.</summary>
/// <param name="Key">Its word in addresses.</param>
/// <param name="Name">What officers call it.</param>
/// <param name="Text">What it says; see <see cref="Placeholders"/>.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
/// <param name="Version">For If-Match.</param>
public sealed partial record AnswerTemplate(string Key, Localized Name, Localized Text, DateTimeOffset UpdatedAt, [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>What can stand in braces: the case's number, title, service, status, due date and unit, for people.</summary>
    public static readonly IReadOnlyList<string> Placeholders = ["number", "title", "service", "status", "dueAt", "unit"];

    // No value: the reader sees that something is left out, and the officer is told what.
    const string Nothing = "—";

    static readonly LocalDateTimePattern Gregorian = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm");

    // In Persian the year is the Solar Hijri one, which is the calendar of Iran by law (1925); NodaTime has it to the day.
    static readonly LocalDateTimePattern SolarHijri = LocalDateTimePattern.CreateWithInvariantCulture("uuuu/MM/dd HH:mm")
        .WithCalendar(CalendarSystem.PersianSimple);

    // A person's word for each status. Other languages read the English one.
    static readonly Dictionary<string, Dictionary<CaseStatus, string>> StatusNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["en"] = new()
        {
            [CaseStatus.Submitted] = "submitted", [CaseStatus.Accepted] = "accepted", [CaseStatus.InProgress] = "in progress", [CaseStatus.Resolved] = "resolved",
            [CaseStatus.Refused] = "refused", [CaseStatus.Closed] = "closed", [CaseStatus.Reopened] = "reopened",
        },
        ["fa"] = new()
        {
            [CaseStatus.Submitted] = "ثبت‌شده", [CaseStatus.Accepted] = "پذیرفته‌شده", [CaseStatus.InProgress] = "در دست اقدام", [CaseStatus.Resolved] = "انجام‌شده",
            [CaseStatus.Refused] = "ردشده", [CaseStatus.Closed] = "بسته", [CaseStatus.Reopened] = "بازگشایی‌شده",
        },
    };

    /// <summary>Everything that stands in braces and is no placeholder, with a JSON pointer to the text that says it.</summary>
    /// <param name="text">As it was sent: a plain string stands under <see cref="Localized.Undetermined"/>.</param>
    public static IReadOnlyList<ValidationError> Check(Localized text) =>
        [.. text.SelectMany(t => Braces().Matches(t.Value).Select(m => m.Groups[1].Value).Distinct().Where(name => !Placeholders.Contains(name))
            .Select(name => new ValidationError(t.Key == Localized.Undetermined ? "/text" : $"/text/{t.Key}", "unknown",
                $"{{{name}}} is no placeholder; they are {string.Join(", ", Placeholders.Select(p => $"{{{p}}}"))}.")))];

    /// <summary>The text for a case, in the first of its reader's languages that it is written in.</summary>
    /// <param name="of">What stands in the places.</param>
    /// <param name="languages">Language tags in order of preference.</param>
    /// <param name="timeZone">IANA name; due dates are told by its wall clock.</param>
    public RenderedAnswer For(AnswerFacts of, IReadOnlyList<string> languages, string timeZone)
    {
        var language = languages.SelectMany(l => (string[])[l, General(l)]).FirstOrDefault(Text.ContainsKey) ?? Text.Keys.First();
        string[] read = [language, .. languages];
        var missing = new List<string>();
        var text = Braces().Replace(Text[language], place =>
        {
            var name = place.Groups[1].Value;
            var value = name switch
            {
                "number" => of.Number.ToString(CultureInfo.InvariantCulture),
                "title" => of.Title,
                "service" => of.Service.For(read),
                "status" => (StatusNames.GetValueOrDefault(General(language)) ?? StatusNames["en"])[of.Status],
                "dueAt" => of.DueAt is { } due ? Told(due, language, timeZone) : null,
                "unit" => of.Unit?.For(read),
                _ => place.Value,
            };
            if (!string.IsNullOrEmpty(value)) return value;
            if (!missing.Contains(name)) missing.Add(name);
            return Nothing;
        });
        return new(language, text, missing);
    }

    static string Told(DateTimeOffset moment, string language, string timeZone)
    {
        var local = Instant.FromDateTimeOffset(moment).InZone(DateTimeZoneProviders.Tzdb[timeZone]).LocalDateTime;
        return General(language).Equals("fa", StringComparison.OrdinalIgnoreCase) ? SolarHijri.Format(local.WithCalendar(CalendarSystem.PersianSimple)) : Gregorian.Format(local);
    }

    static string General(string language) => language.Split('-')[0];

    [GeneratedRegex(@"\{([^{}]*)\}")]
    private static partial Regex Braces();
}

/// <summary>What a template can tell of a case.</summary>
/// <param name="Number">The agency's running number.</param>
/// <param name="Title">In one line; empty when its content was removed.</param>
/// <param name="Service">What the service is called, in the version that the case was submitted under.</param>
/// <param name="Status">The agency's word.</param>
/// <param name="DueAt">When it is due.</param>
/// <param name="Unit">What the unit that works it is called.</param>
/// <param name="CitizenId">Whose case it is.</param>
/// <param name="Language">How they like to be addressed.</param>
public sealed record AnswerFacts(
    long Number, string Title, Localized Service, CaseStatus Status, DateTimeOffset? DueAt, Localized? Unit, Guid? CitizenId, string? Language);

/// <summary>A template's text for one case.</summary>
/// <param name="Language">In which it is.</param>
/// <param name="Text">What would be sent.</param>
/// <param name="Missing">Placeholders for which the case has nothing.</param>
public sealed record RenderedAnswer(string Language, string Text, IReadOnlyList<string> Missing);
