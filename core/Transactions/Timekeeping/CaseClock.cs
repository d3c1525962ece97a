using Cirm.Core.Information;

namespace Cirm.Core.Transactions.Timekeeping;

/// <summary>How near a case is to a broken promise.</summary>
public enum ClockRisk
{
    /// <summary>There is time.</summary>
    None,
    /// <summary>Less time is left than the calendar wants to be warned of.</summary>
    Foreseen,
    /// <summary>The promise is broken.</summary>
    Breached,
}

/// <summary>When a case's promises fall due, and when it is foreseen that they will be broken.</summary>
/// <param name="FirstResponseForeseenAt">Null when the calendar foresees nothing.</param>
/// <param name="FirstResponseDueAt">By the service's standard.</param>
/// <param name="ForeseenAt">Of the resolution; null when the calendar foresees nothing.</param>
/// <param name="DueAt">Of the resolution.</param>
public sealed record CaseClock(DateTimeOffset? FirstResponseForeseenAt, DateTimeOffset FirstResponseDueAt, DateTimeOffset? ForeseenAt, DateTimeOffset DueAt);

/// <summary>What of a service's standard is counted, in microseconds of open time.</summary>
/// <param name="FirstResponse">Until the first answer.</param>
/// <param name="FirstResponseForeseen">After which a late one is foreseen; null: never.</param>
/// <param name="Resolution">Until it is resolved or refused.</param>
/// <param name="ResolutionForeseen">After which a late one is foreseen; null: never.</param>
public sealed record Promise(long FirstResponse, long? FirstResponseForeseen, long Resolution, long? ResolutionForeseen)
{
    /// <summary>From a standard and the share of it that has to be left.</summary>
    /// <param name="standard">In hours, to the hundredth.</param>
    /// <param name="foreseenShare">See <see cref="CalendarRules.ForeseenShare"/>.</param>
    public static Promise Of(ServiceStandard standard, decimal foreseenShare)
    {
        var (first, resolution) = (Microseconds(standard.FirstResponseHours), Microseconds(standard.ResolutionHours));
        return foreseenShare == 0 ? new(first, null, resolution, null)
            : new(first, (long)(first * (1 - foreseenShare)), resolution, (long)(resolution * (1 - foreseenShare)));

        static long Microseconds(decimal hours) => (long)(hours * TimeSpan.MicrosecondsPerHour);
    }

    /// <summary>The clock of a case.</summary>
    /// <param name="calendar">Whose open time is counted.</param>
    /// <param name="submittedAt">When both promises begin.</param>
    public CaseClock For(WorkingCalendar calendar, DateTimeOffset submittedAt)
    {
        return new(After(FirstResponseForeseen), After(FirstResponse)!.Value, After(ResolutionForeseen), After(Resolution)!.Value);

        DateTimeOffset? After(long? microseconds) => microseconds is { } open ? calendar.AddOpen(submittedAt, TimeSpan.FromMicroseconds(open)) : null;
    }
}
