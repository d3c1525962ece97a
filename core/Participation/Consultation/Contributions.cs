using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Participation.Dialogue;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;

namespace Cirm.Core.Participation.Consultation;

/// <summary>What somebody contributes.</summary>
public enum ContributionKind
{
    /// <summary>What they know.</summary>
    Advice,
    /// <summary>What is wrong.</summary>
    Criticism,
    /// <summary>What should be done.</summary>
    Proposal,
}

/// <summary>What a contribution is about, within its initiative.</summary>
/// <param name="Passage">The words that it is about.</param>
/// <param name="Service">The key of a service.</param>
public sealed record On(string? Passage, string? Service);

/// <summary>Advice, criticism or a proposal of a citizen; an answer is owed.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Passage">The words of the initiative that it is about.</param>
/// <param name="Service">The key of the service that it is about.</param>
/// <param name="Title">Has none.</param>
/// <param name="Text">What is said; null when it was removed or erased.</param>
/// <param name="SignedAs">The name that its author chose to stand there.</param>
/// <param name="SpokenBy">citizen.</param>
/// <param name="Assisted">Staff entered it for who came, called or wrote.</param>
/// <param name="Mine">It is the caller's.</param>
/// <param name="Removed">By which rule, and why.</param>
/// <param name="Erased">Its author is not known any more.</param>
/// <param name="Channel">By which channel it came.</param>
/// <param name="Answer">The agency's, with decision and reason.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="Version">For the ETag.</param>
public sealed record Contribution(
    Guid Id, ContributionKind Kind, string? Passage, string? Service, [property: JsonIgnore] string? Title, string? Text, string? SignedAs, ActorKind SpokenBy, bool Assisted, bool Mine,
    RemovalNotice? Removed, bool Erased, Channel Channel, AnswerGiven? Answer, DateTimeOffset CreatedAt, [property: JsonIgnore] long Version) : IVersioned;

/// <summary>What a list of contributions is narrowed to; null does not narrow.</summary>
/// <param name="Kind">What they are.</param>
/// <param name="Answered">Whether the agency answered.</param>
/// <param name="Decision">What it decided.</param>
public sealed record ContributionFilter(ContributionKind? Kind = null, bool? Answered = null, Insight.Loop.Decision? Decision = null);

/// <summary>How the agency deals with what was contributed, for everybody.</summary>
/// <param name="Contributions">How many there are.</param>
/// <param name="Advice">Of which advice,</param>
/// <param name="Criticism">criticism,</param>
/// <param name="Proposals">proposals.</param>
/// <param name="Assisted">That staff entered for somebody.</param>
/// <param name="Removed">That are out of sight.</param>
/// <param name="Unanswered">That wait for an answer.</param>
/// <param name="Accepted">That will be done,</param>
/// <param name="Partly">in part,</param>
/// <param name="Declined">will not,</param>
/// <param name="Noted">or change nothing.</param>
public sealed record ConsultationCounts(
    long Contributions, long Advice, long Criticism, long Proposals, long Assisted, long Removed, long Unanswered, long Accepted, long Partly, long Declined, long Noted);

/// <summary>The report of a consultation.</summary>
/// <param name="Counts">The figures.</param>
/// <param name="Answers">What was answered, what was accepted first, and where it led.</param>
public sealed record ConsultationReport(ConsultationCounts Counts, IReadOnlyList<Answer> Answers);

/// <summary>What citizens contribute to initiatives, and what they are answered.</summary>
public sealed class Contributions(TenantDb db, TimeProvider clock)
{
    /// <summary>Most contributions that one answer goes to at a time.</summary>
    public const int MostAtOnce = 1_000;

    const int NamedFirst = 5;
    const int MostAnswers = 1_000;

    const string Columns = $"c.id, c.kind, c.passage, s.key as service, {Remarks.Shown}, r.channel, {Answers.Given} as answer, r.created_at, r.version";

    const string From = """
        contributions c
        join remarks r on r.agency_id = c.agency_id and r.id = c.id
        left join services s on s.agency_id = r.agency_id and s.id = r.service_id
        """;

