using Cirm.Api.Participation;
using Cirm.Api.Platform;
using Cirm.Core.Participation.Consultation;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Pages.TakingPart;

/// <summary>The citizens' agenda: topics that they open and support; past a published number the agency owes an answer.</summary>
public static class AgendaPages
{
    const int OnAPage = 50;

    public static void MapAgendaPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/topics", List).Allow(Who.Anyone);
        pages.MapPost("/topics", Open).Allow(Who.Citizen | Who.Representative);
        pages.MapGet("/topics/{id:guid}", Show).Allow(Who.Anyone);
        pages.MapPost("/topics/{id:guid}/support", Support).Allow(Who.Citizen);
    }

    static async Task<RazorComponentResult<TopicList>> List(string? after, Caller caller, Topics topics, Agenda agenda, CancellationToken ct) => new(await ReadAsync(after, caller, topics, agenda, PortalForm.Empty, ct));

    static async Task<object> ReadAsync(string? after, Caller caller, Topics topics, Agenda agenda, PortalForm form, CancellationToken ct)
    {
        var found = await topics.ListAsync(caller, new(), Guid.TryParse(after, out var before) ? before : null, OnAPage + 1, ct);
        return new { Topics = found.Take(OnAPage).ToList(), Next = found.Count > OnAPage ? found[OnAPage - 1].Id : (Guid?)null, Agenda = await agenda.ReadAsync(caller.Agency, ct), Form = form };
    }

    static Task<IResult> Open(HttpContext http, Caller caller, Reader reader, Topics topics, Agenda agenda, CancellationToken ct) =>
        PageStep.TakeAsync<TopicList>(http, async form =>
        {
            var json = form.ToJson("signedAs");
            (json["title"], json["text"]) = (form["title"], form["text"]);
            var wanted = PortalForm.Read<TopicEndpoints.OpenTopic>(json);
            var opened = await topics.OpenAsync(caller, wanted.SpeakerOf(caller), wanted.Service, wanted.Title, wanted.Text, ct);
            return SeeOther.To(reader.To($"topics/{opened.Id}"));
        }, form => ReadAsync(null, caller, topics, agenda, form, ct));

    static async Task<RazorComponentResult<TopicShown>> Show(Guid id, Caller caller, Topics topics, CancellationToken ct) => new(new { Topic = await FindAsync(id, caller, topics, ct), Form = PortalForm.Empty });

    static Task<IResult> Support(Guid id, HttpContext http, Caller caller, Reader reader, Topics topics, CancellationToken ct) =>
        PageStep.TakeAsync<TopicShown>(http, async form =>
        {
            _ = await topics.SupportAsync(caller, caller.CitizenId ?? throw Unknown(id), id, ct) ?? throw Unknown(id);
            return SeeOther.To(reader.To($"topics/{id}"));
        }, async form => new { Topic = await FindAsync(id, caller, topics, ct), Form = form });

    static async Task<Topic> FindAsync(Guid id, Caller caller, Topics topics, CancellationToken ct) => await topics.FindAsync(caller, id, ct) ?? throw Unknown(id);

    static Refusal Unknown(Guid id) => Core.Platform.Problems.NotFound.Because($"There is no topic {id} here.");
}
