using Cirm.Core.Platform;

namespace Cirm.Api.Portal.Parts;

/// <summary>What stands in the navigation, by who reads: no more than a line of it. The rest stands at the foot of the page.</summary>
static class Navigation
{
    public static IEnumerable<(string Path, string Text)> For(Reader reader) => IsStaff(reader) ? ForStaff(reader) : ForCitizens(reader);

    /// <summary>At the foot: for staff what citizens see, for citizens who are signed in what others need in its place.</summary>
    public static IEnumerable<(string Path, string Text)> Elsewhere(Reader reader) =>
        IsStaff(reader) ? ForCitizens(reader) : IsCitizen(reader) ? [("follow", reader["nav.follow"])] : [];

    static IEnumerable<(string Path, string Text)> ForStaff(Reader reader)
    {
        yield return ("desk", reader["desk.queue"]);
        yield return ("desk/new", reader["desk.new"]);
        if (reader.Who!.Role is Role.Manager or Role.Admin) yield return ("manage", reader["nav.manage"]);
        if (reader.Who.Role is Role.Admin) yield return ("admin", reader["nav.admin"]);
    }

    static IEnumerable<(string Path, string Text)> ForCitizens(Reader reader)
    {
        yield return ("services", reader["nav.services"]);
        yield return ("report", reader["nav.report"]);
        yield return IsCitizen(reader) ? ("cases", reader["nav.cases"]) : ("follow", reader["nav.follow"]);
        yield return ("answer", reader["answer"]);
        yield return ("initiatives", reader["nav.take-part"]);
        yield return ("topics", reader["nav.topics"]);
        yield return ("you-said-we-did", reader["said-done"]);
    }

    static bool IsStaff(Reader reader) => reader.Who is { Kind: ActorKind.Staff };

    static bool IsCitizen(Reader reader) => reader.Who is { Kind: ActorKind.Citizen };
}
