using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Participation.Balloting;

/// <summary>How far two clerks are with a sheet.</summary>
public enum SheetState
{
    /// <summary>One clerk has entered it.</summary>
    Waiting,
    /// <summary>Two clerks read the same.</summary>
    Agreed,
    /// <summary>They read different things; either enters it once more.</summary>
    Disagreed,
}

/// <summary>A paper ballot as it was entered.</summary>
/// <param name="Ballot">Its number in the published list: a hash of the code on the sheet.</param>
/// <param name="State">How far it is.</param>
/// <param name="Entries">Who entered what; what somebody else entered is shown only where two disagree.</param>
public sealed record PaperSheet(string Ballot, SheetState State, IReadOnlyList<PaperEntry> Entries);

/// <summary>What a clerk read on a sheet.</summary>
/// <param name="Clerk">The member of staff.</param>
/// <param name="Choices">Option keys, or points by option key; null where it is not shown.</param>
public sealed record PaperEntry(Guid Clerk, JsonElement? Choices);

/// <summary>Paper ballots, entered by two clerks who must agree. They lie sealed like the others until the box is opened.</summary>
public sealed class PaperBallots(TenantDb db, BallotSecrets secrets, TimeProvider clock)
{
    const string States = """
        case when count(distinct e.digest) < count(*) then 'agreed' when count(*) = 1 then 'waiting' else 'disagreed' end
        """;

    static PaperBallots() => JsonColumns.Register<JsonList<VotedOption>>();

    /// <summary>Enters a sheet, or enters it once more.</summary>
    /// <param name="caller">The clerk.</param>
    /// <param name="initiative">Whose box.</param>
    /// <param name="sheet">The code that is printed on it.</param>
    /// <param name="choices">What the clerk reads on it.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Refusal"><see cref="Problems.SheetAgreed"/>, <see cref="Problems.BoxOpened"/>, and what is wrong with the ballot.</exception>
    public async Task<PaperSheet> EnterAsync(Caller caller, Initiative initiative, string sheet, JsonElement choices, CancellationToken ct)
    {
        if (initiative.Decision is not { } decision) throw Problems.NoDecision.Because($"\"{initiative.Key}\" takes no ballots.");
        if (!initiative.HasOpened) throw Problems.InitiativeNotOpen.Because("Ballots are taken from opensAt on.");
        var (now, clerk) = (clock.Now(), caller.Id ?? throw Platform.Problems.Forbidden.Because("A clerk has a name."));
        await using var change = await db.BeginAsync(caller, ct);
        // Held until the end: options stay, the box is not opened, and two entries of one sheet come one after the other.
        await change.QueryAsync<Guid>("select i.id from initiatives i where i.agency_id = @agency and i.id = @id for no key update", new { initiative.Id }, ct);
        var options = await OptionsAsync(change, initiative.Id, ct);
        var number = BallotSecrets.NumberOf(sheet);
        var ballot = BallotPaper.Write(BallotPaper.Read(decision, options, choices), BallotPaper.LengthOf(decision, options.Count));
        var refused = (await change.QueryAsync<string>("""
            select case
              when exists (select from decision_counts c where c.agency_id = @agency and c.initiative_id = @id) then 'opened'
              when exists (select from ballot_box b where b.agency_id = @agency and b.initiative_id = @id and b.number = @number) then 'cast'
              when (select count(distinct e.digest) < count(*) from paper_entries e where e.agency_id = @agency and e.initiative_id = @id and e.number = @number) then 'agreed'
              else '' end
            """, new { initiative.Id, number }, ct)).Single();
        switch (refused)
        {
            case "opened": throw Problems.BoxOpened.Because("It comes too late.");
            case "cast": throw Platform.Problems.InvalidValue("/sheet", "duplicate", "A ballot was cast under this code by web.");
            case "agreed": throw Problems.SheetAgreed.Because("It has been entered twice.");
        }
        await change.ExecuteAsync("""
            insert into paper_entries (agency_id, initiative_id, number, clerk, sealed, digest)
            values (@agency, @id, @number, @clerk, @sealed, @digest)
            on conflict (agency_id, initiative_id, number, clerk) do update set sealed = excluded.sealed, digest = excluded.digest
            """,
            new
            {
                initiative.Id, number, clerk, Sealed = secrets.Seal(caller.Agency, initiative.Id, number, ballot), Digest = secrets.DigestOf(caller.Agency, initiative.Id, number, ballot),
            }, ct);
        change.Audit(now, "ballot.paper-entered", "initiative", initiative.Id, JsonSerializer.Serialize(new { ballot = number }));
        var entered = (await SheetsAsync(change, caller, initiative, options, number, null, null, 1, ct)).Single();
        await change.CommitAsync(ct);
        return entered;
    }