    /// <summary>Contributes to an initiative that is open.</summary>
    /// <exception cref="Refusal"><see cref="Problems.InitiativeNotOpen"/>, <see cref="Problems.InitiativeClosed"/>, <see cref="Problems.NotEligible"/>;
    /// <see cref="Platform.Problems.Invalid"/> for a service that is not there, or a channel that the initiative does not take.</exception>
    public async Task<Contribution> AddAsync(Caller caller, Speaker speaker, string initiative, ContributionKind kind, On on, string text, CancellationToken ct)
    {
        var now = clock.Now();
        var id = Guid.CreateVersion7(now);
        await using var change = await db.BeginAsync(caller, ct);
        var to = await HoldOpenAsync(change, initiative, now, ct);
        await CheckSpeakerAsync(change, to, speaker, ct);
        var service = on.Service is null ? (Guid?)null : await Discussions.PublishedAsync(change, on.Service, ct)
            ?? throw Platform.Problems.InvalidValue("/on/service", "unknown", $"No service \"{on.Service}\" is published.");
        await Remarks.AddAsync(change, now, id, RemarkKind.Contribution, speaker, service, null, text, ct);
        change.Enqueue("""
            insert into contributions (agency_id, initiative_id, id, kind, passage) values (@agency, @initiative, @id, @kind, @passage)
            """, new { Initiative = to.Id, id, kind, on.Passage });
        change.Audit(now, "contribution.made", "contribution", id, JsonSerializer.Serialize(new { initiative, kind, speaker.Assisted }, Wire.Json));
        change.Emit(now, OutboxEvent.Of("contribution.made", id, new { initiative, kind }));
        var made = (await ListAsync(change, caller, to.Id, new(), id, null, 1, ct)).Single();
        await change.CommitAsync(ct);
        return made;
    }

    /// <summary>An initiative that is open, held so that it is not closed before the transaction ends.</summary>
    /// <exception cref="Refusal"><see cref="Platform.Problems.NotFound"/>, or as <see cref="Initiative.CheckOpen"/>.</exception>
    internal static async Task<Initiative> HoldOpenAsync(Change change, string initiative, DateTimeOffset now, CancellationToken ct)
    {
        await change.QueryAsync<bool>("select true from initiatives i where i.agency_id = @agency and i.key = @initiative for share", new { initiative }, ct);
        var found = await Initiatives.FindAsync(change, true, initiative, now, ct) ?? throw Platform.Problems.NotFound.Because($"There is no initiative \"{initiative}\" for you here.");
        found.CheckOpen();
        return found;
    }

    /// <summary>Refuses who is not asked, and a channel that is not open.</summary>
    internal static async Task CheckSpeakerAsync(Change change, Initiative to, Speaker speaker, CancellationToken ct)
    {
        if (!to.Channels.Contains(speaker.Channel.Word()))
            throw Platform.Problems.InvalidValue("/channel", "not-allowed", $"One takes part by {string.Join(", ", to.Channels)}.");
        if (speaker.Citizen is { } citizen) await Eligibility.CheckAsync(change, to.Id, citizen, ct);
        else if (to.Segments is { Length: > 0 } || to.Areas.Length > 0 || to.Census)
            throw Problems.NotEligible.Because("It asks certain people: say who it is.");
    }

    /// <summary>Gives one answer to contributions; each author is told.</summary>
    /// <exception cref="Refusal"><see cref="Problems.RemarkAnswered"/>; <see cref="Platform.Problems.Invalid"/> for contributions that are not there.</exception>
    public async Task<Answer> AnswerAsync(Caller caller, Initiative initiative, Guid[] contributions, AnswerWanted wanted, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var held = await change.QueryAsync<Held>("""
            select c.id, r.answer_id is not null as answered
            from contributions c
            join remarks r on r.agency_id = c.agency_id and r.id = c.id
            where c.agency_id = @agency and c.initiative_id = @initiative and c.id = any (@contributions)
            order by c.id
            for update of r
            """, new { Initiative = initiative.Id, contributions }, ct);
        var there = held.Select(h => h.Id).ToHashSet();
        if (contributions.Index().Where(c => !there.Contains(c.Item)).Select(c => new ValidationError($"/contributions/{c.Index}", "unknown", $"There is no contribution {c.Item} here.")).ToList()
            is { Count: > 0 } unknown) throw Platform.Problems.InvalidInput(unknown);
        var answered = held.Where(h => h.Answered).Select(h => h.Id).ToArray();
        if (answered.Length > 0) throw Problems.RemarkAnswered.Because($"{answered.Length} of them.", new Dictionary<string, object?> { ["answered"] = answered });
        var id = await Answers.GiveAsync(change, caller, now, [.. there.Order()], wanted, ct);
        var answer = (await Answers.FindAsync(change, id, ct))!;
        await change.CommitAsync(ct);
        return answer;
    }

