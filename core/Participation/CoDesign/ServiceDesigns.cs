using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Participation.Consultation;
using Cirm.Core.Participation.Dialogue;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Participation.CoDesign;

/// <summary>The parts of a version of a service on which citizens propose something.</summary>
public enum ServicePart
{
    /// <summary>What it is called.</summary>
    Name,
    /// <summary>What it does.</summary>
    Description,
    /// <summary>Whose needs it serves.</summary>
    Serves,
    /// <summary>The citizen's rights.</summary>
    Rights,
    /// <summary>What the agency promises, in hours.</summary>
    Standard,
    /// <summary>Who may ask.</summary>
    Eligibility,
    /// <summary>What has to be brought or sent.</summary>
    Documents,
    /// <summary>What it costs.</summary>
    Cost,
    /// <summary>How it can be asked for.</summary>
    Channels,
    /// <summary>What a case of it has to tell.</summary>
    Questions,
    /// <summary>Something else.</summary>
    Other,
}

/// <summary>A draft of a service that is opened for co-design (PART-DESIGN).</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="Service">The service's key.</param>
/// <param name="Number">The version that is designed.</param>
/// <param name="VersionState">draft until it is published.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Text">What it is about.</param>
/// <param name="Proposals">How many there are.</param>
/// <param name="Accepted">How many of them it carries, whole or in part.</param>
/// <param name="ClosesAt">Until when citizens propose.</param>
/// <param name="ClosedAt">When it was over, each proposal being answered.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="Version">For the ETag.</param>
public sealed record ServiceDesign(
    Guid Id, string Service, int Number, Information.ServiceState VersionState, Localized Title, Localized? Text, long Proposals, long Accepted, DateTimeOffset ClosesAt, DateTimeOffset? ClosedAt,
    DateTimeOffset CreatedAt, [property: JsonIgnore] long Version) : IVersioned;

/// <summary>What somebody proposes on a part of a draft.</summary>
/// <param name="Id">UUID version 7.</param>
/// <param name="Design">Of which design.</param>
/// <param name="Part">On which part.</param>
/// <param name="Title">Has none.</param>
/// <param name="Text">What is proposed; null when it was removed or erased.</param>
/// <param name="SignedAs">The name that its author chose to stand there.</param>
/// <param name="SpokenBy">citizen or staff.</param>
/// <param name="Assisted">Staff entered it for who came, called or wrote.</param>
/// <param name="Mine">It is the caller's.</param>
/// <param name="Removed">By which rule, and why.</param>
/// <param name="Erased">Its author is not known any more.</param>
/// <param name="Answer">The agency's, with decision and reason.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="Version">For the ETag.</param>
public sealed record DesignProposal(
    Guid Id, Guid Design, ServicePart Part, [property: JsonIgnore] string? Title, string? Text, string? SignedAs, ActorKind SpokenBy, bool Assisted, bool Mine, RemovalNotice? Removed, bool Erased,
    AnswerGiven? Answer, DateTimeOffset CreatedAt, [property: JsonIgnore] long Version) : IVersioned;

/// <summary>How services are accepted, as far as the published figures of groups say so.</summary>
/// <param name="Services">How many of them have a figure.</param>
/// <param name="Ratings">How many ratings it is.</param>
/// <param name="Mean">Between 1 and 5, to a tenth.</param>
public sealed record Acceptance(long Services, long? Ratings, decimal? Mean);

/// <summary>Services whose version in force citizens designed with the agency, beside the others.</summary>
public sealed record DesignComparison(Acceptance CoDesigned, Acceptance Others);

/// <summary>Drafts of services that citizens design with the agency.</summary>
public sealed class ServiceDesigns(TenantDb db, TimeProvider clock)
{
    const string Columns = """
        d.id, s.key as service, d.service_version as number, v.state as version_state, d.title, d.text,
        (select count(*) from design_proposals p where p.agency_id = @agency and p.design_id = d.id) as proposals,
        (select count(*) from design_proposals p join remarks r on r.agency_id = p.agency_id and r.id = p.id join answers a on a.agency_id = r.agency_id and a.id = r.answer_id
         where p.agency_id = @agency and p.design_id = d.id and a.decision in ('accepted', 'partly')) as accepted,
        d.closes_at, d.closed_at, d.created_at, d.version
        """;

    const string From = """
        service_designs d
        join services s on s.agency_id = d.agency_id and s.id = d.service_id
        join service_versions v on v.agency_id = d.agency_id and v.service_id = d.service_id and v.number = d.service_version
        """;

    const string ProposalColumns = $"p.id, p.design_id as design, p.part, {Remarks.Shown}, {Answers.Given} as answer, r.created_at, r.version";

