using System.Security.Cryptography;
using System.Text.Json;
using Cirm.Core.Insight.Disclosure;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Participation.Balloting;

/// <summary>
/// Opens the box of a decision that is over: every ballot goes into the published file under its number, the sealed ones go, and the register
/// is written once more in the order of its hashes. One transaction: whenever it is killed, the box is closed or the file is there.
/// </summary>
public sealed class BallotBox(TenantDb db, BallotSecrets secrets, TimeProvider clock)
{
    /// <summary>After so long a decision that nobody counts is counted by itself.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromDays(7);

    const int MostAttributes = 8, MostGroups = 60;

    static BallotBox()
    {
        JsonColumns.Register<DecisionSettings>();
        JsonColumns.Register<JsonList<Representation>>();
    }

    /// <summary>Opens a box, once; after that it does nothing.</summary>
    /// <param name="agency">Whose.</param>
    /// <param name="initiative">Which.</param>
    /// <param name="strict">Sheets that two clerks do not agree on keep it closed; else they are left out and told.</param>
    /// <param name="ct">Gives up before anything is done.</param>
    /// <exception cref="Refusal"><see cref="Problems.VotingOpen"/>, <see cref="Problems.PaperDisagrees"/>, <see cref="Problems.PaperExceeds"/>.</exception>
    public async Task OpenAsync(Guid agency, Guid initiative, bool strict, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(Caller.System(agency), ct);
        // Waits for ballots that are on their way; those after it find the initiative closed and at another version.
        var box = await change.QuerySingleOrDefaultAsync<Box>("""
            select i.id, i.key, i.title, i.decision, i.opens_at, i.closes_at, g.name as agency_name, g.locales, g.smallest_group
            from initiatives i
            join agencies g on g.id = i.agency_id
            where i.agency_id = @agency and i.id = @initiative
            for update of i
            """, new { initiative }, ct) ?? throw Platform.Problems.NotFound.Because("There is no such initiative.");
        var opened = (await change.QueryAsync<bool>("select exists (select from decision_counts d where d.agency_id = @agency and d.initiative_id = @initiative)", new { initiative }, ct)).Single();
        if (opened) return;
        if (box.ClosesAt > now) throw Problems.VotingOpen.Because($"\"{box.Key}\" is open until {box.ClosesAt:u}.");
        if (strict) await PaperBallots.CheckAsync(change, initiative, ct);
        var ballots = await TakeOutAsync(change, agency, initiative, ct);
        var (paper, leftOut) = await TakePaperAsync(change, agency, initiative, ballots, ct);
        var options = await change.QueryAsync<NamedOption>("""
            select o.key, o.title, o.cost from decision_options o where o.agency_id = @agency and o.initiative_id = @initiative order by o.place
            """, new { initiative }, ct);
        var file = BallotFile.Write(
            new(box.AgencyName.For(box.Locales), box.Key, box.Title.For(box.Locales), box.Locales[0], box.OpensAt, box.ClosesAt, box.Decision),
            [.. options.Select(o => (o.Key, o.Title.For(box.Locales), o.Cost))], ballots);
        var (eligible, representativeness) = await RepresentAsync(change, agency, initiative, box.SmallestGroup, ct);
        Mix(change, initiative);
        change.Enqueue("""
            insert into decision_counts (agency_id, initiative_id, file, digest, ballots, paper, left_out, eligible, representativeness, opened_at)
            values (@agency, @initiative, @file, @digest, @ballots, @paper, @leftOut, @eligible, @representativeness, @now)
            """,
            new { initiative, file, Digest = Convert.ToHexStringLower(SHA256.HashData(file)), Ballots = ballots.Count, paper, leftOut, eligible, Representativeness = representativeness, now });
        change.Enqueue("update initiatives set closed_at = coalesce(closed_at, @now), version = version + 1, updated_at = @now where agency_id = @agency and id = @initiative", new { initiative, now });
        change.Audit(now, "initiative.box-opened", "initiative", initiative, JsonSerializer.Serialize(new { ballots = ballots.Count, paper, leftOut }, Wire.Json));
        change.Emit(now, OutboxEvent.Of("initiative.box-opened", initiative, new { initiative = box.Key }));
        await change.CommitAsync(CancellationToken.None);
    }

    async Task<List<(string Number, Mark[] Marks)>> TakeOutAsync(TenantTransaction transaction, Guid agency, Guid initiative, CancellationToken ct)
    {
        var ballots = new List<(string, Mark[])>();
        using var opener = secrets.OpenerOf(agency, initiative);
        await transaction.StreamAsync("""
            delete from ballot_box b where b.agency_id = @agency and b.initiative_id = @initiative returning b.number, b.sealed
            """, new { initiative }, row =>
        {
            var number = row.GetString(0);
            ballots.Add((number, BallotPaper.Read(opener.Open(number, row.GetFieldValue<byte[]>(1)))));
        }, ct);
        return ballots;
    }

