using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Identity;

/// <summary>What is mine: who saw it, all of it, and its end; and the same at the counter for somebody who came.</summary>
public static class MeEndpoints
{
    public static void MapMe(this IEndpointRouteBuilder app)
    {
        var me = app.MapGroup("/v1/me").WithTags("Privacy").WithEtags();
        me.MapGet("/access-log", AccessLog).WithName("listMyAccessLog").Allow(Who.Citizen);
        me.MapGet("/export", Export).WithName("exportMyData").Allow(Who.Citizen);
        me.MapPost("/erasure", Erase).WithName("eraseMe").Allow(Who.Citizen | Who.Representative);
        var citizen = app.MapGroup("/v1/agencies/{agency}/citizens/{id:guid}").WithTags("Privacy").WithEtags();
        citizen.MapGet("/export", ExportFor).WithName("exportCitizen").Allow(Who.Admin);
        citizen.MapPost("/erasure", EraseFor).WithName("eraseCitizen").Allow(Who.Admin);
    }

    static async Task<Ok<Page<AccessEntry>>> AccessLog([AsParameters] PageRequest page, Caller caller, PersonalData data, HttpContext http, CancellationToken ct)
    {
        var found = await data.AccessLogAsync(caller.Agency, CitizenOf(caller), page.NumberCursor, page.LimitAndOne, ct);
        var rows = page.Of(http, found, r => PageRequest.After(r.Position));
        return TypedResults.Ok(new Page<AccessEntry>([.. rows.Items.Select(r => r.Entry)], rows.Next));
    }

    static async Task<Ok<PersonalExport>> Export(Caller caller, PersonalData data, CancellationToken ct) =>
        TypedResults.Ok(await data.ExportAsync(caller, CitizenOf(caller), ct) ?? throw Gone());

    static async Task<Ok<Erasure>> Erase(Caller caller, Erasures erasures, CancellationToken ct) =>
        TypedResults.Ok(await erasures.EraseAsync(caller, caller.CitizenId, caller.Id, ct) ?? throw Gone());

    static async Task<Ok<PersonalExport>> ExportFor(Guid id, Caller caller, PersonalData data, CancellationToken ct) =>
        TypedResults.Ok(await data.ExportAsync(caller, id, ct) ?? throw Unknown(id));

    static async Task<Ok<Erasure>> EraseFor(Guid id, Body<EraseCitizen> body, Caller caller, Erasures erasures, CancellationToken ct)
    {
        if (!body.Value.Confirmed) throw Problems.InvalidValue("/confirmed", "required", "An erasure cannot be undone: confirm it with true.");
        return TypedResults.Ok(await erasures.EraseAsync(caller, id, null, ct) ?? throw Unknown(id));
    }

    internal static Guid CitizenOf(Caller caller) => caller.CitizenId ?? throw Gone();

    static Refusal Gone() => Problems.NotFound.Because("Nothing is kept about you here.");

    static Refusal Unknown(Guid id) => Problems.NotFound.Because($"There is no citizen {id} here.");

    /// <summary>An erasure that a citizen asked for at the counter, by letter or by phone.</summary>
    public sealed record EraseCitizen
    {
        /// <summary>It cannot be undone: true says that it is meant.</summary>
        /// <example>true</example>
        public required bool Confirmed { get; init; }
    }
}
