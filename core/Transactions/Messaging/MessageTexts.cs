using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Cirm.Core.Transactions.Messaging;

/// <summary>A message, ready to be sent.</summary>
/// <param name="Language">Of its text.</param>
/// <param name="Subject">In one line, without personal data.</param>
/// <param name="Body">Plain text.</param>
/// <param name="Short">For a phone: that there is news, in one text message, and nothing of what it is about.</param>
public sealed record MessageText(string Language, string Subject, string Body, string Short);

/// <summary>
/// What is written to citizens. Words in braces stand for values; a paragraph of which a value is not known is left out. What people
/// wrote is put in as it is, in one pass: braces in it stand for nothing.
/// </summary>
public static partial class MessageTexts
{
    /// <summary>The longest reason or question that is quoted; the whole of it is read in the case.</summary>
    const int LongestQuote = 2000;

    /// <summary>Far dates mean that a calendar has no open hours left: nothing to promise.</summary>
    static readonly DateTimeOffset Never = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // ------------------------------------------------------------------------------------------------------------ the texts

    static readonly Dictionary<string, Language> Languages = new(StringComparer.OrdinalIgnoreCase)
    {
        ["en"] = new(
            Short: "{agency}: there is news on your case {number}.",
            Representing: "You get this message because you act for somebody else in this case.",
            Closing: "{agency}\nThis message was sent by a machine: an answer to it would reach nobody.",
            Decisions: new()
            {
                [Insight.Loop.Decision.Accepted] = "accepted",
                [Insight.Loop.Decision.Partly] = "accepted in part",
                [Insight.Loop.Decision.Declined] = "declined",
                [Insight.Loop.Decision.Noted] = "noted",
            },
            Texts: new()
            {
                [MessageTemplate.Submitted] = new("Case {number}: we have it",
                    "We received this on {submitted}. It is case {number}.",
                    "Service: {service}\nTitle: {title}",
                    "We expect to be done by {due}.",
                    "You can follow it signed in, or with the tracking code that was shown when it was submitted. We keep no copy of that code and cannot send it again."),
                [MessageTemplate.Asked] = new("Case {number}: we have a question",
                    "To go on with case {number} ({service}) we have to know:",
                    "{question}",
                    "Please answer signed in, or with the tracking code. Our time to deal with the case stands still until then."),
                [MessageTemplate.Resolved] = new("Case {number}: we call it done",
                    "We call case {number} ({service}) done.",
                    "Why: {reason}",
                    "If it is not solved, say so in the case, signed in or with the tracking code."),
                [MessageTemplate.Refused] = new("Case {number}: decided",
                    "We have refused case {number} ({service}).",
                    "Why: {reason}",
                    "What your rights rest on: {basis}",
                    "How to object: {objection}"),
                [MessageTemplate.DueMoved] = new("Case {number}: another date",
                    "The date for case {number} ({service}) has moved.",
                    "Now we expect to be done by {due}.",
                    "Before, it was {was}."),
                [MessageTemplate.Merged] = new("Case {number}: goes on as case {into}",
                    "Case {number} ({service}) is about the same as case {into}. That case goes on for both.",
                    "Why: {reason}",
                    "What happens next you can still follow signed in, or with the tracking code of case {number}."),
                [MessageTemplate.TookIn] = new("Case {number}: somebody else told us the same",
                    "Another case about the same was joined to case {number} ({service}). Yours goes on as before.",
                    "Why: {reason}"),
                [MessageTemplate.Unmerged] = new("Case {number}: goes on by itself",
                    "Case {number} ({service}) was joined to case {into} by mistake. It goes on by itself again.",
                    "Why: {reason}",
                    "We expect to be done by {due}."),
                [MessageTemplate.GaveBack] = new("Case {number}: it was not the same after all",
                    "Another case had been joined to case {number} ({service}) by mistake. Yours goes on as before.",
                    "Why: {reason}"),
                [MessageTemplate.Reopened] = new("Case {number}: open again",
                    "Case {number} ({service}) is open again.",
                    "Why: {reason}"),
                [MessageTemplate.RecoveryOpened] = new("Case {number}: you say that it is not solved",
                    "You told us that case {number} ({service}) is not solved. Somebody here looks at it again.",
                    "You hear from us by {due}.",
                    "It helps us to know:\n{question}",
                    "You can answer signed in, or with the tracking code."),
                [MessageTemplate.RecoveryClosed] = new("Case {number}: what came of looking again",
                    "We looked at case {number} ({service}) again, because you told us that it is not solved.",
                    "What came of it: {reason}",
                    "If it is still not solved, say so in the case, signed in or with the tracking code."),
                [MessageTemplate.Appealed] = new("Case {number}: we have your objection",
                    "We received your objection to how case {number} ({service}) ended.",
                    "Somebody who did not take that decision decides on it. You are told what was decided, and why."),
                [MessageTemplate.AppealUpheld] = new("Case {number}: your objection was right",
                    "Your objection to how case {number} ({service}) ended was right. The case goes on.",
                    "Why: {reason}"),
                [MessageTemplate.AppealDismissed] = new("Case {number}: your objection was decided",
                    "We looked at your objection to how case {number} ({service}) ended. It stays as it was decided.",
                    "Why: {reason}",
                    "What your rights rest on: {basis}",
                    "What you can still do: {objection}"),
                [MessageTemplate.RemarkAnswered] = new("What you said was answered",
                    "We answered what you said: {title}",
                    "{answer}",
                    "Decision: {decision}",
                    "Why: {why}")
                {
                    Short = "{agency}: what you said was answered.",
                },
            }),
        ["fa"] = new(
            Short: "{agency}: پروندهٔ {number} خبر تازه دارد.",
            Representing: "این پیام به شما فرستاده شده است، چون در این پرونده از طرف شخص دیگری اقدام می‌کنید.",
            Decisions: new()
            {
                [Insight.Loop.Decision.Accepted] = "پذیرفته شد",
                [Insight.Loop.Decision.Partly] = "بخشی از آن پذیرفته شد",
                [Insight.Loop.Decision.Declined] = "پذیرفته نشد",
                [Insight.Loop.Decision.Noted] = "ثبت شد",
            },
            Closing: "{agency}\nاین پیام خودکار فرستاده شده است؛ پاسخ به آن به دست کسی نمی‌رسد.",
            Texts: new()
            {
                [MessageTemplate.Submitted] = new("پروندهٔ {number}: دریافت شد",
                    "درخواست شما در {submitted} دریافت شد. شمارهٔ پرونده {number} است.",
                    "خدمت: {service}\nعنوان: {title}",
                    "پیش‌بینی می‌کنیم کار تا {due} انجام شود.",
                    "می‌توانید پس از ورود به سامانه، یا با کد پیگیری که هنگام ثبت نشان داده شد، آن را پیگیری کنید. این کد نزد ما نگه‌داری نمی‌شود و نمی‌توانیم آن را دوباره بفرستیم."),
                [MessageTemplate.Asked] = new("پروندهٔ {number}: پرسشی داریم",
                    "برای ادامهٔ پروندهٔ {number} ({service}) باید بدانیم:",
                    "{question}",
                    "لطفاً پس از ورود به سامانه یا با کد پیگیری پاسخ دهید. تا آن زمان، مهلت رسیدگی ما متوقف است."),
                [MessageTemplate.Resolved] = new("پروندهٔ {number}: از نظر ما انجام شد",
                    "از نظر ما کار پروندهٔ {number} ({service}) انجام شده است.",
                    "دلیل: {reason}",
                    "اگر مشکل برطرف نشده است، پس از ورود به سامانه یا با کد پیگیری در پرونده بگویید."),
                [MessageTemplate.Refused] = new("پروندهٔ {number}: تصمیم گرفته شد",
                    "پروندهٔ {number} ({service}) پذیرفته نشد.",
                    "دلیل: {reason}",
                    "مبنای حقوق شما: {basis}",
                    "راه اعتراض: {objection}"),
                [MessageTemplate.DueMoved] = new("پروندهٔ {number}: تاریخ تازه",
                    "تاریخ پروندهٔ {number} ({service}) تغییر کرد.",
                    "اکنون پیش‌بینی می‌کنیم کار تا {due} انجام شود.",
                    "تاریخ پیشین {was} بود."),
                [MessageTemplate.Merged] = new("پروندهٔ {number}: ادامه در پروندهٔ {into}",
                    "پروندهٔ {number} ({service}) دربارهٔ همان موضوع پروندهٔ {into} است. آن پرونده برای هر دو ادامه می‌یابد.",
                    "دلیل: {reason}",
                    "ادامهٔ کار را همچنان می‌توانید پس از ورود به سامانه یا با کد پیگیری پروندهٔ {number} ببینید."),
                [MessageTemplate.TookIn] = new("پروندهٔ {number}: دیگری هم همین را گفته است",
                    "پروندهٔ دیگری دربارهٔ همین موضوع به پروندهٔ {number} ({service}) پیوست. پروندهٔ شما مانند پیش ادامه می‌یابد.",
                    "دلیل: {reason}"),
                [MessageTemplate.Unmerged] = new("پروندهٔ {number}: جداگانه ادامه می‌یابد",
                    "پروندهٔ {number} ({service}) به‌اشتباه به پروندهٔ {into} پیوسته بود. این پرونده دوباره جداگانه ادامه می‌یابد.",
                    "دلیل: {reason}",
                    "پیش‌بینی می‌کنیم کار تا {due} انجام شود."),
                [MessageTemplate.GaveBack] = new("پروندهٔ {number}: موضوع یکی نبود",
                    "پروندهٔ دیگری به‌اشتباه به پروندهٔ {number} ({service}) پیوسته بود. پروندهٔ شما مانند پیش ادامه می‌یابد.",
                    "دلیل: {reason}"),
                [MessageTemplate.Reopened] = new("پروندهٔ {number}: دوباره باز شد",
                    "پروندهٔ {number} ({service}) دوباره باز شد.",
                    "دلیل: {reason}"),
                [MessageTemplate.RecoveryOpened] = new("پروندهٔ {number}: گفته‌اید که مشکل برطرف نشده است",
                    "به ما گفته‌اید که مشکل پروندهٔ {number} ({service}) برطرف نشده است. یکی از همکاران ما دوباره آن را بررسی می‌کند.",
                    "تا {due} به شما خبر می‌دهیم.",
                    "پاسخ شما به این پرسش به ما کمک می‌کند:\n{question}",
                    "می‌توانید پس از ورود به سامانه یا با کد پیگیری پاسخ دهید."),
                [MessageTemplate.RecoveryClosed] = new("پروندهٔ {number}: نتیجهٔ بررسی دوباره",
                    "چون گفته بودید مشکل پروندهٔ {number} ({service}) برطرف نشده است، آن را دوباره بررسی کردیم.",
                    "نتیجه: {reason}",
                    "اگر مشکل هنوز برطرف نشده است، پس از ورود به سامانه یا با کد پیگیری در پرونده بگویید."),
                [MessageTemplate.Appealed] = new("پروندهٔ {number}: اعتراض شما رسید",
                    "اعتراض شما به نتیجهٔ پروندهٔ {number} ({service}) به دست ما رسید.",
                    "کسی به آن رسیدگی می‌کند که خودش آن تصمیم را نگرفته است. نتیجه و دلیل آن به شما گفته می‌شود."),
                [MessageTemplate.AppealUpheld] = new("پروندهٔ {number}: اعتراض شما پذیرفته شد",
                    "اعتراض شما به نتیجهٔ پروندهٔ {number} ({service}) درست بود. کار پرونده ادامه می‌یابد.",
                    "دلیل: {reason}"),
                [MessageTemplate.AppealDismissed] = new("پروندهٔ {number}: دربارهٔ اعتراض شما تصمیم گرفته شد",
                    "به اعتراض شما به نتیجهٔ پروندهٔ {number} ({service}) رسیدگی کردیم. تصمیم پیشین تغییر نمی‌کند.",
                    "دلیل: {reason}",
                    "مبنای حقوق شما: {basis}",
                    "کارهایی که هنوز می‌توانید بکنید: {objection}"),
                [MessageTemplate.RemarkAnswered] = new("به گفتهٔ شما پاسخ داده شد",
                    "به آنچه گفته بودید پاسخ دادیم: {title}",
                    "{answer}",
                    "تصمیم: {decision}",
                    "دلیل: {why}")
                {
                    Short = "{agency}: به گفتهٔ شما پاسخ داده شد.",
                },
            }),
    };

