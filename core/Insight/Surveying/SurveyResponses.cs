using System.Security.Cryptography;
using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;

namespace Cirm.Core.Insight.Surveying;

/// <summary>What somebody answers.</summary>
/// <param name="Answers">By question key.</param>
/// <param name="Code">Of an invitation; null without one.</param>
/// <param name="Assisted">Staff enter it for somebody.</param>
/// <param name="Citizen">For whom staff enter it; null when the code says.</param>
/// <param name="Channel">By what it came.</param>
public sealed record GivenAnswers(IReadOnlyDictionary<string, JsonElement> Answers, string? Code, bool Assisted, Guid? Citizen, Channel Channel);

/// <summary>That an answer was taken. It has no id and no time: nothing to lead it back by.</summary>
/// <param name="Survey">The survey's key.</param>
/// <param name="Wave">The wave.</param>
/// <param name="Counted">Always true: it is kept, and counts once it is settled.</param>
public sealed record AnswerReceipt(string Survey, Guid Wave, bool Counted);

/// <summary>Takes answers: the entry in the register and the sealed answer are one statement, and nothing else tells of them.</summary>
public sealed class SurveyResponses(TenantDb db, SurveySecrets secrets, TimeProvider clock)
{
    const int Tries = 3;

    static SurveyResponses() => JsonColumns.Register<JsonList<SurveyQuestion>>();