    /// <summary>Opens a draft for co-design: from then on everybody reads it.</summary>
    /// <exception cref="Refusal"><see cref="Problems.DesignExists"/>; <see cref="Platform.Problems.Invalid"/> when there is no such draft.</exception>
    public async Task<ServiceDesign> OpenAsync(Caller caller, string service, int number, Localized title, Localized? text, DateTimeOffset closesAt, CancellationToken ct)
    {
        var now = clock.Now();
        if (closesAt <= now) throw Platform.Problems.InvalidValue("/closesAt", "range", "This is over already.");
        var id = Guid.CreateVersion7(now);
        await using var change = await db.BeginAsync(caller, ct);
        var drafts = await change.QueryAsync<Guid>("""
            select s.id
            from services s
            join service_versions v on v.agency_id = s.agency_id and v.service_id = s.id
            where s.agency_id = @agency and s.key = @service and v.number = @number and v.state = 'draft'
            for share of v
            """, new { service, number }, ct);
        if (drafts.Count == 0) throw Platform.Problems.InvalidValue("/version", "unknown", $"The service \"{service}\" has no draft {number}.");
        var made = await change.ExecuteAsync("""
            insert into service_designs (agency_id, id, service_id, service_version, title, text, closes_at, created_at)
            values (@agency, @id, @of, @number, @title, @text, @closesAt, @now)
            on conflict (agency_id, service_id, service_version) do nothing
            """, new { id, Of = drafts[0], number, title, text, closesAt, now }, ct);
        if (made == 0) throw Problems.DesignExists.Because($"Version {number} of \"{service}\" is designed already.");
        Leave(change, now, "service-design.opened", id, new { service, version = number, closesAt });
        return await EndAsync(change, id, ct);
    }

    /// <summary>Proposes something on a part of a draft.</summary>
    /// <returns>The proposal, or null when there is no such design.</returns>
    /// <exception cref="Refusal"><see cref="Problems.DesignClosed"/>.</exception>
    public async Task<DesignProposal?> ProposeAsync(Caller caller, Speaker speaker, Guid design, ServicePart part, string text, CancellationToken ct)
    {
        var now = clock.Now();
        var id = Guid.CreateVersion7(now);
        await using var change = await db.BeginAsync(caller, ct);
        var of = await change.QuerySingleOrDefaultAsync<Held>("""
            select d.service_id, d.closed_at is not null or d.closes_at <= @now as closed from service_designs d where d.agency_id = @agency and d.id = @design for share
            """, new { design, now }, ct);
        if (of is null) return null;
        if (of.Closed) throw Problems.DesignClosed.Because("It was open until closesAt.");
        await Remarks.AddAsync(change, now, id, RemarkKind.Proposal, speaker, of.ServiceId, null, text, ct);
        change.Enqueue("insert into design_proposals (agency_id, design_id, id, part) values (@agency, @design, @id, @part)", new { design, id, part });
        Leave(change, now, "service-design.proposed", design, new { proposal = id, part });
        var made = (await ProposalsAsync(change, caller, design, id, null, null, null, 1, ct)).Single();
        await change.CommitAsync(ct);
        return made;
    }

    /// <summary>Answers a proposal. What is accepted is carried by the version that is designed; its author is told.</summary>
    /// <returns>The proposal, or null when it is not there.</returns>
    /// <exception cref="Refusal"><see cref="Problems.RemarkAnswered"/>.</exception>
    public async Task<DesignProposal?> AnswerAsync(Caller caller, ServiceDesign design, Guid id, AnswerWanted wanted, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var answered = await change.QuerySingleOrDefaultAsync<bool?>("""
            select r.answer_id is not null
            from design_proposals p
            join remarks r on r.agency_id = p.agency_id and r.id = p.id
            where p.agency_id = @agency and p.design_id = @design and p.id = @id
            for update of r
            """, new { Design = design.Id, id }, ct);
        if (answered is null) return null;
        if (answered.Value) throw Problems.RemarkAnswered.Because("Somebody was faster.");
        var carried = wanted.Decision is Insight.Loop.Decision.Accepted or Insight.Loop.Decision.Partly
            ? wanted with { LedTo = (wanted.LedTo ?? new()) with { Service = design.Service, Version = design.Number } } : wanted;
        await Answers.GiveAsync(change, caller, now, [id], carried, ct);
        var result = (await ProposalsAsync(change, caller, design.Id, id, null, null, null, 1, ct)).Single();
        await change.CommitAsync(ct);
        return result;
    }

    /// <summary>Ends a design whose proposals are all answered.</summary>
    /// <returns>The design, or null when it is not there.</returns>
    /// <exception cref="Refusal"><see cref="Problems.UnansweredContributions"/>, <see cref="Problems.DesignClosed"/>.</exception>
    public async Task<ServiceDesign?> CloseAsync(Caller caller, Guid id, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var closed = await change.QuerySingleOrDefaultAsync<bool?>("select d.closed_at is not null from service_designs d where d.agency_id = @agency and d.id = @id for update", new { id }, ct);
        if (closed is null) return null;
        if (closed.Value) throw Problems.DesignClosed.Because("It is over.");
        var owed = await change.QueryAsync<Guid>($"""
            select p.id
            from design_proposals p
            join remarks r on r.agency_id = p.agency_id and r.id = p.id
            where p.agency_id = @agency and p.design_id = @id and {Remarks.Owed}
            order by p.id
            """, new { id }, ct);
        Contributions.Check(owed);
        change.Enqueue("update service_designs set closed_at = @now, version = version + 1 where agency_id = @agency and id = @id", new { id, now });
        Leave(change, now, "service-design.closed", id, new { });
        return await EndAsync(change, id, ct);
    }

