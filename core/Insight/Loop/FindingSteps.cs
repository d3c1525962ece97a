using System.Text.Json;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Loop;

/// <summary>A decision on a finding.</summary>
/// <param name="Is">What is decided.</param>
/// <param name="Reason">Why, in words for citizens.</param>
/// <param name="Origin">Who moved it; null: as the finding says.</param>
/// <param name="PromisedAt">Until when something is done; for decisions that promise something.</param>
/// <param name="Acknowledged">Conflicts of which whoever decides says that they know them: see <see cref="Conflicts.ToAcknowledge"/>.</param>
public sealed record DecisionTaken(Decision Is, Localized Reason, Origin? Origin, DateTimeOffset? PromisedAt, IReadOnlyCollection<Guid> Acknowledged);

/// <summary>Takes findings further: decided, acted on, given up, taken up again. State, history, audit entry and event are one transaction.</summary>
public sealed class FindingSteps(TenantDb db, TimeProvider clock)
{
    /// <summary>How long a promise may take when nothing else is said, and how long after it came into force its effect has to be known. Days.</summary>
    public const int DaysToAct = 90;

    /// <summary>Decides a finding.</summary>
    /// <returns>The finding, or null when there is none.</returns>
    /// <exception cref="Refusal"><see cref="Problems.InsightStep"/>, <see cref="Problems.ConflictsNotAcknowledged"/>.</exception>
    public async Task<Finding?> DecideAsync(Caller caller, Guid id, DecisionTaken decision, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        if (await HoldAsync(change, id, now, ct) is not { } from) return null;
        var to = from.To(Finding.After(decision.Is));
        var conflicts = await Conflicts.OfAsync(change, from, caller.Id, ct);
        conflicts.Check(decision.Acknowledged);
        var weighed = new Weighed(
            conflicts.Interests.Count(i => conflicts.ToAcknowledge.Contains(i.Id)), [.. conflicts.OpposedDemands.Where(d => conflicts.ToAcknowledge.Contains(d.Id)).Select(d => d.Id)]);
        var promised = to == FindingState.Decided ? decision.PromisedAt ?? now.AddDays(DaysToAct) : (DateTimeOffset?)null;
        change.Enqueue("""
            update insights set state = @to, decision = @decision, reason = @reason, origin = @origin, decided_at = @now, decided_by = @by, decided_in_time = @now <= due_at,
              weighed = @weighed, promised_at = @promised, due_at = coalesce(@promised, due_at), ended_at = case when @to = 'closed' then @now end, version = version + 1, updated_at = @now
            where agency_id = @agency and id = @id
            """, new { id, to, Decision = decision.Is, decision.Reason, Origin = decision.Origin ?? from.Origin, By = caller.Id, promised, weighed, now });
        return await StepAsync(change, caller, from, to, "decided", decision.Reason, now,
            new { decision = decision.Is, origin = decision.Origin ?? from.Origin, promisedAt = promised, acknowledged = conflicts.ToAcknowledge }, ct);
    }

    /// <summary>What has to be known before a finding is decided; null when there is none.</summary>
    public async Task<Conflicts?> ConflictsAsync(Caller caller, Guid id, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(caller.Agency, ct);
        if (await Findings.FindAsync(transaction, id, clock.Now(), ct) is not { } finding) return null;
        var conflicts = await Conflicts.OfAsync(transaction, finding, caller.Id, ct);
        await transaction.CommitAsync(ct);
        return conflicts;
    }

    /// <summary>Names the version of a service that carries what was promised: a draft, or one that is in force already.</summary>
    /// <exception cref="Refusal"><see cref="Problems.InsightStep"/>; <see cref="Platform.Problems.Invalid"/> when there is no such version.</exception>
    public async Task<Finding?> ActAsync(Caller caller, Guid id, string service, int version, Localized? text, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        if (await HoldAsync(change, id, now, ct) is not { } from) return null;
        var carrier = await change.QuerySingleOrDefaultAsync<Carrier>("""
            select s.id, v.state, v.published_at
            from services s
            join service_versions v on v.agency_id = s.agency_id and v.service_id = s.id
            where s.agency_id = @agency and s.key = @service and v.number = @version
            for share of v
            """, new { service, version }, ct) ?? throw Platform.Problems.InvalidValue("/version", "unknown", $"The service \"{service}\" has no version {version}.");
        var to = from.To(carrier.State == ServiceState.Draft ? FindingState.Acting : FindingState.Done);
        change.Enqueue("""
            update insights set action_service = @carrier, action_version = @version, action_text = @text, version = version + 1, updated_at = @now
            where agency_id = @agency and id = @id
            """, new { id, Carrier = carrier.Id, version, text, now });
        if (to == FindingState.Done) Done(change, id, carrier.PublishedAt ?? now, now);
        else change.Enqueue("update insights set state = 'acting' where agency_id = @agency and id = @id", new { id });
        return await StepAsync(change, caller, from, to, to.Word(), text, now, new { service, version }, ct);
    }

