using System.Text;
using System.Text.Json;
using Cirm.Core.Participation.Counting;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Participation.Balloting;

/// <summary>A count that is asked for.</summary>
/// <param name="Initiative">Of which decision.</param>
public sealed record CountOrder(Guid Initiative);

/// <summary>A published file of ballots.</summary>
/// <param name="Bytes">As it was published.</param>
/// <param name="Digest">SHA-256 in hexadecimal.</param>
public sealed record PublishedBallots(byte[] Bytes, string Digest);

/// <summary>Counts decisions and tells what came out. What is counted is the published file and nothing else: anybody can count it again.</summary>
public sealed class DecisionCounts(TenantDb db, TimeProvider clock)
{
    /// <summary>The kind of the operation that counts.</summary>
    public const string OperationKind = "count-ballots";

    static DecisionCounts()
    {
        JsonColumns.Register<DecisionSettings>();
        JsonColumns.Register<CountReport>();
        JsonColumns.Register<JsonList<Representation>>();
        JsonColumns.Register<Departure>();
    }

    /// <summary>Asks for a count, or for one more.</summary>
    /// <returns>The operation.</returns>
    /// <exception cref="Refusal"><see cref="Problems.NoDecision"/>, <see cref="Problems.VotingOpen"/>, <see cref="Problems.PaperDisagrees"/>, <see cref="Problems.PaperExceeds"/>.</exception>
    public async Task<Operation> RequestAsync(Caller caller, Initiative initiative, CancellationToken ct)
    {
        if (initiative.Decision is null) throw Problems.NoDecision.Because($"\"{initiative.Key}\" takes no ballots.");
        if (initiative.State is not (InitiativeState.Ended or InitiativeState.Closed)) throw Problems.VotingOpen.Because($"\"{initiative.Key}\" is open until {initiative.ClosesAt:u}.");
        var (now, id) = (clock.Now(), Guid.CreateVersion7());
        await using var change = await db.BeginAsync(caller, ct);
        await PaperBallots.CheckAsync(change, initiative.Id, ct);
        Operations.Request(change, now, id, OperationKind, new CountOrder(initiative.Id), caller.Id);
        var requested = (await change.QuerySingleOrDefaultAsync<Operation>("""
            select id, kind, state, arguments, processed, total, accepted, unchanged, rejected, error, cancel_requested_at, requested_by, attempt,
                   version, created_at, started_at, finished_at
            from operations
            where agency_id = @agency and id = @id
            """, new { id }, ct))!;
        await change.CommitAsync(ct);
        return requested;
    }

    /// <summary>Counts a box that has been opened, and keeps what came out, once. Another count of the same file comes to the same.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="initiative">Which.</param>
    /// <param name="report">Called in the transaction that keeps it, with the number of ballots; null when nobody has to be told.</param>
    /// <param name="ct">Gives up between two steps of the count.</param>
    public async Task<CountReport> CountAsync(Guid agency, Guid initiative, Func<TenantTransaction, int, Task>? report, CancellationToken ct)
    {
        var file = await FileAsync(agency, initiative, ct) ?? throw Problems.BallotsSealed.Because("The box has not been opened.");
        var counted = FileCount.Count(PabulibFile.Read(new StreamReader(new MemoryStream(file.Bytes), Encoding.UTF8)), ct);
        var now = clock.Now();
        await using var change = await db.BeginAsync(Caller.System(agency), ct);
        var key = (await change.QueryAsync<string>("""
            update decision_counts d set outcome = @counted, counted_at = @now, version = d.version + 1
            from initiatives i
            where d.agency_id = @agency and d.initiative_id = @initiative and d.outcome is null and i.agency_id = @agency and i.id = d.initiative_id
            returning i.key
            """, new { initiative, counted, now }, ct)).SingleOrDefault();
        if (key is not null)
        {
            Initiatives.Append(change, initiative, now, "counted", null, new { counted.Winners, ballots = counted.Voters, file.Digest });
            change.Audit(now, "initiative.counted", "initiative", initiative, JsonSerializer.Serialize(new { initiative = key, counted.Winners, ballots = counted.Voters, file.Digest }, Wire.Json));
            change.Emit(now, OutboxEvent.Of("initiative.counted", initiative, new { initiative = key, counted.Winners, ballots = counted.Voters, ballotsDigest = file.Digest }));
        }
        if (report is not null) await report(change, counted.Voters);
        await change.CommitAsync(ct);
        return counted;
    }

