namespace Cirm.Core.Insight.Segmentation;

/// <summary>
/// The library of advice that comes with CiRM: the styles that the source names (citizens who stay silent, who attack, who know better, who
/// always agree) and two of ours (who need help, who speak another language). It says what staff do, never what somebody is.
/// </summary>
public static class StandardAdvice
{
    /// <summary>All of it, by key.</summary>
    public static readonly IReadOnlyList<Advice> All =
    [
        Of("always-agreeing", "Agrees with everything", "با همه چیز موافق است",
            "Offer a choice between two real options instead of asking for consent, and ask what would have to be different. A yes is no proof that the matter is settled: ask again after a week whether it is.",
            "به‌جای خواستن تأیید، میان دو گزینهٔ واقعی حق انتخاب بدهید و بپرسید چه چیزی باید متفاوت باشد. «بله» نشانهٔ حل شدن موضوع نیست: یک هفته بعد دوباره بپرسید.",
            "Use balanced items, half of them worded the other way round; report the share that agreed with both.",
            "از گویه‌های متوازن استفاده کنید که نیمی از آن‌ها وارونه باشد؛ سهم کسانی را که با هر دو موافق بوده‌اند گزارش کنید."),
        Of("attacking", "Attacks", "حمله می‌کند",
            "Stay calm and on the matter: repeat what went wrong in the citizen's own words, say what happens next and by when, and put it in writing. Do not answer reproaches, and do not take the case less seriously for its tone.",
            "آرام بمانید و به موضوع بپردازید: آنچه را نادرست بوده با واژه‌های خود شهروند بازگو کنید، بگویید گام بعدی چیست و تا کی، و آن را بنویسید. به سرزنش پاسخ ندهید و به‌خاطر لحن، پرونده را کم‌اهمیت نشمارید.",
            "Give room for free text, and read it: the sharpest answers name what others leave unsaid.",
            "جای نوشتن آزاد بگذارید و آن را بخوانید: تندترین پاسخ‌ها چیزی را می‌گویند که دیگران نگفته‌اند."),
        Of("knowing-better", "Knows better", "خود را داناتر می‌داند",
            "Ask for what they know and take it down as evidence; say which part of it was used and which was not, and why. Explain the rule that binds the agency instead of its authority.",
            "از دانسته‌هایشان بپرسید و آن را به‌عنوان مدرک ثبت کنید؛ بگویید کدام بخش به کار رفت، کدام نه و چرا. به‌جای تکیه بر اختیار، قاعده‌ای را که سازمان به آن پایبند است توضیح دهید.",
            "Invite them where experience is wanted, such as in the design of a service.",
            "آن‌ها را به جایی دعوت کنید که تجربه لازم است، مانند طراحی یک خدمت."),
        Of("needing-help", "Needs help", "نیازمند کمک است",
            "Offer to fill in forms together, by phone or at the counter; ask who may be present or may act for them; send nothing that has to be answered in writing alone. Confirm each step and the next date.",
            "پیشنهاد کنید فرم‌ها را با هم، تلفنی یا پشت باجه پر کنید؛ بپرسید چه کسی می‌تواند همراه باشد یا نمایندگی کند؛ چیزی نفرستید که تنها پاسخ کتبی بخواهد. هر گام و تاریخ بعدی را تأیید کنید.",
            "Offer assisted entry, marked as such, and shorter questionnaires read aloud.",
            "ثبت پاسخ با کمک کارمند (با ذکر آن) و پرسش‌نامهٔ کوتاه‌تر که بلند خوانده شود پیشنهاد کنید."),
        Of("other-language", "Speaks another language", "به زبان دیگری سخن می‌گوید",
            "Write in the language on file and in short sentences; book an interpreter for calls and visits, not a child of the family. Have the citizen say in their own words what was agreed.",
            "به زبانی که ثبت شده و با جمله‌های کوتاه بنویسید؛ برای تماس و دیدار مترجم بگیرید، نه فرزند خانواده. بخواهید آنچه را توافق شده با واژه‌های خود بازگو کنند.",
            "Ask in the language on file; compare response rates by language before comparing answers.",
            "به زبان ثبت‌شده بپرسید؛ پیش از مقایسهٔ پاسخ‌ها، نرخ پاسخ را به تفکیک زبان مقایسه کنید."),
        Of("silent", "Stays silent", "ساکت می‌ماند",
            "Do not take silence for satisfaction. Ask once, with a concrete question, by the channel that was used last; offer a call. Close nothing for want of an answer before the time that the service names.",
            "سکوت را رضایت نشمارید. یک بار، با پرسشی مشخص و از همان کانالی که آخرین بار به کار رفته بپرسید؛ تماس تلفنی پیشنهاد کنید. پیش از مهلتی که خدمت تعیین کرده، به‌خاطر نبود پاسخ پرونده را نبندید.",
            "Show response rates beside every figure of satisfaction, and ask a sample of closed cases by phone.",
            "کنار هر رقم رضایت نرخ پاسخ را نشان دهید و نمونه‌ای از پرونده‌های بسته را تلفنی بپرسید."),
    ];

    static Advice Of(string key, string nameEn, string nameFa, string textEn, string textFa, string surveysEn, string surveysFa) => new(
        key, new() { ["en"] = nameEn, ["fa"] = nameFa }, new() { ["en"] = textEn, ["fa"] = textFa }, new() { ["en"] = surveysEn, ["fa"] = surveysFa }, true, 0);
}
