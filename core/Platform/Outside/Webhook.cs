using System.Text.Json.Serialization;

namespace Cirm.Core.Platform.Outside;

/// <summary>In which form a webhook's bodies are.</summary>
public enum WebhookFormat
{
    /// <summary><c>{"type","timestamp","data"}</c> (Standard Webhooks).</summary>
    Standard,
    /// <summary>CloudEvents 1.0, structured.</summary>
    CloudEvents,
}

/// <summary>Whether a webhook is called.</summary>
public enum WebhookState
{
    /// <summary>It is called.</summary>
    Active,
    /// <summary>Its events wait.</summary>
    Paused,
}

/// <summary>Why a webhook is paused.</summary>
public enum PauseReason
{
    /// <summary>An admin wanted it.</summary>
    Asked,
    /// <summary>It took nothing for <see cref="Webhook.DeadAfter"/>.</summary>
    Dead,
    /// <summary>It answered 410, which means: never again.</summary>
    Gone,
}

/// <summary>An address outside that is told of events.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="Url">Where events are posted to.</param>
/// <param name="Events">Types of <see cref="OutwardEvents"/>.</param>
/// <param name="Format">Of the bodies.</param>
/// <param name="Description">What it is for.</param>
/// <param name="State">Whether it is called.</param>
/// <param name="PausedBecause">Why it is not.</param>
/// <param name="PausedAt">Since when.</param>
/// <param name="FailingSince">The first failure since it last took something; null while it takes what it gets.</param>
/// <param name="PreviousSecretUntil">Until when bodies are signed with the secret before this one, too.</param>
/// <param name="Version">For the ETag.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record Webhook(
    Guid Id, string Url, string[] Events, WebhookFormat Format, string? Description, WebhookState State, PauseReason? PausedBecause, DateTimeOffset? PausedAt,
    DateTimeOffset? FailingSince, DateTimeOffset? PreviousSecretUntil, [property: JsonIgnore] long Version, DateTimeOffset CreatedAt) : IVersioned
{
    /// <summary>How many an agency can have: each event is sent to each that asked for it.</summary>
    public const int Most = 50;

    /// <summary>After that long without a single success it is paused: as long as one event is tried.</summary>
    public static readonly TimeSpan DeadAfter = TimeSpan.FromDays(3);

    /// <summary>Events that happen that long after a pause began are not kept for the webhook any more: the feed has them.</summary>
    public static readonly TimeSpan KeptInPause = TimeSpan.FromDays(3);
}

/// <summary>How far a delivery is.</summary>
public enum DeliveryState
{
    /// <summary>It will be sent, or sent again.</summary>
    Waiting,
    /// <summary>The other side took it.</summary>
    Delivered,
    /// <summary>It was not taken in three days.</summary>
    Failed,
}

/// <summary>An event on its way to a webhook, as an admin sees it.</summary>
/// <param name="Id">Of the delivery.</param>
/// <param name="WebhookId">To which webhook.</param>
/// <param name="EventId">The <c>webhook-id</c>, the same at every attempt and in the event feed.</param>
/// <param name="Type">Of the event.</param>
/// <param name="State">How far it is.</param>
/// <param name="Attempts">So far.</param>
/// <param name="NextAt">When it is tried next; null when it is not.</param>
/// <param name="LastTriedAt">When it was tried last.</param>
/// <param name="Status">The last answer's status.</param>
/// <param name="Error">Why there was no answer, or none that counts: a code such as <c>timeout</c>.</param>
/// <param name="Answer">The first KB of the last answer.</param>
/// <param name="Milliseconds">How long the last attempt took.</param>
/// <param name="DeliveredAt">When it was taken.</param>
/// <param name="CreatedAt">When it was put down for the webhook.</param>
public sealed record Delivery(
    Guid Id, Guid WebhookId, Guid EventId, string Type, DeliveryState State, int Attempts, DateTimeOffset? NextAt, DateTimeOffset? LastTriedAt, int? Status, string? Error,
    string? Answer, int? Milliseconds, DateTimeOffset? DeliveredAt, DateTimeOffset CreatedAt);

/// <summary>When a delivery that was not taken is tried again.</summary>
public static class DeliveryPauses
{
    // 71 hours and 42 minutes together: growing, as Standard Webhooks advises, and with a day's steps in the working day of whoever has to mend it.
    static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1), TimeSpan.FromHours(2),
        TimeSpan.FromHours(4), TimeSpan.FromHours(6), TimeSpan.FromHours(8), TimeSpan.FromHours(8), TimeSpan.FromHours(10), TimeSpan.FromHours(10), TimeSpan.FromHours(10), TimeSpan.FromHours(12),
    ];

    /// <summary>Failures in a row after which only one event at a time finds out whether the other side is back.</summary>
    public const int Patience = 10;

    /// <summary>Attempts in all.</summary>
    public static int Most => Pauses.Length + 1;

    /// <summary>How long to wait; null after the last attempt.</summary>
    /// <param name="attempts">That failed, this one included.</param>
    /// <param name="chance">0 to 1: moves the pause by up to a tenth either way, so that what failed together does not come back together.</param>
    /// <param name="asked">What the other side's Retry-After asks for.</param>
    public static TimeSpan? After(int attempts, double chance, TimeSpan? asked)
    {
        if (attempts > Pauses.Length) return null;
        var pause = Pauses[attempts - 1] * (0.9 + 0.2 * chance);
        return asked > pause ? asked : pause;
    }

    /// <summary>How long nothing at all is sent to a webhook that failed so often in a row: from a second to five minutes; null below <see cref="Patience"/>.</summary>
    public static TimeSpan? BlockAfter(int failures) =>
        failures < Patience ? null : TimeSpan.FromSeconds(Math.Min(300, Math.Pow(2, Math.Min(failures - Patience, 20))));
}
