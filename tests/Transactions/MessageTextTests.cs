using Cirm.Core.Transactions.Messaging;
using FsCheck;
using FsCheck.Fluent;

namespace Cirm.Tests.Transactions;

/// <summary>What stands in a message, whatever people write into a case.</summary>
public sealed class MessageTextTests
{
    [Fact]
    public void Whatever_was_written_no_line_gets_out_of_its_place_and_a_text_message_stays_one()
    {
        var letters = Gen.Elements([.. "ab{number}{reason}\r\n\0\t:.ی۱€\u202E\u2067\u2028\u0085", "\uD83D\uDE00"[0]]);
        var text = letters.ListOf().Select(l => string.Concat(l));
        var cases = from agency in text
                    from title in text
                    from reason in text
                    from template in Gen.Elements(Enum.GetValues<MessageTemplate>())
                    from language in Gen.Elements("en", "fa")
                    select (agency, title, reason, template, language);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var message = MessageTexts.Write(c.template, c.language, News(c.title, c.agency, c.reason), representative: true, DateTimeOffset.UnixEpoch, 7);
            Assert.DoesNotContain(message.Subject, l => char.IsControl(l) || l is '\u2028');
            Assert.DoesNotContain(message.Body, l => char.IsControl(l) && l != '\n' || l is '\u202E' or '\u2067');
            Assert.True(MessageTexts.FitsOneSms(message.Short));
            Assert.DoesNotContain(message.Short, char.IsControl);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("fa-IR", "en", "fa")]
    [InlineData("EN", "fa", "en")]
    [InlineData("de", "fa", "fa")]
    [InlineData(null, "fa", "fa")]
    [InlineData(null, "de", "en")]
    [InlineData("fan", "en", "en")]
    public void A_person_is_written_to_in_their_language_or_the_agencys_first(string? wanted, string first, string expected) =>
        Assert.Equal(expected, MessageTexts.LanguageFor(wanted, [first]));

    [Theory]
    [InlineData("en", "2026-11-22T08:05:00Z", "America/New_York", "22 November 2026, 03:05")]
    [InlineData("fa", "2026-11-22T08:05:00Z", "Asia/Tehran", "۱ آذر ۱۴۰۵، ساعت ۱۱:۳۵")]
    [InlineData("fa", "2025-03-19T20:30:00Z", "Asia/Tehran", "۳۰ اسفند ۱۴۰۳، ساعت ۰۰:۰۰")] // the last day of a leap year
    [InlineData("fa", "2025-03-20T20:30:00Z", "Asia/Tehran", "۱ فروردین ۱۴۰۴، ساعت ۰۰:۰۰")]
    public void A_time_is_said_as_its_reader_says_it(string language, string at, string zone, string expected) =>
        Assert.Equal(expected, MessageTexts.Moment(DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture), TimeZoneInfo.FindSystemTimeZoneById(zone), language));

    [Fact]
    public void A_long_name_of_an_agency_gives_way_to_what_is_said()
    {
        var (english, persian) = (Short("en", new string('x', 300)), Short("fa", new string('ش', 300)));
        Assert.Equal((160, 70), (english.Length, persian.Length));
        Assert.EndsWith("xx: there is news on your case 12.", english);
        Assert.EndsWith("شش: پروندهٔ ۱۲ خبر تازه دارد.", persian);
        Assert.True(MessageTexts.FitsOneSms(new string('€', 80)));
        Assert.False(MessageTexts.FitsOneSms(new string('€', 81)));

        static string Short(string language, string agency) => MessageTexts.Write(MessageTemplate.Submitted, language, News("x", agency, null), false).Short;
    }

    [Fact]
    public void What_is_not_known_is_not_mentioned()
    {
        var message = MessageTexts.Write(MessageTemplate.Refused, "en", News("x", "City", null), representative: false);
        Assert.Equal("We have refused case 12 (Lamps).\n\nCity\nThis message was sent by a machine: an answer to it would reach nobody.\n", message.Body);
        var never = News("x", "City", null) with { DueAt = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero) };
        Assert.DoesNotContain("expect", MessageTexts.Write(MessageTemplate.Submitted, "en", never, false).Body); // no calendar has an open hour left
    }

    static CaseNews News(string title, string agency, string? reason) => new(
        Guid.Empty, 12, title, new("en", "Lamps"), new("en", agency), "UTC", ["en"], DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(2), reason, null, null);
}
