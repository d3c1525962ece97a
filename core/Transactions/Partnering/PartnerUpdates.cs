using System.Security.Cryptography;
using System.Text;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Desk;

namespace Cirm.Core.Transactions.Partnering;

/// <summary>What a partner says about a case, as it was read.</summary>
/// <param name="Id">By which it is known again.</param>
/// <param name="Reference">The case's, theirs.</param>
/// <param name="Status">Their word; null when they said none.</param>
/// <param name="Code">Their <c>external_status_code</c>.</param>
/// <param name="ChangedAt">By their clock.</param>
/// <param name="Text">What they write.</param>
public sealed record PartnerUpdate(string Id, string Reference, string? Status, string? Code, DateTimeOffset ChangedAt, string? Text)
{
    const int LongestId = 200;
    const int LongestWord = 100;
    const int LongestText = 4_000;

    /// <summary>From their list of updates; null when it does not say about what, or when.</summary>
    public static PartnerUpdate? Of(GeoReportThing thing)
    {
        if (thing["service_request_id"] is not { Length: <= LongestId } reference || GeoReport.TimeOf(thing["updated_datetime"]) is not { } at) return null;
        var (status, code) = (Shortened(thing["status"], LongestWord), Shortened(thing["external_status_code"], LongestWord));
        var text = Shortened(thing["description"], LongestText);
        if (thing["media_url"] is { } media && media.StartsWith("http", StringComparison.OrdinalIgnoreCase)) text = Shortened($"{text}\n{media}".Trim(), LongestText); // a link; nobody fetches it
        var id = thing["update_id"] ?? Digest(reference, status, code, thing["updated_datetime"], text); // servers forget it
        return new(id.Length <= LongestId ? id : Digest(id), reference, status, code, at, text);
    }

    /// <summary>What they say of a request itself, where they have no list of updates; null when it is not one.</summary>
    /// <param name="thing">Of their list of requests.</param>
    /// <param name="now">When they do not say when it changed.</param>
    public static PartnerUpdate? OfRequest(GeoReportThing thing, DateTimeOffset now) => thing["service_request_id"] is not { Length: <= LongestId } reference ? null
        : new($"{reference}@{Guid.CreateVersion7(now)}", reference, Shortened(thing["status"], LongestWord), Shortened(thing["external_status_code"], LongestWord),
            GeoReport.TimeOf(thing["updated_datetime"]) ?? now, Shortened(thing["status_notes"], LongestText));

    /// <summary>Of the status and of the text: what tells whether a request changed since it was read last.</summary>
    public string Seen => $"{Digest(Status?.ToUpperInvariant(), Code)}.{Digest(Text)}";

    static string? Shortened(string? text, int longest) => text is null || text.Length <= longest ? text : text[..(longest - (char.IsHighSurrogate(text[longest - 1]) ? 1 : 0))];

    static string Digest(params string?[] parts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\u001F', parts))).AsSpan(0, 16));
}

/// <summary>What became of something that a partner said.</summary>
public enum UpdateBecame
{
    /// <summary>Our case went where they have it, or stood there.</summary>
    Moved,
    /// <summary>A note.</summary>
    Noted,
    /// <summary>A note: it is older than what moved the case last.</summary>
    Older,
    /// <summary>A note: nobody has said what their word means.</summary>
    Unmapped,
    /// <summary>A note: no way leads there from where our case stands, or its time has not come.</summary>
    Impossible,
    /// <summary>Nothing: it is what we told them.</summary>
    Own,
    /// <summary>Nothing: there was nothing to say.</summary>
    Nothing,
}

/// <summary>A partner, as whoever reads from it has to know it.</summary>
/// <param name="Id">Which.</param>
/// <param name="Name">Stands before what it writes.</param>
/// <param name="StatusesIn">What its words mean.</param>
/// <param name="Ahead">How far its clock is ahead of ours, as far as it says.</param>
/// <param name="HasList">Of updates; otherwise requests are compared.</param>
public sealed record PartnerVoice(Guid Id, string Name, IReadOnlyList<StatusIn> StatusesIn, TimeSpan Ahead, bool HasList);

/// <summary>Takes in what partners say: each thing once, in one transaction that holds the case's row at the partner.</summary>
public sealed class PartnerUpdates(TenantDb db, Casework work, TimeProvider clock)
{
    /// <summary>A time that is further ahead is no clock that is wrong by hours or by a zone: nobody is moved by it.</summary>
    public static readonly TimeSpan Implausible = TimeSpan.FromHours(26);

