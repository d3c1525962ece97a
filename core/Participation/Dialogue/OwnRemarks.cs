using Cirm.Core.Tenancy;

namespace Cirm.Core.Participation.Dialogue;

/// <summary>Something that a citizen said in public, and what became of it.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="Kind">Where it stands.</param>
/// <param name="Title">In short.</param>
/// <param name="Text">In full.</param>
/// <param name="SignedAs">The name that stands there.</param>
/// <param name="Service">The key of the service that it is about.</param>
/// <param name="Initiative">The key of the initiative that it is part of.</param>
/// <param name="Discussion">The discussion that it is part of.</param>
/// <param name="Task">The task that it is, or is part of.</param>
/// <param name="Assisted">Staff entered it.</param>
/// <param name="Removed">By which rule, and why.</param>
/// <param name="Answer">What the agency answered, decided, and where it led.</param>
/// <param name="CreatedAt">When it was said.</param>
public sealed record OwnRemark(
    Guid Id, RemarkKind Kind, string? Title, string? Text, string? SignedAs, string? Service, string? Initiative, Guid? Discussion, Guid? Task, bool Assisted, RemovalNotice? Removed, AnswerGiven? Answer,
    DateTimeOffset CreatedAt);

/// <summary>A topic that a citizen supports, or a task that they confirmed.</summary>
/// <param name="Kind">topic or task.</param>
/// <param name="Id">Which.</param>
/// <param name="At">Since when.</param>
public sealed record OwnVoice(RemarkKind Kind, Guid Id, DateTimeOffset At);

/// <summary>What citizens may know of what became of their words.</summary>
public sealed class OwnRemarks(TenantDb db)
{
    /// <summary>What one citizen said, the newest first.</summary>
    public async Task<IReadOnlyList<OwnRemark>> ListAsync(Guid agency, Guid citizen, RemarkKind? kind, Guid? before, int limit, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(agency, ct);
        var found = await ListAsync(transaction, citizen, kind, before, limit, ct);
        await transaction.CommitAsync(ct);
        return found;
    }

    /// <summary>What one citizen supports and has confirmed.</summary>
    internal static Task<IReadOnlyList<OwnVoice>> VoicesAsync(TenantTransaction transaction, Guid citizen, CancellationToken ct) =>
        transaction.QueryAsync<OwnVoice>("""
            select 'topic' as kind, t.topic_id as id, t.supported_at as at from topic_supporters t where t.agency_id = @agency and t.citizen_id = @citizen
            union all
            select 'task', f.task_id, f.confirmed_at from task_confirmations f where f.agency_id = @agency and f.person_id = @citizen
            order by 3, 2
            """, new { citizen }, ct);

    /// <summary>The same within a transaction.</summary>
    internal static Task<IReadOnlyList<OwnRemark>> ListAsync(TenantTransaction transaction, Guid citizen, RemarkKind? kind, Guid? before, int limit, CancellationToken ct) =>
        transaction.QueryAsync<OwnRemark>($"""
            select r.id, r.kind, w.title, w.text, w.signed_as, s.key as service, coalesce(i.key, j.key) as initiative, p.discussion_id as discussion, of_task.task_id as task, w.assisted, w.removed, {Answers.Given} as answer, r.created_at
            from remarks r
            join lateral (select {Remarks.Shown}) w on true
            left join services s on s.agency_id = r.agency_id and s.id = r.service_id
            left join contributions c on c.agency_id = r.agency_id and c.id = r.id
            left join initiatives i on i.agency_id = c.agency_id and i.id = c.initiative_id
            left join (
              select x.agency_id, x.id as task_id, x.id from tasks x where x.agency_id = @agency
              union all
              select y.agency_id, y.task_id, y.id from task_posts y where y.agency_id = @agency
              union all
              select v.agency_id, v.task_id, v.id from task_pledges v where v.agency_id = @agency
              union all
              select u.agency_id, u.task_id, u.id from support_requests u where u.agency_id = @agency) of_task on of_task.agency_id = r.agency_id and of_task.id = r.id
            left join tasks t on t.agency_id = of_task.agency_id and t.id = of_task.task_id
            left join initiatives j on j.agency_id = t.agency_id and j.id = t.initiative_id
            left join discussion_posts p on p.agency_id = r.agency_id and p.id = r.id
            where r.agency_id = @agency and r.citizen_id = @citizen
              and (@kind is null or r.kind = @kind)
              and (@before is null or r.id < @before)
            order by r.id desc
            limit @limit
            """, new { citizen, kind, before, limit, Account = (Guid?)null }, ct);
}
