using System.Text.Json;
using Cirm.Core.Information;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Participation.Dialogue;
using Cirm.Core.Participation.Execution;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Messaging;
using Cirm.Core.Transactions.RecordKeeping;

namespace Cirm.Core.Identity;

/// <summary>An open case of somebody whose identity was removed: it goes on, and is followed by a new code.</summary>
/// <param name="Id">The case.</param>
/// <param name="Number">As the agency calls it.</param>
/// <param name="Service">The service's key.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TrackingCode">Follows it from now on; it is not shown again, and the former code is not valid any more.</param>
public sealed record OpenCase(Guid Id, long Number, string Service, CaseStatus Status, string TrackingCode);

/// <summary>What an erasure did.</summary>
/// <param name="ErasedAt">When the identity was removed; an earlier time when it was before.</param>
/// <param name="ClearedCases">Cases that were over, and are without content now.</param>
/// <param name="OpenCases">Cases that go on.</param>
public sealed record Erasure(DateTimeOffset ErasedAt, int ClearedCases, IReadOnlyList<OpenCase> OpenCases);

/// <summary>
/// Removes who somebody is and keeps what is counted (GDPR articles 11 and 17; docs/adr/0013-erasure.md). All of it is one
/// transaction: it has happened, or it has not. To ask for it again does no harm.
/// </summary>
public sealed class Erasures(TenantDb db, TimeProvider clock)
{
    /// <summary>No provider's token lasts longer; until then one that is still around makes nobody a member again.</summary>
    static readonly TimeSpan LongestToken = TimeSpan.FromDays(1);

    /// <summary>Erases a citizen and the accounts that stand for them; or an account alone, of a representative who is no citizen here.</summary>
    /// <param name="caller">The person, or an admin for them.</param>
    /// <param name="citizen">The citizen; null for an account alone.</param>
    /// <param name="account">The account of a caller who is no citizen.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>What was done, or null when there is no such citizen.</returns>
    public async Task<Erasure?> EraseAsync(Caller caller, Guid? citizen, Guid? account, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var known = citizen is null ? null : await change.QuerySingleOrDefaultAsync<Known>("""
            select coalesce(z.erased_at, @now) as erased_at, z.erased_at is null as first
            from citizens z
            where z.agency_id = @agency and z.id = @citizen
            for update
            """, new { citizen, now }, ct);
        if (citizen is not null && known is null) return null;
        var accounts = (await change.QueryAsync<Guid>("""
            select a.id
            from accounts a
            where a.agency_id = @agency and (a.citizen_id = @citizen or a.id = @account) and a.role in ('citizen', 'representative')
            order by a.id
            for update
            """, new { citizen, account }, ct)).ToArray();
        var cases = await change.QueryAsync<Held>("""
            select c.id, c.number, s.key as service, c.status
            from cases c
            join services s on s.agency_id = c.agency_id and s.id = c.service_id
            where c.agency_id = @agency and c.erased_at is null
              and c.id = any (array(
                select o.id from cases o where o.agency_id = @agency and o.citizen_id = @citizen
                union all
                select o.id from cases o where o.agency_id = @agency and o.citizen_id is null and o.submitted_by = any (@accounts)))
            order by c.id
            for update of c
            """, new { citizen, accounts }, ct);

        var over = cases.Where(c => c.IsOver).Select(c => c.Id).ToArray();
        var open = cases.Where(c => !c.IsOver).Select(c => new OpenCase(c.Id, c.Number, c.Service, c.Status, TrackingCode.Create())).ToArray();
        CaseContent.Remove(change, over, now, unlink: false);
        Release(change, open, now);
        RemoveSignIns(change, citizen, accounts, now);
        EndMandates(change, citizen, accounts, now);
        TaskPosts.Forget(change, citizen, accounts, now); // found by whose words they came with
        Remarks.Forget(change, citizen, accounts, now);
        if (known is { First: true }) Depart(change, citizen!.Value, now);
        LeaveSurveys(change, citizen);
        NoticeSendings.Forget(change, citizen);
        Messages.Forget(change, citizen is { } person ? [person, .. accounts] : accounts);
        var subject = citizen ?? account;
        change.Audit(now, "citizen.erased", citizen is null ? "member" : "citizen", subject,
            JsonSerializer.Serialize(new { by = caller.IsStaff ? "staff" : "self", cleared = over.Length, open = open.Length }));
        change.Emit(now, OutboxEvent.Of("citizen.erased", subject ?? Guid.Empty, new { }));
        await change.CommitAsync(ct);
        return new(known?.ErasedAt ?? now, over.Length, open);
    }

