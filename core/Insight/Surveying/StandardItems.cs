using System.Text.Json.Serialization;
using Cirm.Core.Platform;

namespace Cirm.Core.Insight.Surveying;

/// <summary>What a standard item measures.</summary>
public enum ItemTopic
{
    /// <summary>Being part of the place and its people.</summary>
    Belonging,
    /// <summary>In people, and in the agency.</summary>
    Trust,
    /// <summary>Of what one can do oneself, and of whether it is heard.</summary>
    Role,
}

/// <summary>A question that is asked in the same words everywhere and in every wave, so that its results compare.</summary>
/// <param name="Key">How a survey uses it: <c>{"key": "q1", "item": "trust-people"}</c>.</param>
/// <param name="Topic">What it measures.</param>
/// <param name="Type">Always a scale.</param>
/// <param name="Text">What is asked.</param>
/// <param name="Min">The least number.</param>
/// <param name="Max">The greatest number.</param>
/// <param name="Options">How numbers are read.</param>
/// <param name="Reversed">Who agrees has less of it.</param>
/// <param name="Pair">The item that says the opposite: who agrees with both agrees with anything, and how many do so shows the bias.</param>
/// <param name="Source">Whose item it is, or whose it follows; translations are ours where nothing else is said.</param>
public sealed record StandardItem(
    string Key, ItemTopic Topic, SurveyQuestionType Type, Localized Text, decimal Min, decimal Max, IReadOnlyList<SurveyOption> Options, bool Reversed,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Pair, string Source)
{
    /// <summary>The item as a question.</summary>
    public SurveyQuestion ToQuestion(string key, bool required, ShowIf? showIf) => new(key, Type, Text, Options, null, required, Min, Max, showIf, Key);
}

/// <summary>The library of standard items: belonging, trust, awareness of one's role.</summary>
/// <remarks>
/// Pairs are worded in both directions because some people agree with whatever is said (Billiet and McClendon 2000, "Modeling acquiescence in
/// measurement models for two balanced sets of items", Structural Equation Modeling 7(4); Schuman and Presser 1981, Questions and Answers in
/// Attitude Surveys, chapter 8): the mean of an item and its reversed pair is free of that, and the share that agrees with both measures it.
/// </remarks>
public static class StandardItems
{
    const string Bscs = "After the Brief Sense of Community Scale: Peterson, Speer and McMillan 2008, Journal of Community Psychology 36(1), 61-73";
    const string Oecd = "OECD Guidelines on Measuring Trust (2017), module A: 0 to 10";
    const string Efficacy = "After Niemi, Craig and Mattei 1991, Measuring Internal Political Efficacy, American Political Science Review 85(4), 1407-1413";
    const string External = "After the American National Election Studies' external efficacy: Craig, Niemi and Silver 1990, Political Behavior 12(3), 289-314";

    static readonly IReadOnlyList<SurveyOption> Agreement =
    [
        Point(1, "Strongly disagree", "کاملاً مخالفم"), Point(2, "Disagree", "مخالفم"), Point(3, "Neither agree nor disagree", "نه موافق و نه مخالف"),
        Point(4, "Agree", "موافقم"), Point(5, "Strongly agree", "کاملاً موافقم"),
    ];

    static readonly IReadOnlyList<SurveyOption> NotAtAllToCompletely = [Point(0, "Not at all", "اصلاً"), Point(10, "Completely", "کاملاً")];

    /// <summary>All items, by key.</summary>
    public static readonly IReadOnlyList<StandardItem> All = Sorted(
        Pair(ItemTopic.Belonging, Bscs,
            "belonging-part", "I feel that I am part of this neighbourhood.", "احساس می‌کنم بخشی از این محله هستم.",
            "belonging-stranger", "In this neighbourhood I feel like a stranger.", "در این محله احساس غریبگی می‌کنم."),
        Pair(ItemTopic.Belonging, Bscs,
            "belonging-bond", "I have a good bond with others in this neighbourhood.", "با دیگران در این محله پیوند خوبی دارم.",
            "belonging-alone", "People in this neighbourhood go their own way; I have little to do with them.", "مردم این محله هر کدام راه خود را می‌روند و من با آن‌ها کاری ندارم."),
        Pair(ItemTopic.Role, Efficacy,
            "role-qualified", "I consider myself well able to take part in what is decided for this neighbourhood.", "خود را برای مشارکت در تصمیم‌هایی که برای این محله گرفته می‌شود توانا می‌دانم.",
            "role-complicated", "What the agency does is so complicated that a person like me cannot understand it.", "کارهای این سازمان چنان پیچیده است که کسی مثل من نمی‌تواند از آن سر در بیاورد."),
        Pair(ItemTopic.Role, External,
            "role-heard", "The agency takes into account what people like me say.", "این سازمان حرف افرادی مثل مرا در نظر می‌گیرد.",
            "role-no-say", "People like me have no say in what the agency does.", "افرادی مثل من در کارهای این سازمان نقشی ندارند."),
        Pair(ItemTopic.Trust, "After the OECD Trust Survey's drivers (responsiveness, integrity): OECD 2022, Building Trust to Reinforce Democracy",
            "trust-fair", "The agency treats everybody alike.", "این سازمان با همه یکسان رفتار می‌کند.",
            "trust-connections", "Without connections nothing is achieved at the agency.", "بدون آشنا در این سازمان کاری پیش نمی‌رود."),
        [
            new("trust-people", ItemTopic.Trust, SurveyQuestionType.Scale, Texts("In general, how much do you trust most people?", "به طور کلی چقدر به بیشتر مردم اعتماد دارید؟"), 0, 10, NotAtAllToCompletely, false, null, Oecd),
            new("trust-agency", ItemTopic.Trust, SurveyQuestionType.Scale, Texts("How much do you trust this agency?", "چقدر به این سازمان اعتماد دارید؟"), 0, 10, NotAtAllToCompletely, false, null, Oecd),
        ]);

    /// <summary>The item of a key.</summary>
    public static StandardItem? Find(string key) => All.FirstOrDefault(item => item.Key == key);

    static StandardItem[] Sorted(params StandardItem[][] items) => [.. items.SelectMany(i => i).OrderBy(i => i.Key, StringComparer.Ordinal)];

    static StandardItem[] Pair(ItemTopic topic, string source, string key, string en, string fa, string opposite, string notEn, string notFa) =>
    [
        new(key, topic, SurveyQuestionType.Scale, Texts(en, fa), 1, 5, Agreement, false, opposite, source),
        new(opposite, topic, SurveyQuestionType.Scale, Texts(notEn, notFa), 1, 5, Agreement, true, key, source),
    ];

    static SurveyOption Point(int number, string en, string fa) => new(number.ToString(System.Globalization.CultureInfo.InvariantCulture), Texts(en, fa));

    static Localized Texts(string en, string fa) => new("en", en) { ["fa"] = fa };
}
