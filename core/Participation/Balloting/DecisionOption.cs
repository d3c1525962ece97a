using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Participation.Balloting;

/// <summary>Something that can be chosen.</summary>
/// <param name="Key">Its word on ballots and in the published file.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Description">What it is.</param>
/// <param name="Cost">What it costs; of budgets.</param>
/// <param name="Place">In the declared order, from 0; the last ties fall to the earlier one.</param>
/// <param name="Version">For If-Match.</param>
public sealed record DecisionOption(string Key, Localized Title, Localized? Description, decimal? Cost, int Place, [property: JsonIgnore] long Version) : IVersioned;

/// <summary>What can be chosen in a decision. It is fixed from the first ballot on.</summary>
public sealed class DecisionOptions(TenantDb db, TimeProvider clock)
{
    /// <summary>Most options of one decision.</summary>
    public const int Most = 1_000;

    /// <summary>Adds an option behind the others.</summary>
    /// <exception cref="Refusal"><see cref="Problems.NoDecision"/>, <see cref="Problems.OptionsFixed"/>, <see cref="Problems.OptionTaken"/>.</exception>
    public async Task<DecisionOption> AddAsync(Caller caller, Initiative initiative, DecisionOption option, CancellationToken ct)
    {
        Check(initiative, option);
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        await HoldAsync(change, initiative, ct);
        var place = (await change.QueryAsync<int>("""
            insert into decision_options (agency_id, initiative_id, key, place, title, description, cost, created_at)
            select @agency, @id, @key, count(*), @title, @description, @cost, @now
            from decision_options o
            where o.agency_id = @agency and o.initiative_id = @id
            having count(*) < @most
            on conflict (agency_id, initiative_id, key) do nothing
            returning place
            """, new { initiative.Id, option.Key, option.Title, option.Description, option.Cost, now, Most }, ct)).Select(p => (int?)p).SingleOrDefault()
            ?? throw Problems.OptionTaken.Because($"There is an option \"{option.Key}\" already, or there are {Most}.");
        Changed(change, now, initiative, "option-added", option.Key);
        await change.CommitAsync(ct);
        return option with { Place = place, Version = 1 };
    }

    /// <summary>Options in their order.</summary>
    public Task<IReadOnlyList<DecisionOption>> ListAsync(Guid agency, Guid initiative, int? after, int limit, CancellationToken ct) =>
        db.QueryAsync<DecisionOption>(agency, """
            select o.key, o.title, o.description, o.cost, o.place, o.version
            from decision_options o
            where o.agency_id = @agency and o.initiative_id = @initiative and (@after is null or o.place > @after)
            order by o.place
            limit @limit
            """, new { initiative, after, limit }, ct);

    /// <summary>One option; null when there is none.</summary>
    public Task<DecisionOption?> FindAsync(Guid agency, Guid initiative, string key, CancellationToken ct) =>
        db.QuerySingleOrDefaultAsync<DecisionOption>(agency, """
            select o.key, o.title, o.description, o.cost, o.place, o.version
            from decision_options o
            where o.agency_id = @agency and o.initiative_id = @initiative and o.key = @key
            """, new { initiative, key }, ct);

    /// <summary>Changes an option that is still at a version.</summary>
    /// <returns>The option, or null when it is not at that version.</returns>
    /// <exception cref="Refusal"><see cref="Problems.OptionsFixed"/>.</exception>
    public async Task<DecisionOption?> ChangeAsync(Caller caller, Initiative initiative, DecisionOption to, CancellationToken ct)
    {
        Check(initiative, to);
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        await HoldAsync(change, initiative, ct);
        var changed = await change.QuerySingleOrDefaultAsync<DecisionOption>("""
            update decision_options o set title = @title, description = @description, cost = @cost, version = o.version + 1
            where o.agency_id = @agency and o.initiative_id = @id and o.key = @key and o.version = @version
            returning o.key, o.title, o.description, o.cost, o.place, o.version
            """, new { initiative.Id, to.Key, to.Version, to.Title, to.Description, to.Cost }, ct);
        if (changed is null) return null;
        Changed(change, now, initiative, "option-changed", to.Key);
        await change.CommitAsync(ct);
        return changed;
    }

    /// <summary>Takes an option away; those behind it move up.</summary>
    /// <returns>Whether it was still at that version.</returns>
    /// <exception cref="Refusal"><see cref="Problems.OptionsFixed"/>.</exception>
    public async Task<bool> RemoveAsync(Caller caller, Initiative initiative, DecisionOption option, CancellationToken ct)
    {
        var now = clock.Now();
        await using var change = await db.BeginAsync(caller, ct);
        await HoldAsync(change, initiative, ct);
        var removed = await change.ExecuteAsync("""
            delete from decision_options o where o.agency_id = @agency and o.initiative_id = @id and o.key = @key and o.version = @version
            """, new { initiative.Id, option.Key, option.Version }, ct);
        if (removed == 0) return false;
        // One after the other, from the front: two never stand at one place.
        var behind = await change.QueryAsync<string>("""
            select o.key from decision_options o where o.agency_id = @agency and o.initiative_id = @id and o.place > @place order by o.place
            """, new { initiative.Id, option.Place }, ct);
        foreach (var key in behind)
            change.Enqueue("update decision_options set place = place - 1 where agency_id = @agency and initiative_id = @id and key = @key", new { initiative.Id, key });
        Changed(change, now, initiative, "option-removed", option.Key);
        await change.CommitAsync(ct);
        return true;
    }

    static void Check(Initiative initiative, DecisionOption option)
    {
        if (initiative.Decision is not { } decision) throw Problems.NoDecision.Because($"\"{initiative.Key}\" is a {initiative.Tier.Word()}.");
        if (initiative.State is InitiativeState.Ended or InitiativeState.Closed) throw Problems.OptionsFixed.Because($"\"{initiative.Key}\" is over.");
        if (decision.IsBudget && option.Cost is null) throw Platform.Problems.InvalidValue("/cost", "required", "Money is given: say what it costs.");
    }

    // Waits for ballots that are on their way (Ballots holds the other side), and lets those after it see the new options by the version.
    static async Task HoldAsync(TenantTransaction change, Initiative initiative, CancellationToken ct)
    {
        await change.QueryAsync<Guid>("select i.id from initiatives i where i.agency_id = @agency and i.id = @id for update", new { initiative.Id }, ct);
        var voted = await change.QueryAsync<bool>("""
            select exists (select from ballot_register r where r.agency_id = @agency and r.initiative_id = @id)
              or exists (select from paper_entries e where e.agency_id = @agency and e.initiative_id = @id)
              or exists (select from decision_counts c where c.agency_id = @agency and c.initiative_id = @id)
            """, new { initiative.Id }, ct);
        if (voted is not [false]) throw Problems.OptionsFixed.Because($"Somebody has voted in \"{initiative.Key}\".");
    }

    static void Changed(Change change, DateTimeOffset now, Initiative initiative, string what, string key)
    {
        change.Enqueue("update initiatives set version = version + 1, updated_at = @now where agency_id = @agency and id = @id", new { initiative.Id, now });
        change.Audit(now, $"initiative.{what}", "initiative", initiative.Id, JsonSerializer.Serialize(new { initiative = initiative.Key, option = key }, Wire.Json));
        change.Emit(now, OutboxEvent.Of($"initiative.{what}", initiative.Id, new { initiative = initiative.Key, option = key }));
    }
}
