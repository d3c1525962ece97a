using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Identity = Cirm.Core.Identity;

namespace Cirm.Jobs.Platform;

/// <summary>
/// An operator by command on the machine, or a new password for one: without the demo there is nobody who could let in the first.
/// </summary>
public static class MakeOperator
{
    /// <summary>Where the password is; not among the arguments, which everybody on the machine can read.</summary>
    public const string PasswordVariable = "CIRM_PASSWORD";

    /// <summary><c>operator EMAIL</c>.</summary>
    /// <returns>0 when they can sign in; 2 when address or password are none; 1 when their account is disabled.</returns>
    public static async Task<int> CommandAsync(Databases databases, string email, string? password, TextWriter output, CancellationToken ct)
    {
        if (email.Trim().Split('@') is not [{ Length: > 0 }, { Length: > 0 }] || email.Length > 254)
        {
            await output.WriteLineAsync($"{email}: this is not an e-mail address");
            return 2;
        }
        if (password is not { Length: >= Passwords.ShortestLength and <= 200 })
        {
            await output.WriteLineAsync($"A password has {Passwords.ShortestLength} to 200 characters");
            return 2;
        }
        var accounts = new Accounts(new TenantDb(databases), databases);
        var (home, now) = (Caller.System(Caller.Installation), TimeProvider.System.Now());
        var hash = await Passwords.HashAsync(password, ct);
        try
        {
            if (await accounts.ForSignInAsync(Caller.Installation, email, ct) is not { } known) await accounts.AddAsync(home, email, hash, null, Role.Operator, now, ct);
            else if (await accounts.FindAsync(Caller.Installation, known.Id, ct) is not { } operates || await accounts.ChangeAsync(home, operates, hash, now, ct) is null) return 1;
        }
        catch (Refusal refusal) when (refusal.Problem == Identity.Problems.EmailTaken)
        {
            await output.WriteLineAsync($"{email}: this operator is disabled");
            return 1;
        }
        await output.WriteLineAsync($"{email} can sign in as an operator of the installation");
        return 0;
    }
}
