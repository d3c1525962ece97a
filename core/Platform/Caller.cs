namespace Cirm.Core.Platform;

/// <summary>What a member may do in an agency; an operator belongs to the installation.</summary>
public enum Role
{
    /// <summary>Sees and does their own.</summary>
    Citizen,
    /// <summary>Acts for citizens who gave a mandate.</summary>
    Representative,
    /// <summary>Works cases.</summary>
    Agent,
    /// <summary>Reads reports and works cases.</summary>
    Manager,
    /// <summary>Sets the agency up.</summary>
    Admin,
    /// <summary>Runs the installation; sees no citizen's content.</summary>
    Operator,
}

/// <summary>Who acts, as history and audit show it.</summary>
public enum ActorKind
{
    /// <summary>Nobody signed in.</summary>
    Anonymous,
    /// <summary>A citizen or a representative.</summary>
    Citizen,
    /// <summary>An agent, manager or admin.</summary>
    Staff,
    /// <summary>A system with an API key.</summary>
    Key,
    /// <summary>An operator of the installation.</summary>
    Operator,
    /// <summary>A job of ours.</summary>
    System,
}

/// <summary>Who calls, in which agency, and with which retry protection.</summary>
/// <param name="Agency">Whose rows the call is about.</param>
/// <param name="Kind">As history and audit show it.</param>
/// <param name="Id">The account or the API key; null when nobody signed in.</param>
/// <param name="Role">Null for an API key and for nobody.</param>
/// <param name="CitizenId">The citizen that a citizen's account stands for.</param>
/// <param name="TraceId">Of the request, for the audit entry.</param>
/// <param name="Retry">The Idempotency-Key, if the client sent one.</param>
public sealed record Caller(Guid Agency, ActorKind Kind, Guid? Id, Role? Role, Guid? CitizenId, string? TraceId, Idempotency? Retry)
{
    /// <summary>The installation itself: operators, and what they do, stand under this "agency".</summary>
    public static readonly Guid Installation = Guid.Empty;

    /// <summary>A job of ours, in an agency.</summary>
    public static Caller System(Guid agency) => new(agency, ActorKind.System, null, null, null, CurrentTrace, null);

    static string? CurrentTrace => global::System.Diagnostics.Activity.Current?.TraceId.ToHexString();

    /// <summary>Works for the agency: a member of staff, or a system with a key.</summary>
    public bool IsStaff => Kind is ActorKind.Staff or ActorKind.Key or ActorKind.System;
}