    /// <summary>Refuses to end what still owes answers. It holds the initiative: nobody contributes until the transaction ends.</summary>
    /// <exception cref="Refusal"><see cref="Problems.UnansweredContributions"/>.</exception>
    internal static async Task CheckAnsweredAsync(Change change, Initiative initiative, CancellationToken ct)
    {
        // Two statements: the second sees what was committed while the first waited.
        await change.QueryAsync<bool>("select true from initiatives i where i.agency_id = @agency and i.id = @id for update", new { initiative.Id }, ct);
        var owed = await change.QueryAsync<Guid>($"""
            select c.id
            from contributions c
            join remarks r on r.agency_id = c.agency_id and r.id = c.id
            where c.agency_id = @agency and c.initiative_id = @id and {Remarks.Owed}
            order by c.id
            """, new { initiative.Id }, ct);
        Check(owed);
    }

    /// <summary>Refuses to end something while answers are owed.</summary>
    internal static void Check(IReadOnlyList<Guid> owed)
    {
        if (owed.Count > 0)
            throw Problems.UnansweredContributions.Because($"{owed.Count} of them wait for an answer.", new Dictionary<string, object?> { ["unanswered"] = owed.Count, ["first"] = owed.Take(NamedFirst) });
    }

    /// <summary>What was contributed to an initiative, oldest first.</summary>
    public async Task<IReadOnlyList<Contribution>> ListAsync(Caller caller, Guid initiative, ContributionFilter filter, Guid? only, Guid? after, int limit, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(caller.Agency, ct);
        var found = await ListAsync(transaction, caller, initiative, filter, only, after, limit, ct);
        await transaction.CommitAsync(ct);
        return found;
    }

    static Task<IReadOnlyList<Contribution>> ListAsync(
        TenantTransaction transaction, Caller caller, Guid initiative, ContributionFilter filter, Guid? only, Guid? after, int limit, CancellationToken ct) =>
        transaction.QueryAsync<Contribution>($"""
            select {Columns}
            from {From}
            where c.agency_id = @agency and c.initiative_id = @initiative
              and (@only is null or c.id = @only)
              and (@kind is null or c.kind = @kind)
              and (@answered is null or (r.answer_id is not null) = @answered)
              and (@decision is null or exists (select from answers a where a.agency_id = @agency and a.id = r.answer_id and a.decision = @decision))
              and (@after is null or c.id > @after)
            order by c.id
            limit @limit
            """, new { initiative, only, filter.Kind, filter.Answered, filter.Decision, after, limit, Account = caller.Id, Citizen = caller.CitizenId }, ct);

    /// <summary>How an initiative's contributions were dealt with, and where they led.</summary>
    public async Task<ConsultationReport> ReportAsync(Guid agency, Guid initiative, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(agency, ct);
        var counts = (await transaction.QueryAsync<ConsultationCounts>($"""
            select count(*) as contributions, count(*) filter (where c.kind = 'advice') as advice, count(*) filter (where c.kind = 'criticism') as criticism,
              count(*) filter (where c.kind = 'proposal') as proposals, count(*) filter (where r.assisted) as assisted, count(*) filter (where r.removal_id is not null) as removed,
              count(*) filter (where {Remarks.Owed}) as unanswered, count(*) filter (where a.decision = 'accepted') as accepted, count(*) filter (where a.decision = 'partly') as partly,
              count(*) filter (where a.decision = 'declined') as declined, count(*) filter (where a.decision = 'noted') as noted
            from contributions c
            join remarks r on r.agency_id = c.agency_id and r.id = c.id
            left join answers a on a.agency_id = r.agency_id and a.id = r.answer_id
            where c.agency_id = @agency and c.initiative_id = @initiative
            """, new { initiative }, ct)).Single();
        var answers = await transaction.QueryAsync<Answer>($"""
            select {Answers.Columns}
            from answers a
            where a.agency_id = @agency
              and a.id in (
                select r.answer_id from contributions c join remarks r on r.agency_id = c.agency_id and r.id = c.id
                where c.agency_id = @agency and c.initiative_id = @initiative and r.answer_id is not null)
            order by array_position(array['accepted', 'partly', 'declined', 'noted'], a.decision), a.id
            limit @most
            """, new { initiative, Most = MostAnswers }, ct);
        await transaction.CommitAsync(ct);
        return new(counts, answers);
    }

    sealed record Held(Guid Id, bool Answered);
}
