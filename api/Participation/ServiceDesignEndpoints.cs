using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Cirm.Api.Insight;
using Cirm.Api.Platform;
using Cirm.Core.Information;
using Cirm.Core.Participation.CoDesign;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Participation.Problems;

namespace Cirm.Api.Participation;

/// <summary>Drafts of services that citizens design with the agency; what is accepted can be traced in the version that is published.</summary>
public static class ServiceDesignEndpoints
{
    public static void MapServiceDesigns(this IEndpointRouteBuilder app)
    {
        var designs = app.MapGroup("/v1/agencies/{agency}/service-designs").WithTags("Service design").WithEtags();
        designs.MapPost("", Open).WithName("openServiceDesign").Allow(Who.Manager | Who.Admin, "initiatives:write").Refuses(Problems.DesignExists);
        designs.MapGet("", List).WithName("listServiceDesigns").Allow(Who.Anyone, "initiatives:read");
        designs.MapGet("/comparison", Compare).WithName("compareServiceDesigns").Allow(Who.Anyone, "initiatives:read");
        designs.MapGet("/{id:guid}", Get).WithName("getServiceDesign").Allow(Who.Anyone, "initiatives:read");
        designs.MapGet("/{id:guid}/draft", Draft).WithName("getDesignedDraft").Allow(Who.Anyone, "initiatives:read");
        designs.MapPost("/{id:guid}/close", Close).WithName("closeServiceDesign").Allow(Who.Manager | Who.Admin, "initiatives:write").Refuses(Problems.UnansweredContributions, Problems.DesignClosed);
        designs.MapPost("/{id:guid}/proposals", Propose).WithName("proposeForService").Allow(Who.Members, "initiatives:contribute").Refuses(Problems.DesignClosed);
        designs.MapGet("/{id:guid}/proposals", ListProposals).WithName("listProposals").Allow(Who.Anyone, "initiatives:read");
        designs.MapGet("/{id:guid}/proposals/{proposal:guid}", GetProposal).WithName("getProposal").Allow(Who.Anyone, "initiatives:read");
        designs.MapPost("/{id:guid}/proposals/{proposal:guid}/answer", Answer).WithName("answerProposal").Allow(Who.Staff, "initiatives:write").Refuses(Problems.RemarkAnswered);
        app.MapGet("/v1/agencies/{agency}/services/{key}/versions/{number:int}/proposals", OfVersion).WithTags("Service design").WithName("proposalsOfServiceVersion")
            .Allow(Who.Anyone, "initiatives:read");
    }

    /// <summary>Opens a draft of a service for co-design; from then on everybody reads that draft.</summary>
    static async Task<Created<ServiceDesign>> Open(Body<OpenDesign> body, Caller caller, Agency home, ServiceDesigns designs, CancellationToken ct)
    {
        var wanted = body.Value;
        var opened = await designs.OpenAsync(caller, wanted.Service, wanted.Version, wanted.Title.In(home.Language), wanted.Text?.In(home.Language), wanted.ClosesAt, ct);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/service-designs/{opened.Id}", opened);
    }

    static async Task<Ok<Page<ServiceDesign>>> List(
        [FromQuery, Description("The key of a service.")] string? service, [AsParameters] PageRequest page, Caller caller, ServiceDesigns designs, HttpContext http, CancellationToken ct)
    {
        var read = new QueryErrors();
        var key = read.Text("service", service);
        read.ThrowIfAny();
        return TypedResults.Ok(page.Of(http, await designs.ListAsync(caller.Agency, key, null, InterestEndpoints.Place(page), page.LimitAndOne, ct), d => PageRequest.After(d.Id.ToString())));
    }

    static async Task<Ok<ServiceDesign>> Get(Guid id, Caller caller, ServiceDesigns designs, CancellationToken ct) => TypedResults.Ok(await FindAsync(designs, caller, id, ct));

    /// <summary>The version that is designed, as it stands: what it says while it is a draft, too.</summary>
    static async Task<Ok<ServiceVersion>> Draft(Guid id, Caller caller, ServiceDesigns designs, Services services, CancellationToken ct)
    {
        var of = await FindAsync(designs, caller, id, ct);
        return TypedResults.Ok((await services.VersionsAsync(caller.Agency, of.Service, of.Number + 1, true, 1, ct)).SingleOrDefault(v => v.Number == of.Number) ?? throw Unknown(id));
    }

    /// <summary>Ends it. Each proposal has been answered before.</summary>
    static async Task<Ok<ServiceDesign>> Close(Guid id, Caller caller, ServiceDesigns designs, CancellationToken ct) =>
        TypedResults.Ok(await designs.CloseAsync(caller, id, ct) ?? throw Unknown(id));