    /// <summary>What was promised came into force with a version of a service: safe to be told twice.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="service">The service's id.</param>
    /// <param name="number">The version that was published.</param>
    /// <param name="ct">Gives up.</param>
    public async Task FollowAsync(Guid agency, Guid service, int number, CancellationToken ct)
    {
        var now = clock.Now();
        var caller = Caller.System(agency);
        await using var change = await db.BeginAsync(caller, ct);
        var carried = await change.QueryAsync<Carried>("""
            select i.id, v.published_at
            from insights i
            join service_versions v on v.agency_id = i.agency_id and v.service_id = i.action_service and v.number = i.action_version
            where i.agency_id = @agency and i.action_service = @service and i.action_version = @number and i.state = 'acting' and v.published_at is not null
            order by i.id
            for update of i
            """, new { service, number }, ct);
        foreach (var (id, publishedAt) in carried)
        {
            Done(change, id, publishedAt, now);
            Tell(change, caller, id, FindingState.Acting, FindingState.Done, "done", null, now, new { number });
        }
        await change.CommitAsync(ct);
    }

    /// <summary>Gives a promise up, with a reason that citizens read.</summary>
    public Task<Finding?> WithdrawAsync(Caller caller, Guid id, Localized reason, CancellationToken ct) =>
        EndAsync(caller, id, FindingState.Withdrawn, "withdrawn", reason, """
            update insights set state = 'withdrawn', withdrawn_reason = @reason, ended_at = @now, version = version + 1, updated_at = @now
            where agency_id = @agency and id = @id
            """, ct);

    /// <summary>Takes up again what had ended; what was decided before stays in the history.</summary>
    public Task<Finding?> ReopenAsync(Caller caller, Guid id, Localized reason, CancellationToken ct) =>
        EndAsync(caller, id, FindingState.Open, "reopened", reason, $"""
            update insights set state = 'open', decision = null, reason = null, decided_at = null, decided_by = null, decided_in_time = null, weighed = null, promised_at = null,
              action_service = null, action_version = null, action_text = null, acted_at = null, withdrawn_reason = null, ended_at = null,
              due_at = @now + interval '{DaysToDecide} days', version = version + 1, updated_at = @now
            where agency_id = @agency and id = @id and @reason is not null
            """, ct);

    /// <summary>How long a decision may take when nothing else is said. Days.</summary>
    public const int DaysToDecide = 30;

    async Task<Finding?> EndAsync(Caller caller, Guid id, FindingState to, string kind, Localized reason, string sql, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        if (await HoldAsync(change, id, now, ct) is not { } from) return null;
        from.To(to);
        change.Enqueue(sql, new { id, reason, now });
        return await StepAsync(change, caller, from, to, kind, reason, now, null, ct);
    }

    // In force since a moment that may be before anybody said so: a promise is kept by what citizens got, and when.
    static void Done(TenantTransaction transaction, Guid id, DateTimeOffset since, DateTimeOffset now) => transaction.Enqueue("""
        update insights set state = 'done', acted_at = @since, due_at = @due, version = version + 1, updated_at = @now
        where agency_id = @agency and id = @id
        """, new { id, since, Due = now.AddDays(DaysToAct), now });

    /// <summary>A finding, held until the transaction ends.</summary>
    internal static async Task<Finding?> HoldAsync(TenantTransaction transaction, Guid id, DateTimeOffset now, CancellationToken ct)
    {
        transaction.Enqueue("select from insights where agency_id = @agency and id = @id for update", new { id });
        await transaction.FlushAsync(ct);
        return await Findings.FindAsync(transaction, id, now, ct);
    }

    /// <summary>Writes a step down for all who have to know.</summary>
    internal static void Tell(
        Change change, Caller caller, Guid id, FindingState from, FindingState to, string kind, Localized? reason, DateTimeOffset now, object? detail)
    {
        Findings.Append(change, caller, id, now, kind, from, to, reason, detail);
        change.Audit(now, $"insight.{kind}", "insight", id, detail is null ? null : JsonSerializer.Serialize(detail, Wire.Json));
        change.Emit(now, OutboxEvent.Of($"insight.{kind}", id, new { from, to, detail }));
    }

    static async Task<Finding> StepAsync(
        Change change, Caller caller, Finding from, FindingState to, string kind, Localized? reason, DateTimeOffset now, object? detail, CancellationToken ct)
    {
        Tell(change, caller, from.Id, from.State, to, kind, reason, now, detail);
        var moved = (await Findings.FindAsync(change, from.Id, now, ct))!;
        await change.CommitAsync(ct);
        return moved;
    }

    sealed record Carrier(Guid Id, ServiceState State, DateTimeOffset? PublishedAt);

    sealed record Carried(Guid Id, DateTimeOffset PublishedAt);
}