    sealed record Language(string Short, string Representing, string Closing, Dictionary<Insight.Loop.Decision, string> Decisions, Dictionary<MessageTemplate, Text> Texts);

    sealed record Text(string Subject, params string[] Paragraphs)
    {
        public string? Short { get; init; }
    }

    // ------------------------------------------------------------------------------------------------------- how they are filled

    /// <summary>The language that a person is written to: theirs, else the agency's first, else English.</summary>
    public static string LanguageFor(string? wanted, string[] locales) =>
        ((string?[])[wanted, .. locales]).Select(KnownAs).FirstOrDefault(known => known is not null) ?? "en";

    /// <summary>Writes a message.</summary>
    /// <param name="template">What it tells.</param>
    /// <param name="language">As <see cref="LanguageFor"/> chose it.</param>
    /// <param name="news">Of the case.</param>
    /// <param name="representative">Whether it goes to who acts for the citizen.</param>
    /// <param name="was">The former due date, of one that moved.</param>
    /// <param name="into">The number of the case that goes on, of one that was merged.</param>
    public static MessageText Write(MessageTemplate template, string language, CaseNews news, bool representative, DateTimeOffset? was = null, long? into = null)
    {
        var (words, zone) = (Languages[language], TimeZoneInfo.FindSystemTimeZoneById(news.TimeZone));
        string[] preferred = [language, .. news.Locales];
        var values = new Dictionary<string, string?>
        {
            ["number"] = Number(news.Number, language),
            ["service"] = Line(news.Service.For(preferred), 200),
            ["title"] = Line(news.Title, 300),
            ["agency"] = Line(news.Agency.For(preferred), 200),
            ["submitted"] = Moment(news.SubmittedAt, zone, language),
            ["due"] = Promise(news.DueAt),
            ["was"] = Promise(was),
            ["reason"] = Quote(news.Reason),
            ["question"] = Quote(news.Question ?? news.FollowUp?.For(preferred)),
            ["basis"] = Quote(news.Rights?.Basis.For(preferred)),
            ["objection"] = Quote(news.Rights?.Objection.For(preferred)),
            ["answer"] = Quote(news.Answer?.For(preferred)),
            ["why"] = Quote(news.Why?.For(preferred)),
            ["decision"] = news.Decision is { } decision ? words.Decisions[decision] : null,
            ["into"] = into is { } other ? Number(other, language) : null,
        };
        var text = words.Texts[template];
        string[] paragraphs = [.. text.Paragraphs, .. representative ? (string[])[words.Representing] : [], words.Closing];
        return new(language, Fill(text.Subject, values)!, string.Join("\n\n", paragraphs.Select(p => Fill(p, values)).OfType<string>()) + "\n", Shorten(text.Short ?? words.Short, values));

        string? Promise(DateTimeOffset? date) => date is { } at && at < Never ? Moment(at, zone, language) : null;
    }

