using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Insight.Loop;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Messaging;

namespace Cirm.Core.Participation.Dialogue;

/// <summary>Where an answer led; each only where it did.</summary>
/// <param name="Service">The key of a service,</param>
/// <param name="Version">its version that carries it.</param>
/// <param name="Insight">A finding.</param>
/// <param name="Initiative">The key of an initiative.</param>
public sealed record LedTo(string? Service = null, int? Version = null, Guid? Insight = null, string? Initiative = null) : IJsonColumn;

/// <summary>An answer, as it stands beside what it answers.</summary>
/// <inheritdoc cref="Answer"/>
public sealed record AnswerGiven(Guid Id, Localized Text, Decision Decision, Localized Reason, LedTo? LedTo, DateTimeOffset At) : IJsonColumn;

/// <summary>What the agency answers to what was said in public.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="Text">What it says.</param>
/// <param name="Decision">What follows.</param>
/// <param name="Reason">Why.</param>
/// <param name="LedTo">Where it led.</param>
/// <param name="Answers">How many texts it answers.</param>
/// <param name="At">When.</param>
/// <param name="Version">For If-Match.</param>
public sealed record Answer(Guid Id, Localized Text, Decision Decision, Localized Reason, LedTo? LedTo, long Answers, DateTimeOffset At, [property: JsonIgnore] long Version) : IVersioned;

/// <summary>An answer to be given.</summary>
/// <inheritdoc cref="Answer"/>
public sealed record AnswerWanted(Localized Text, Decision Decision, Localized Reason, LedTo? LedTo);

/// <summary>Answers to what was said in public: one to one text or to many, with decision and reason, never changed. Each author is told.</summary>
public sealed class Answers(TenantDb db, TimeProvider clock)
{
    // Where a row a of answers led: what is not published yet is told by its key alone.
    const string LedTo = """
        (select nullif(jsonb_strip_nulls(jsonb_build_object('service', s.key, 'version', a.service_version, 'insight', a.insight_id, 'initiative', i.key)), '{}')
         from (select 1) one
         left join services s on s.agency_id = @agency and s.id = a.service_id
         left join initiatives i on i.agency_id = @agency and i.id = a.initiative_id)
        """;

    /// <summary>The answer to a row <c>r</c> of remarks, as <see cref="AnswerGiven"/>; null without one.</summary>
    internal const string Given = $"""
        (select jsonb_build_object('id', a.id, 'text', a.text, 'decision', a.decision, 'reason', a.reason, 'ledTo', {LedTo}, 'at', a.answered_at)
         from answers a where a.agency_id = @agency and a.id = r.answer_id)
        """;

    /// <summary>A row <c>a</c> of answers, as <see cref="Answer"/>.</summary>
    internal const string Columns = $"""
        a.id, a.text, a.decision, a.reason, {LedTo} as led_to,
        (select count(*) from remarks r where r.agency_id = @agency and r.answer_id = a.id) as answers, a.answered_at as at, a.version
        """;

    static Answers()
    {
        JsonColumns.Register<AnswerGiven>();
        JsonColumns.Register<LedTo>();
    }

    /// <summary>Answers texts that the transaction holds and that have no answer.</summary>
    /// <param name="change">That transaction.</param>
    /// <param name="caller">Who answers.</param>
    /// <param name="now">When.</param>
    /// <param name="remarks">Which.</param>
    /// <param name="wanted">What is said.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Refusal"><see cref="Platform.Problems.Invalid"/> when it led to what is not there.</exception>
    internal static async Task<Guid> GiveAsync(Change change, Caller caller, DateTimeOffset now, Guid[] remarks, AnswerWanted wanted, CancellationToken ct)
    {
        var id = Guid.CreateVersion7(now);
        var led = await FindLedAsync(change, wanted.LedTo, ct);
        change.Enqueue("""
            insert into answers (agency_id, id, text, decision, reason, service_id, service_version, insight_id, initiative_id, answered_by, answered_at)
            values (@agency, @id, @text, @decision, @reason, @service, @version, @insight, @initiative, @by, @now)
            """, new { id, wanted.Text, wanted.Decision, wanted.Reason, led.Service, led.Version, led.Insight, led.Initiative, By = caller.Id, now });
        change.Enqueue("update remarks r set answer_id = @id, version = r.version + 1 where r.agency_id = @agency and r.id = any (@remarks)", new { id, remarks });
        change.Audit(now, "answer.given", "answer", id, JsonSerializer.Serialize(new { wanted.Decision, remarks }, Wire.Json));
        foreach (var remark in remarks) change.Emit(now, OutboxEvent.Of(CaseNews.Answered, remark, new { answer = id, wanted.Decision }));
        return id;
    }

