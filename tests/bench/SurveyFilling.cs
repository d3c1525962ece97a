using System.Text.Json;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;
using Cirm.Core.Transactions;

namespace Cirm.Bench;

/// <summary>A survey with its answers, as they lie once they are settled.</summary>
static class SurveyFilling
{
    public static IReadOnlyList<SurveyQuestion> Questions(int questions, int options) => [.. Enumerable.Range(0, questions).Select(q =>
        new SurveyQuestion($"q{q}", SurveyQuestionType.Single, new("en", $"Question {q}?"), [.. Enumerable.Range(0, options).Select(o => new SurveyOption($"o{o}", new("en", $"Option {o}")))]))];

    /// <summary>Every set of three segments.</summary>
    public static IReadOnlyList<int[]> Strata(int segments) =>
        [.. from a in Enumerable.Range(0, segments) from b in Enumerable.Range(0, segments) from c in Enumerable.Range(0, segments) where a < b && b < c select (int[])[a, b, c]];

    public static async Task FillAsync(Server server, Guid wave, IReadOnlyList<SurveyQuestion> questions, int responses, int segments)
    {
        var (survey, strata, options) = (Guid.CreateVersion7(), Strata(segments), questions[0].Options!.Count);
        var answers = string.Join(" || ',' || ", questions.Select((q, i) => $"'\"{q.Key}\":\"o' || (hashint8(n * {questions.Count} + {i}) & 2147483647) % {options} || '\"'"));
        await server.ExecuteAsync($$"""
            insert into segments (agency_id, id, key, name, rule, sensitive, by_behaviour, pending, created_at, updated_at)
            select '{{server.Agency}}', ('00000000-0000-7000-8000-0000000000' || lpad(n::text, 2, '0'))::uuid, 's' || lpad(n::text, 2, '0'), '{}', '{}', false, false, false, now(), now()
            from generate_series(0, {{segments - 1}}) n;
            insert into surveys (agency_id, id, key, title, anonymity, access, breakdowns, audience, questions, embargo, created_at, updated_at)
            values ('{{server.Agency}}', '{{survey}}', 'bench', '{"en": "Bench"}', 'anonymous', 'members', '{segment}', '{}', '{{JsonSerializer.Serialize(questions, Wire.Json)}}', false, now(), now());
            insert into survey_waves (agency_id, id, survey_id, name, opens_at, closes_at, embargo, created_at, updated_at)
            values ('{{server.Agency}}', '{{wave}}', '{{survey}}', 'w1', now() - interval '1 day', now() + interval '1 day', false, now(), now());
            insert into survey_strata (agency_id, wave_id, stratum, labels, segments, eligible)
            select '{{server.Agency}}', '{{wave}}', s.n, '{}', string_to_array(s.ids, ' ')::uuid[], 1000
            from unnest(array[{{string.Join(',', strata.Select(s => $"'{string.Join(' ', s.Select(n => $"00000000-0000-7000-8000-0000000000{n:00}"))}'"))}}]) with ordinality as s (ids, n);
            insert into survey_responses (agency_id, wave_id, id, stratum, answers, assisted, channel, batch)
            select '{{server.Agency}}', '{{wave}}', gen_random_uuid(), 1 + (hashint8(n) & 2147483647) % {{strata.Count}}, ('{' || {{answers}} || '}')::jsonb, n % 10 = 0, 'web', 0
            from generate_series(1, {{responses}}) n;
            """);
    }

    public static IReadOnlyList<SettledResponse> Settled(int count, int questions, int options, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => new SettledResponse(Guid.NewGuid(), 1 + random.Next(1140),
            JsonSerializer.Serialize(Enumerable.Range(0, questions).ToDictionary(q => $"q{q}", _ => $"o{random.Next(options)}")), false, Channel.Web))];
    }
}