    /// <summary>How many characters fit into one text message: 160 of GSM's own alphabet (its extensions count twice), 70 of any other (3GPP TS 23.038).</summary>
    public static bool FitsOneSms(string text) => text.All(c => Gsm.Contains(c) || GsmExtension.Contains(c))
        ? text.Sum(c => GsmExtension.Contains(c) ? 2 : 1) <= 160
        : text.Length <= 70;

    const string Gsm = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    const string GsmExtension = "^{}\\[~]|€";

    /// <summary>A time as a reader of the language writes it, on the wall clock of a zone; in Persian by the Solar Hijri calendar.</summary>
    public static string Moment(DateTimeOffset at, TimeZoneInfo zone, string language)
    {
        var local = TimeZoneInfo.ConvertTime(at, zone).DateTime;
        if (language != "fa") return local.ToString("d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture);
        var calendar = new PersianCalendar();
        return PersianDigits(string.Create(CultureInfo.InvariantCulture,
            $"{calendar.GetDayOfMonth(local)} {PersianMonths[calendar.GetMonth(local) - 1]} {calendar.GetYear(local)}، ساعت {local:HH:mm}"));
    }

    static readonly string[] PersianMonths = ["فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"];

    static string Number(long number, string language)
    {
        var digits = number.ToString(CultureInfo.InvariantCulture);
        return language == "fa" ? PersianDigits(digits) : digits;
    }

    static string PersianDigits(string text) => string.Concat(text.Select(c => char.IsAsciiDigit(c) ? (char)('۰' + (c - '0')) : c));

    static string? KnownAs(string? tag) => tag is null ? null : Languages.Keys.FirstOrDefault(l =>
        tag.Equals(l, StringComparison.OrdinalIgnoreCase) || tag.StartsWith($"{l}-", StringComparison.OrdinalIgnoreCase));

    static string? Fill(string text, Dictionary<string, string?> values)
    {
        var missing = false;
        var filled = Placeholder().Replace(text, place =>
        {
            missing |= values[place.Groups[1].Value] is null;
            return values[place.Groups[1].Value] ?? "";
        });
        return missing ? null : filled;
    }

    // The agency's name gives way, letter by letter, until one text message holds it all.
    static string Shorten(string text, Dictionary<string, string?> values)
    {
        var filled = Fill(text, values)!;
        for (var name = values["agency"]!; !FitsOneSms(filled) && name.Length > 0;)
        {
            name = name[..^(name.Length > 1 && char.IsSurrogatePair(name[^2], name[^1]) ? 2 : 1)];
            filled = Fill(text, new Dictionary<string, string?>(values) { ["agency"] = name.TrimEnd() })!;
        }
        return filled;
    }

    /// <summary>One line, whatever was written: no line break, no control and no direction mark of a writer's gets out of it.</summary>
    public static string Line(string text, int longest) => Cut(Clean(text, keepLines: false), longest);

    /// <summary>The same with its lines.</summary>
    public static string Lines(string text, int longest) => Cut(Clean(text, keepLines: true).Trim(), longest);

    static string? Quote(string? text) => string.IsNullOrWhiteSpace(text) ? null : Lines(text, LongestQuote);

    static string Clean(string text, bool keepLines)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var letter in text.ReplaceLineEndings("\n"))
        {
            if (letter == '\n' && keepLines) clean.Append('\n');
            else if (char.IsControl(letter) || letter is '\u2028' or '\u2029') clean.Append(' ');
            else if (letter is not (>= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069')) clean.Append(letter);
        }
        return clean.ToString();
    }

    static string Cut(string text, int longest) =>
        text.Length <= longest ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[longest - 2]) ? longest - 2 : longest - 1), "…");

    [GeneratedRegex(@"\{([a-z]+)\}")]
    private static partial Regex Placeholder();
}