    static async Task<Created<DesignProposal>> Propose(Guid id, Body<MakeProposal> body, Caller caller, Agency home, ServiceDesigns designs, CancellationToken ct)
    {
        var made = await designs.ProposeAsync(caller, body.Value.SpeakerOf(caller), id, body.Value.Part, body.Value.Text, ct) ?? throw Unknown(id);
        return TypedResults.Created($"/v1/agencies/{home.Slug}/service-designs/{id}/proposals/{made.Id}", made);
    }

    /// <summary>Oldest first.</summary>
    static async Task<Ok<Page<DesignProposal>>> ListProposals(Guid id, [AsParameters] PageRequest page, Caller caller, ServiceDesigns designs, HttpContext http, CancellationToken ct)
    {
        await FindAsync(designs, caller, id, ct);
        return TypedResults.Ok(page.Of(http, await designs.ProposalsAsync(caller, id, null, null, null, InterestEndpoints.Place(page), page.LimitAndOne, ct), p => PageRequest.After(p.Id.ToString())));
    }

    static async Task<Ok<DesignProposal>> GetProposal(Guid id, Guid proposal, Caller caller, ServiceDesigns designs, CancellationToken ct) =>
        TypedResults.Ok((await designs.ProposalsAsync(caller, id, proposal, null, null, null, 1, ct)).SingleOrDefault() ?? throw Unknown(proposal));

    /// <summary>Answers a proposal. What is accepted, whole or in part, is carried by the version that is designed.</summary>
    static async Task<Ok<DesignProposal>> Answer(Guid id, Guid proposal, Body<AnswerEndpoints.WriteAnswer> body, Caller caller, Agency home, ServiceDesigns designs, CancellationToken ct) =>
        TypedResults.Ok(await designs.AnswerAsync(caller, await FindAsync(designs, caller, id, ct), proposal, body.Value.ToAnswer(home), ct) ?? throw Unknown(proposal));

    /// <summary>The proposals that a version of a service carries.</summary>
    static async Task<Ok<Page<DesignProposal>>> OfVersion(
        string key, int number, [AsParameters] PageRequest page, Caller caller, ServiceDesigns designs, HttpContext http, CancellationToken ct)
    {
        if (!BodyValidator.IsClean(key)) throw Core.Platform.Problems.NotFound.Because("There is no such service.");
        return TypedResults.Ok(page.Of(http, await designs.ProposalsAsync(caller, null, null, key, number, InterestEndpoints.Place(page), page.LimitAndOne, ct), p => PageRequest.After(p.Id.ToString())));
    }

    /// <summary>How services are accepted that citizens designed with the agency, beside the others; by ratings of groups only.</summary>
    static async Task<Ok<DesignComparison>> Compare(Caller caller, ServiceDesigns designs, CancellationToken ct) => TypedResults.Ok(await designs.CompareAsync(caller.Agency, ct));

    static async Task<ServiceDesign> FindAsync(ServiceDesigns designs, Caller caller, Guid id, CancellationToken ct) =>
        (await designs.ListAsync(caller.Agency, null, id, null, 1, ct)).SingleOrDefault() ?? throw Unknown(id);

    static Refusal Unknown(Guid id) => Core.Platform.Problems.NotFound.Because($"There is no {id} among the service designs here.");

    /// <summary>A draft to be opened.</summary>
    public sealed record OpenDesign
    {
        /// <summary>The key of the service.</summary>
        [MinLength(1), MaxLength(100)]
        public required string Service { get; init; }

        /// <summary>The number of its draft.</summary>
        [Range(1, 1_000_000)]
        public required int Version { get; init; }

        /// <summary>What it is called.</summary>
        [MaxLength(500)]
        public required Localized Title { get; init; }

        /// <summary>What it is about.</summary>
        [MaxLength(20_000)]
        public Localized? Text { get; init; }

        /// <summary>Until when citizens propose.</summary>
        /// <example>2099-01-01T00:00:00Z</example>
        public required DateTimeOffset ClosesAt { get; init; }
    }

    /// <summary>A proposal.</summary>
    public sealed record MakeProposal : DiscussionEndpoints.WriteRemark
    {
        /// <summary>On which part of the draft.</summary>
        /// <example>documents</example>
        public required ServicePart Part { get; init; }

        /// <summary>What is proposed.</summary>
        [MinLength(1), MaxLength(10_000)]
        public required string Text { get; init; }
    }
}