    /// <summary>What came out; null when the caller has no such initiative.</summary>
    /// <exception cref="Refusal"><see cref="Problems.NoDecision"/>, <see cref="Problems.NotCounted"/>.</exception>
    public async Task<DecisionResult?> FindAsync(Agency home, Caller caller, string key, CancellationToken ct)
    {
        var row = await db.QuerySingleOrDefaultAsync<Row>(caller.Agency, """
            select i.key, i.decision, i.binding, cardinality(i.segments) > 0 or cardinality(i.areas) > 0 or i.census as limited,
              d.digest, d.ballots, d.paper, d.left_out, d.eligible, d.representativeness, d.opened_at, d.outcome, d.counted_at, d.departure, coalesce(d.version, 0) as version
            from initiatives i
            left join decision_counts d on d.agency_id = i.agency_id and d.initiative_id = i.id
            where i.agency_id = @agency and i.key = @key and (@staff or i.published_at is not null)
            """, new { key, Staff = caller.IsStaff }, ct);
        if (row is null) return null;
        if (row.Decision is not { } decision) throw Problems.NoDecision.Because($"\"{key}\" takes no ballots.");
        if (row.Outcome is not { } outcome) throw Problems.NotCounted.Because(row.Digest is null ? "The box has not been opened." : "It is being counted.");
        var shown = !row.Limited || row.Eligible >= home.SmallestGroup ? row.Eligible : (long?)null;
        Quorum? quorum = decision.Quorum is { } wanted && (long)Math.Ceiling(wanted <= 1 ? wanted * row.Eligible!.Value : wanted) is var needed ? new(needed, row.Ballots >= needed) : null;
        return new(
            row.Key, decision.Method, outcome.Completion is not (null or "none") ? $"{outcome.Method}/{outcome.Completion}" : outcome.Method, outcome.Winners, outcome.Spent, outcome.Budget,
            row.Ballots!.Value, shown > 0 ? Math.Round(row.Ballots.Value / (double)shown.Value, 6) : null, shown, shown is null && decision.Quorum <= 1 && quorum is not null ? quorum with { Needed = null } : quorum,
            row.Binding && quorum?.Met != false, row.Paper!.Value, row.LeftOut!.Value, row.Representativeness, row.Digest!, $"/v1/agencies/{home.Slug}/initiatives/{row.Key}/ballots.pb",
            outcome.Rounds, outcome.Losses, outcome.Steps, outcome.Comparison, row.Departure, row.OpenedAt!.Value, row.CountedAt!.Value, row.Version);
    }

    /// <summary>The published ballots; null while the box is closed.</summary>
    public Task<PublishedBallots?> FileAsync(Guid agency, Guid initiative, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<PublishedBallots>(agency, """
            select d.file as bytes, d.digest from decision_counts d where d.agency_id = @agency and d.initiative_id = @initiative
            """, new { initiative }, ct);

    /// <summary>Publishes that the agency does otherwise than a binding result says; it stays beside the result.</summary>
    /// <exception cref="Refusal"><see cref="Problems.NotBinding"/>, <see cref="Problems.AlreadyDeparted"/>, <see cref="Problems.NotCounted"/>; <see cref="Platform.Problems.Invalid"/> for an office that is not there.</exception>
    public async Task DepartAsync(Caller caller, Initiative initiative, DecisionResult result, Localized reason, string office, CancellationToken ct)
    {
        if (!result.Binding) throw Problems.NotBinding.Because(initiative.Binding ? "The quorum was not reached." : "The agency did not bind itself.");
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        var name = await change.QuerySingleOrDefaultAsync<Localized>("select u.name from units u where u.agency_id = @agency and u.key = @office", new { office }, ct)
            ?? throw Platform.Problems.InvalidValue("/office", "unknown", $"There is no unit \"{office}\": an office that is known signs it.");
        var departed = await change.ExecuteAsync("""
            update decision_counts d set departure = @departure, version = d.version + 1
            where d.agency_id = @agency and d.initiative_id = @id and d.outcome is not null and d.departure is null
            """, new { initiative.Id, Departure = new Departure(reason, office, name, now) }, ct);
        if (departed == 0) throw Problems.AlreadyDeparted.Because("What was published stays.");
        Initiatives.Append(change, initiative.Id, now, "departed", reason, new { office });
        change.Audit(now, "initiative.departed", "initiative", initiative.Id, JsonSerializer.Serialize(new { initiative = initiative.Key, office }, Wire.Json));
        change.Emit(now, OutboxEvent.Of("initiative.departed", initiative.Id, new { initiative = initiative.Key, office }));
        await change.CommitAsync(ct);
    }

    /// <summary>Decisions that nobody has counted for too long, or whose count was cut short.</summary>
    public Task<IReadOnlyList<Guid>> OverdueAsync(Guid agency, CancellationToken ct) =>
        db.QueryAsync<Guid>(agency, """
            select i.id
            from initiatives i
            left join decision_counts d on d.agency_id = i.agency_id and d.initiative_id = i.id
            where i.agency_id = @agency and i.decision is not null and i.published_at is not null and i.closes_at < @before and d.outcome is null
            order by i.id
            """, new { Before = clock.Now() - BallotBox.LongestWait }, ct);

    sealed record Row(
        string Key, DecisionSettings? Decision, bool Binding, bool Limited, string? Digest, int? Ballots, int? Paper, int? LeftOut, long? Eligible, JsonList<Representation>? Representativeness,
        DateTimeOffset? OpenedAt, CountReport? Outcome, DateTimeOffset? CountedAt, Departure? Departure, long Version);
}
