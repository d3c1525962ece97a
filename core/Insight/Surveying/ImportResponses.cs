using System.Globalization;
using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Imports;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;

namespace Cirm.Core.Insight.Surveying;

/// <summary>A response as a file tells it.</summary>
/// <param name="Line">Where it starts.</param>
/// <param name="Survey">Which survey.</param>
/// <param name="Wave">Which wave of it.</param>
/// <param name="CitizenExternalId">Whose it is.</param>
/// <param name="Answers">As they are kept.</param>
/// <param name="Channel">By what it came.</param>
public sealed record ResponseRow(long Line, ImportedSurvey Survey, Guid Wave, string CitizenExternalId, IReadOnlyDictionary<string, JsonElement> Answers, Channel Channel);

/// <summary>A survey as an import knows it.</summary>
public sealed record ImportedSurvey(Guid Id, string Key, long Version, Anonymity Anonymity, string[] Breakdowns, JsonList<SurveyQuestion> Questions);

/// <summary>
/// Imports responses that were given elsewhere, on paper or in another system. They take the way that every answer takes: whose they are goes
/// into the register, what they say is sealed, and of an anonymous survey only the declared breakdowns go along. Times are not kept.
/// </summary>
public sealed class ImportResponses : IRowImport<ResponseRow>
{
    const string Prefix = "q.";
    const int BytesAtATime = 8 << 20; // a statement with texts is long

    /// <summary>What a file of responses may have.</summary>
    public static readonly ImportKind Kind = new("responses",
        [new("survey", Required: true), new("wave", Required: true), new("citizenExternalId", Required: true), ImportColumn.Of<Channel>("channel"), new("submittedAt")], Open: Prefix);

    readonly Guid agency;
    readonly SurveySecrets secrets;
    readonly FileTimes times;
    readonly DateTimeOffset now;
    readonly string[] coarse;
    readonly Dictionary<string, ImportedSurvey> surveys;
    readonly ILookup<Guid, KnownWave> waves;
    readonly Dictionary<ResponseRow, Respondent> respondents = [];
    ColumnReader survey = null!, wave = null!, citizen = null!, channel = null!, submittedAt = null!;
    Dictionary<string, ColumnReader> questions = [];

