using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Outside;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Partnering;

/// <summary>Puts what happens to cases down for partners, in the transaction in which the events get their places: once each, in that order.</summary>
public static class PartnerOutbox
{
    static readonly string[] Told = ["case.submitted", "case.transitioned", "case.noted", "case.attached", "case.verdict"];

    /// <summary>Puts events down for the partners that are to be told. What a partner said itself is not told to it.</summary>
    /// <param name="transaction">Of the dispatcher.</param>
    /// <param name="events">In order.</param>
    /// <param name="now">Of the dispatch.</param>
    /// <param name="ct">Gives up.</param>
    public static async Task PutDownAsync(TenantTransaction transaction, IReadOnlyList<PlacedEvent> events, DateTimeOffset now, CancellationToken ct)
    {
        var told = events.Where(e => Told.Contains(e.Type)).ToList();
        if (told.Count == 0) return;
        var partners = await transaction.QueryAsync<Wanted>("""
            select id, sends_cases, sends_updates, forwards, sends_pictures, services
            from partners
            where agency_id = @agency and (sends_cases or sends_updates) and (state = 'active' or stopped_at > @since)
            for key share
            """, new { Since = now - Partner.KeptWhileStopped }, ct);
        if (partners.Count == 0) return;

        var rows = new List<Row>();
        foreach (var e in told.Where(e => e.Type == "case.submitted"))
            foreach (var partner in partners.Where(p => p.GetsCase(e.Data)))
                rows.Add(new(partner.Id, e, "request", OwnStep.Submitted, null, null, null));
        Guid[] cases = [.. told.Select(e => e.SubjectId).Distinct()];
        var theirs = await HeldAsync(transaction, cases, ct);
        var coming = rows.Select(r => (r.Partner, r.Event.SubjectId)).ToHashSet();
        foreach (var e in told.Where(e => e.Type != "case.submitted"))
        {
            if (StepIn(e) is not { } happened) continue;
            foreach (var partner in partners.Where(p => p.SendsUpdates && p.Id != ViaIn(e) && (p.SendsPictures || happened.Step != OwnStep.Attached) && (theirs.ContainsKey((p.Id, e.SubjectId)) || coming.Contains((p.Id, e.SubjectId)))))
                rows.Add(new(partner.Id, e, "update", happened.Step, happened.Outcome, happened.Note, happened.Picture));
        }
        if (rows.Count == 0) return;

        transaction.Enqueue("""
            insert into partner_cases (agency_id, partner_id, case_id, origin, created_at)
            select @agency, n.partner_id, n.case_id, 'sent', @now
            from unnest(@partners, @cases) as n (partner_id, case_id)
            on conflict (agency_id, partner_id, case_id) do nothing
            """, new { Partners = coming.Select(c => c.Partner).ToArray(), Cases = coming.Select(c => c.SubjectId).ToArray(), now });
        transaction.Enqueue("""
            insert into partner_deliveries
              (agency_id, id, partner_id, case_id, event_id, kind, step, outcome, note_id, picture_id, position, occurred_at, state, next_at, created_at)
            select @agency, n.id, n.partner_id, n.case_id, n.event_id, n.kind, n.step, n.outcome, n.note_id, n.picture_id, n.position, n.occurred_at, 'waiting', n.next_at, @now
            from unnest(@ids, @partners, @cases, @events, @kinds, @steps, @outcomes, @notes, @pictures, @positions, @times, @nexts)
              as n (id, partner_id, case_id, event_id, kind, step, outcome, note_id, picture_id, position, occurred_at, next_at)
            on conflict (agency_id, partner_id, event_id) do nothing
            """,
            new
            {
                now, Ids = rows.Select((_, i) => OutboxEvent.IdOf(now, i)).ToArray(), Partners = rows.Select(r => r.Partner).ToArray(), Cases = rows.Select(r => r.Event.SubjectId).ToArray(),
                Events = rows.Select(r => r.Event.Id).ToArray(), Kinds = rows.Select(r => r.Kind).ToArray(), Steps = rows.Select(r => r.Step.Word()).ToArray(),
                Outcomes = rows.Select(r => r.Outcome!).ToArray(), Notes = rows.Select(r => r.Note).ToArray(), Pictures = rows.Select(r => r.Picture).ToArray(), Positions = rows.Select(r => r.Event.Position).ToArray(),
                Times = rows.Select(r => r.Event.CreatedAt.UtcDateTime).ToArray(), Nexts = rows.Select(r => theirs.GetValueOrDefault((r.Partner, r.Event.SubjectId)) is { } held && held > now ? held.UtcDateTime : now.UtcDateTime).ToArray(),
            });
    }

