using System.Text.Json.Nodes;
using Cirm.Api.Identity;
using Cirm.Api.Platform;
using Cirm.Api.Tenancy;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Portal.Admin;

/// <summary>What operators do: agencies are made, suspended and opened again. They stand at "-", which no agency can be called.</summary>
public static class AgencyPages
{
    const int OnAPage = 100;

    public static void MapAgencyPages(this IEndpointRouteBuilder everywhere)
    {
        var pages = everywhere.MapGroup("/{language:language}/-").AddEndpointFilter<SameOrigin>();
        pages.MapGet("/sign-in", () => new RazorComponentResult<OperatorSignIn>(new { Form = PortalForm.Empty })).Allow(Who.Anyone | Who.Operator);
        pages.MapPost("/sign-in", SignIn).Allow(Who.Anyone | Who.Operator).WithMetadata(new NeedsNoIdempotencyKey());
        pages.MapPost("/sign-out", SignOut).Allow(Who.Anyone | Who.Operator).WithMetadata(new NeedsNoIdempotencyKey());
        pages.MapGet("/agencies", List).Allow(Who.Operator);
        pages.MapPost("/agencies", Create).Allow(Who.Operator);
        pages.MapPost("/agencies/{slug}/status", ChangeStatus).Allow(Who.Operator);
    }

    static async Task<IResult> SignIn(HttpContext http, Reader reader, Accounts accounts, Agencies agencies, TokenIssuer issuer, GuessThrottle throttle, CancellationToken ct)
    {
        var form = await PortalForm.ReadAsync(http);
        try
        {
            var json = new JsonObject { ["email"] = form["email"], ["password"] = form["password"] };
            var token = await AuthEndpoints.SignInAsync(PortalForm.Read<AuthEndpoints.SignInRequest>(json), http, accounts, agencies, issuer, throttle, ct);
            PortalSession.Begin(http, token.AccessToken, TimeSpan.FromSeconds(token.ExpiresIn));
            return SeeOther.To($"/{reader.Language}/-/agencies");
        }
        catch (Refusal refusal)
        {
            return new RazorComponentResult<OperatorSignIn>(new { Form = form.Take(refusal) }) { StatusCode = refusal.Problem.Status };
        }
    }

    static SeeOther SignOut(HttpContext http, Reader reader)
    {
        PortalSession.End(http);
        return SeeOther.To($"/{reader.Language}");
    }

    static Task<RazorComponentResult<AgencyList>> List(string? after, Agencies agencies, CancellationToken ct) => ShowAsync(after, agencies, PortalForm.Empty, ct);

    static async Task<RazorComponentResult<AgencyList>> ShowAsync(string? after, Agencies agencies, PortalForm form, CancellationToken ct)
    {
        var found = await agencies.ListAsync(after is not null && BodyValidator.IsClean(after) ? after : null, suspendedToo: true, OnAPage + 1, ct);
        return new(new { Agencies = found.Take(OnAPage).ToList(), Next = found.Count > OnAPage ? found[OnAPage - 1].Slug : null, Form = form });
    }

    static async Task<IResult> Create(HttpContext http, Caller caller, Reader reader, Agencies agencies, CancellationToken ct)
    {
        var sent = await PortalForm.ReadAsync(http);
        return await sent.SendAsync(async () =>
        {
            var json = sent.ToJson("timeZone");
            (json["slug"], json["name"]) = (sent["slug"], sent["name"]);
            json["timeZone"] ??= "";
            json["locales"] = new JsonArray([.. sent["locales"].Split([',', '،'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(l => (JsonNode)l)]);
            if (sent.Number("smallestGroup") is { } smallest) json["smallestGroup"] = smallest;
            json["admin"] = new JsonObject { ["email"] = sent["admin/email"], ["password"] = sent["admin/password"] };
            var wanted = PortalForm.Read<AgencyEndpoints.CreateAgency>(json);
            if (wanted.Name.Remove(Localized.Undetermined, out var name)) wanted.Name.TryAdd(wanted.Locales[0], name);
            await AgencyEndpoints.CreateAsync(wanted, caller, agencies, ct);
            return $"/{reader.Language}/-/agencies";
        }, form => ShowAsync(null, agencies, form, ct), pointer => pointer.StartsWith("/locales", StringComparison.Ordinal) ? "locales" : pointer.TrimStart('/'));
    }

    static async Task<IResult> ChangeStatus(string slug, HttpContext http, Caller caller, Reader reader, Agencies agencies, CancellationToken ct)
    {
        var sent = await PortalForm.ReadAsync(http);
        return await sent.SendAsync(async () =>
        {
            var agency = (BodyValidator.IsClean(slug) ? await agencies.FindAsync(slug, ct) : null) ?? throw Problems.NotFound.Because("There is no such agency.");
            sent.Version.Check(agency);
            _ = await agencies.ChangeAsync(caller, agency, agency.Version, agency.Name, agency.Locales, agency.SmallestGroup, sent["suspend"] == "true" ? AgencyStatus.Suspended : AgencyStatus.Active, ct)
                ?? throw IfMatch.Changed();
            return $"/{reader.Language}/-/agencies";
        }, form => ShowAsync(null, agencies, form, ct));
    }
}
