using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cirm.Core.Platform.Outside;

/// <summary>An event of the outbox that is told to systems outside.</summary>
/// <param name="Type">As in <c>case.submitted</c>.</param>
/// <param name="Subject">Under which name the subject's id is told; null when <paramref name="Members"/> say what it is about.</param>
/// <param name="Members">What of the event's data is told: ids, keys, numbers, states, times. Nothing else leaves, whatever is added to the event later.</param>
public sealed record OutwardEvent(string Type, string? Subject, params IReadOnlyList<string> Members);

/// <summary>
/// What others can learn. Personal data is not in it, and staff are not: whoever may know more asks the API, with rights of its own, and sees
/// the state of now. What tells that somebody answered a survey or changed their consent is left out.
/// </summary>
public static class OutwardEvents
{
    /// <summary>Asked for by an admin, to see whether it arrives.</summary>
    public const string Test = "webhook.test";

    static readonly OutwardEvent[] All =
    [
        new("case.submitted", "case", "service", "kind", "channel"),
        new("case.transitioned", "case", "number", "from", "to", "outcome"),
        new("case.reopened", "case", "number", "round"),
        new("case.changed", "case", "number"),
        new("case.due-moved", "case", "number", "was", "dueAt"),
        new("case.asked", "case", "number", "question"),
        new("case.answered", "case", "number", "question"),
        new("case.noted", "case", "noteId", "visibility"),
        new("case.attached", "case", "attachmentId", "mediaType", "size", "visibility"),
        new("case.linked", "case", "from", "to", "type"),
        new("case.merged", "case", "merged", "into"),
        new("case.unmerged", "case", "unmerged", "into"),
        new("case.handed-over", "case", "number"),
        new("case.verdict", "case", "number", "verdict", "round"),
        new("case.appealed", "case", "number", "appeal", "round"),
        new("appeal.decided", "case", "number", "appeal", "upheld"),
        new("recovery.opened", "case", "number", "recovery", "dueAt"),
        new("recovery.closed", "case", "recovery", "outcome"),
        new("service.published", null, "key", "number"),
        new("service.retired", null, "key", "number"),
        new("article.published", null, "key", "number"),
        new("article.retired", null, "key", "number"),
        new("survey.created", null, "survey"),
        new("survey.wave-added", null, "survey", "wave", "opensAt", "closesAt"),
        new("survey.closed", null, "survey", "wave"),
        new("survey.aggregated", null, "survey", "wave"),
        new("insight.found", "insight", "source", "service", "dueAt"),
        new("initiative.published", null, "initiative", "tier", "opensAt", "closesAt"),
        new("initiative.changed", null, "initiative", "tier", "opensAt", "closesAt"),
        new("initiative.opened", null, "initiative"),
        new("initiative.closed", null, "initiative"),
        new("initiative.counted", null, "initiative", "ballotsDigest"),
        new("initiative.departed", null, "initiative"),
        new("initiative.removed", null, "initiative"),
        new("contribution.made", "contribution", "initiative", "kind"),
        new("topic.opened", "topic", "service"),
        new("support.asked", "supportRequest", "task", "service", "dueAt"),
        new("referral.received", "referral"),
        new("import.finished", "operation", "processed", "accepted", "unchanged", "rejected"),
        new("bulk.finished", "operation", "processed", "accepted", "unchanged", "rejected"),
    ];

    static readonly Dictionary<string, OutwardEvent> ByType = All.ToDictionary(e => e.Type, StringComparer.Ordinal);

    /// <summary>What a webhook can ask for and the feed shows, by name.</summary>
    public static IReadOnlyList<string> Types { get; } = [.. All.Select(e => e.Type).Order(StringComparer.Ordinal)];

    /// <summary>Whether others are told of it at all.</summary>
    public static bool Has(string type) => ByType.ContainsKey(type);

    /// <summary>The <c>data</c> that others see.</summary>
    /// <param name="type">One of <see cref="Types"/>.</param>
    /// <param name="subject">What the event is about.</param>
    /// <param name="data">The event's own.</param>
    public static JsonElement DataOf(string type, Guid subject, JsonElement data)
    {
        var told = ByType[type];
        var shown = new JsonObject();
        if (told.Subject is { } name) shown[name] = subject;
        foreach (var member in told.Members)
            if (data.TryGetProperty(member, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Object or JsonValueKind.Array))
                shown[member] = JsonNode.Parse(value.GetRawText());
        return JsonSerializer.SerializeToElement(shown, Wire.Json);
    }
}
