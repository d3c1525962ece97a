using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Problems = Cirm.Core.Identity.Problems;

namespace Cirm.Seeds.Tenancy;

/// <summary>The demo agencies, and who may sign in to them. Every demo account has the same, published password.</summary>
public sealed class DemoAgencies(Databases databases, TenantDb db, TimeProvider clock, Action<string> tell)
{
    const string Password = "cirm-demo";
    static readonly Role[] Roles = [Role.Admin, Role.Manager, Role.Agent, Role.Citizen];

    readonly Agencies agencies = new(databases, db, clock);
    readonly Accounts accounts = new(db, databases);
    readonly Lazy<string> hash = new(() => Passwords.Hash(Password)); // takes a quarter of a second, on purpose

    public Task EnsureOperatorAsync(CancellationToken ct) => EnsureAccountAsync(Caller.Installation, "operator@demo.example", Role.Operator, ct);

    public async Task<Agency> EnsureAsync(string slug, Localized name, string timeZone, string[] locales, CancellationToken ct)
    {
        var admin = AddressOf(Role.Admin, slug);
        if (await agencies.FindAsync(slug, ct) is not { } agency)
        {
            agency = await agencies.CreateAsync(Caller.System(Caller.Installation), slug, name, timeZone, locales, 10, admin, hash.Value, ct);
            tell($"{slug}: made");
        }
        foreach (var role in Roles) await EnsureAccountAsync(agency.Id, AddressOf(role, slug), role, ct);
        return agency;
    }

    async Task EnsureAccountAsync(Guid agency, string email, Role role, CancellationToken ct)
    {
        if (await accounts.ForSignInAsync(agency, email, ct) is not null) return;
        try
        {
            await accounts.AddAsync(Caller.System(agency), email, hash.Value, null, role, clock.Now(), ct);
        }
        catch (Refusal refusal) when (refusal.Problem == Problems.EmailTaken)
        {
            tell($"{email} is there, and disabled: left as it is");
        }
    }

    static string AddressOf(Role role, string slug) => $"{role.Word()}@{slug}.example";
}
