using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Linking;

/// <summary>What a case has to do with another one.</summary>
public enum CaseLinkType
{
    /// <summary>Something, in both directions.</summary>
    Related,
    /// <summary>The other one is the cause.</summary>
    CausedBy,
    /// <summary>It goes on from the other one.</summary>
    FollowUp,
}

/// <summary>A link between two cases, read from either.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="From">The case that was linked.</param>
/// <param name="FromNumber">Its number.</param>
/// <param name="To">The other one.</param>
/// <param name="ToNumber">Its number.</param>
/// <param name="Type">What the first has to do with the second.</param>
/// <param name="CreatedAt">Since when.</param>
public sealed record CaseLink(Guid Id, Guid From, long FromNumber, Guid To, long ToNumber, CaseLinkType Type, DateTimeOffset CreatedAt) : IVersioned
{
    /// <summary>A link is made and removed, never changed.</summary>
    [JsonIgnore]
    public long Version => 1;
}

/// <summary>Which case has to do with which.</summary>
public sealed class CaseLinks(TenantDb db, TimeProvider clock)
{
    const string Columns = "l.id, l.case_id as \"from\", f.number as from_number, l.to_case as \"to\", t.number as to_number, l.type, l.created_at";

    /// <summary>Links a case to another one of the agency.</summary>
    /// <returns>The link, or null when one of the cases is not there.</returns>
    /// <exception cref="Refusal"><see cref="Problems.LinkExists"/>.</exception>
    public async Task<CaseLink?> AddAsync(Caller caller, Guid caseId, Guid to, CaseLinkType type, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var id = Guid.CreateVersion7(now);
        var numbers = await change.QuerySingleOrDefaultAsync<Numbers>("""
            select f.number as from, t.number as to
            from cases f
            join cases t on t.agency_id = f.agency_id and t.id = @to
            where f.agency_id = @agency and f.id = @caseId
            """, new { caseId, to }, ct);
        if (numbers is null) return null;
        var linked = await change.ExecuteAsync("""
            insert into case_links (agency_id, case_id, id, to_case, type, created_at)
            select @agency, @caseId, @id, @to, @type, @now
            where @type <> 'related'
               or not exists (select from case_links r where r.agency_id = @agency and r.case_id = @to and r.to_case = @caseId and r.type = 'related')
            on conflict (agency_id, case_id, to_case, type) do nothing
            """, new { caseId, id, to, type, now }, ct);
        if (linked == 0) throw Problems.LinkExists.Because($"Case {numbers.From} and case {numbers.To} are linked as {type.Word()}.");
        foreach (var end in (Guid[])[caseId, to]) CaseHistory.Append(change, caller, end, now, "linked", null, null, null, null);
        change.Audit(now, "case.linked", "case", caseId);
        change.Emit(now, OutboxEvent.Of("case.linked", caseId, new { from = numbers.From, to = numbers.To, type }));
        await change.CommitAsync(ct);
        return new(id, caseId, numbers.From, to, numbers.To, type, now);
    }

    /// <summary>The links of a case, in both directions, oldest first.</summary>
    public Task<IReadOnlyList<CaseLink>> ListAsync(Guid agency, Guid caseId, Guid? after, int limit, CancellationToken ct) =>
        db.QueryAsync<CaseLink>(agency, $"""
            select {Columns}
            from case_links l
            join cases f on f.agency_id = l.agency_id and f.id = l.case_id
            join cases t on t.agency_id = l.agency_id and t.id = l.to_case
            where l.agency_id = @agency and (l.case_id = @caseId or l.to_case = @caseId)
              and (@after is null or l.id > @after)
            order by l.id
            limit @limit
            """, new { caseId, after, limit }, ct);

    /// <summary>One of a case's links; null when it is not there.</summary>
    public Task<CaseLink?> FindAsync(Guid agency, Guid caseId, Guid id, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<CaseLink>(agency, $"""
            select {Columns}
            from case_links l
            join cases f on f.agency_id = l.agency_id and f.id = l.case_id
            join cases t on t.agency_id = l.agency_id and t.id = l.to_case
            where l.agency_id = @agency and l.id = @id and (l.case_id = @caseId or l.to_case = @caseId)
            """, new { caseId, id }, ct);

    /// <summary>Removes a link, whichever of its cases it is removed from.</summary>
    public async Task<bool> RemoveAsync(Caller caller, CaseLink link, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var removed = await change.ExecuteAsync("delete from case_links where agency_id = @agency and case_id = @from and id = @id", new { link.From, link.Id }, ct);
        if (removed == 0) return false;
        foreach (var end in (Guid[])[link.From, link.To]) CaseHistory.Append(change, caller, end, now, "unlinked", null, null, null, null);
        change.Audit(now, "case.unlinked", "case", link.From);
        await change.CommitAsync(ct);
        return true;
    }

    sealed record Numbers(long From, long To);
}