    /// <summary>Takes what somebody answers.</summary>
    /// <param name="caller">The citizen themself, staff for somebody, or anybody with a code.</param>
    /// <param name="survey">The survey's key.</param>
    /// <param name="wave">The wave's id or name.</param>
    /// <param name="given">What they answer.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Refusal">Not there, not open, not asked, answered already, or answers that are wrong: see <see cref="Problems"/>.</exception>
    public async Task<AnswerReceipt> SubmitAsync(Caller caller, string survey, string wave, GivenAnswers given, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var now = clock.Now();
            var asked = await db.QuerySingleOrDefaultAsync<Asked>(caller.Agency, """
                select s.id as survey_id, s.key as survey, s.version, s.anonymity, s.access, s.breakdowns, s.questions, w.id as wave, w.opens_at, w.closes_at, w.closed_at,
                  (select array_agg(a.key order by a.key) from attributes a where a.agency_id = @agency and a.type in ('code', 'boolean') and not a.sensitive) as attributes
                from surveys s
                join survey_waves w on w.agency_id = s.agency_id and w.survey_id = s.id
                where s.agency_id = @agency and s.key = @survey and (w.id = @id or w.name = @wave)
                """, new { survey, wave, Id = Guid.TryParse(wave, out var id) ? id : (Guid?)null }, ct)
                ?? throw Platform.Problems.NotFound.Because($"There is no such wave of a survey \"{survey}\" for you here.");
            asked.CheckOpen(now);
            var who = await WhoAsync(caller, asked, given, ct);
            var (kept, errors) = SurveyAnswers.Read(asked.Questions, given.Answers);
            if (errors.Count > 0) throw SurveyAnswers.Refuse(errors);

            var row = Guid.NewGuid();
            var labels = asked.Labels(who.Attributes);
            var answer = new SealedAnswer(kept, labels, asked.Segments(who.Segments), given.Assisted, given.Channel, asked.Anonymity == Anonymity.Confidential ? who.Citizen : null);
            var sealedAnswer = secrets.Seal(caller.Agency, asked.Wave, row, answer, SurveySecrets.CapacityOf(asked.Questions, asked.LabelKeys.Count));
            await using var change = await db.BeginAsync(caller, ct);
            // The survey's row is held, so that its questions do not change between what was checked and what is kept.
            var taken = await change.ExecuteAsync("""
                with asked as (
                  select s.agency_id
                  from surveys s
                  where s.agency_id = @agency and s.id = @surveyId and s.version = @version
                  for key share),
                registered as (
                  insert into survey_register (agency_id, wave_id, participant)
                  select w.agency_id, w.id, @participant
                  from asked
                  join survey_waves w on w.agency_id = asked.agency_id and w.id = @wave
                  where w.agency_id = @agency and w.opens_at <= @now and w.closes_at > @now and w.closed_at is null
                  on conflict (agency_id, wave_id, participant) do nothing
                  returning agency_id, wave_id)
                insert into survey_inbox (agency_id, wave_id, id, sealed)
                select r.agency_id, r.wave_id, @row, @sealedAnswer
                from registered r
                """, new { asked.SurveyId, asked.Version, asked.Wave, who.Participant, row, sealedAnswer, now }, ct);
            if (taken == 1)
            {
                // Who enters it for somebody answers for that; for whom is not said.
                if (given.Assisted) change.Audit(now, "survey.entered", "survey-wave", asked.Wave, JsonSerializer.Serialize(new { channel = given.Channel.Word() }));
                await change.CommitAsync(ct);
                return new(asked.Survey, asked.Wave, true);
            }
            var known = await change.QueryAsync<int>("""
                select 1 from survey_register r where r.agency_id = @agency and r.wave_id = @wave and r.participant = @participant
                """, new { asked.Wave, who.Participant }, ct);
            if (known.Count > 0) throw Problems.AlreadyAnswered.Because("There is an answer already; the first one counts.");
            if (attempt == Tries) throw new Refusal(Platform.Problems.Busy, "The survey is being changed.") { RetryAfter = TimeSpan.FromSeconds(1) };
        }
    }

    async Task<Respondent> WhoAsync(Caller caller, Asked asked, GivenAnswers given, CancellationToken ct)
    {
        var hash = given.Code is null ? null : SurveySecrets.HashOfCode(given.Code);
        var citizen = given.Citizen ?? (caller.IsStaff ? null : caller.CitizenId);
        if (hash is not null)
        {
            var invitation = (await db.QueryAsync<Invitation>(caller.Agency, """
                select i.id, i.citizen_id
                from survey_invitations i
                where i.agency_id = @agency and i.wave_id = @wave and i.token_hash = @hash
                """, new { asked.Wave, hash }, ct)).SingleOrDefault() ?? throw new Refusal(Problems.SurveyCode, "This code is not known here.")
            {
                Errors = [new("/token", "unknown", "This code is not known here.")],
            };
            // Whose code it is counts, not who brings it; somebody who helps may be signed in as themself.
            return invitation.CitizenId is { } invited ? await OfCitizenAsync(caller.Agency, asked, invited, invited: true, ct)
                : new(secrets.ParticipantOfCode(caller.Agency, asked.Wave, hash), null, null, null);
        }
        if (citizen is { } person)
        {
            if (asked.Access == SurveyAccess.Invited && !given.Assisted) throw Problems.NotAsked.Because("This survey takes the codes of its invitations only.");
            return await OfCitizenAsync(caller.Agency, asked, person, invited: false, ct);
        }
        if (caller.IsStaff) throw Platform.Problems.InvalidValue("/citizenId", "required", "Say for whom: citizenId, or the token of an invitation; with assisted: true.");
        if (asked.Access != SurveyAccess.Open)
            throw caller.Kind == ActorKind.Anonymous ? Platform.Problems.Unauthenticated.Because("Sign in, or send the token of an invitation.")
                : Problems.NotAsked.Because("This survey asks citizens; you are none here.");
        return new(RandomNumberGenerator.GetBytes(32), null, null, null);
    }

    async Task<Respondent> OfCitizenAsync(Guid agency, Asked asked, Guid citizen, bool invited, CancellationToken ct)
    {
        var known = await db.QuerySingleOrDefaultAsync<Known>(agency, """
            select c.attributes,
              (select array_agg(m.segment_id order by m.segment_id)
               from segment_members m
               where m.agency_id = @agency and m.citizen_id = c.id and m.valid_to is null) as segments,
              cardinality(s.audience) = 0 or exists (
                select from segment_members m
                join segments g on g.agency_id = m.agency_id and g.id = m.segment_id
                where m.agency_id = @agency and m.citizen_id = c.id and m.valid_to is null and g.key = any (s.audience)) as asked
            from citizens c
            join surveys s on s.agency_id = c.agency_id and s.id = @surveyId
            where c.agency_id = @agency and c.id = @citizen and c.erased_at is null
            """, new { citizen, asked.SurveyId }, ct) ?? throw Platform.Problems.NotFound.Because("There is no such citizen.");
        return known.Asked || invited
            ? new(secrets.ParticipantOf(agency, asked.Wave, citizen), citizen, known.Attributes, known.Segments ?? [])
            : throw Problems.NotAsked.Because("This survey asks other people.");
    }

    sealed record Respondent(byte[] Participant, Guid? Citizen, Dictionary<string, JsonElement>? Attributes, Guid[]? Segments);

    sealed record Known(Dictionary<string, JsonElement> Attributes, Guid[]? Segments, bool Asked);

    sealed record Invitation(Guid Id, Guid? CitizenId);

    sealed record Asked(
        Guid SurveyId, string Survey, long Version, Anonymity Anonymity, SurveyAccess Access, string[] Breakdowns, JsonList<SurveyQuestion> Questions, Guid Wave,
        DateTimeOffset OpensAt, DateTimeOffset ClosesAt, DateTimeOffset? ClosedAt, string[]? Attributes)
    {
        public IReadOnlyList<string> LabelKeys { get; } = SurveyLabels.KeysOf(Anonymity, Breakdowns, Attributes ?? []);

        public void CheckOpen(DateTimeOffset now)
        {
            if (OpensAt > now) throw Problems.WaveNotOpen.Because("Answers are taken from opensAt on.");
            if (ClosesAt <= now || ClosedAt is not null) throw Problems.WaveClosed.Because("Answers were taken until closesAt.");
        }

        public Dictionary<string, string> Labels(Dictionary<string, JsonElement>? attributes) => SurveyLabels.Of(LabelKeys, attributes);

        public byte[]? Segments(Guid[]? segments) => SurveyLabels.PackSegments(Anonymity, Breakdowns, segments);
    }
}

