using Cirm.Core.Platform;
using Cirm.Core.Platform.Imports;
using Cirm.Core.Transactions.Importing;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Platform;

/// <summary>How an agency's own exports become our columns (docs/importing.md).</summary>
public static class ImportMappingEndpoints
{
    public static void MapImportMappings(this IEndpointRouteBuilder app)
    {
        var mappings = app.MapGroup("/v1/agencies/{agency}/import-mappings").WithTags("Imports").WithEtags();
        mappings.MapGet("", List).WithName("listImportMappings").Allow(Who.Admin | Who.Manager, "imports:read");
        mappings.MapGet("/{key}", Get).WithName("getImportMapping").Allow(Who.Admin | Who.Manager, "imports:read");
        mappings.MapPut("/{key}", Put).WithName("putImportMapping").Allow(Who.Admin, "imports:write").Refuses(Problems.PreconditionFailed);
        mappings.MapDelete("/{key}", Remove).WithName("removeImportMapping").Allow(Who.Admin, "imports:write");
    }

    static async Task<Ok<Page<StoredMapping>>> List([AsParameters] PageRequest page, Caller caller, ImportMappings mappings, HttpContext http, CancellationToken ct)
    {
        var found = await mappings.ListAsync(caller.Agency, page.KeyCursor, page.LimitAndOne, ct);
        return TypedResults.Ok(page.Of(http, found, m => PageRequest.After(m.Key)));
    }

    static async Task<Ok<StoredMapping>> Get(string key, Caller caller, ImportMappings mappings, CancellationToken ct) =>
        TypedResults.Ok(await mappings.FindAsync(caller.Agency, key, ct) ?? throw Unknown(key));

    /// <summary>Makes a mapping or replaces the one that is there; with If-Match, only the one that was read.</summary>
    static async Task<Results<Created<StoredMapping>, Ok<StoredMapping>>> Put(
        string key, Body<ImportMapping> body, Caller caller, ImportMappings mappings, HttpContext http, CancellationToken ct)
    {
        if (!Core.Information.ServiceKey.Is(key)) throw Problems.InvalidValue("?key", "pattern", "A key is 1 to 100 of a-z, 0-9 and -.");
        if (MappingRules.Check(body.Value, Imports.Kinds) is { Count: > 0 } errors) throw Problems.InvalidInput(errors);
        var ifMatch = http.Request.Headers.IfMatch.Count == 0 ? null : await IfMatch.BindAsync(http, null!);
        var kept = await mappings.PutAsync(caller, key, body.Value, ifMatch?.Version, ct) ?? throw IfMatch.Changed();
        return kept.Version == 1 ? TypedResults.Created($"{http.Request.Path}", kept) : TypedResults.Ok(kept);
    }

    static async Task<NoContent> Remove(string key, IfMatch ifMatch, Caller caller, ImportMappings mappings, CancellationToken ct)
    {
        ifMatch.Check(await mappings.FindAsync(caller.Agency, key, ct) ?? throw Unknown(key));
        return await mappings.RemoveAsync(caller, key, ifMatch.Version, ct) ? TypedResults.NoContent() : throw IfMatch.Changed();
    }

    static Refusal Unknown(string key) => Problems.NotFound.Because($"There is no import mapping \"{key}\" here.");
}
