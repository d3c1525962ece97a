using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Redress;

/// <summary>Whose turn it is.</summary>
public enum OwnedBy
{
    /// <summary>A member of staff who is named.</summary>
    Member,
    /// <summary>A unit: whoever works there takes it.</summary>
    Unit,
    /// <summary>The managers, who see to it that somebody takes it.</summary>
    Managers,
}

/// <summary>
/// Who has to deal with what a citizen says against an outcome: who works on the case, else the head of its unit, else the unit's queue,
/// else that of the managers. There is always one of them.
/// </summary>
static class Owners
{
    /// <summary>The unit <c>u</c> that works the case <c>c</c>; none when it is closed.</summary>
    public const string UnitOfCase = "left join units u on u.agency_id = c.agency_id and u.key = c.unit and not u.closed";

    /// <summary>Who works on the case <c>c</c>, if they still work for the agency.</summary>
    public const string Assignee = """
        (select a.id from accounts a
         where a.agency_id = @agency and a.id = c.assignee and a.role in ('agent', 'manager', 'admin') and a.disabled_at is null)
        """;

    /// <summary>The head of the unit <c>u</c> who has been there longest, except <c>@not</c>.</summary>
    public const string HeadOfUnit = """
        (select m.account_id
         from unit_members m
         join accounts a on a.agency_id = m.agency_id and a.id = m.account_id and a.role in ('agent', 'manager', 'admin') and a.disabled_at is null
         where m.agency_id = @agency and m.unit = u.key and m.function = 'head' and m.account_id is distinct from @not
         order by m.created_at, m.account_id
         limit 1)
        """;

    /// <summary>Whose turn it is, from what is kept.</summary>
    public static OwnedBy Of(Guid? member, string? unit) => member is not null ? OwnedBy.Member : unit is not null ? OwnedBy.Unit : OwnedBy.Managers;

    /// <summary>That it is the turn of <c>@ownedBy</c>, by the columns <c>owner</c> and <c>owner_unit</c> of the one table that has them.</summary>
    public const string InQueue = """
        (@ownedBy is null or @ownedBy = case when owner is not null then 'member' when owner_unit is not null then 'unit' else 'managers' end)
        """;

    /// <summary>Gives back what somebody owned who does not work for the agency any more: it waits in the queue of its unit, or of the managers.</summary>
    public static void GiveBack(TenantTransaction transaction, Guid account)
    {
        transaction.Enqueue("update recoveries set owner = null, version = version + 1 where agency_id = @agency and owner = @account and state = 'open'", new { account });
        transaction.Enqueue("update appeals set owner = null, version = version + 1 where agency_id = @agency and owner = @account and state = 'open'", new { account });
    }
}