    // Open cases go on: what they say is still needed, and is removed when they are over (core/Transactions/RecordKeeping/Retention.cs).
    static void Release(Change change, OpenCase[] open, DateTimeOffset now) => change.Enqueue("""
        update cases c set
          tracking_hash = n.hash, submitted_by = null, mandate_id = null, erase_when_over = true, version = c.version + 1, updated_at = @now
        from unnest(@ids, @hashes) as n (id, hash)
        where c.agency_id = @agency and c.id = n.id
        """, new { Ids = open.Select(c => c.Id).ToArray(), Hashes = open.Select(c => TrackingCode.HashOf(c.TrackingCode)).ToArray(), now });

    static void RemoveSignIns(Change change, Guid? citizen, Guid[] accounts, DateTimeOffset now)
    {
        change.Enqueue("""
            insert into erased_sign_ins (agency_id, subject_hash, until)
            select a.agency_id, sha256(convert_to(a.provider_issuer || chr(10) || a.provider_subject, 'UTF8')), @until
            from accounts a
            where a.agency_id = @agency and a.id = any (@accounts) and a.provider_subject is not null
            on conflict (agency_id, subject_hash) do update set until = excluded.until
            """, new { accounts, Until = now + LongestToken });
        change.Enqueue("delete from accounts where agency_id = @agency and id = any (@accounts)", new { accounts });
        // Who works for the agency stays a member; the citizen that they once were is not theirs any more.
        change.Enqueue("""
            update accounts set citizen_id = null, version = version + 1, updated_at = @now where agency_id = @agency and citizen_id = @citizen
            """, new { citizen, now });
    }

    // What was answered stays without the link; that somebody was asked stays without saying who.
    static void LeaveSurveys(Change change, Guid? citizen)
    {
        change.Enqueue("delete from survey_links where agency_id = @agency and citizen_id = @citizen", new { citizen });
        change.Enqueue("delete from initiative_census where agency_id = @agency and citizen_id = @citizen", new { citizen });
        change.Enqueue("update survey_invitations set citizen_id = null where agency_id = @agency and citizen_id = @citizen", new { citizen });
    }

    static void EndMandates(Change change, Guid? citizen, Guid[] accounts, DateTimeOffset now)
    {
        change.Enqueue("""
            update mandates set
              revoked_at = coalesce(revoked_at, @now), revoked_reason = null, evidence = null, version = version + 1
            where agency_id = @agency and (citizen_id = @citizen or person_id = @citizen or account_id = any (@accounts) and revoked_at is null)
            """, new { citizen, accounts, now });
        change.Enqueue("delete from mandate_codes where agency_id = @agency and citizen_id = @citizen", new { citizen });
    }

    // What is counted goes to a row that no token, paper or memory names. Only codes and yes or no are coarse enough to stay.
    static void Depart(Change change, Guid citizen, DateTimeOffset now)
    {
        var successor = Guid.CreateVersion7(now);
        change.Enqueue("""
            insert into citizens (agency_id, id, language, attributes, created_at, updated_at)
            select z.agency_id, @successor, z.language,
              (select coalesce(jsonb_object_agg(v.key, v.value), '{}')
               from jsonb_each(z.attributes) v
               where v.key in (select k.key from attributes k where k.agency_id = @agency and not k.sensitive and k.type in ('code', 'boolean'))),
              z.created_at, @now
            from citizens z
            where z.agency_id = @agency and z.id = @citizen
            """, new { citizen, successor, now });
        change.Enqueue("update cases set citizen_id = @successor where agency_id = @agency and citizen_id = @citizen", new { citizen, successor });
        Remarks.Move(change, citizen, successor);
        SegmentChanges.Move(change, now, citizen, successor);
        change.Enqueue("delete from citizen_identities where agency_id = @agency and citizen_id = @citizen", new { citizen });
        change.Enqueue("""
            update citizens set erased_at = @now, language = null, attributes = '{}', version = version + 1, updated_at = @now
            where agency_id = @agency and id = @citizen
            """, new { citizen, now });
    }

    sealed record Known(DateTimeOffset ErasedAt, bool First);

    sealed record Held(Guid Id, long Number, string Service, CaseStatus Status)
    {
        public bool IsOver => Status is CaseStatus.Resolved or CaseStatus.Refused or CaseStatus.Closed;
    }
}
