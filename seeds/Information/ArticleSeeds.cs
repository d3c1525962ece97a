using System.Text.Json;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Seeds.Information;

/// <summary>What the demo agencies tell besides their services: written for this demonstration.</summary>
public sealed class ArticleSeeds(TenantDb db, Articles articles, Action<string> tell)
{
    public async Task EnsureAsync(Agency agency, CancellationToken ct)
    {
        var there = (await db.QueryAsync<string>(agency.Id, "select key from articles where agency_id = @agency", null, ct)).ToHashSet();
        var missing = Read()[agency.Slug].Where(a => !there.Contains(a.Key)).ToList();
        foreach (var a in missing)
            await articles.CreateAsync(Caller.System(agency.Id), a.Key, a.Kind, new(a.Title, a.Body, a.Tags, a.Services, null, null, null, null, null), publish: true, ct);
        if (missing.Count > 0) tell($"{agency.Slug}: {missing.Count} articles and notices");
    }

    static Dictionary<string, List<ArticleSeed>> Read()
    {
        using var stream = File.OpenRead(Demo.File("Information", "articles.json"));
        return JsonSerializer.Deserialize<Dictionary<string, List<ArticleSeed>>>(stream, Wire.Json)!;
    }

    sealed record ArticleSeed(string Key, ArticleKind Kind, Localized Title, Localized Body, string[]? Tags, string[]? Services);
}
