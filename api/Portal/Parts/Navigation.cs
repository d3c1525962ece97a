using Cirm.Core.Platform;

namespace Cirm.Api.Portal.Parts;

/// <summary>What stands in the navigation, by who reads.</summary>
static class Navigation
{
    public static IEnumerable<(string Path, string Text)> For(Reader reader)
    {
        if (reader.Who is { Kind: ActorKind.Staff })
        {
            yield return ("desk", reader["desk.queue"]);
            yield return ("desk/new", reader["desk.new"]);
            if (reader.Who.Role is Role.Manager or Role.Admin) yield return ("manage", reader["nav.manage"]);
            if (reader.Who.Role is Role.Admin) yield return ("admin", reader["nav.admin"]);
        }
        yield return ("services", reader["nav.services"]);
        yield return ("report", reader["nav.report"]);
        yield return ("follow", reader["nav.follow"]);
        if (reader.Who is not { IsStaff: true }) yield return ("answer", reader["answer"]);
        yield return ("initiatives", reader["nav.take-part"]);
        yield return ("topics", reader["nav.topics"]);
        yield return ("you-said-we-did", reader["said-done"]);
        if (reader.Who is { Kind: ActorKind.Citizen })
        {
            yield return ("cases", reader["nav.cases"]);
            yield return ("you", reader["you"]);
        }
    }
}