/// <summary>What of a citizen goes along with an answer.</summary>
public static class SurveyLabels
{
    /// <summary>
    /// The attributes that go along. Of an anonymous survey: the declared breakdowns and nothing else. Of a confidential one without any: all
    /// codes and yes-or-no attributes that are not sensitive.
    /// </summary>
    /// <param name="anonymity">Of the survey.</param>
    /// <param name="breakdowns">That the survey declares.</param>
    /// <param name="coarse">The agency's attributes of type code or boolean that are not sensitive.</param>
    public static IReadOnlyList<string> KeysOf(Anonymity anonymity, IEnumerable<string> breakdowns, IReadOnlyList<string> coarse)
    {
        string[] declared = [.. breakdowns.Where(b => b != Survey.BySegment)];
        return anonymity == Anonymity.Confidential && declared.Length == 0 ? coarse : declared;
    }

    /// <summary>A citizen's labels; what they have no value for is not there.</summary>
    public static Dictionary<string, string> Of(IReadOnlyList<string> keys, IReadOnlyDictionary<string, JsonElement>? attributes)
    {
        var labels = new Dictionary<string, string>();
        foreach (var key in keys)
            if (attributes?.TryGetValue(key, out var value) == true && value.ValueKind != JsonValueKind.Null) labels[key] = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        return labels;
    }

    /// <summary>Whether segments go along: always in a confidential survey, in an anonymous one when it declares them.</summary>
    public static bool WithSegments(Anonymity anonymity, IEnumerable<string> breakdowns) => anonymity == Anonymity.Confidential || breakdowns.Contains(Survey.BySegment);

    /// <summary>A citizen's segments as they are sealed; null when they do not go along, or when nobody knows who it is.</summary>
    public static byte[]? PackSegments(Anonymity anonymity, IEnumerable<string> breakdowns, Guid[]? segments) =>
        segments is null || !WithSegments(anonymity, breakdowns) ? null : [.. segments.SelectMany(s => s.ToByteArray())];

    /// <summary>Reads what <see cref="PackSegments"/> wrote.</summary>
    public static Guid[]? UnpackSegments(byte[]? packed) => packed?.Chunk(16).Select(bytes => new Guid(bytes)).Order().ToArray();
}
