using Cirm.Core.Platform;
using Microsoft.Playwright;

namespace Cirm.BrowserTests;

/// <summary>
/// Hostile words are typed into every field of every form that there is. What a field does not take is replaced by something that it does, until the form is taken or refused as a whole; then all
/// pages are read. What somebody typed is words everywhere: in what is shown again, in what is shown afterwards, and in what staff read of it.
/// </summary>
public sealed class HostileTests(BrowserHost host)
{
    /// <summary>What fields take that do not take words, the likeliest first: keys, days, numbers, addresses, codes of languages; or nothing.</summary>
    static readonly string[] Tame = ["k{0}-{1}", "2027-01-15", "2027-02-15", "12", "1", "someone{0}@test.example", "https://93.184.215.14/{0}", "Asia/Tehran", "fa, en", ""];

    /// <summary>Fields are refused in turns: those of the wrong form, then those that name what is not there, then what does not go together.</summary>
    const int Rounds = 30;

    /// <summary>Forms that are refused as a whole, whatever is typed: nobody has these passwords and codes, an initiative is not closed while an answer is owed, and of a
    /// survey with every type of question the parts have to fit each other (the form of a new one has the same fields).</summary>
    static readonly string[] RefusesWords = ["/sign-in", "/manage/initiatives/budget/closing", "/surveys/survey-1 on"];

    [Fact]
    public async Task What_somebody_types_into_any_field_is_words_wherever_it_is_shown()
    {
        var world = await World.FurnishAsync(host.Cirm); // of its own: it is a mess afterwards
        var (wrong, refused, sent, read) = (new List<string>(), new List<string>(), new Dictionary<string, string>(), new HashSet<string>());
        var pages = Addresses.All(world).GroupBy(p => p.Role).ToList();
        var forms = 0;
        var windows = new Dictionary<string, WindowOptions>();
        foreach (var ofRole in pages)
        {
            var home = world.HomeOf(ofRole.Key);
            var account = ofRole.Key is { } role ? role == Role.Citizen ? world.Citizen : await world.Cirm.AddAccountAsync(home, role) : null;
            windows[$"{ofRole.Key}"] = new("en") { SignedIn = account is null ? null : (home, account) };
        }
        foreach (var ofRole in pages)
            await host.InWindowAsync(windows[$"{ofRole.Key}"], async page =>
            {
                if (ofRole.Key is null) await WalkTests.FollowAsync(page, world, "en");
                foreach (var one in ofRole)
                {
                    if (!await OpenAsync(page, one, wrong)) continue;
                    foreach (var form in await FormsAsync(page))
                    {
                        var (named, marker) = ($"{form.Replace($"/en/{world.Agency.Slug}", "", StringComparison.Ordinal)} on {one.Pattern} as {one.Role?.Word() ?? "nobody"}", $"w{++forms}w");
                        switch (await TypeAsync(page, one, form, marker, wrong))
                        {
                            case Outcome.Taken:
                                sent[marker] = named;
                                await ReadAsync(page, [marker], read);
                                break;
                            case Outcome.Refused: refused.Add(named); break;
                        }
                    }
                }
            });
        foreach (var ofRole in pages)
            await host.InWindowAsync(windows[$"{ofRole.Key}"], async page =>
            {
                if (ofRole.Key is null) await WalkTests.FollowAsync(page, world, "en");
                foreach (var one in ofRole)
                    if (await OpenAsync(page, one, wrong)) await ReadAsync(page, sent.Keys, read);
            });
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        var stubborn = refused.Where(r => !RefusesWords.Any(f => r.Contains(f, StringComparison.Ordinal))).ToList();
        Assert.True(stubborn.Count == 0, $"{sent.Count} forms were taken; nothing that was tried is taken by\n{string.Join('\n', stubborn)}");
        var unread = sent.Where(s => !read.Contains(s.Key)).Select(s => s.Value).ToList();
        Assert.True(unread.Count == 0, $"Nobody reads what was typed into\n{string.Join('\n', unread)}");
    }

    // What is gone after an earlier form is not there any more; everything else is.
    static async Task<bool> OpenAsync(IPage page, PageAddress one, List<string> wrong)
    {
        var answer = (await page.GotoAsync(one.In("en")))!;
        if (answer.Status >= 500) wrong.Add($"{one.Pattern} answered {answer.Status}");
        await LookAsync(page, one, wrong);
        return answer.Status == 200;
    }

    static async Task LookAsync(IPage page, PageAddress one, List<string> wrong)
    {
        if (await page.Locator("[data-hostile]").CountAsync() > 0) wrong.Add($"{one.Pattern} at {page.Url} shows hostile words as something else than words");
    }