    /// <summary>Takes one in.</summary>
    /// <returns>What became of it; null when it was known, or is about no case of ours.</returns>
    public async Task<UpdateBecame?> TakeAsync(Guid agency, PartnerVoice from, PartnerUpdate update, CancellationToken ct)
    {
        var now = clock.Now();
        var caller = Caller.System(agency);
        await using var change = await db.BeginAsync(caller, ct);
        var at = await change.QuerySingleOrDefaultAsync<Known>("""
            select k.case_id, c.status, c.erased_at is not null as erased, k.status as word, k.seen, k.moved_at, k.changed_at,
              (select max(h.at) from case_history h
               where h.agency_id = @agency and h.case_id = k.case_id and h.to_status = 'reopened' and h.actor_kind <> 'system') as reopened_at,
              exists (
                select from partner_deliveries d
                where d.agency_id = @agency and d.partner_id = @partner and d.case_id = k.case_id and d.kind = 'update'
                  and (d.event_id::text = lower(@updateId) or d.their_id = @updateId
                       or @hasList and d.attempts > 0 and date_trunc('second', d.occurred_at) = date_trunc('second', @changedAt)
                       or not @hasList and d.delivered_at > coalesce(k.checked_at, k.created_at) and lower(d.sent_status) = lower(@status))) as own,
              exists (
                select from partner_updates u
                where u.agency_id = @agency and u.partner_id = @partner and u.case_id = k.case_id and u.update_id = @updateId)
                or coalesce(@changedAt <= k.forgotten_until, false) as taken
            from partner_cases k
            join cases c on c.agency_id = k.agency_id and c.id = k.case_id
            where k.agency_id = @agency and k.partner_id = @partner and k.reference = @reference
            for update of k
            """, new { Partner = from.Id, update.Reference, UpdateId = update.Id, update.ChangedAt, update.Status, from.HasList }, ct);
        if (at is null || at.Taken) return null;
        if (!from.HasList)
        {
            if (at.Seen == update.Seen) return null;
            update = update with
            {
                Status = at.Seen is not null && at.Seen.Split('.')[0] == update.Seen.Split('.')[0] ? null : update.Status,
                Text = at.Seen?.Split('.')[1] == update.Seen.Split('.')[1] ? null : update.Text,
            };
        }
        var became = at.Own ? UpdateBecame.Own : at.Erased ? UpdateBecame.Nothing : Decide(from, at, update, now);
        if (became == UpdateBecame.Moved && await MoveAsync(change, caller, from, at, update, now, ct) is not null) became = UpdateBecame.Impossible;
        if (became is not (UpdateBecame.Own or UpdateBecame.Nothing or UpdateBecame.Moved)) await NoteAsync(change, caller, from, at, update, became, now, ct);
        change.Enqueue("""
            insert into partner_updates (agency_id, partner_id, case_id, update_id, status, changed_at, became, received_at)
            values (@agency, @partner, @caseId, @id, @status, @changedAt, @became, @now)
            """, new { Partner = from.Id, at.CaseId, update.Id, update.Status, update.ChangedAt, became, now });
        var plausible = update.ChangedAt <= now + Implausible;
        change.Enqueue("""
            update partner_cases set
              status = case when @plausible and (changed_at is null or changed_at <= @changedAt) then coalesce(@status, status) else status end,
              changed_at = case when @plausible then greatest(changed_at, @changedAt) else changed_at end,
              moved_at = case when @moved then greatest(moved_at, @changedAt) else moved_at end, seen = @seen
            where agency_id = @agency and partner_id = @partner and case_id = @caseId
            """, new { Partner = from.Id, at.CaseId, update.Status, update.ChangedAt, Moved = became == UpdateBecame.Moved, plausible, Seen = from.HasList ? null : update.Seen });
        await change.CommitAsync(ct);
        return became;
    }

