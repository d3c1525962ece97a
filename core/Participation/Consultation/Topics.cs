using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Participation.Dialogue;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Participation.Consultation;

/// <summary>How a topic stands.</summary>
public enum TopicState
{
    /// <summary>It gathers support.</summary>
    Open,
    /// <summary>Enough people support it: an answer is owed.</summary>
    Owed,
    /// <summary>The agency answered.</summary>
    Answered,
}

/// <summary>What somebody puts on the agenda (PART-AGENDA).</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="State">How it stands.</param>
/// <param name="Service">The key of the service that it is about.</param>
/// <param name="Title">In short; null when it was removed or erased.</param>
/// <param name="Text">In full; null when it was removed or erased.</param>
/// <param name="SignedAs">The name that its author chose to stand there.</param>
/// <param name="SpokenBy">citizen or staff: whose topic it counts as.</param>
/// <param name="Assisted">Staff entered it for who came, called or wrote.</param>
/// <param name="Mine">It is the caller's.</param>
/// <param name="Removed">By which rule, and why.</param>
/// <param name="Erased">Its author is not known any more.</param>
/// <param name="Supporters">How many people support it.</param>
/// <param name="Threshold">From how many on an answer is owed; as it was when the topic was opened.</param>
/// <param name="ReachedAt">Since when it is.</param>
/// <param name="DueAt">Until when.</param>
/// <param name="Overdue">It should have been answered by now, or was answered late.</param>
/// <param name="Answer">The agency's, with decision and reason.</param>
/// <param name="CreatedAt">When it was opened.</param>
/// <param name="Version">For the ETag.</param>
public sealed record Topic(
    Guid Id, TopicState State, string? Service, string? Title, string? Text, string? SignedAs, ActorKind SpokenBy, bool Assisted, bool Mine, RemovalNotice? Removed, bool Erased, long Supporters,
    int Threshold, DateTimeOffset? ReachedAt, DateTimeOffset? DueAt, bool Overdue, AnswerGiven? Answer, DateTimeOffset CreatedAt, [property: JsonIgnore] long Version) : IVersioned;

/// <summary>What a list of topics is narrowed to; null does not narrow.</summary>
/// <param name="State">How they stand.</param>
/// <param name="SetBy">Whose they are: citizen or staff.</param>
/// <param name="Service">About which service.</param>
/// <param name="Overdue">Whether an answer is overdue.</param>
public sealed record TopicFilter(TopicState? State = null, ActorKind? SetBy = null, string? Service = null, bool? Overdue = null);

/// <summary>Topics of citizens and of the agency, and the support that they find.</summary>
public sealed class Topics(TenantDb db, TimeProvider clock)
{
    const string State = "case when r.answer_id is not null then 'answered' when t.reached_at is not null then 'owed' else 'open' end";

    internal const string Late = "(t.due_at < coalesce((select a.answered_at from answers a where a.agency_id = @agency and a.id = r.answer_id), @now)) is true";

    const string Columns = $"""
        t.id, {State} as state, s.key as service, {Remarks.Shown}, t.supporters, t.threshold, t.reached_at, t.due_at, {Late} as overdue, {Answers.Given} as answer, r.created_at,
        t.version + r.version as version
        """;

    const string From = """
        topics t
        join remarks r on r.agency_id = t.agency_id and r.id = t.id
        left join services s on s.agency_id = r.agency_id and s.id = r.service_id
        """;

    /// <summary>Opens a topic, under the threshold that is published at this moment.</summary>
    /// <exception cref="Refusal"><see cref="Platform.Problems.Invalid"/> for a service that is not published.</exception>
    public async Task<Topic> OpenAsync(Caller caller, Speaker speaker, string? service, string title, string text, CancellationToken ct)
    {
        var now = clock.Now();
        var id = Guid.CreateVersion7(now);
        await using var change = await db.BeginAsync(caller, ct);
        var about = service is null ? (Guid?)null : await Discussions.PublishedAsync(change, service, ct)
            ?? throw Platform.Problems.InvalidValue("/service", "unknown", $"No service \"{service}\" is published.");
        await Remarks.AddAsync(change, now, id, RemarkKind.Topic, speaker, about, title, text, ct);
        change.Enqueue("""
            insert into topics (agency_id, id, threshold, answer_days)
            select @agency, @id, coalesce(max(g.threshold), @threshold), coalesce(max(g.answer_days), @days) from agenda_settings g where g.agency_id = @agency
            """, new { id, AgendaSettings.Usual.Threshold, Days = AgendaSettings.Usual.AnswerDays });
        change.Audit(now, "topic.opened", "topic", id, JsonSerializer.Serialize(new { setBy = speaker.By, speaker.Assisted, service }, Wire.Json));
        change.Emit(now, OutboxEvent.Of("topic.opened", id, new { setBy = speaker.By, service }));
        var opened = (await FindAsync(change, caller, id, now, ct))!;
        await change.CommitAsync(ct);
        return opened;
    }

