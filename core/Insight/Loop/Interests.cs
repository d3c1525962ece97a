using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Loop;

/// <summary>The declared interests of an agency's members and officials. Staff read all, others their own.</summary>
public sealed class Interests(TenantDb db, TimeProvider clock)
{
    internal const string Columns = "n.id, n.account_id as account, n.official, n.kind, n.about, n.subject, n.statement, n.declared_at, n.ended_at, n.version";

    /// <summary>Declares an interest.</summary>
    /// <param name="caller">Who declares it.</param>
    /// <param name="official">The function of the official whose it is; null: it is the caller's own.</param>
    /// <param name="kind">What kind.</param>
    /// <param name="about">In what.</param>
    /// <param name="subject">Its key.</param>
    /// <param name="statement">In words.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Refusal"><see cref="Platform.Problems.Invalid"/> when there is no such service, initiative or organisation.</exception>
    public async Task<Interest> DeclareAsync(
        Caller caller, string? official, InterestKind kind, InterestIn about, string subject, Localized statement, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var declared = await change.QuerySingleOrDefaultAsync<Interest>($"""
            insert into interests as n (agency_id, id, account_id, official, kind, about, subject, statement, declared_at)
            select @agency, @id, @account, @official, @kind, @about, @subject, @statement, @now
            where @about = 'initiative' and exists (select from initiatives i where i.agency_id = @agency and i.key = @subject)
              or @about = 'service' and exists (select from services s where s.agency_id = @agency and s.key = @subject)
              or @about = 'organisation' and exists (select from organisations o where o.agency_id = @agency and o.key = @subject)
            returning {Columns}
            """, new { Id = Guid.CreateVersion7(now), Account = official is null ? caller.Id : null, official, kind, about, subject, statement, now }, ct)
            ?? throw Platform.Problems.InvalidValue("/subject", "unknown", $"There is no {about.Word()} \"{subject}\".");
        change.Audit(now, "interest.declared", "interest", declared.Id, JsonSerializer.Serialize(new { kind, about, subject }, Wire.Json));
        change.Emit(now, OutboxEvent.Of("interest.declared", declared.Id, new { kind, about, subject }));
        await change.CommitAsync(ct);
        return declared;
    }

    /// <summary>Declared interests, the last one first.</summary>
    /// <param name="caller">Staff see all, others their own.</param>
    /// <param name="about">In what.</param>
    /// <param name="subject">In which one.</param>
    /// <param name="only">This one.</param>
    /// <param name="before">Only those declared before this one.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="ct">Gives up.</param>
    public Task<IReadOnlyList<Interest>> ListAsync(Caller caller, InterestIn? about, string? subject, Guid? only, Guid? before, int limit, CancellationToken ct) =>
        db.QueryAsync<Interest>(caller.Agency, $"""
            select {Columns}
            from interests n
            where n.agency_id = @agency
              and (@staff or n.account_id = @account)
              and (@about is null or n.about = @about)
              and (@subject is null or n.subject = @subject)
              and (@only is null or n.id = @only)
              and (@before is null or n.id < @before)
            order by n.id desc
            limit @limit
            """, new { Staff = caller.IsStaff, Account = caller.Id, about, subject, only, before, limit }, ct);

    /// <summary>What those who represent citizens or decide have declared on an initiative, for everybody: what they are, not who.</summary>
    public Task<IReadOnlyList<PublicInterest>> OnInitiativeAsync(Guid agency, string initiative, Guid? before, int limit, CancellationToken ct) =>
        db.QueryAsync<PublicInterest>(agency, """
            select n.id, n.kind, n.statement, n.official, a.role, n.declared_at, n.ended_at
            from interests n
            left join accounts a on a.agency_id = n.agency_id and a.id = n.account_id
            where n.agency_id = @agency and n.about = 'initiative' and n.subject = @initiative and (@before is null or n.id < @before)
            order by n.id desc
            limit @limit
            """, new { initiative, before, limit }, ct);

    /// <summary>Says that an interest is not any more; that it was stays known.</summary>
    /// <returns>The interest, or null when it is not at that version.</returns>
    public async Task<Interest?> EndAsync(Caller caller, Interest interest, CancellationToken ct)
    {
        if (interest.EndedAt is not null) return interest;
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var ended = await change.QuerySingleOrDefaultAsync<Interest>($"""
            update interests n set ended_at = @now, version = n.version + 1
            where n.agency_id = @agency and n.id = @id and n.version = @version and n.ended_at is null
            returning {Columns}
            """, new { interest.Id, interest.Version, now }, ct);
        if (ended is null) return null;
        change.Audit(now, "interest.ended", "interest", ended.Id);
        await change.CommitAsync(ct);
        return ended;
    }
}
