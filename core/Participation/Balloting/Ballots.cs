using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Participation.Balloting;

/// <summary>What a voter goes home with.</summary>
/// <param name="Receipt">Only the voter has it: with it the ballot can be revised until closing, and found in the published list.</param>
/// <param name="Ballot">The number of the ballot in the published list; anybody can work it out from the receipt.</param>
public sealed record BallotReceipt(string Receipt, string Ballot);

/// <summary>Takes ballots: the entry in the register and the sealed ballot are one statement, and nothing else tells of them.</summary>
public sealed class Ballots(TenantDb db, BallotSecrets secrets, TimeProvider clock)
{
    const int Tries = 3;

    static Ballots() => JsonColumns.Register<JsonList<VotedOption>>();

    /// <summary>Takes a citizen's ballot.</summary>
    /// <param name="caller">The citizen, or staff who enter it for one.</param>
    /// <param name="key">Of the initiative.</param>
    /// <param name="choices">As <see cref="BallotPaper.Read(DecisionSettings, IReadOnlyList{VotedOption}, JsonElement)"/> takes them.</param>
    /// <param name="citizen">For whom staff enter it; null: the caller's own.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Refusal">Not there, not open, not eligible, voted already, or a ballot that is wrong: see <see cref="Problems"/>.</exception>
    public async Task<BallotReceipt> CastAsync(Caller caller, string key, JsonElement choices, Guid? citizen, CancellationToken ct)
    {
        var voter = citizen ?? caller.CitizenId ?? throw (caller.IsStaff
            ? Platform.Problems.InvalidValue("/citizenId", "required", "Staff enter a ballot for a citizen: say for whom.")
            : Platform.Problems.Forbidden.Because("Citizens vote."));
        for (var attempt = 1; ; attempt++)
        {
            var now = clock.Now();
            var box = await FindAsync(caller, key, voter, now, ct);
            if (box.Eligible is null) throw Platform.Problems.NotFound.Because("There is no such citizen.");
            if (box.Eligible == false) throw Problems.NotEligible.Because("It asks other people.");
            var ballot = BallotPaper.Write(BallotPaper.Read(box.Decision!, box.Options, choices), BallotPaper.LengthOf(box.Decision!, box.Options.Count));
            var receipt = BallotSecrets.NewReceipt();
            var number = BallotSecrets.NumberOf(receipt);
            var participant = BallotSecrets.ParticipantOf(secrets.RegisterKey(caller.Agency, box.Id), voter);
            var sealedBallot = secrets.Seal(caller.Agency, box.Id, number, ballot);
            await using var change = await db.BeginAsync(caller, ct);
            // The initiative's row is held, so that its options do not change between what was checked and what is kept.
            var taken = await change.ExecuteAsync("""
                with held as (
                  select i.agency_id, i.id
                  from initiatives i
                  where i.agency_id = @agency and i.id = @id and i.version = @version and i.opens_at <= @now and i.closes_at > @now and i.closed_at is null
                  for key share),
                registered as (
                  insert into ballot_register (agency_id, initiative_id, participant, paper)
                  select h.agency_id, h.id, @participant, false
                  from held h
                  on conflict (agency_id, initiative_id, participant) do nothing
                  returning agency_id, initiative_id)
                insert into ballot_box (agency_id, initiative_id, number, sealed)
                select r.agency_id, r.initiative_id, @number, @sealedBallot
                from registered r
                """, new { box.Id, box.Version, now, participant, number, sealedBallot }, ct);
            if (taken == 1)
            {
                // Who enters it for somebody answers for that; for whom is not said.
                if (citizen is not null) change.Audit(now, "ballot.entered", "initiative", box.Id);
                await change.CommitAsync(ct);
                return new(receipt, number);
            }
            if (await HasVotedAsync(change, box.Id, participant, ct)) throw Problems.AlreadyVoted.Because("There is a ballot already; whoever has its receipt can revise it.");
            if (attempt == Tries) throw new Refusal(Platform.Problems.Busy, "The initiative is being changed.") { RetryAfter = TimeSpan.FromSeconds(1) };
        }
    }

