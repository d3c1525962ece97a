using System.Text.Json.Nodes;
using Cirm.Api.Identity;
using Cirm.Api.Platform;
using Cirm.Api.Portal.Parts;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Admin;

/// <summary>Keys of systems that call the API: shown once, with what they may do.</summary>
public static class ApiKeyPages
{
    const int OnAPage = 50;

    public static void MapApiKeyPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/api-keys", List).Allow(Who.Admin);
        // The page with the key is answered once and kept nowhere.
        pages.MapPost("/api-keys", Create).Allow(Who.Admin).WithMetadata(new NeedsNoIdempotencyKey());
        pages.MapPost("/api-keys/{id:guid}/revocation", Revoke).Allow(Who.Admin);
    }

    static Task<RazorComponentResult<ApiKeyList>> List(string? after, Agency home, ApiKeys keys, EndpointDataSource routes, CancellationToken ct) =>
        ShowAsync(after, home, keys, routes, PortalForm.Empty, ct);

    static async Task<RazorComponentResult<ApiKeyList>> ShowAsync(string? after, Agency home, ApiKeys keys, EndpointDataSource routes, PortalForm form, CancellationToken ct)
    {
        var found = await keys.ListAsync(home.Id, TimeCursor.Parse(string.IsNullOrEmpty(after) ? null : after), OnAPage + 1, ct);
        return new(new
        {
            Keys = found.Take(OnAPage).ToList(), Scopes = ApiKeyEndpoints.ScopesOf(routes), Form = form,
            Next = found.Count > OnAPage ? new TimeCursor(found[OnAPage - 1].CreatedAt, found[OnAPage - 1].Id).ToString() : null,
        });
    }

    static async Task<IResult> Create(HttpContext http, Caller caller, Agency home, Reader reader, ApiKeys keys, EndpointDataSource routes, TimeProvider clock, CancellationToken ct)
    {
        var form = await PortalForm.ReadAsync(http);
        try
        {
            var json = new JsonObject { ["name"] = form["name"], ["scopes"] = new JsonArray([.. form.All("scopes").Select(s => (JsonNode)s)]) };
            if (MomentField.Read(reader, form, "expiresAt") is { } until) json["expiresAt"] = until;
            var made = await ApiKeyEndpoints.CreateAsync(PortalForm.Read<ApiKeyEndpoints.CreateApiKey>(json), caller, keys, routes, clock, ct);
            return new RazorComponentResult<SecretShown>(new { Title = reader["key.made"], About = reader["key.once"], Secret = made.Key, Back = "api-keys" });
        }
        catch (Refusal refusal) when (refusal.Problem.Status is 422)
        {
            var page = await ShowAsync(null, home, keys, routes, form.Take(refusal, pointer => pointer.StartsWith("/scopes", StringComparison.Ordinal) ? "scopes" : pointer.TrimStart('/')), ct);
            page.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return page;
        }
    }

    static async Task<IResult> Revoke(Guid id, HttpContext http, Caller caller, Agency home, Reader reader, ApiKeys keys, EndpointDataSource routes, CancellationToken ct)
    {
        var sent = await PortalForm.ReadAsync(http);
        return await sent.SendAsync(async () =>
        {
            sent.Version.Check(await ApiKeyEndpoints.FindAsync(keys, caller, id, ct));
            return await keys.RevokeAsync(caller, id, sent.Version.Version, ct) ? reader.To("api-keys") : throw IfMatch.Changed();
        }, form => ShowAsync(null, home, keys, routes, form, ct));
    }
}
