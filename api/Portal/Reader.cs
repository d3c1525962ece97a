using System.Globalization;
using Cirm.Api.Platform;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Api.Portal;

/// <summary>Who reads a page: in which language, at which agency, signed in as whom. Writes texts, numbers and dates as they are written there.</summary>
public sealed class Reader(IHttpContextAccessor accessor, CallContext call)
{
    static readonly PersianCalendar SolarHijri = new();
    static readonly string[] SolarMonths = ["فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"];

    HttpContext Http => accessor.HttpContext!;

    public string Language => Http.GetRouteValue("language") as string ?? Preferred(Http);

    public string Direction => Language == "fa" ? "rtl" : "ltr";

    /// <summary>The agency's place in addresses; null on pages of the installation.</summary>
    public string? Slug => call.Agency?.Slug;

    /// <summary>Whose pages these are; null on pages of the installation.</summary>
    public Agency? Home => call.Agency;

    /// <summary>Who is signed in; null when nobody is.</summary>
    public Caller? Who => call.Caller is { Kind: not ActorKind.Anonymous } caller ? caller : null;

    /// <summary>In which languages texts of the agency are looked for.</summary>
    public IReadOnlyList<string> Languages => [Language, .. call.Agency?.Locales ?? []];

    /// <summary>A text of the pages.</summary>
    public string this[string key, params ReadOnlySpan<object?> values] => Texts.Of(Language, key, values);

    /// <summary>A word of the API, such as a status, as people say it.</summary>
    public string Word<T>(T word) where T : struct, Enum => this[$"{typeof(T).Name}.{word.Word()}"];

    /// <summary>A text of the agency, in the reader's language if there is one.</summary>
    public string Of(Localized? text) => text?.For(Languages) ?? "";

    /// <summary>The language that a text of the agency is shown in, when it is not the page's.</summary>
    public string? LanguageOf(Localized? text) =>
        text is null || text.ContainsKey(Language) ? null : text.FirstOrDefault(t => t.Value == Of(text)).Key;

    public string Number(long number) => Digits(number.ToString(Language == "fa" ? "0" : "#,0", CultureInfo.InvariantCulture));

    public string Number(double number, string format = "0.#") => Digits(number.ToString(format, CultureInfo.InvariantCulture));

    /// <summary>An amount of money: thousands apart, and no more of its fraction than there is.</summary>
    public string Amount(decimal amount)
    {
        var written = Digits(amount.ToString("#,0.##", CultureInfo.InvariantCulture));
        return Language == "fa" ? written.Replace(',', '٬') : written;
    }

