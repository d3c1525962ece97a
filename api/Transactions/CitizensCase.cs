using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Transactions;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Transactions;

/// <summary>A case, and who speaks as its citizen: they, who represents them, or whoever has the code.</summary>
/// <param name="Case">The case.</param>
/// <param name="Speaker">As the history shows them: a code is nobody's name, but staff who send one are named.</param>
/// <param name="ByCode">Whether it is the code that gives them the word.</param>
sealed record CitizensCase(Case Case, Caller Speaker, bool ByCode)
{
    static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    const int WrongPerAddress = 30;

    /// <summary>Finds the case of whoever speaks, or says why they may not.</summary>
    /// <exception cref="Refusal"><see cref="Problems.NotFound"/>, <see cref="Core.Transactions.Problems.CitizensOwnWord"/>, <see cref="Core.Identity.Problems.NoMandate"/>; <see cref="Problems.TooMany"/> after too many wrong codes.</exception>
    public static async Task<CitizensCase> FindAsync(Guid id, string? code, Caller caller, Cases cases, GuessThrottle throttle, HttpContext http, CancellationToken ct)
    {
        if (code is not null)
        {
            var found = await GuessedAsync(throttle, http, () => cases.FindOwnAsync(caller, id, code, ct));
            return new(found, caller.IsStaff ? caller : caller with { Kind = ActorKind.Anonymous, Id = null, Role = null, CitizenId = null }, true);
        }
        if (caller.Kind == ActorKind.Anonymous) throw Problems.InvalidValue("/trackingCode", "required", "Sign in, or send the case's tracking code.");
        if (caller.IsStaff) throw Core.Transactions.Problems.CitizensOwnWord.Because("Staff cannot say this for a citizen, unless with the citizen's tracking code.");
        if (await cases.FindOwnAsync(caller, id, null, ct) is { } own) return new(own, caller, false);
        await CaseEndpoints.FindAsync(cases, caller, id, ct); // who may not see it is told nothing
        throw Core.Identity.Problems.NoMandate.Because("You follow this case as a member of an organisation that may not object for others.");
    }

    /// <summary>What a code leads to. Wrong codes are counted by address, whatever they were tried for; right ones are not.</summary>
    /// <exception cref="Refusal"><see cref="Problems.NotFound"/>, <see cref="Problems.TooMany"/>.</exception>
    public static async Task<T> GuessedAsync<T>(GuessThrottle throttle, HttpContext http, Func<Task<T?>> look) where T : class
    {
        var guesser = $"tracking from {Limits.AddressOf(http)}";
        throttle.Check(guesser, WrongPerAddress, Window);
        if (await look() is { } found) return found;
        throttle.CountWrong(guesser, WrongPerAddress, Window);
        throw Problems.NotFound.Because("No case has this tracking code.");
    }
}
