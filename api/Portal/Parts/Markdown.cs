using Markdig;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Cirm.Api.Portal.Parts;

/// <summary>Markdown as it is shown: no HTML of its writer's, no pictures, links only to the web, mail and phones, headings below the page's own.</summary>
static class Markdown
{
    static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().UseAutoLinks().Build();
    static readonly string[] Schemes = ["http:", "https:", "mailto:", "tel:"];

    public static string ToHtml(string text)
    {
        var document = Markdig.Markdown.Parse(text, Pipeline);
        foreach (var block in document.Descendants<Block>())
            if (ClassOf(block) is { } style) block.GetAttributes().AddClass(style);
        foreach (var heading in document.Descendants<HeadingBlock>()) heading.Level = Math.Min(heading.Level + 1, 6);
        foreach (var link in document.Descendants<LinkInline>().ToList())
        {
            // Nothing is fetched from other hosts, and nothing is followed that is no address: what it says stays.
            if (link.IsImage || !IsSafe(link.Url)) link.ReplaceBy(new LiteralInline(string.Concat(link.Descendants<LiteralInline>())));
            else link.GetAttributes().AddClass("govuk-link");
        }
        return document.ToHtml(Pipeline);
    }

    static bool IsSafe(string? url) => url is not null && (url.StartsWith('/') && !url.StartsWith("//", StringComparison.Ordinal) || Schemes.Any(s => url.StartsWith(s, StringComparison.OrdinalIgnoreCase)));

    static string? ClassOf(Block block) => block switch
    {
        HeadingBlock { Level: 1 } => "govuk-heading-m",
        HeadingBlock => "govuk-heading-s",
        ParagraphBlock => "govuk-body",
        ListBlock { IsOrdered: true } => "govuk-list govuk-list--number",
        ListBlock => "govuk-list govuk-list--bullet",
        Markdig.Extensions.Tables.Table => "govuk-table",
        _ => null,
    };
}