    /// <summary>Designs, the newest first.</summary>
    public Task<IReadOnlyList<ServiceDesign>> ListAsync(Guid agency, string? service, Guid? only, Guid? before, int limit, CancellationToken ct) =>
        db.QueryAsync<ServiceDesign>(agency, $"""
            select {Columns}
            from {From}
            where d.agency_id = @agency
              and (@service is null or s.key = @service)
              and (@only is null or d.id = @only)
              and (@before is null or d.id < @before)
            order by d.id desc
            limit @limit
            """, new { service, only, before, limit }, ct);

    /// <summary>Proposals, oldest first.</summary>
    /// <param name="caller">Who reads.</param>
    /// <param name="design">Of this design; null: of any.</param>
    /// <param name="only">This one.</param>
    /// <param name="service">Those that a version of this service carries,</param>
    /// <param name="number">which is this one.</param>
    /// <param name="after">Only those after this one.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<IReadOnlyList<DesignProposal>> ProposalsAsync(Caller caller, Guid? design, Guid? only, string? service, int? number, Guid? after, int limit, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(caller.Agency, ct);
        var found = await ProposalsAsync(transaction, caller, design, only, service, number, after, limit, ct);
        await transaction.CommitAsync(ct);
        return found;
    }

    static Task<IReadOnlyList<DesignProposal>> ProposalsAsync(
        TenantTransaction transaction, Caller caller, Guid? design, Guid? only, string? service, int? number, Guid? after, int limit, CancellationToken ct) =>
        transaction.QueryAsync<DesignProposal>($"""
            select {ProposalColumns}
            from design_proposals p
            join remarks r on r.agency_id = p.agency_id and r.id = p.id
            join service_designs d on d.agency_id = p.agency_id and d.id = p.design_id
            join services s on s.agency_id = d.agency_id and s.id = d.service_id
            where p.agency_id = @agency
              and (@design is null or p.design_id = @design)
              and (@only is null or p.id = @only)
              and (@service is null or s.key = @service and d.service_version = @number
                and exists (select from answers a where a.agency_id = @agency and a.id = r.answer_id and a.decision in ('accepted', 'partly')))
              and (@after is null or p.id > @after)
            order by p.id
            limit @limit
            """, new { design, only, service, number, after, limit, Account = caller.Id, Citizen = caller.CitizenId }, ct);

    /// <summary>Compares how services are accepted whose version in force citizens designed with the agency, and the others: by the figures that are published of each, and nothing finer.</summary>
    public async Task<DesignComparison> CompareAsync(Guid agency, CancellationToken ct)
    {
        var sides = await db.QueryAsync<Side>(agency, """
            select x.designed, count(*) as services, sum(x.ratings)::bigint as ratings, round(sum(x.mean * x.ratings) / sum(x.ratings), 1) as mean
            from (
              select e.ratings, e.mean,
                exists (
                  select from service_designs d join design_proposals p on p.agency_id = d.agency_id and p.design_id = d.id
                  join remarks r on r.agency_id = p.agency_id and r.id = p.id join answers a on a.agency_id = r.agency_id and a.id = r.answer_id and a.decision in ('accepted', 'partly')
                  where d.agency_id = @agency and d.service_id = s.id and d.service_version = s.published_version) as designed
              from services s
              join lateral (
                select e.ratings, e.mean from service_rating_editions e where e.agency_id = @agency and e.service_id = s.id order by e.edition desc limit 1) e on true
              where s.agency_id = @agency and s.published_version is not null) x
            group by x.designed
            """, new { }, ct);
        return new(Of(true), Of(false));

        Acceptance Of(bool designed) => sides.SingleOrDefault(s => s.Designed == designed) is { } s ? new(s.Services, s.Ratings, s.Mean) : new(0, null, null);
    }

    static void Leave(Change change, DateTimeOffset now, string what, Guid design, object detail)
    {
        change.Audit(now, what, "service-design", design, JsonSerializer.Serialize(detail, Wire.Json));
        change.Emit(now, OutboxEvent.Of(what, design, detail));
    }

    static async Task<ServiceDesign> EndAsync(Change change, Guid id, CancellationToken ct)
    {
        var design = (await change.QuerySingleOrDefaultAsync<ServiceDesign>($"select {Columns} from {From} where d.agency_id = @agency and d.id = @id", new { id }, ct))!;
        await change.CommitAsync(ct);
        return design;
    }

    sealed record Held(Guid ServiceId, bool Closed);

    sealed record Side(bool Designed, long Services, long Ratings, decimal Mean);
}