    // Where they are sent: one of each kind, whatever it is about.
    static Task<string[]> FormsAsync(IPage page) => page.EvaluateAsync<string[]>($"() => [...new Set([...document.querySelectorAll('main form')].map(f => {KindOfForm}))]");

    const string KindOfForm = "f.getAttribute('action').split('?')[0].replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '{id}')";

    static async Task ReadAsync(IPage page, IEnumerable<string> markers, HashSet<string> read)
    {
        var shown = await page.EvaluateAsync<string>("() => document.querySelector('main').textContent + [...document.querySelectorAll('main input, main textarea')].map(f => f.value).join(' ')");
        foreach (var marker in markers)
            if (shown.Contains($"{marker} {World.Template}", StringComparison.Ordinal)) read.Add(marker);
    }

    static async Task<Outcome> TypeAsync(IPage page, PageAddress one, string form, string marker, List<string> wrong)
    {
        var (given, tries) = (new Dictionary<string, string>(), new Dictionary<string, int>());
        for (var round = 0; round < Rounds; round++)
        {
            if (!await OpenAsync(page, one, wrong)) return Outcome.NoWords;
            if (await FillAsync(page, form, $"{marker} {World.Hostile}", given) is not { } sends) return Outcome.NoWords;
            var status = await SendAsync(page, form);
            await LookAsync(page, one, wrong);
            if (status >= 500) wrong.Add($"{form} on {one.Pattern} answered {status}");
            if (sends == "get") return Outcome.NoWords; // what is looked for is shown again on the page that was looked at just now
            var refused = await page.EvaluateAsync<string[]?>("""
                () => { const summary = document.querySelector('.govuk-error-summary'); return summary && [...summary.querySelectorAll('a')].map(a => a.getAttribute('href').slice(1)); }
                """);
            if (refused is null) return status < 400 ? Outcome.Taken : Outcome.Refused;
            if (refused.Length == 0) return Outcome.Refused;
            foreach (var field in refused)
            {
                var next = tries[field] = tries.GetValueOrDefault(field, -1) + 1;
                if (next >= Tame.Length) return Outcome.Refused;
                given[field] = string.Format(System.Globalization.CultureInfo.InvariantCulture, Tame[next], marker, given.Count);
                given[$"{field}-time"] = "12:00";
            }
        }
        return Outcome.Refused;
    }

    enum Outcome
    {
        /// <summary>The form takes no words, or only such as were looked for.</summary>
        NoWords,
        Taken,
        Refused,
    }

    // Words into every field that takes typing, the first of what can be chosen where nothing is; the method by which it is sent, or null when no words are.
    static async Task<string?> FillAsync(IPage page, string form, string hostile, Dictionary<string, string> given) => await page.EvaluateAsync<string?>($$"""
        ([kind, hostile, given]) => {
          const form = [...document.querySelectorAll('main form')].find(f => {{KindOfForm}} === kind);
          if (!form) return null;
          const fields = [...form.querySelectorAll('input:not([type=hidden]):not([type=radio]):not([type=checkbox]):not([type=file]):not([type=submit]), textarea')];
          if (fields.every(f => f.id in given)) return null;
          for (const field of fields) field.value = given[field.id] ?? hostile;
          for (const list of form.querySelectorAll('select')) if (list.value === '' && list.options.length > 1) list.selectedIndex = 1;
          const boxes = [...form.querySelectorAll('input[type=radio], input[type=checkbox]')];
          for (const name of new Set(boxes.map(b => b.name))) {
            const own = boxes.filter(b => b.name === name);
            if (!own.some(b => b.checked)) own[0].checked = true;
          }
          return form.method;
        }
        """, new object[] { form, hostile, given });

    // The status of the page that it led to.
    static async Task<int> SendAsync(IPage page, string form)
    {
        var (loaded, status) = (new TaskCompletionSource(), 0);
        void Done(object? sender, IPage shown) => loaded.TrySetResult();
        void Answered(object? sender, IResponse answer) => status = answer.Request.IsNavigationRequest ? answer.Status : status;
        page.Load += Done;
        page.Response += Answered;
        await page.EvaluateAsync($$"""
            kind => { const form = [...document.querySelectorAll('main form')].find(f => {{KindOfForm}} === kind); [...form.querySelectorAll('button')].filter(b => !b.hasAttribute('formaction') && b.type === 'submit').at(-1).click(); }
            """, form);
        await loaded.Task.WaitAsync(TimeSpan.FromSeconds(20));
        page.Load -= Done;
        page.Response -= Answered;
        return status;
    }
}
