using System.Collections.Concurrent;
using System.Threading.Channels;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Platform;

/// <summary>
/// Who saw what: a reading request waits until its entry is in the audit trail, and those that wait at the same time share one
/// transaction, as commits share one flush. What could not be recorded is not shown.
/// </summary>
public sealed class AccessLog(TenantDb db, TimeProvider clock)
{
    const int MostAtOnce = 256;

    /// <summary>How many sightings of today a node remembers, so that who looks at the same list all day writes it once; forgotten, they are written in vain.</summary>
    const int MostRemembered = 100_000;

    readonly ConcurrentDictionary<(Guid Actor, Guid Subject), int> remembered = new();
    readonly ConcurrentDictionary<Look, long> standing = new();
    readonly Channel<Seen> waiting = Channel.CreateBounded<Seen>(4 * MostAtOnce);

    /// <summary>Records that a member of staff or a system with a key sees something; for others there is nothing to record.</summary>
    /// <param name="caller">Who sees it.</param>
    /// <param name="action">As in <c>case.read</c>.</param>
    /// <param name="subjectKind">As in <c>case</c>.</param>
    /// <param name="subjectId">Which one; null for a list.</param>
    /// <param name="ct">Gives up waiting.</param>
    public Task RecordAsync(Caller caller, string action, string subjectKind, Guid? subjectId, CancellationToken ct) =>
        RecordAsync(caller, action, subjectKind, subjectId, null, ct);

    /// <summary>As above, and also that a representative sees what is a citizen's.</summary>
    /// <param name="caller">Who sees it.</param>
    /// <param name="action">As in <c>case.read</c>.</param>
    /// <param name="subjectKind">As in <c>case</c>.</param>
    /// <param name="subjectId">Which one; null for a list.</param>
    /// <param name="ofCitizen">Whose it is; they themselves leave no entry.</param>
    /// <param name="ct">Gives up waiting.</param>
    public Task RecordAsync(Caller caller, string action, string subjectKind, Guid? subjectId, Guid? ofCitizen, CancellationToken ct) =>
        RecordAsync(caller, [action], subjectKind, subjectId, ofCitizen, ct);

    /// <summary>As above, of somebody who sees several parts of a thing at once: each has its entry, all are written together.</summary>
    /// <param name="caller">Who sees it.</param>
    /// <param name="actions">As in <c>case.read</c>, <c>case.history-read</c>.</param>
    /// <param name="subjectKind">As in <c>case</c>.</param>
    /// <param name="subjectId">Which one.</param>
    /// <param name="ofCitizen">Whose it is; they themselves leave no entry.</param>
    /// <param name="ct">Gives up waiting.</param>
    public async Task RecordAsync(Caller caller, IReadOnlyList<string> actions, string subjectKind, Guid? subjectId, Guid? ofCitizen, CancellationToken ct)
    {
        if (!caller.IsStaff && (ofCitizen is null || ofCitizen == caller.CitizenId)) return;
        var now = clock.Now();
        await RecordAsync(new(caller.Agency, [.. actions.Select(action => AuditEntry.By(caller, now, action, subjectKind, subjectId))], [], 0), ct);
    }

    /// <summary>
    /// Records that a member of staff or a system with a key sees a list, and for those whose things are on it that they were: the first time of a day.
    /// Who looks again within the same minute, and sees nothing that they have not seen today, adds nothing to what already stands in the trail.
    /// </summary>
    /// <param name="caller">Who sees it.</param>
    /// <param name="action">As in <c>cases.listed</c>.</param>
    /// <param name="subjectKind">As in <c>case</c>.</param>
    /// <param name="subjectId">The one that the list was narrowed to, whom its entry names; null when it was not.</param>
    /// <param name="shown">The cases or citizens on the page.</param>
    /// <param name="ct">Gives up waiting.</param>
    public Task RecordListAsync(Caller caller, string action, string subjectKind, Guid? subjectId, IEnumerable<Guid> shown, CancellationToken ct)
    {
        if (!caller.IsStaff) return Task.CompletedTask;
        var now = clock.Now();
        var since = now.UtcDateTime - DateTime.UnixEpoch;
        var (today, minute) = ((int)since.TotalDays, (long)since.TotalMinutes);
        if (caller.Id is not { } actor) return RecordAsync(new(caller.Agency, [AuditEntry.By(caller, now, action, subjectKind, subjectId)], [], today), ct);
        Guid[] first = subjectId is null ? [.. shown.Distinct().Where(s => !remembered.TryGetValue((actor, s), out var day) || day != today)] : [];
        var look = new Look(actor, action, subjectId);
        if (first.Length == 0 && standing.TryGetValue(look, out var told) && told == minute) return Task.CompletedTask;
        return RecordAsync(new(caller.Agency, [AuditEntry.By(caller, now, action, subjectKind, subjectId)], first, today) { Look = look, Minute = minute }, ct);
    }