    /// <summary>A case's number: no separators.</summary>
    public string CaseNumber(long number) => Digits(number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Digits as they are written in the language.</summary>
    public string Digits(string text) => Language == "fa" ? string.Concat(text.Select(c => char.IsAsciiDigit(c) ? (char)('۰' + (c - '0')) : c == '.' ? '٫' : c)) : text;

    /// <summary>A day on the wall of the agency, as in 21 March 2026 or ۱ فروردین ۱۴۰۵.</summary>
    public string Day(DateTimeOffset at)
    {
        var local = Local(at);
        return Language == "fa" && local.Year is >= 622 and < 9378
            ? Digits(string.Create(CultureInfo.InvariantCulture, $"{SolarHijri.GetDayOfMonth(local)} {SolarMonths[SolarHijri.GetMonth(local) - 1]} {SolarHijri.GetYear(local)}"))
            : Digits(local.ToString("d MMMM yyyy", CultureInfo.InvariantCulture));
    }

    /// <summary>A day and the time of day on the wall of the agency.</summary>
    public string Moment(DateTimeOffset at) => this["moment", Day(at), Digits(Local(at).ToString("HH:mm", CultureInfo.InvariantCulture))];

    /// <summary>A day as it is typed into a form: by the reader's calendar, as in 2026-03-21 or ۱۴۰۵-۰۱-۰۱.</summary>
    public string TypedDay(DateTimeOffset at)
    {
        var local = Local(at);
        return Language == "fa"
            ? Digits(string.Create(CultureInfo.InvariantCulture, $"{SolarHijri.GetYear(local):0000}-{SolarHijri.GetMonth(local):00}-{SolarHijri.GetDayOfMonth(local):00}"))
            : local.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    /// <summary>A time of day as it is typed into a form.</summary>
    public string TypedTime(DateTimeOffset at) => Digits(Local(at).ToString("HH:mm", CultureInfo.InvariantCulture));

    /// <summary>A day as it was typed, as the API takes it (2026-03-21); null when it is none. Years before 1700 are Solar Hijri.</summary>
    public static string? TypedDate(string day)
    {
        if (PortalForm.Latin(day).Split('-', '/') is not [var y, var m, var d] || !int.TryParse(y, out var year) || !int.TryParse(m, out var month) || !int.TryParse(d, out var date)) return null;
        try
        {
            return (year < 1700 ? SolarHijri.ToDateTime(year, month, date, 0, 0, 0, 0) : new DateTime(year, month, date, 0, 0, 0, DateTimeKind.Unspecified)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        }
        catch (ArgumentOutOfRangeException)
        {
            return null; // a 31st of February
        }
    }

    /// <summary>The moment that a day and a time of day mean on the wall of the agency; null when they are none. Years before 1700 are Solar Hijri.</summary>
    public DateTimeOffset? Typed(string day, string time)
    {
        if (PortalForm.Latin(day).Split('-', '/') is not [var y, var m, var d] || !int.TryParse(y, out var year) || !int.TryParse(m, out var month) || !int.TryParse(d, out var date)) return null;
        if (!TimeOnly.TryParseExact(PortalForm.Latin(time), ["H:mm", "HH:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var hour)) return null;
        try
        {
            var local = year < 1700 ? SolarHijri.ToDateTime(year, month, date, hour.Hour, hour.Minute, 0, 0) : new DateTime(year, month, date, hour.Hour, hour.Minute, 0, DateTimeKind.Unspecified);
            return new DateTimeOffset(local, (Zone ?? TimeZoneInfo.Utc).GetUtcOffset(local)).ToUniversalTime();
        }
        catch (ArgumentOutOfRangeException)
        {
            return null; // a 31st of February
        }
    }

    /// <summary>What a field of a form is called: as the form says, or else as all pages call it.</summary>
    public string Label(PortalForm form, string field) => form.LabelOf(field) ?? (Texts.Has(Language, $"field.{field}") ? this[$"field.{field}"] : field);

    /// <summary>What a field is called that takes a text in one of the agency's languages.</summary>
    public string LabelIn(PortalForm form, string field, string? label, string language)
    {
        var called = label ?? Label(form, field);
        return Home?.Locales is { Length: > 1 } ? this["in-language", called, Texts.Languages.Contains(language) ? Texts.Of(language, "language") : language] : called;
    }

    /// <summary>What is wrong with a field, in the reader's language.</summary>
    public string Why(PortalForm form, string field, ValidationError error)
    {
        var label = Label(form, field);
        return Texts.Has(Language, $"error.{error.Code}") ? this[$"error.{error.Code}", label] : Language == "en" ? $"{label}: {error.Detail}" : this["error.field", label];
    }

    /// <summary>Why something was refused, in the reader's language.</summary>
    public string Why(Refusal refusal) =>
        Texts.Has(Language, $"problem.{refusal.Problem.Code}") ? this[$"problem.{refusal.Problem.Code}"] : Language == "en" ? refusal.Detail : this["problem", refusal.Problem.Code];

    /// <summary>An address at this agency, in this language.</summary>
    public string To(string path) => path.Length == 0 ? $"/{Language}/{Slug}" : $"/{Language}/{Slug}/{path}";

    /// <summary>This page in another language.</summary>
    public string In(string language) => $"/{language}{Http.Request.Path.Value![(Language.Length + 1)..]}{Http.Request.QueryString}";

    /// <summary>Whether this page can be asked for again in another language: what was sent by a form cannot.</summary>
    public bool CanSwitch => HttpMethods.IsGet(Http.Request.Method) && Http.GetRouteValue("language") is string;

    TimeZoneInfo? Zone => call.Agency is { } home && TimeZoneInfo.TryFindSystemTimeZoneById(home.TimeZone, out var zone) ? zone : null;

    DateTime Local(DateTimeOffset at) => Zone is { } zone ? TimeZoneInfo.ConvertTime(at, zone).DateTime : at.UtcDateTime;

    /// <summary>The reader's first language that the pages have.</summary>
    public static string Preferred(HttpContext http) =>
        http.Request.GetTypedHeaders().AcceptLanguage.OrderByDescending(l => l.Quality ?? 1).Select(l => l.Value.ToString().Split('-')[0].ToLowerInvariant())
            .FirstOrDefault(Texts.Languages.Contains) ?? Texts.Languages[0];
}
