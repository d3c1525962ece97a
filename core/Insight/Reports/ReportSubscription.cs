using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using NodaTime;

namespace Cirm.Core.Insight.Reports;

/// <summary>How often a report is sent.</summary>
public enum MailSchedule
{
    /// <summary>On Mondays.</summary>
    Weekly,
    /// <summary>On the ninth, when the month before has been counted.</summary>
    Monthly,
    /// <summary>On the ninth of January, April, July and October.</summary>
    Quarterly,
}

/// <summary>A report that is sent by mail.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="Report">Which.</param>
/// <param name="By">What it is read by; null: all together.</param>
/// <param name="Period">How long its periods are.</param>
/// <param name="Schedule">How often.</param>
/// <param name="Recipients">Accounts of managers and admins of the agency; who is none any more gets none.</param>
/// <param name="Language">Of the mail.</param>
/// <param name="NextAt">When it is sent next.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="Version">For If-Match.</param>
public sealed record ReportSubscription(
    Guid Id, string Report, string? By, Grain Period, MailSchedule Schedule, Guid[] Recipients, string Language, DateTimeOffset NextAt, DateTimeOffset CreatedAt,
    [property: JsonIgnore] long Version) : IVersioned
{
    static readonly LocalTime Morning = new(7, 0);
    const int Day = 9; // a month is counted on the eighth

    /// <summary>When a report is sent next.</summary>
    /// <param name="schedule">How often.</param>
    /// <param name="after">The moment after which.</param>
    /// <param name="zone">The agency's: it is sent in the morning there.</param>
    public static DateTimeOffset NextAfter(MailSchedule schedule, DateTimeOffset after, DateTimeZone zone)
    {
        var today = Instant.FromDateTimeOffset(after).InZone(zone).Date;
        for (var day = today; ; day = day.PlusDays(1))
        {
            var fits = schedule switch
            {
                MailSchedule.Weekly => day.DayOfWeek == IsoDayOfWeek.Monday,
                MailSchedule.Monthly => day.Day == Day,
                _ => day.Day == Day && day.Month % 3 == 1,
            };
            if (fits && zone.AtLeniently(day + Morning).ToDateTimeOffset().ToUniversalTime() is var next && next > after) return next;
        }
    }
}

/// <summary>A mail that is due to one of the recipients.</summary>
/// <param name="Id">Of the mail: the same however often it is sent.</param>
/// <param name="SubscriptionId">Of what.</param>
/// <param name="DueAt">Since when.</param>
/// <param name="Account">To whom.</param>
/// <param name="Address">Their address; null when they are no recipient any more.</param>
/// <param name="Report">Which report.</param>
/// <param name="By">What it is read by; empty: all together.</param>
/// <param name="Period">How long its periods are.</param>
/// <param name="Language">Of the mail.</param>
public sealed record DueMailing(Guid Id, Guid SubscriptionId, DateTimeOffset DueAt, Guid Account, string? Address, string Report, string By, Grain Period, string Language);
