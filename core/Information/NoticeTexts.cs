using Cirm.Core.Transactions.Messaging;

namespace Cirm.Core.Information;

/// <summary>A notice on its way to somebody: the same to everybody who reads the language, whatever segment they are in.</summary>
static class NoticeTexts
{
    /// <summary>As much as an e-mail takes; a text message says the title only.</summary>
    const int LongestBody = 50_000, LongestTitle = 300, LongestShortTitle = 120, LongestShortAgency = 40;

    /// <summary>Writes it.</summary>
    /// <param name="language">Of the words around it.</param>
    /// <param name="agency">Who writes.</param>
    /// <param name="title">Of the notice.</param>
    /// <param name="body">Of the notice: Markdown, which is read as plain text.</param>
    /// <param name="notice">Where it is read on the pages.</param>
    /// <param name="refusal">Where one says that they want no more.</param>
    public static MessageText Write(string language, string agency, string title, string body, string notice, string refusal)
    {
        var line = MessageTexts.Line(title, LongestTitle);
        var fa = language.StartsWith("fa", StringComparison.OrdinalIgnoreCase);
        string[] parts = fa
            ?
            [
                line,
                MessageTexts.Lines(body, LongestBody),
                $"در صفحه‌های ما، پس از ورود: {notice}",
                $"اگر دیگر نمی‌خواهید چنین اطلاعیه‌هایی برایتان فرستاده شود: {refusal}",
                $"{agency}\nاین پیام خودکار فرستاده شده است؛ پاسخ به آن به دست کسی نمی‌رسد.",
            ]
            :
            [
                line,
                MessageTexts.Lines(body, LongestBody),
                $"On our pages, signed in: {notice}",
                $"If you want no more notices like this one: {refusal}",
                $"{agency}\nThis message was sent by a machine: an answer to it would reach nobody.",
            ];
        var (who, what) = (MessageTexts.Line(agency, LongestShortAgency), MessageTexts.Line(title, LongestShortTitle));
        return new(language, line, string.Join("\n\n", parts) + "\n", fa ? $"{who}: {what}\n{notice}\nلغو: {refusal}" : $"{who}: {what}\n{notice}\nNo more: {refusal}");
    }
}