    /// <summary>Supports a topic, once a citizen. The one that makes them enough sets the date of the answer.</summary>
    /// <returns>The topic, or null when it is not there.</returns>
    /// <exception cref="Refusal"><see cref="Problems.AlreadySupported"/>, <see cref="Problems.RemarkRemoved"/>; <see cref="Platform.Problems.Invalid"/> without such a citizen.</exception>
    public async Task<Topic?> SupportAsync(Caller caller, Guid citizen, Guid id, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var supported = await change.ExecuteAsync("""
            with added as (
              insert into topic_supporters (agency_id, topic_id, citizen_id, supported_at)
              select z.agency_id, t.id, z.id, @now
              from citizens z
              join topics t on t.agency_id = z.agency_id and t.id = @id
              join remarks r on r.agency_id = t.agency_id and r.id = t.id and r.removal_id is null
              where z.agency_id = @agency and z.id = @citizen and z.erased_at is null
              on conflict (agency_id, topic_id, citizen_id) do nothing
              returning topic_id)
            update topics t set
              supporters = t.supporters + 1, version = t.version + 1,
              reached_at = coalesce(t.reached_at, case when t.supporters + 1 >= t.threshold then @now end),
              due_at = coalesce(t.due_at, case when t.supporters + 1 >= t.threshold then @now + make_interval(days => t.answer_days) end)
            from added a
            where t.agency_id = @agency and t.id = a.topic_id
            """, new { id, citizen, now }, ct);
        if (await FindAsync(change, caller, id, now, ct) is not { } topic) return null;
        if (supported == 0)
        {
            if (topic.Removed is not null) throw Problems.RemarkRemoved.Because("Nobody supports what is out of sight.");
            var known = await change.QueryAsync<Guid>("select z.id from citizens z where z.agency_id = @agency and z.id = @citizen and z.erased_at is null", new { citizen }, ct);
            throw known.Count == 0 ? Platform.Problems.InvalidValue("/citizenId", "unknown", "There is no such citizen.") : Problems.AlreadySupported.Because("One voice each.");
        }
        // Not who: whom somebody supports is theirs. The trail names the caller, as it has to.
        change.Audit(now, "topic.supported", "topic", id);
        change.Emit(now, OutboxEvent.Of(topic.ReachedAt == now ? "topic.reached" : "topic.supported", id, new { topic.Supporters, topic.DueAt }));
        await change.CommitAsync(ct);
        return topic;
    }

    /// <summary>Takes support back. What the supporters together have reached stays: the answer that is owed is owed to all.</summary>
    /// <returns>The topic, also when the citizen does not support it; null when it is not there.</returns>
    public async Task<Topic?> WithdrawAsync(Caller caller, Guid citizen, Guid id, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var withdrawn = await change.ExecuteAsync("""
            with gone as (
              delete from topic_supporters s
              where s.agency_id = @agency and s.topic_id = @id and s.citizen_id = @citizen
              returning s.topic_id)
            update topics t set supporters = t.supporters - 1, version = t.version + 1
            from gone g
            where t.agency_id = @agency and t.id = g.topic_id
            """, new { id, citizen }, ct);
        if (await FindAsync(change, caller, id, now, ct) is not { } topic) return null;
        if (withdrawn == 0) return topic;
        change.Audit(now, "topic.support-withdrawn", "topic", id);
        change.Emit(now, OutboxEvent.Of("topic.support-withdrawn", id, new { topic.Supporters }));
        await change.CommitAsync(ct);
        return topic;
    }

    /// <summary>Answers a topic, late ones too; its author is told.</summary>
    /// <returns>The topic, or null when it is not there.</returns>
    /// <exception cref="Refusal"><see cref="Problems.RemarkAnswered"/>.</exception>
    public async Task<Topic?> AnswerAsync(Caller caller, Guid id, AnswerWanted wanted, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var answered = await change.QuerySingleOrDefaultAsync<bool?>("""
            select r.answer_id is not null
            from topics t
            join remarks r on r.agency_id = t.agency_id and r.id = t.id
            where t.agency_id = @agency and t.id = @id
            for update of r
            """, new { id }, ct);
        if (answered is null) return null;
        if (answered.Value) throw Problems.RemarkAnswered.Because("Somebody was faster.");
        await Answers.GiveAsync(change, caller, now, [id], wanted, ct);
        var topic = await FindAsync(change, caller, id, now, ct);
        await change.CommitAsync(ct);
        return topic;
    }

    /// <summary>Topics, the newest first.</summary>
    public Task<IReadOnlyList<Topic>> ListAsync(Caller caller, TopicFilter filter, Guid? before, int limit, CancellationToken ct) =>
        db.QueryAsync<Topic>(caller.Agency, $"""
            select {Columns}
            from {From}
            where t.agency_id = @agency
              and (@state is null or {State} = @state)
              and (@setBy is null or r.spoken_by = @setBy)
              and (@service is null or s.key = @service)
              and (@overdue is null or ({Late} and r.answer_id is null) = @overdue)
              and (@before is null or t.id < @before)
            order by t.id desc
            limit @limit
            """, new { filter.State, filter.SetBy, filter.Service, filter.Overdue, before, limit, Account = caller.Id, Citizen = caller.CitizenId, Now = clock.Now() }, ct);

    /// <summary>One topic; null when it is not there.</summary>
    public async Task<Topic?> FindAsync(Caller caller, Guid id, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(caller.Agency, ct);
        var found = await FindAsync(transaction, caller, id, clock.Now(), ct);
        await transaction.CommitAsync(ct);
        return found;
    }

    static Task<Topic?> FindAsync(TenantTransaction transaction, Caller caller, Guid id, DateTimeOffset now, CancellationToken ct) =>
        transaction.QuerySingleOrDefaultAsync<Topic>($"select {Columns} from {From} where t.agency_id = @agency and t.id = @id",
            new { id, Account = caller.Id, Citizen = caller.CitizenId, now }, ct);
}