    async Task<(int Paper, int LeftOut)> TakePaperAsync(TenantTransaction transaction, Guid agency, Guid initiative, List<(string, Mark[])> ballots, CancellationToken ct)
    {
        var (paper, leftOut) = (0, 0);
        using var opener = secrets.OpenerOf(agency, initiative);
        await transaction.StreamAsync("""
            select distinct on (e.number) e.number, e.alike >= 2 as agreed, e.sealed
            from (
              select e.number, e.sealed, count(*) over (partition by e.number, e.digest) as alike
              from paper_entries e
              where e.agency_id = @agency and e.initiative_id = @initiative) e
            order by e.number, e.alike desc
            """, new { initiative }, row =>
        {
            if (!row.GetBoolean(1))
            {
                leftOut++;
                return;
            }
            var number = row.GetString(0);
            ballots.Add((number, BallotPaper.Read(opener.Open(number, row.GetFieldValue<byte[]>(2)))));
            paper++;
        }, ct);
        transaction.Enqueue("delete from paper_entries e where e.agency_id = @agency and e.initiative_id = @initiative", new { initiative }); // whose hand typed which ballot is forgotten
        return (paper, leftOut);
    }

    // Written once more in the order of the hashes, in one transaction: who came before whom is forgotten, and with what.
    static void Mix(TenantTransaction transaction, Guid initiative) => transaction.Enqueue("""
        with gone as (
          delete from ballot_register r
          where r.agency_id = @agency and r.initiative_id = @initiative
          returning r.agency_id, r.initiative_id, r.participant, r.paper)
        insert into ballot_register (agency_id, initiative_id, participant, paper)
        select agency_id, initiative_id, participant, paper
        from gone
        order by participant
        """, new { initiative });

    // Who voted is known here by the secret, for figures of groups only; what they chose is not.
    async Task<(long Eligible, JsonList<Representation>? Groups)> RepresentAsync(TenantTransaction transaction, Guid agency, Guid initiative, int k, CancellationToken ct)
    {
        var register = (await transaction.QueryAsync<byte[]>("""
            select r.participant from ballot_register r where r.agency_id = @agency and r.initiative_id = @initiative
            """, new { initiative }, ct)).Select(Convert.ToBase64String).ToHashSet();
        var attributes = await transaction.QueryAsync<string>("""
            select a.key from attributes a where a.agency_id = @agency and a.type in ('code', 'boolean') and not a.sensitive order by a.key limit @most
            """, new { Most = MostAttributes }, ct);
        var counts = attributes.Select(_ => new SortedDictionary<string, long[]>(StringComparer.Ordinal)).ToArray();
        var (eligible, voted, key) = (0L, 0L, secrets.RegisterKey(agency, initiative));
        await transaction.StreamAsync($"""
            select c.id, c.attributes
            from citizens c
            join initiatives i on i.agency_id = c.agency_id and i.id = @initiative
            where c.agency_id = @agency and {Eligibility.Condition}
            """, new { initiative }, row =>
        {
            eligible++;
            var has = register.Contains(Convert.ToBase64String(BallotSecrets.ParticipantOf(key, row.GetGuid(0))));
            if (has) voted++;
            if (counts.Length == 0) return;
            using var values = JsonDocument.Parse(row.GetString(1));
            foreach (var (i, attribute) in attributes.Index())
            {
                var group = values.RootElement.TryGetProperty(attribute, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : "unknown";
                if (!counts[i].TryGetValue(group, out var pair)) counts[i][group] = pair = new long[2];
                pair[has ? 0 : 1]++;
            }
        }, ct);
        // The turnout is public: where it leaves fewer than k on either side, a breakdown would give them away.
        if (voted < k || eligible - voted < k) return (eligible, null);
        return (eligible, JsonList<Representation>.Of(attributes.Zip(counts).Where(a => a.Second.Count is > 1 and <= MostGroups).Select(a => Protect(a.First, a.Second, eligible, voted, k)))!);
    }

    static Representation Protect(string attribute, SortedDictionary<string, long[]> counts, long eligible, long voted, int k)
    {
        var problem = new DisclosureProblem(k);
        var cells = counts.Values.Select(c => (Voted: LinearForm.Of(problem.Variable(c[0])), Not: LinearForm.Of(problem.Variable(c[1])))).ToList();
        // How many voted of how many is told in any case.
        problem.Equal(LinearForm.Sum(cells.Select(c => c.Voted)), voted);
        problem.Equal(LinearForm.Sum(cells.Select(c => c.Not)), eligible - voted);
        var figures = cells.Select(c =>
        {
            problem.Protect(c.Not);
            return (Size: problem.Count(LinearForm.Sum([c.Voted, c.Not])), Voted: problem.Count(c.Voted));
        }).ToList();
        var protection = DisclosureControl.Protect(problem);
        return new(attribute, [.. counts.Zip(figures, (group, figure) =>
        {
            var (size, cell) = (!protection.Withhold && !protection.Hidden[figure.Size], !protection.Withhold && !protection.Hidden[figure.Voted]);
            return new RepresentedGroup(
                group.Key, size ? group.Value.Sum() : null, cell ? group.Value[0] : null, size ? Share(group.Value.Sum(), eligible) : null, cell ? Share(group.Value[0], voted) : null, !size || !cell);
        })]);
    }

    static double Share(long part, long whole) => Math.Round(part / (double)whole, 6);

    sealed record Box(
        Guid Id, string Key, Localized Title, DecisionSettings Decision, DateTimeOffset OpensAt, DateTimeOffset ClosesAt, Localized AgencyName, string[] Locales, int SmallestGroup);

    sealed record NamedOption(string Key, Localized Title, decimal? Cost);
}
