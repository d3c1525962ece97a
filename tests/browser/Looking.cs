using System.Reflection;
using System.Text.Json;
using Microsoft.Playwright;

namespace Cirm.BrowserTests;

/// <summary>What is looked at on a page, beside what it says.</summary>
static class Looking
{
    static readonly Lazy<string> Axe = new(() =>
    {
        using var file = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("axe.min.js")!);
        return file.ReadToEnd();
    });

    /// <summary>What axe-core finds wrong: all of its rules, those for WCAG 2.2 and good practice too, or only those named.</summary>
    public static async Task<IReadOnlyList<string>> ViolationsAsync(this IPage page, params string[] rules)
    {
        // Through the debugger, as the page's own policy lets no script of ours in.
        if (!await page.EvaluateAsync<bool>("() => 'axe' in window")) await page.EvaluateAsync($"() => {{ {Axe.Value} }}");
        var found = await page.EvaluateAsync<string[]>("""
            async rules => {
              const options = rules.length > 0 ? { runOnly: { type: 'rule', values: rules } } : { rules: { 'target-size': { enabled: true } } };
              const { violations } = await axe.run(document, { ...options, resultTypes: ['violations'] });
              return violations.flatMap(v => v.nodes.map(n => `${v.id}: ${v.help}: ${n.html.slice(0, 300)}: ${n.failureSummary}`));
            }
            """, rules);
        return found;
    }

    /// <summary>Asserts that axe-core finds nothing on the page that a story has come to.</summary>
    public static async Task IsAccessibleAsync(this IPage page)
    {
        var violations = await page.ViolationsAsync();
        Assert.True(violations.Count == 0, $"{page.Url}\n{string.Join('\n', violations)}");
    }

    /// <summary>By how many pixels the page is wider than its window; 0 when it is not.</summary>
    public static Task<int> TooWideAsync(this IPage page) => page.EvaluateAsync<int>("() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)");

    /// <summary>Goes on by the tabulator until something is in focus that has this name; by keyboard alone.</summary>
    public static async Task TabToAsync(this IPage page, string name)
    {
        for (var i = 0; i < 150; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            var at = await page.EvaluateAsync<JsonElement>("""
                () => {
                  const at = document.activeElement, style = getComputedStyle(at);
                  const name = at.labels?.[0]?.innerText ?? at.getAttribute('aria-label') ?? at.innerText ?? '';
                  return { name: name.trim().replace(/\s+/g, ' '), seen: at === document.body || style.outlineStyle !== 'none' || style.boxShadow !== 'none' || at.type === 'radio' || at.type === 'checkbox' };
                }
                """);
            var focused = at.GetProperty("name").GetString()!;
            Assert.True(at.GetProperty("seen").GetBoolean(), $"The focus is not seen at \"{focused}\" on {page.Url}.");
            if (focused.StartsWith(name, StringComparison.Ordinal)) return;
        }
        Assert.Fail($"The keyboard does not come to \"{name}\" on {page.Url}.");
    }
}