    static UpdateBecame Decide(PartnerVoice from, Known at, PartnerUpdate update, DateTimeOffset now)
    {
        var silent = update.Text is null ? UpdateBecame.Nothing : UpdateBecame.Noted;
        if (update.Status is not { } status) return silent;
        if (update.ChangedAt > now + Implausible) return UpdateBecame.Impossible;
        if (PartnerRules.Meaning(from.StatusesIn, status, update.Code) is not { } meaning) return UpdateBecame.Unmapped;
        if (meaning.To is not { } to) return silent;
        if (update.ChangedAt < at.MovedAt) return UpdateBecame.Older;
        // What a citizen or a colleague opened again since then is not closed by what was said before.
        if (to.IsOver() && update.ChangedAt - from.Ahead < at.ReopenedAt) return UpdateBecame.Older;
        return PartnerRules.Way(at.Status, to) is null ? UpdateBecame.Impossible : UpdateBecame.Moved;
    }

    async Task<Refusal?> MoveAsync(Change change, Caller caller, PartnerVoice from, Known at, PartnerUpdate update, DateTimeOffset now, CancellationToken ct)
    {
        var meaning = PartnerRules.Meaning(from.StatusesIn, update.Status!, update.Code)!;
        var way = PartnerRules.Way(at.Status, meaning.To!.Value)!;
        if (way.Count == 0)
        {
            if (update.Text is { } text) await Casework.AddNoteAsync(change, caller, at.CaseId, $"{from.Name}: {text}", NoteVisibility.Public, now, ct, via: from.Id);
            return null;
        }
        return await change.TryAsync(async () =>
        {
            foreach (var (i, step) in way.Index())
                await work.TransitionAsync(
                    change, caller, at.CaseId, step, $"{from.Name}: {update.Text ?? update.Status}", null, step.IsOver() ? meaning.Outcome : null, now.AddMilliseconds(i), ct, via: from.Id);
        });
    }

    static async Task NoteAsync(Change change, Caller caller, PartnerVoice from, Known at, PartnerUpdate update, UpdateBecame became, DateTimeOffset now, CancellationToken ct)
    {
        if (update.Text is { } text) await Casework.AddNoteAsync(change, caller, at.CaseId, $"{from.Name}: {text}", NoteVisibility.Public, now, ct, via: from.Id);
        var (status, time) = ($"\"{update.Status}\"{(update.Code is null ? "" : $" ({update.Code})")}", PartnerLetters.Time(update.ChangedAt));
        var why = became switch
        {
            UpdateBecame.Older => $"{from.Name} says {status} as of {time}, which is older than what moved this case last. It stays where it is.",
            UpdateBecame.Unmapped => $"{from.Name} says {status}, and nobody has set what that means here. The case stays where it is.",
            UpdateBecame.Impossible when update.ChangedAt > now + Implausible => $"{from.Name} says {status} as of {time}, which has not come yet. The case stays where it is.",
            UpdateBecame.Impossible => $"{from.Name} says {status}, and no step leads there from where this case stands. It stays where it is.",
            _ => null,
        };
        if (why is not null) await Casework.AddNoteAsync(change, caller, at.CaseId, why, NoteVisibility.Internal, now.AddMilliseconds(1), ct, via: from.Id);
    }

    sealed record Known(
        Guid CaseId, CaseStatus Status, bool Erased, string? Word, string? Seen, DateTimeOffset? MovedAt, DateTimeOffset? ChangedAt, DateTimeOffset? ReopenedAt, bool Own, bool Taken);
}