    /// <summary>Records that a representative is shown who it is for whom they act: for each citizen, and once a day as far as this node remembers.</summary>
    /// <param name="caller">Who sees it; citizens leave no entry about themselves.</param>
    /// <param name="action">As in <c>citizen.named</c>.</param>
    /// <param name="citizens">Who is named.</param>
    /// <param name="ct">Gives up waiting.</param>
    public async Task RecordNamedAsync(Caller caller, string action, IEnumerable<Guid> citizens, CancellationToken ct)
    {
        if (caller.Id is not { } actor) return;
        var now = clock.Now();
        var today = (int)(now.UtcDateTime - DateTime.UnixEpoch).TotalDays;
        List<Guid> first = [.. citizens.Distinct().Where(c => c != caller.CitizenId && (!remembered.TryGetValue((actor, c), out var day) || day != today))];
        if (first.Count == 0) return;
        await RecordAsync(new(caller.Agency, [.. first.Select(c => AuditEntry.By(caller, now, action, "citizen", c))], [], today), ct);
        foreach (var citizen in first) remembered[(actor, citizen)] = today;
    }

    async Task RecordAsync(Seen seen, CancellationToken ct)
    {
        await waiting.Writer.WriteAsync(seen, ct);
        await seen.Recorded.Task.WaitAsync(ct);
    }

    /// <summary>Writes what waits, until it is told to end; then what still waits.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await using var end = stop.Register(() => waiting.Writer.TryComplete());
        while (await waiting.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var batch = new List<Seen>();
            while (batch.Count < MostAtOnce && waiting.Reader.TryRead(out var seen)) batch.Add(seen);
            foreach (var ofAgency in batch.GroupBy(s => s.Agency)) await WriteAsync(ofAgency.Key, [.. ofAgency]);
        }
    }

    async Task WriteAsync(Guid agency, IReadOnlyList<Seen> batch)
    {
        try
        {
            await using var transaction = await db.BeginAsync(agency, CancellationToken.None);
            var entries = batch.SelectMany(seen => seen.Entries.Select(entry => (Entry: entry, Seen: seen))).ToList();
            var before = await AuditTrail.AppendAllAsync(transaction, [.. entries.Select(e => e.Entry)], CancellationToken.None);
            var first = entries.SelectMany((e, i) => e.Seen.First.Select(subject => (Subject: subject, e.Seen.Today, Actor: e.Entry.ActorId!.Value, Position: before + 1 + i))).ToArray();
            if (first.Length > 0)
                transaction.Enqueue("""
                    insert into list_sightings (agency_id, subject_id, day, actor_id, position)
                    select @agency, s.subject_id, s.day, s.actor_id, s.position
                    from unnest(@subjects, @days, @actors, @positions) as s (subject_id, day, actor_id, position)
                    on conflict (agency_id, subject_id, day, actor_id) do nothing
                    """,
                    new
                    {
                        Subjects = first.Select(f => f.Subject).ToArray(), Days = first.Select(f => f.Today).ToArray(), Actors = first.Select(f => f.Actor).ToArray(),
                        Positions = first.Select(f => f.Position).ToArray(),
                    });
            await transaction.CommitAsync(CancellationToken.None);
            if (remembered.Count + first.Length > MostRemembered) remembered.Clear();
            foreach (var (subject, today, actor, _) in first) remembered[(actor, subject)] = today;
            if (standing.Count > MostRemembered) standing.Clear();
            foreach (var seen in batch)
                if (seen.Look is { } look) standing[look] = seen.Minute;
            foreach (var seen in batch) seen.Recorded.SetResult();
        }
        catch (Exception e)
        {
            foreach (var seen in batch) seen.Recorded.TrySetException(e); // each reader is refused with the cause
        }
    }

    // Who sees a list for the first time today has one entry.
    sealed record Seen(Guid Agency, IReadOnlyList<AuditEntry> Entries, Guid[] First, int Today)
    {
        public TaskCompletionSource Recorded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Of a list: what need not be written again in this <see cref="Minute"/>.</summary>
        public Look? Look { get; init; }

        /// <summary>Counted from 1970.</summary>
        public long Minute { get; init; }
    }

    readonly record struct Look(Guid Actor, string Action, Guid? Subject);
}
