namespace Cirm.Core.Platform.Outside;

/// <summary>What the ways out can refuse.</summary>
public static class Problems
{
    /// <summary>The agency has as many as it can have.</summary>
    public static readonly Problem WebhookLimit = new("webhook-limit", 409, "This agency has as many webhooks as it can have.",
        "Remove one, or let one system pass events on.");

    /// <summary>Nothing is sent to it.</summary>
    public static readonly Problem WebhookPaused = new("webhook-paused", 409, "This webhook is paused.", "Resume it first.");

    /// <summary>Some of what comes after that place is not kept any more.</summary>
    public static readonly Problem EventsForgotten = new("events-forgotten", 410, "Events after this place are not kept any more.",
        "Read what you need anew from the lists, then go on in the feed from the member \"oldest\".");
}