    /// <summary>Sheets by number.</summary>
    public async Task<IReadOnlyList<PaperSheet>> ListAsync(Caller caller, Initiative initiative, SheetState? state, string? after, int limit, CancellationToken ct)
    {
        if (initiative.Decision is null) throw Problems.NoDecision.Because($"\"{initiative.Key}\" takes no ballots.");
        await using var transaction = await db.BeginAsync(caller.Agency, ct);
        var options = await OptionsAsync(transaction, initiative.Id, ct);
        var found = await SheetsAsync(transaction, caller, initiative, options, null, state, after, limit, ct);
        await transaction.CommitAsync(ct);
        return found;
    }

    /// <summary>Refuses to open a box while sheets are not agreed on, or are more than people who were given one.</summary>
    /// <exception cref="Refusal"><see cref="Problems.PaperDisagrees"/>, <see cref="Problems.PaperExceeds"/>.</exception>
    internal static async Task CheckAsync(TenantTransaction transaction, Guid initiative, CancellationToken ct)
    {
        var standing = (await transaction.QuerySingleOrDefaultAsync<Standing>($"""
            select count(*) filter (where s.state <> 'agreed') as open, count(*) as sheets,
              (select count(*) from ballot_register r where r.agency_id = @agency and r.initiative_id = @initiative and r.paper) as people
            from (select {States} as state from paper_entries e where e.agency_id = @agency and e.initiative_id = @initiative group by e.number) s
            """, new { initiative }, ct))!;
        if (standing.Open > 0) throw Problems.PaperDisagrees.Because($"{standing.Open} of {standing.Sheets} sheets are not entered alike by two clerks.");
        if (standing.Sheets > standing.People) throw Problems.PaperExceeds.Because($"{standing.Sheets} sheets are entered, and {standing.People} people were given one.");
    }

    internal static async Task<IReadOnlyList<VotedOption>> OptionsAsync(TenantTransaction transaction, Guid initiative, CancellationToken ct) =>
        await transaction.QueryAsync<VotedOption>("""
            select o.key, o.cost from decision_options o where o.agency_id = @agency and o.initiative_id = @initiative order by o.place
            """, new { initiative }, ct);

    async Task<IReadOnlyList<PaperSheet>> SheetsAsync(
        TenantTransaction transaction, Caller caller, Initiative initiative, IReadOnlyList<VotedOption> options, string? number, SheetState? state, string? after, int limit, CancellationToken ct)
    {
        var entries = await transaction.QueryAsync<Row>($"""
            select e.number, e.clerk, e.sealed, s.state
            from (
              select e.number, {States} as state
              from paper_entries e
              where e.agency_id = @agency and e.initiative_id = @id and (@number is null or e.number = @number) and (@after is null or e.number > @after)
              group by e.number
              having @state is null or {States} = @state
              order by e.number
              limit @limit) s
            join paper_entries e on e.agency_id = @agency and e.initiative_id = @id and e.number = s.number
            order by e.number, e.clerk
            """, new { initiative.Id, number, state, after, limit }, ct);
        using var opener = secrets.OpenerOf(caller.Agency, initiative.Id);
        return [.. entries.GroupBy(e => (e.Number, e.State)).Select(sheet => new PaperSheet(sheet.Key.Number, sheet.Key.State, [.. sheet.Select(e => new PaperEntry(e.Clerk,
            sheet.Key.State == SheetState.Disagreed || e.Clerk == caller.Id ? Choices(initiative.Decision!, options, BallotPaper.Read(opener.Open(e.Number, e.Sealed))) : null))]))];
    }

    static JsonElement Choices(DecisionSettings decision, IReadOnlyList<VotedOption> options, Mark[] marks) => decision.Form == BallotForm.Points
        ? JsonSerializer.SerializeToElement(marks.ToDictionary(m => options[m.Place].Key, m => m.Points)) : JsonSerializer.SerializeToElement(marks.Select(m => options[m.Place].Key));

    sealed record Row(string Number, Guid Clerk, byte[] Sealed, SheetState State);

    sealed record Standing(long Open, long Sheets, long People);
}
