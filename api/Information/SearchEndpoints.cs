using System.ComponentModel;
using System.Globalization;
using Cirm.Api.Platform;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Information;

/// <summary>Search over what an agency has published and what is valid now; anybody may.</summary>
public static class SearchEndpoints
{
    public static void MapSearch(this IEndpointRouteBuilder app) =>
        app.MapGet("/v1/agencies/{agency}/search", Find).WithTags("Search").WithName("search").Allow(Who.Anyone | Who.Operator, "search:read");

    static async Task<Ok<SearchResult>> Find([AsParameters] SearchQuery query, Caller caller, Agency home, Search search, HttpContext http, CancellationToken ct)
    {
        var (words, kind, limit) = query.Read();
        return TypedResults.Ok(await search.FindAsync(caller.Agency, words, kind, Languages.Of(http, home), limit, ct));
    }

    /// <summary>What is looked for.</summary>
    public sealed class SearchQuery
    {
        [FromQuery(Name = "q"), Description("In your own words; the first sixteen count.")]
        public string? Q { get; init; }

        [FromQuery(Name = "kind"), Description("Only service, article, answer, guide, notice or organisation.")]
        public string? Kind { get; init; }

        [FromQuery(Name = "limit"), Description("How many, 1 to 50; 10 when not given.")]
        public string? LimitText { get; init; }

        internal (string Words, SearchKind? Kind, int Limit) Read()
        {
            var read = new QueryErrors();
            var (words, kind) = (read.Text("q", Q), read.Word<SearchKind>("kind", Kind));
            read.ThrowIfAny();
            if (string.IsNullOrWhiteSpace(words)) throw Problems.InvalidValue("?q", "required", "q says what is looked for.");
            var limit = 10;
            if (LimitText is not null && !(int.TryParse(LimitText, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= 50))
                throw Problems.InvalidValue("?limit", "range", "limit has to be a whole number from 1 to 50.");
            return (words, kind, limit);
        }
    }
}
