using Cirm.Core.Platform;

namespace Cirm.Core.Transactions.Partnering;

/// <summary>How two systems' words are translated: pure, and by the partner's own data alone. What the data do not say is not guessed.</summary>
public static class PartnerRules
{
    /// <summary>What is wrong with how a partner is described, with pointers into it.</summary>
    /// <param name="services">Which cases go.</param>
    /// <param name="statusesIn">What their words mean.</param>
    /// <param name="statusesOut">Their words for what happens here.</param>
    public static IEnumerable<ValidationError> Check(IReadOnlyList<ServiceMapping> services, IReadOnlyList<StatusIn> statusesIn, IReadOnlyList<StatusOut> statusesOut)
    {
        foreach (var (i, twice) in Repeated(services, s => s.Service)) yield return new($"/services/{i}/service", "duplicate", $"The service \"{twice.Service}\" is there already.");
        foreach (var (i, service) in services.Index())
            foreach (var (j, twice) in Repeated(service.Attributes ?? [], a => a.Code))
                yield return new($"/services/{i}/attributes/{j}/code", "duplicate", $"The attribute \"{twice.Code}\" is there already.");
        foreach (var (i, twice) in Repeated(statusesIn, s => (s.Status.ToUpperInvariant(), s.Code)))
            yield return new($"/statusesIn/{i}/status", "duplicate", $"What \"{twice.Status}\" means is said already.");
        foreach (var (i, status) in statusesIn.Index())
        {
            if (status.To == CaseStatus.Submitted) yield return new($"/statusesIn/{i}/to", "not-allowed", "No case becomes submitted again; leave it out, and what they write is a note.");
            if (status.Outcome is { } outcome && !MayEnd(status.To, outcome)) yield return new($"/statusesIn/{i}/outcome", "not-allowed", "This outcome does not go with where the case goes.");
        }
        foreach (var (i, twice) in Repeated(statusesOut, s => (s.When, s.Outcome))) yield return new($"/statusesOut/{i}/when", "duplicate", $"Their word for {twice.When.Word()} is said already.");
        foreach (var (i, status) in statusesOut.Index())
        {
            if (status.When is OwnStep.Noted or OwnStep.Attached)
                yield return new($"/statusesOut/{i}/when", "not-allowed", "A note, and a picture, goes with their word for where the case stands.");
            if (status.Outcome is not null && status.When is not (OwnStep.Resolved or OwnStep.Refused or OwnStep.Closed))
                yield return new($"/statusesOut/{i}/outcome", "not-allowed", "An outcome goes with resolved, refused or closed.");
        }
    }

    /// <summary>What their words mean.</summary>
    /// <param name="statuses">Of the partner.</param>
    /// <param name="status">Their status.</param>
    /// <param name="code">Their <c>external_status_code</c>, if they said one.</param>
    /// <returns>Null: nobody has said.</returns>
    public static StatusIn? Meaning(IReadOnlyList<StatusIn> statuses, string status, string? code) =>
        statuses.Where(s => s.Status.Equals(status, StringComparison.OrdinalIgnoreCase) && (s.Code is null || s.Code.Equals(code, StringComparison.OrdinalIgnoreCase)))
            .OrderBy(s => s.Code is null).FirstOrDefault();

    /// <summary>Their word for what happened.</summary>
    /// <returns>Null: nobody has said. One with a null status: they are not told, on purpose.</returns>
    public static StatusOut? WordFor(IReadOnlyList<StatusOut> statuses, OwnStep step, CaseOutcome? outcome) =>
        statuses.Where(s => s.When == step && (s.Outcome is null || s.Outcome == outcome)).OrderBy(s => s.Outcome is null).FirstOrDefault();

    /// <summary>
    /// The steps by which a case gets from where it stands to where a partner has it, by our own life cycle. Nothing is reopened on the way to
    /// something else: a case that is over here is opened again only by a word that means just that.
    /// </summary>
    /// <returns>Empty when it stands there; null when no way leads there.</returns>
    public static IReadOnlyList<CaseStatus>? Way(CaseStatus from, CaseStatus to)
    {
        var before = new Dictionary<CaseStatus, CaseStatus> { [from] = from };
        var next = new Queue<CaseStatus>([from]);
        while (next.TryDequeue(out var at))
        {
            if (at == to)
            {
                var way = new List<CaseStatus>();
                for (; at != from; at = before[at]) way.Insert(0, at);
                return way;
            }
            foreach (var step in LifeCycle.After(at, StepBy.Agency))
                if ((step != CaseStatus.Reopened || step == to) && (step != CaseStatus.Refused || step == to) && before.TryAdd(step, at)) next.Enqueue(step);
        }
        return null;
    }

    /// <summary>The step that a case status is.</summary>
    public static OwnStep StepOf(CaseStatus status) => Enum.Parse<OwnStep>(status.ToString());

    static bool MayEnd(CaseStatus? to, CaseOutcome outcome) => to switch
    {
        CaseStatus.Resolved or CaseStatus.Closed => true,
        CaseStatus.Refused => outcome is not (CaseOutcome.Fixed or CaseOutcome.Answered or CaseOutcome.Granted),
        _ => false,
    };

    static IEnumerable<(int Index, T Item)> Repeated<T, TKey>(IReadOnlyList<T> items, Func<T, TKey> key)
    {
        var seen = new HashSet<TKey>();
        foreach (var (i, item) in items.Index())
            if (!seen.Add(key(item))) yield return (i, item);
    }
}
