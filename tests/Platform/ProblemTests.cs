using System.Net;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Cirm.Api.Platform;
using Cirm.Tests.Conformance;
using Cirm.Tests.Harness;

namespace Cirm.Tests.Platform;

public sealed partial class ProblemTests(CirmHost host)
{
    [Fact]
    public async Task Every_problem_has_a_page_that_explains_it()
    {
        var all = await host.Anonymous.GetAsync("/problems");
        Assert.Equal("text/html", all.Content.Headers.ContentType?.MediaType);
        var list = await all.Content.ReadAsStringAsync();
        foreach (var problem in ProblemAnswers.Catalogue.Values)
        {
            var page = await host.Anonymous.GetAsync($"/problems/{problem.Code}");
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            foreach (var told in (string[])[problem.Title, problem.Help]) Assert.Contains(WebUtility.HtmlEncode(told), await page.Content.ReadAsStringAsync());
            Assert.Contains($"id=\"{problem.Code}\"", list);
        }
        await (await host.Anonymous.GetAsync("/problems/no-such-problem")).RefusedAsync("not-found");
    }

    [Fact]
    public void Every_problem_is_well_made() =>
        Assert.All(ProblemAnswers.Catalogue.Values, problem =>
        {
            Assert.Matches("^[a-z]+(-[a-z]+)*$", problem.Code);
            Assert.InRange(problem.Status, 400, 503);
            Assert.EndsWith(".", problem.Title);
            Assert.EndsWith(".", problem.Help);
        });

    // Neither can be asked for: one is a mistake of ours, the other a database that is away.
    static readonly string[] Unasked = ["unexpected", "unavailable"];

    [Fact]
    public async Task Every_problem_that_a_route_can_answer_is_asserted_by_its_code_in_some_test()
    {
        var folder = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, ".."));
        var files = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/", StringComparison.Ordinal));
        var asserted = new HashSet<string>();
        foreach (var file in files)
            asserted.UnionWith((file == Here() ? Refused() : Quoted()).Matches(await File.ReadAllTextAsync(file)).Select(m => m.Groups[1].Value));
        var declared = (await ApiOperation.AllAsync(host)).SelectMany(o => o.Answers.Where(a => a.Key >= 400).SelectMany(a => a.Value)).Distinct();
        Assert.Equal([], declared.Except(Unasked).Where(code => !asserted.Contains(code)).Order());
    }

    [Fact]
    public async Task What_the_framework_refuses_is_a_problem_too()
    {
        await (await host.Anonymous.GetAsync("/nowhere")).RefusedAsync("not-found");
        var wrongMethod = await host.Anonymous.DeleteAsync("/v1/agencies");
        await wrongMethod.RefusedAsync("method-not-allowed");
        Assert.Equal(["GET", "POST"], wrongMethod.Content.Headers.Allow.Order());
        await (await host.Anonymous.PostAsync("/v1/agencies", null)).RefusedAsync("sign-in-needed");
        Assert.Equal("Bearer", (await host.Anonymous.PostAsync("/v1/agencies", null)).Headers.WwwAuthenticate.Single().Scheme);
        await (await host.Operator.PostAsync("/v1/agencies", new StringContent("x", new System.Net.Http.Headers.MediaTypeHeaderValue("text/plain")))).RefusedAsync("unsupported-media-type");
        await (await host.Operator.PostAsync("/v1/agencies", new StringContent("{", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")))).RefusedAsync("malformed");
    }

    [Fact]
    public void What_was_agreed_with_other_programs_has_not_drifted()
    {
        // contract.md fixes these; a program tells them apart by status and type.
        var agreed = new Dictionary<string, int>
        {
            ["malformed"] = 400, ["validation"] = 422, ["sign-in-needed"] = 401, ["not-allowed"] = 403, ["not-found"] = 404, ["too-large"] = 413, ["too-many-requests"] = 429,
            ["precondition-required"] = 428, ["precondition-failed"] = 412, ["idempotency-key-reused"] = 422, ["idempotency-key-busy"] = 409, ["transition-not-allowed"] = 409,
        };
        Assert.All(agreed, a => Assert.Equal(a.Value, ProblemAnswers.Catalogue[a.Key].Status));
    }

    static string Here([CallerFilePath] string file = "") => file;

    [GeneratedRegex("RefusedAsync\\(\"([a-z-]+)\"")]
    private static partial Regex Refused();

    [GeneratedRegex("\"([a-z]+(?:-[a-z]+)*)\"")]
    private static partial Regex Quoted();
}