    // What comes next about a case waits with what is still tried, and with a case that never arrived for the person who decides about that. The rows are
    // held first: what is decided in this moment is seen.
    static async Task<Dictionary<(Guid Partner, Guid Case), DateTimeOffset?>> HeldAsync(TenantTransaction transaction, Guid[] cases, CancellationToken ct)
    {
        var known = await transaction.QueryAsync<Guid>("""
            select case_id from partner_cases where agency_id = @agency and case_id = any (@cases) order by partner_id, case_id for share
            """, new { cases }, ct);
        if (known.Count == 0) return [];
        return (await transaction.QueryAsync<Link>("""
            select k.partner_id, k.case_id,
              case when k.reference is null and k.token is null and not exists (
                  select from partner_deliveries d
                  where d.agency_id = k.agency_id and d.partner_id = k.partner_id and d.case_id = k.case_id and d.kind = 'request' and d.state = 'waiting')
                then timestamptz 'infinity'
                else (select max(d.next_at) from partner_deliveries d
                      where d.agency_id = k.agency_id and d.partner_id = k.partner_id and d.case_id = k.case_id and d.state = 'waiting') end as held_until
            from partner_cases k
            where k.agency_id = @agency and k.case_id = any (@known)
            """, new { Known = known.Distinct().ToArray() }, ct)).ToDictionary(k => (k.PartnerId, k.CaseId), k => k.HeldUntil);
    }

    static (OwnStep Step, string? Outcome, Guid? Note, Guid? Picture)? StepIn(PlacedEvent e) => e.Type switch
    {
        "case.transitioned" => (PartnerRules.StepOf(Enum.Parse<CaseStatus>(TextIn(e, "to")!, ignoreCase: true)), TextIn(e, "outcome"), null, null),
        "case.noted" when TextIn(e, "visibility") == NoteVisibility.Public.Word() => (OwnStep.Noted, null, e.Data.GetProperty("noteId").GetGuid(), null),
        "case.attached" when TextIn(e, "visibility") == NoteVisibility.Public.Word() && TextIn(e, "mediaType")?.StartsWith("image/", StringComparison.Ordinal) == true =>
            (OwnStep.Attached, null, null, e.Data.GetProperty("attachmentId").GetGuid()),
        "case.verdict" => (TextIn(e, "verdict") == Verdict.Solved.Word() ? OwnStep.Solved : OwnStep.NotSolved, null, null, null),
        _ => null,
    };

    static Guid? ViaIn(PlacedEvent e) => e.Data.TryGetProperty("via", out var via) && via.ValueKind == JsonValueKind.String ? via.GetGuid() : null;

    static string? TextIn(PlacedEvent e, string member) => e.Data.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    sealed record Wanted(Guid Id, bool SendsCases, bool SendsUpdates, bool Forwards, bool SendsPictures, JsonList<ServiceMapping> Services)
    {
        public bool GetsCase(JsonElement submitted) => SendsCases
            && (Forwards || submitted.GetProperty("channel").GetString() != Channel.Partner.Word())
            && Services.Any(s => s.Service == submitted.GetProperty("service").GetString());
    }

    sealed record Link(Guid PartnerId, Guid CaseId, DateTimeOffset? HeldUntil);

    sealed record Row(Guid Partner, PlacedEvent Event, string Kind, OwnStep Step, string? Outcome, Guid? Note, Guid? Picture);
}
