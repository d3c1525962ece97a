using Cirm.Core.Insight.Surveying;
using Cirm.Core.Tenancy;
using Cirm.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Insight;

/// <summary>Answers on their way from the inbox to where they are counted.</summary>
public sealed class SettlingTests(CirmHost host)
{
    [Fact]
    public async Task Anonymous_answers_wait_for_a_group_and_are_mixed_when_the_wave_closes()
    {
        var agency = await host.NewAgencyAsync(); // its smallest group is 10
        var wave = await Asking.OpenAsync(agency, Asking.Everything());
        var citizens = await Asking.CitizensAsync(host, agency, 25, _ => "{}");
        var settling = Asking.Settling(host);
        Task EnterAsync(int from, int to) => Asking.EnterAsync(agency, wave, citizens[from..to].Select((c, i) => (c, (object)new { lit = (from + i) % 2 == 0 ? "yes" : "no", years = from + i })));

        await EnterAsync(0, 9);
        Assert.Equal(0, await settling.SettleAsync(agency.Id, Asking.IdOf(wave), atOnce: true, CancellationToken.None));
        await EnterAsync(9, 10);
        Assert.Equal(0, await settling.SettleAsync(agency.Id, Asking.IdOf(wave), atOnce: false, CancellationToken.None)); // more may be coming
        Assert.Equal(10, await settling.SettleAsync(agency.Id, Asking.IdOf(wave), atOnce: false, CancellationToken.None)); // none did
        await EnterAsync(10, 22);
        Assert.Equal(12, await settling.SettleAsync(agency.Id, Asking.IdOf(wave), atOnce: true, CancellationToken.None));
        await EnterAsync(22, 25);
        Assert.Equal(0, await settling.SettleAsync(agency.Id, Asking.IdOf(wave), atOnce: true, CancellationToken.None));
        Assert.Equal("1:10 2:12", await BatchesAsync(wave));

        await CloseAsync(wave);
        Assert.Equal(3, await settling.SettleAsync(agency.Id, Asking.IdOf(wave), atOnce: false, CancellationToken.None));
        Assert.Equal("0:25", await BatchesAsync(wave));
        Assert.Equal("closed 25", await StateAsync(agency, wave));
        Assert.Equal(0, await Asking.CountAsync(host, "survey_inbox", wave));
        Assert.Equal(string.Join(' ', Enumerable.Range(0, 25)), await host.Database.ScalarAsOwnerAsync<string>(
            $"select string_agg(answers->>'years', ' ' order by (answers->>'years')::int) from survey_responses where wave_id = '{Asking.IdOf(wave)}'")); // none lost, none twice
        Assert.Equal(0, await settling.SettleAsync(agency.Id, Asking.IdOf(wave), atOnce: true, CancellationToken.None));
        Assert.Equal("survey.answered survey.answered survey.closed", await host.Database.ScalarAsOwnerAsync<string>(
            $"select string_agg(type, ' ' order by id) from outbox where agency_id = '{agency.Id}' and type in ('survey.answered', 'survey.closed')"));
    }

    [Fact]
    public async Task Confidential_answers_keep_their_link_until_the_date()
    {
        var agency = await host.NewAgencyAsync();
        var until = DateTimeOffset.UtcNow.AddDays(1);
        var wave = await Asking.OpenAsync(agency, new
        {
            key = "c", title = "C", anonymity = "confidential", linkUntil = until, questions = new[] { new { key = "q", type = "number", text = "How many?" } },
        });
        var (citizen, id) = await Asking.CitizenAsync(host, agency);
        await Asking.AnswerAsync(citizen, wave, new { q = 7 });
        Assert.Equal(1, await Asking.Settling(host).SettleAsync(agency.Id, Asking.IdOf(wave), atOnce: false, CancellationToken.None));
        Assert.Equal($"{id} 7", await host.Database.ScalarAsOwnerAsync<string>(
            $"select l.citizen_id || ' ' || (r.answers->>'q') from survey_links l join survey_responses r on r.id = l.response_id where l.wave_id = '{Asking.IdOf(wave)}'"));
        var db = host.Services.GetRequiredService<TenantDb>();
        Assert.Equal(0, await new SurveyLinks(db, TimeProvider.System).RemoveDueAsync(agency.Id, CancellationToken.None));
        Assert.Equal(1, await new SurveyLinks(db, new Later(until)).RemoveDueAsync(agency.Id, CancellationToken.None));
        Assert.Equal((0, 1), (await Asking.CountAsync(host, "survey_links", wave), await Asking.CountAsync(host, "survey_responses", wave)));
        Assert.Contains("survey-links.removed", await host.AuditActionsAsync(agency));
    }

    [Fact]
    public async Task A_combination_of_few_people_is_not_kept_apart()
    {
        var agency = await host.NewAgencyAsync();
        foreach (var key in (string[])["district", "ageGroup"])
            await (await agency.Admin).PostJsonAsync($"{agency.Path}/attributes", new { key, name = key, type = "text", purpose = "To compare." });
        // 12 young and 12 old in the north, 12 old in the south, and 3 young in the south who would be alone.
        string Of(int i) => i < 12 ? "north young" : i < 24 ? "north old" : i < 36 ? "south old" : "south young";
        var citizens = await Asking.CitizensAsync(host, agency, 39, i => Of(i).Split(' ') is [var d, var a] ? $$"""{"district": "{{d}}", "ageGroup": "{{a}}"}""" : "");
        var wave = await Asking.OpenAsync(agency, Asking.Everything("all", "anonymous", "district", "ageGroup"));
        await Asking.EnterAsync(agency, wave, citizens.Select((c, i) => (c, (object)new { lit = "yes", years = i })));
        Assert.Equal(39, await Asking.Settling(host).SettleAsync(agency.Id, Asking.IdOf(wave), atOnce: true, CancellationToken.None));

        var strata = await host.Database.ScalarAsOwnerAsync<string>($"""
            select string_agg(n || ' of ' || eligible || ' ' || labels::text, '; ' order by labels::text) from (
              select t.labels, t.eligible, count(*) as n
              from survey_strata t join survey_responses r on r.wave_id = t.wave_id and r.stratum = t.stratum
              where t.wave_id = '{Asking.IdOf(wave)}' group by 1, 2) s
            """);
        // Three in the south alone would be too few as well: a group goes with them, so that nobody is one of three.
        Assert.DoesNotContain("3 of 3", strata);
        Assert.Contains("""12 of 12 {"ageGroup": "young", "district": "north"}""", strata);
        Assert.All(strata.Split("; "), s => Assert.True(int.Parse(s.Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture) >= 10, s));
        Assert.Equal(39, await Asking.CountAsync(host, "survey_responses", wave));
    }

    Task<string> BatchesAsync(string wave) => host.Database.ScalarAsOwnerAsync<string>(
        $"select string_agg(batch || ':' || n, ' ' order by batch) from (select batch, count(*) as n from survey_responses where wave_id = '{Asking.IdOf(wave)}' group by 1) b");

    Task CloseAsync(string wave) => host.Database.ExecuteAsOwnerAsync($"update survey_waves set closes_at = now() - interval '1 second' where id = '{Asking.IdOf(wave)}'");

    static async Task<string> StateAsync(TestAgency agency, string wave)
    {
        var seen = await (await agency.Manager).GetJsonAsync(wave);
        return $"{seen["state"]} {seen["answered"]}";
    }

    sealed class Later(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now.AddMinutes(1);
    }
}
