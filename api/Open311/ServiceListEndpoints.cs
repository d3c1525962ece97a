using Cirm.Api.Platform;
using Cirm.Core.Information;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Open311;
using Problems = Cirm.Core.Platform.Problems;
using Unit = Cirm.Core.Information.Unit;

namespace Cirm.Api.Open311;

/// <summary>What can be asked for, and what has to be told with it (GeoReport v2, "GET Service List", "GET Service Definition").</summary>
static class ServiceListEndpoints
{
    const int AtATime = 200;

    public static void MapServiceList(this IEndpointRouteBuilder v2)
    {
        v2.MapGet("/services.{format}", List).WithName("listOpen311Services").Allow(Who.Anyone, Open311Setup.Read, Open311Setup.ReadsCases);
        v2.MapGet("/services/{code}.{format}", Define).WithName("defineOpen311Service").Allow(Who.Anyone, Open311Setup.Read, Open311Setup.ReadsCases);
    }

    static async Task<GeoReportAnswer> List(HttpContext http, Agency home, Services services, Units units, Open311SettingsBook book, CancellationToken ct)
    {
        GeoReport.CheckJurisdiction(await book.TellAsync(home.Id, ct), http.Request.Query["jurisdiction_id"]);
        var (offered, groups, languages) = (new List<ServiceVersion>(), new Dictionary<string, Unit>(), Languages.Of(http, home));
        for (string? after = null; ;)
        {
            var part = await services.ListAsync(home.Id, after, drafts: false, AtATime, ct);
            offered.AddRange(part.Where(s => s.IsOpenFor(Channel.Partner)));
            if (part.Count < AtATime) break;
            after = part[^1].Key;
        }
        for (string? after = null; offered.Exists(s => s.Unit is not null);)
        {
            var part = await units.ListAsync(home.Id, true, after, AtATime, ct);
            foreach (var unit in part) groups[unit.Key] = unit;
            if (part.Count < AtATime) break;
            after = part[^1].Key;
        }
        return new(writer =>
        {
            writer.BeginList("services");
            foreach (var service in offered)
            {
                writer.Begin("service");
                writer.Add("service_code", service.Key);
                writer.Add("service_name", service.Name.For(languages));
                writer.Add("description", service.Description?.For(languages));
                writer.Add("metadata", service.Questions is { Count: > 0 });
                writer.Add("type", "realtime");
                writer.Add("keywords", KeywordsOf(service, languages));
                writer.Add("group", service.Unit is { } key && groups.TryGetValue(key, out var unit) ? unit.Name.For(languages) : null);
                writer.End();
            }
            writer.End();
        });
    }

    static async Task<GeoReportAnswer> Define(string code, HttpContext http, Agency home, Services services, Open311SettingsBook book, CancellationToken ct)
    {
        GeoReport.CheckJurisdiction(await book.TellAsync(home.Id, ct), http.Request.Query["jurisdiction_id"]);
        var service = BodyValidator.IsClean(code) ? await services.InForceAsync(home.Id, code, ct) : null;
        if (service is null || !service.IsOpenFor(Channel.Partner)) throw Problems.NotFound.Because("The service_code was not found.");
        var languages = Languages.Of(http, home);
        return new(writer =>
        {
            writer.Begin("service_definition");
            writer.Add("service_code", service.Key);
            writer.BeginList("attributes");
            foreach (var (index, question) in (service.Questions ?? []).Index()) Write(writer, index + 1, question, languages);
            writer.End();
            writer.End();
        });
    }

    static void Write(SparkWriter writer, int order, Question question, IReadOnlyList<string> languages)
    {
        writer.Begin("attribute");
        writer.Add("variable", true);
        writer.Add("code", question.Key);
        writer.Add("datatype", QuestionAnswers.DatatypeOf(question));
        writer.Add("required", question.Required);
        writer.Add("datatype_description", QuestionAnswers.Describe(question));
        writer.Add("order", order);
        writer.Add("description", question.Text.For(languages));
        writer.BeginList("values");
        foreach (var (key, name) in QuestionAnswers.ValuesOf(question, languages))
        {
            writer.Begin("value");
            writer.Add("key", key);
            writer.Add("name", name);
            writer.End();
        }
        writer.End();
        writer.End();
    }

    static string? KeywordsOf(ServiceVersion service, IReadOnlyList<string> languages)
    {
        foreach (var language in languages)
            if (service.Keywords?.GetValueOrDefault(language) is { Length: > 0 } words) return string.Join(", ", words);
        return service.Keywords?.Values.FirstOrDefault() is { Length: > 0 } others ? string.Join(", ", others) : null;
    }
}