    /// <summary>One answer; null when there is none.</summary>
    public Task<Answer?> FindAsync(Guid agency, Guid id, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<Answer>(agency, $"select {Columns} from answers a where a.agency_id = @agency and a.id = @id", new { id }, ct);

    /// <summary>The same within a transaction.</summary>
    internal static Task<Answer?> FindAsync(TenantTransaction transaction, Guid id, CancellationToken ct) =>
        transaction.QuerySingleOrDefaultAsync<Answer>($"select {Columns} from answers a where a.agency_id = @agency and a.id = @id", new { id }, ct);

    /// <summary>Says where an answer led, which is often known later. What was said, decided and why stays.</summary>
    /// <returns>The answer, or null when it is not at that version.</returns>
    /// <exception cref="Refusal"><see cref="Platform.Problems.Invalid"/> when it led to what is not there.</exception>
    public async Task<Answer?> LeadAsync(Caller caller, Answer answer, LedTo? to, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var led = await FindLedAsync(change, to, ct);
        var changed = await change.ExecuteAsync("""
            update answers a set service_id = @service, service_version = @served, insight_id = @insight, initiative_id = @initiative, version = a.version + 1
            where a.agency_id = @agency and a.id = @id and a.version = @version
            """, new { answer.Id, answer.Version, led.Service, Served = led.Version, led.Insight, led.Initiative }, ct);
        if (changed == 0) return null;
        change.Enqueue("update remarks r set version = r.version + 1 where r.agency_id = @agency and r.answer_id = @id", new { answer.Id });
        change.Audit(now, "answer.led", "answer", answer.Id, JsonSerializer.Serialize(to, Wire.Json));
        change.Emit(now, OutboxEvent.Of("answer.led", answer.Id, new { ledTo = to }));
        var result = await FindAsync(change, answer.Id, ct);
        await change.CommitAsync(ct);
        return result;
    }

    static async Task<Led> FindLedAsync(TenantTransaction transaction, LedTo? to, CancellationToken ct)
    {
        if (to is null) return new(null, null, null, null);
        var led = (await transaction.QueryAsync<Led>("""
            select (select s.id from services s where s.agency_id = @agency and s.key = @service) as service,
              (select v.number from services s join service_versions v on v.agency_id = s.agency_id and v.service_id = s.id
               where s.agency_id = @agency and s.key = @service and v.number = @version) as version,
              (select i.id from insights i where i.agency_id = @agency and i.id = @insight) as insight,
              (select n.id from initiatives n where n.agency_id = @agency and n.key = @initiative) as initiative
            """, new { to.Service, to.Version, to.Insight, to.Initiative }, ct)).Single();
        var errors = new List<ValidationError>();
        if (to.Service is not null && led.Service is null) errors.Add(new("/ledTo/service", "unknown", $"There is no service \"{to.Service}\"."));
        if (to.Version is not null && led.Version is null) errors.Add(new("/ledTo/version", "unknown", "The service has no such version."));
        if (to.Insight is not null && led.Insight is null) errors.Add(new("/ledTo/insight", "unknown", "There is no such insight."));
        if (to.Initiative is not null && led.Initiative is null) errors.Add(new("/ledTo/initiative", "unknown", $"There is no initiative \"{to.Initiative}\"."));
        return errors.Count == 0 ? led : throw Platform.Problems.InvalidInput(errors);
    }

    sealed record Led(Guid? Service, int? Version, Guid? Insight, Guid? Initiative);
}
