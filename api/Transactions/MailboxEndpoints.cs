using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Cirm.Api.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Messaging;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Transactions;

/// <summary>What a demonstration would have written to citizens, on a page for everybody. Without CIRM_MAILBOX=local there is no such page.</summary>
public static class MailboxEndpoints
{
    static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);

    public static void MapMailbox(this WebApplication app)
    {
        if (app.Configuration[Mailbox.Setting] != Mailbox.Local) return;
        app.MapGet("/demo/mailbox/{agency}", Show).ExcludeFromDescription().Allow(Who.Anyone | Who.Operator);
    }

    static async Task<ContentHttpResult> Show(Agency home, Mailbox mailbox, CancellationToken ct) =>
        TypedResults.Content(Page(home, await mailbox.NewestAsync(home.Id, ct)), "text/html; charset=utf-8");

    static string Page(Agency home, IReadOnlyList<MailboxMessage> messages)
    {
        var language = MessageTexts.LanguageFor(null, home.Locales);
        var (title, about, nothing, to) = language == "fa"
            ? ("پیام‌ها به شهروندان", "این نصب نمایشی است: پیام‌ها نشان داده می‌شوند و فرستاده نمی‌شوند. پنجاه پیام آخر:", "هنوز پیامی نیست.", "به")
            : ("Messages to citizens", "This is a demonstration: messages are shown here and not sent. The newest fifty:", "There is none yet.", "To");
        var heading = Html.Encode($"{title} · {home.Name.For([language])}");
        var page = new StringBuilder($"""
            <!doctype html>
            <html lang="{language}" dir="{DirectionOf(language)}">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{heading}</title></head>
            <body><main>
            <h1>{heading}</h1>
            <p>{Html.Encode(messages.Count == 0 ? nothing : about)}</p>

            """);
        foreach (var message in messages) page.Append(Article(message, to, language));
        return page.Append("</main></body></html>\n").ToString();
    }

    static string Article(MailboxMessage message, string to, string language)
    {
        var at = message.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var paragraphs = message.Body.Trim().Split("\n\n").Select(p => $"<p>{string.Join("<br>", p.Split('\n').Select(Html.Encode))}</p>");
        return $"""
            <article lang="{Html.Encode(message.Language)}" dir="{DirectionOf(message.Language)}" id="{message.Id}">
            <h2>{Html.Encode(message.Subject ?? "SMS")}</h2>
            <p lang="{language}" dir="{DirectionOf(language)}">{to} <bdi>{Html.Encode(message.Address)}</bdi>, <time datetime="{at}"><bdi>{at}</bdi></time></p>
            {string.Concat(paragraphs)}
            </article>

            """;
    }

    static string DirectionOf(string language) => language == "fa" ? "rtl" : "ltr";
}