    ImportResponses(
        Guid agency, SurveySecrets secrets, FileTimes times, DateTimeOffset now, string[] coarse, IReadOnlyList<ImportedSurvey> surveys, IReadOnlyList<KnownWave> waves)
    {
        (this.agency, this.secrets, this.times, this.now, this.coarse) = (agency, secrets, times, now, coarse);
        this.surveys = surveys.ToDictionary(s => s.Key);
        this.waves = waves.ToLookup(w => w.SurveyId);
        Columns = [.. Kind.Columns, .. surveys.SelectMany(s => s.Questions).Select(q => q.Key).Distinct().Select(key => new ImportColumn(Prefix + key, Several: true))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<ImportColumn> Columns { get; }

    /// <inheritdoc/>
    public int? Promised => null;

    /// <summary>Learns what the agency's surveys ask.</summary>
    public static async Task<ImportResponses> LoadAsync(TenantDb db, SurveySecrets secrets, Guid agency, FileTimes times, DateTimeOffset now, CancellationToken ct)
    {
        JsonColumns.Register<JsonList<SurveyQuestion>>();
        var surveys = await db.QueryAsync<ImportedSurvey>(agency, """
            select s.id, s.key, s.version, s.anonymity, s.breakdowns, s.questions from surveys s where s.agency_id = @agency
            """, null, ct);
        var waves = await db.QueryAsync<KnownWave>(agency, """
            select w.id, w.survey_id, w.name, w.opens_at from survey_waves w where w.agency_id = @agency
            """, null, ct);
        var coarse = await db.QueryAsync<string>(agency, """
            select a.key from attributes a where a.agency_id = @agency and a.type in ('code', 'boolean') and not a.sensitive order by a.key
            """, null, ct);
        return new(agency, secrets, times, now, [.. coarse], surveys, waves);
    }

    /// <inheritdoc/>
    public void Bind(ColumnReaders columns)
    {
        (survey, wave, citizen, channel, submittedAt) = (columns["survey"], columns["wave"], columns["citizenExternalId"], columns["channel"], columns["submittedAt"]);
        questions = Columns.Where(c => c.Name.StartsWith(Prefix, StringComparison.Ordinal)).ToDictionary(c => c.Name[Prefix.Length..], c => columns[c.Name]);
    }

    /// <inheritdoc/>
    public ResponseRow? Read(RecordReader record, List<Rejection> rejections)
    {
        var (surveyKey, waveName, externalId) = (survey.Text(record, rejections), wave.Text(record, rejections), citizen.Text(record, rejections, 200));
        var by = channel.Text(record, rejections) is { } word ? Enum.Parse<Channel>(word, ignoreCase: true) : Channel.Partner;
        _ = submittedAt.Time(record, times, rejections); // that it is one; when it was is not kept
        if (surveyKey is null || waveName is null || externalId is null) return null;
        if (!surveys.TryGetValue(surveyKey, out var of))
        {
            survey.Reject(record, rejections, "unknown", "There is no survey with this key.");
            return null;
        }
        if (waves[of.Id].FirstOrDefault(w => w.Name == waveName || Guid.TryParse(waveName, out var id) && w.Id == id) is not { } at)
        {
            wave.Reject(record, rejections, "unknown", "The survey has no wave with this name or id.");
            return null;
        }
        if (at.OpensAt > now)
        {
            wave.Reject(record, rejections, Problems.WaveNotOpen.Code, "The wave has not opened yet.");
            return null;
        }
        var given = new Dictionary<string, JsonElement>();
        foreach (var (key, column) in questions)
        {
            if (column.Text(record, rejections) is not { } text) continue;
            var question = of.Questions.Find(q => q.Key == key);
            given[key] = question is null ? JsonSerializer.SerializeToElement(text) : ReadValue(question, text);
        }
        var (kept, errors) = SurveyAnswers.Read(of.Questions, given);
        foreach (var error in errors)
        {
            if (questions.TryGetValue(error.Question, out var column)) column.Reject(record, rejections, error.Error.Code, error.Error.Detail);
            else rejections.Add(new(record.Line, Prefix + error.Question, error.Error.Code, error.Error.Detail));
        }
        return new(record.Line, of, at.Id, externalId, kept, by);
    }

    /// <summary>An answer as a file has it: lists and rows are divided by <c>|</c>, a row and its option by <c>=</c>.</summary>
    internal static JsonElement ReadValue(SurveyQuestion question, string text)
    {
        var parts = text.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        switch (question.Type)
        {
            case SurveyQuestionType.Scale or SurveyQuestionType.Number
                when decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number):
                return JsonSerializer.SerializeToElement(number);
            case SurveyQuestionType.Multiple or SurveyQuestionType.Ranking:
                return JsonSerializer.SerializeToElement(parts);
            case SurveyQuestionType.Matrix when parts.Select(p => p.Split('=', 2, StringSplitOptions.TrimEntries)).ToList() is var rows && rows.All(r => r.Length == 2) && rows.DistinctBy(r => r[0]).Count() == rows.Count:
                return JsonSerializer.SerializeToElement(rows.ToDictionary(r => r[0], r => r[1]));
            default:
                return JsonSerializer.SerializeToElement(text); // what it is not shows when it is read
        }
    }

    /// <inheritdoc/>
    public async Task DecideAsync(TenantTransaction first, IReadOnlyList<RowBatch<ResponseRow>> batches, CancellationToken ct)
    {
        respondents.Clear();
        var citizens = (await first.QueryAsync<KnownCitizen>("""
            select i.external_id, c.id, c.attributes,
              (select array_agg(m.segment_id order by m.segment_id)
               from segment_members m
               where m.agency_id = @agency and m.citizen_id = c.id and m.valid_to is null) as segments
            from citizen_identities i
            join citizens c on c.agency_id = i.agency_id and c.id = i.citizen_id
            where i.agency_id = @agency and i.external_id = any (@externalIds) and c.erased_at is null
            """, new { ExternalIds = batches.SelectMany(b => b.Rows).Select(r => r.CitizenExternalId).Distinct().ToArray() }, ct)).ToDictionary(c => c.ExternalId);
        foreach (var batch in batches)
        {
            foreach (var row in batch.Rows.Where(r => !citizens.ContainsKey(r.CitizenExternalId)))
                batch.Rejections.Add(new(row.Line, citizen.Name, "unknown", "There is no citizen with this external id."));
            batch.Rejected += batch.Rows.RemoveAll(r => !citizens.ContainsKey(r.CitizenExternalId));
            foreach (var row in batch.Rows) respondents[row] = new(citizens[row.CitizenExternalId], secrets.ParticipantOf(agency, row.Wave, citizens[row.CitizenExternalId].Id));
        }
        var known = (await first.QueryAsync<Registered>("""
            select r.wave_id, r.participant
            from survey_register r
            join unnest(@waves, @participants) as p (wave_id, participant) on p.wave_id = r.wave_id and p.participant = r.participant
            where r.agency_id = @agency
            """, new { Waves = respondents.Keys.Select(r => r.Wave).ToArray(), Participants = respondents.Values.Select(r => r.Participant).ToArray() }, ct))
            .Select(r => (r.WaveId, Convert.ToHexString(r.Participant))).ToHashSet();
        foreach (var batch in batches) batch.New = batch.Rows.FindAll(row => known.Add((row.Wave, Convert.ToHexString(respondents[row].Participant)))); // the first of a file's duplicates wins
    }

    // Somebody who answers in the same moment fails the register's key, and so this attempt; the next one finds them. The surveys' rows are
    // held, so that no question changes between what was read and what is kept.
    /// <inheritdoc/>
    public async Task InsertAsync(TenantTransaction transaction, RowBatch<ResponseRow> batch, CancellationToken ct)
    {
        var asked = batch.New.Select(r => r.Survey).Distinct().ToList();
        var held = await transaction.QueryAsync<Guid>("""
            select s.id
            from surveys s
            join unnest(@ids, @versions) as a (id, version) on a.id = s.id and a.version = s.version
            where s.agency_id = @agency
            for key share of s
            """, new { Ids = asked.Select(s => s.Id).ToArray(), Versions = asked.Select(s => s.Version).ToArray() }, ct);
        if (held.Count < asked.Count) throw new InvalidOperationException("A survey was changed while its responses were imported.");
        for (var rows = batch.New; rows.Count > 0;)
        {
            var (bytes, taken) = (0, 0);
            var (ids, sealedAnswers) = (new List<Guid>(), new List<byte[]>());
            for (; taken < rows.Count && bytes < BytesAtATime; taken++)
            {
                ids.Add(Guid.NewGuid());
                sealedAnswers.Add(Seal(rows[taken], ids[^1]));
                bytes += sealedAnswers[^1].Length;
            }
            var part = rows.GetRange(0, taken);
            transaction.Enqueue("""
                insert into survey_register (agency_id, wave_id, participant)
                select w.agency_id, w.id, r.participant
                from survey_waves w
                join unnest(@waves, @participants) as r (wave_id, participant) on r.wave_id = w.id
                where w.agency_id = @agency
                """, new { Waves = part.ConvertAll(r => r.Wave).ToArray(), Participants = part.ConvertAll(r => respondents[r].Participant).ToArray() });
            transaction.Enqueue("""
                insert into survey_inbox (agency_id, wave_id, id, sealed)
                select w.agency_id, w.id, r.id, r.sealed
                from survey_waves w
                join unnest(@waves, @ids, @sealedAnswers) as r (wave_id, id, sealed) on r.wave_id = w.id
                where w.agency_id = @agency
                """, new { Waves = part.ConvertAll(r => r.Wave).ToArray(), Ids = ids.ToArray(), SealedAnswers = sealedAnswers.ToArray() });
            await transaction.FlushAsync(ct);
            rows = rows.GetRange(taken, rows.Count - taken);
        }
    }

    /// <inheritdoc/>
    public void Finish(TenantTransaction transaction, RowBatch<ResponseRow> batch) { }

    byte[] Seal(ResponseRow row, Guid id)
    {
        var (of, who) = (row.Survey, respondents[row].Citizen);
        var keys = SurveyLabels.KeysOf(of.Anonymity, of.Breakdowns, coarse);
        var answer = new SealedAnswer(row.Answers, SurveyLabels.Of(keys, who.Attributes), SurveyLabels.PackSegments(of.Anonymity, of.Breakdowns, who.Segments ?? []), false, row.Channel,
            of.Anonymity == Anonymity.Confidential ? who.Id : null);
        return secrets.Seal(agency, row.Wave, id, answer, SurveySecrets.CapacityOf(of.Questions, keys.Count));
    }

    sealed record KnownWave(Guid Id, Guid SurveyId, string Name, DateTimeOffset OpensAt);

    sealed record KnownCitizen(string ExternalId, Guid Id, Dictionary<string, JsonElement> Attributes, Guid[]? Segments);

    sealed record Registered(Guid WaveId, byte[] Participant);

    sealed record Respondent(KnownCitizen Citizen, byte[] Participant);
}