    /// <summary>Revises the ballot of a receipt, whoever holds it.</summary>
    /// <exception cref="Refusal"><see cref="Problems.ReceiptUnknown"/>, and as <see cref="CastAsync"/>.</exception>
    public async Task<BallotReceipt> ReviseAsync(Caller caller, string key, string receipt, JsonElement choices, CancellationToken ct)
    {
        var now = clock.Now();
        var box = await FindAsync(caller, key, null, now, ct);
        var ballot = BallotPaper.Write(BallotPaper.Read(box.Decision!, box.Options, choices), BallotPaper.LengthOf(box.Decision!, box.Options.Count));
        var number = BallotSecrets.NumberOf(receipt);
        await using var change = await db.BeginAsync(caller, ct);
        var revised = await change.ExecuteAsync("""
            update ballot_box b set sealed = @sealedBallot
            from initiatives i
            where i.agency_id = @agency and i.id = @id and i.closes_at > @now and i.closed_at is null
              and b.agency_id = @agency and b.initiative_id = i.id and b.number = @number
            """, new { box.Id, number, now, SealedBallot = secrets.Seal(caller.Agency, box.Id, number, ballot) }, ct);
        if (revised == 0) throw Problems.ReceiptUnknown.Because("Nobody has this receipt.");
        await change.CommitAsync(ct);
        return new(receipt, number);
    }

    /// <summary>Ticks a citizen off who is given a paper ballot: their voice is used.</summary>
    /// <exception cref="Refusal">As <see cref="CastAsync"/>.</exception>
    public async Task TickOffAsync(Caller caller, string key, Guid citizen, CancellationToken ct)
    {
        var now = clock.Now();
        var box = await FindAsync(caller, key, citizen, now, ct);
        if (box.Eligible is null) throw Platform.Problems.NotFound.Because("There is no such citizen.");
        if (box.Eligible == false) throw Problems.NotEligible.Because("It asks other people.");
        var participant = BallotSecrets.ParticipantOf(secrets.RegisterKey(caller.Agency, box.Id), citizen);
        await using var change = await db.BeginAsync(caller, ct);
        var ticked = await change.ExecuteAsync("""
            insert into ballot_register (agency_id, initiative_id, participant, paper)
            select i.agency_id, i.id, @participant, true
            from initiatives i
            where i.agency_id = @agency and i.id = @id and i.opens_at <= @now and i.closes_at > @now and i.closed_at is null
            on conflict (agency_id, initiative_id, participant) do nothing
            """, new { box.Id, now, participant }, ct);
        if (ticked == 0) throw Problems.AlreadyVoted.Because("Their voice is used.");
        change.Audit(now, "ballot.ticked-off", "initiative", box.Id); // by whom, not who
        await change.CommitAsync(ct);
    }

    static async Task<bool> HasVotedAsync(TenantTransaction transaction, Guid id, byte[] participant, CancellationToken ct) =>
        (await transaction.QueryAsync<int>("""
            select 1 from ballot_register r where r.agency_id = @agency and r.initiative_id = @id and r.participant = @participant
            """, new { id, participant }, ct)).Count > 0;

    // What a ballot needs of its decision, in one round trip.
    async Task<Box> FindAsync(Caller caller, string key, Guid? voter, DateTimeOffset now, CancellationToken ct)
    {
        var box = await db.QuerySingleOrDefaultAsync<Box>(caller.Agency, $"""
            select i.id, i.version, i.decision, i.opens_at, i.closes_at, i.closed_at,
              coalesce((select jsonb_agg(jsonb_build_object('key', o.key, 'cost', o.cost) order by o.place)
                from decision_options o where o.agency_id = @agency and o.initiative_id = i.id), '[]') as options,
              (select {Eligibility.Condition} from citizens c where c.agency_id = @agency and c.id = @voter) as eligible
            from initiatives i
            where i.agency_id = @agency and i.key = @key and i.published_at is not null
            """, new { key, voter }, ct) ?? throw Platform.Problems.NotFound.Because($"There is no initiative \"{key}\" for you here.");
        if (box.Decision is null) throw Problems.NoDecision.Because($"\"{key}\" takes no ballots.");
        if (box.ClosedAt is not null) throw Problems.InitiativeClosed.Because($"\"{key}\" is over.");
        if (box.OpensAt > now || box.ClosesAt <= now) throw Problems.InitiativeNotOpen.Because(box.OpensAt > now ? "Ballots are taken from opensAt on." : "Ballots were taken until closesAt.");
        return box;
    }

    sealed record Box(
        Guid Id, long Version, DecisionSettings? Decision, DateTimeOffset OpensAt, DateTimeOffset ClosesAt, DateTimeOffset? ClosedAt, JsonList<VotedOption> Options, bool? Eligible);
}
