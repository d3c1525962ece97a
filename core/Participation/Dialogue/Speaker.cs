using Cirm.Core.Platform;
using Cirm.Core.Transactions;

namespace Cirm.Core.Participation.Dialogue;

/// <summary>Who says something in public, and how it came.</summary>
/// <param name="Citizen">Whose words; null: of staff, of a representative, or of somebody who gave no name.</param>
/// <param name="Account">Who wrote it; null when staff entered it for somebody.</param>
/// <param name="By"><see cref="ActorKind.Citizen"/> or <see cref="ActorKind.Staff"/>, as everybody sees it.</param>
/// <param name="Assisted">Staff entered it for who came, called or wrote.</param>
/// <param name="Channel">How it came.</param>
/// <param name="SignedAs">The name that they chose to stand there; null: none.</param>
public sealed record Speaker(Guid? Citizen, Guid? Account, ActorKind By, bool Assisted, Channel Channel, string? SignedAs)
{
    /// <summary>Who speaks in a call. Staff speak for the agency, unless they say for whom, or by what, it came.</summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="citizen">For whom staff enter it.</param>
    /// <param name="channel">By what it came to staff.</param>
    /// <param name="signedAs">The name to be shown.</param>
    /// <exception cref="Refusal"><see cref="Platform.Problems.Invalid"/> when somebody speaks for another.</exception>
    public static Speaker Of(Caller caller, Guid? citizen, Channel? channel, string? signedAs)
    {
        if (caller.IsStaff)
            return citizen is not null || channel is not (null or Channel.Web)
                ? new(citizen, null, ActorKind.Citizen, true, channel ?? Channel.Counter, signedAs)
                : new(null, caller.Id, ActorKind.Staff, false, Channel.Web, signedAs);
        if (citizen is not null && citizen != caller.CitizenId) throw Platform.Problems.InvalidValue("/citizenId", "not-allowed", "Only staff enter what somebody else said.");
        if (channel is not (null or Channel.Web)) throw Platform.Problems.InvalidValue("/channel", "not-allowed", "Only staff enter what came by another channel.");
        return new(caller.CitizenId, caller.Id, ActorKind.Citizen, false, Channel.Web, signedAs);
    }
}
