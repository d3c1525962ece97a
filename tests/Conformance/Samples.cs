using System.Text.Json.Nodes;
using Cirm.Core.Platform;

namespace Cirm.Tests.Conformance;

/// <summary>What the document cannot say of an operation's valid input. A new feature that the walk cannot use says so here.</summary>
static partial class Samples
{
    /// <summary>Members of bodies that name another thing, and the path under which such things stand.</summary>
    public static readonly IReadOnlyDictionary<string, string> References = new Dictionary<string, string>
    {
        ["service"] = "/v1/agencies/{agency}/services/{key}",
        ["account"] = "/v1/agencies/{agency}/members/{id}",
        ["assignee"] = "/v1/agencies/{agency}/members/{id}",
        ["unit"] = "/v1/agencies/{agency}/units/{key}",
        ["caseId"] = "/v1/agencies/{agency}/cases/{id}",
        ["citizenId"] = "/v1/agencies/{agency}/citizens/{id}",
        ["office"] = "/v1/agencies/{agency}/units/{key}",
    };

    /// <summary>Members that have to be new in the agency, or in the installation.</summary>
    public static readonly IReadOnlySet<string> Unique = new HashSet<string> { "key", "slug", "externalId" };

    /// <summary>Members that say what people like.</summary>
    public static readonly IReadOnlySet<string> FreeTexts = new HashSet<string> { "title", "description", "text", "note", "reason", "purpose" };

    /// <summary>Objects that depend on what the agency has declared.</summary>
    public static readonly IReadOnlyDictionary<string, Func<World, JsonNode>> Objects = new Dictionary<string, Func<World, JsonNode>>
    {
        ["attributes"] = _ => new JsonObject(),
    };

    /// <summary>What only one side may say, however much others may do.</summary>
    public static readonly IReadOnlyDictionary<string, Role> Callers = new Dictionary<string, Role>
    {
        ["withdrawSupport"] = Role.Citizen,
        ["sayVerdict"] = Role.Citizen, ["reopenCase"] = Role.Citizen, ["appeal"] = Role.Citizen, ["answerRecovery"] = Role.Citizen, ["answerSurvey"] = Role.Citizen,
        ["appealRemoval"] = Role.Citizen, // it is their text
        ["castBallot"] = Role.Citizen,
        ["decideAppeal"] = Role.Manager, // an admin ended the case
    };

    /// <summary>Query parameters that cannot be left out.</summary>
    public static readonly IReadOnlyDictionary<string, string> Queries = new Dictionary<string, string>
    {
        ["findSimilarCases"] = "?service={service}&latitude=42.31&longitude=-71.06",
        ["importFile"] = "?kind=citizens",
        ["removeAttachment"] = "?reason=Not%20needed",
        ["search"] = "?q=lamp",
        ["listSurveyTexts"] = "?question=why",
    };

    /// <summary>After these, their caller is nobody any more: each is called by somebody of its own.</summary>
    public static readonly IReadOnlySet<string> EndsItsCaller = new HashSet<string> { "eraseMe" };

    /// <summary>Operations that another one has to come before, on the same thing.</summary>
    public static readonly IReadOnlyDictionary<string, string> After = new Dictionary<string, string>
    {
        ["answerQuestion"] = "askCitizen",
        ["withdrawQuestion"] = "askCitizen",
        ["actOnInsight"] = "decideInsight",
        ["withdrawInsight"] = "decideInsight",
    };
}
