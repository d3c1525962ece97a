using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Imports;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Partnering;
using Cirm.Core.Transactions.Timekeeping;

namespace Cirm.Core.Transactions.Importing;

/// <summary>Writes imported cases: numbered in the order of the file, without gaps, each with its history.</summary>
/// <remarks>
/// Numbers come from the agency's counter, whose row is locked until the batch that took them is committed. The batch beside it
/// writes at the same time, with the numbers behind; what it is given is promised in the first one's transaction, so that the next
/// attempt keeps the promise when the process dies between the two commits. Rows are selected from the counter's row and the
/// arrays together: on Citus a select from arrays alone would be sent to the workers by COPY, which row-level security refuses. The
/// arrays are unnested side by side in a select list, which streams them; unnest over many arrays keeps each in a store of its own first.
/// </remarks>
public sealed class ImportCasesWriter : IRowImport<CaseRow>
{
    readonly ImportCases rules;
    readonly Operation operation;
    readonly DateTimeOffset now;
    readonly string language;
    readonly bool createServices;
    readonly Dictionary<string, Service> services;
    readonly Promise? promise;
    readonly PartnerHistory? partner;
    readonly Dictionary<RowBatch<CaseRow>, Numbered> numbered = [];
    readonly OrderedIds ids = new();

    static ImportCasesWriter() => JsonColumns.Register<CalendarRules>();

    ImportCasesWriter(
        ImportCases rules, Operation operation, DateTimeOffset now, string language, bool createServices, Dictionary<string, Service> services, Promise? promise,
        PartnerHistory? partner) =>
        (this.rules, this.operation, this.now, this.language, this.createServices, this.services, this.promise, this.partner) =
        (rules, operation, now, language, createServices, services, promise, partner);

    /// <inheritdoc/>
    public IReadOnlyList<ImportColumn> Columns => ImportCases.Kind.Columns;

    /// <inheritdoc/>
    public int? Promised => promise?.Records;

    /// <summary>Learns what the rows refer to.</summary>
    /// <param name="partner">Whose requests they are, when they are a partner's.</param>
    public static async Task<ImportCasesWriter> LoadAsync(
        TenantDb db, Guid agency, Operation operation, ImportRequest request, ImportAgency home, DateTimeOffset now, CancellationToken ct, PartnerHistory? partner = null)
    {
        var services = await db.QueryAsync<Service>(agency, $"""
            select s.key, s.id, v.number as version, v.unit, v.first_response_hours, v.resolution_hours,
                   coalesce(own.edition, units_own.edition, general.edition) as edition, coalesce(own.rules, units_own.rules, general.rules) as rules
            from services s
            join service_versions v on v.agency_id = s.agency_id and v.service_id = s.id
            {Calendars.CountingOf}
            where s.agency_id = @agency
              and v.number = coalesce(s.published_version,
                                      (select max(l.number) from service_versions l where l.agency_id = @agency and l.service_id = s.id))
            """, null, ct);
        var promise = await db.QuerySingleOrDefaultAsync<Promise>(agency, """
            select records, first_number, numbers
            from import_promises
            where agency_id = @agency and operation_id = @id
            """, new { operation.Id }, ct);
        var rules = new ImportCases(home.Times(request.Mapping), request.Mapping?.NoPlace ?? [], request.CreateServices);
        return new(rules, operation, now, home.Language, request.CreateServices, services.ToDictionary(s => s.Key), promise, partner);
    }

    /// <inheritdoc/>
    public void Bind(ColumnReaders columns) => rules.Bind(columns);

    /// <inheritdoc/>
    public CaseRow? Read(RecordReader record, List<Rejection> rejections) => rules.Read(record, rejections);

    /// <inheritdoc/>
    public async Task DecideAsync(TenantTransaction first, IReadOnlyList<RowBatch<CaseRow>> batches, CancellationToken ct)
    {
        // From here on nobody else can add a case to this agency. Before the audit trail's head, as everybody who submits holds them:
        // the other way round, two would wait for each other.
        var last = await first.QuerySingleOrDefaultAsync<long>("select last_number from case_numbers where agency_id = @agency for update", null, ct);
        if (createServices) await CreateServicesAsync(first, batches, ct);
        var citizens = await CitizensAsync(first, batches, ct);
        foreach (var batch in batches) RejectUnknown(batch, citizens);

        var known = await KnownAsync(first, batches, ct);
        if (partner is not null) known.UnionWith(await partner.KnownAsync(first, batches.SelectMany(b => b.Rows).Select(r => r.ExternalId), ct));
        var kept = promise is not null && numbered.Count == 0;
        var number = kept ? promise!.FirstNumber : last + 1;
        numbered.Clear();
        foreach (var batch in batches)
        {
            batch.New = batch.Rows.FindAll(row => known.Add(row.ExternalId)); // the first of a file's duplicates wins
            // Ids go on from batch to batch: each index takes the cases at its end, where the ones before them are.
            numbered[batch] = new(number, [.. batch.New.Select(_ => ids.Next(now))], citizens, kept, batches.Count > 1 && batch == batches[0] ? batches[1] : null, batch == batches[0] && !kept);
            number += batch.New.Count;
        }
        if (kept && number > promise!.FirstNumber + promise.Numbers) throw new InvalidOperationException("There are more new cases than numbers were promised for them.");
    }

    /// <inheritdoc/>
    public Task InsertAsync(TenantTransaction transaction, RowBatch<CaseRow> batch, CancellationToken ct)
    {
        var rows = batch.New;
        var (first, caseIds, citizens, _, _, _) = numbered[batch];
        var ids = new OrderedIds();
        var (historyIds, numbers) = (new Guid[rows.Count], new long[rows.Count]);
        var (serviceIds, versions, editions) = (new Guid[rows.Count], new int[rows.Count], new Guid[rows.Count]);
        var units = new string?[rows.Count];
        var (foreseen, due) = (new DateTime?[rows.Count], new DateTime?[rows.Count]);
        var citizenIds = new Guid?[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            var service = services[rows[i].Service];
            (historyIds[i], numbers[i], serviceIds[i], versions[i]) = (ids.Next(now), first + i, service.Id, service.Version);
            units[i] = service.Unit;
            // When it was answered first the file does not say: only the resolution has a clock.
            if (rules.FileSaysDue) due[i] = rows[i].DueAt;
            else if (service.Clock(rows[i].SubmittedAt) is { } counted) (editions[i], foreseen[i], due[i]) = (service.CountedBy.Edition, counted.ForeseenAt?.UtcDateTime, counted.DueAt.UtcDateTime);
            citizenIds[i] = rows[i].CitizenExternalId is { } citizen ? citizens[citizen] : null;
        }
        var statuses = rows.ConvertAll(r => r.Status).ToArray();
        transaction.Enqueue("""
            insert into cases
              (agency_id, id, number, service_id, service_version, kind, status, channel, title, description, latitude, longitude, area,
               citizen_id, external_id, submitted_at, foreseen_at, due_at, risk, calendar_edition, own_dates, unit, closed_at, updated_at)
            select n.agency_id, r.id, r.number, r.service_id, r.service_version, r.kind, r.status, r.channel, r.title, r.description, r.latitude, r.longitude, r.area,
               r.citizen_id, r.external_id, r.submitted_at, r.foreseen_at, r.due_at,
               case when r.due_at < @now and r.status in ('submitted', 'accepted', 'inProgress', 'reopened') then 'breached' else 'none' end, -- overdue when it came: no news
               r.calendar_edition, @ownDates, r.unit, r.closed_at, @now
            from case_numbers n
            cross join (select
                unnest(@caseIds) as id, unnest(@numbers) as number, unnest(@serviceIds) as service_id, unnest(@versions) as service_version, unnest(@kinds) as kind,
                unnest(@statuses) as status, unnest(@channels) as channel, unnest(@titles) as title, unnest(@descriptions) as description,
                unnest(@latitudes) as latitude, unnest(@longitudes) as longitude, unnest(@areas) as area, unnest(@citizenIds) as citizen_id,
                unnest(@externalIds) as external_id, unnest(@submittedAt) as submitted_at, unnest(@foreseen) as foreseen_at, unnest(@due) as due_at,
                unnest(@editions) as calendar_edition, unnest(@units) as unit, unnest(@closedAt) as closed_at) r
            where n.agency_id = @agency
            """,
            new
            {
                caseIds, numbers, serviceIds, versions, Kinds = rows.ConvertAll(r => r.Kind).ToArray(), statuses,
                Channels = rows.ConvertAll(r => r.Channel).ToArray(), Titles = rows.ConvertAll(r => r.Title).ToArray(),
                Descriptions = rows.ConvertAll(r => r.Description!).ToArray(), Latitudes = rows.ConvertAll(r => r.Latitude).ToArray(),
                Longitudes = rows.ConvertAll(r => r.Longitude).ToArray(), Areas = rows.ConvertAll(r => r.Area!).ToArray(), citizenIds,
                ExternalIds = rows.ConvertAll(r => r.ExternalId).ToArray(), SubmittedAt = rows.ConvertAll(r => r.SubmittedAt).ToArray(), foreseen, due, editions, units,
                OwnDates = rules.FileSaysDue,
                ClosedAt = rows.ConvertAll(r => r.ClosedAt).ToArray(), now,
            });
        transaction.Enqueue("""
            insert into case_history (agency_id, case_id, id, at, kind, to_status, actor_kind)
            select n.agency_id, r.case_id, r.id, @now, 'imported', r.status, 'system'
            from case_numbers n
            cross join (select unnest(@caseIds) as case_id, unnest(@historyIds) as id, unnest(@statuses) as status) r
            where n.agency_id = @agency
            """, new { caseIds, historyIds, statuses, now });
        partner?.Link(transaction, rows, caseIds, now);
        SegmentChanges.OfBehaviour(transaction, now, [.. citizenIds.OfType<Guid>().Distinct()]);
        return transaction.FlushAsync(ct);
    }

    /// <inheritdoc/>
    public void Finish(TenantTransaction transaction, RowBatch<CaseRow> batch)
    {
        var (number, _, _, _, beside, takes) = numbered[batch];
        if (takes)
            transaction.Enqueue("""
                update case_numbers set last_number = @last where agency_id = @agency
                """, new { Last = number + batch.New.Count + (beside?.New.Count ?? 0) - 1 });
        if (beside is not null)
            transaction.Enqueue("""
                insert into import_promises (agency_id, operation_id, records, first_number, numbers)
                values (@agency, @id, @records, @firstNumber, @numbers)
                """, new { operation.Id, beside.Records, FirstNumber = number + batch.New.Count, Numbers = (long)beside.New.Count });
        if (!takes)
            transaction.Enqueue("delete from import_promises where agency_id = @agency and operation_id = @id", new { operation.Id });
    }

    void RejectUnknown(RowBatch<CaseRow> batch, Dictionary<string, Guid> citizens)
    {
        batch.Rejected += batch.Rows.RemoveAll(row =>
        {
            var before = batch.Rejections.Count;
            if (!services.ContainsKey(row.Service))
                batch.Rejections.Add(new(row.Line, rules.ServiceColumn, "unknown", $"There is no service \"{row.Service}\". With createServices=true it is made, as a draft."));
            if (row.CitizenExternalId is { } citizen && !citizens.ContainsKey(citizen))
                batch.Rejections.Add(new(row.Line, rules.CitizenColumn, "unknown", "There is no citizen with this external id: import citizens first."));
            return batch.Rejections.Count > before;
        });
    }

    static async Task<Dictionary<string, Guid>> CitizensAsync(TenantTransaction transaction, IReadOnlyList<RowBatch<CaseRow>> batches, CancellationToken ct)
    {
        string[] externalIds = [.. batches.SelectMany(b => b.Rows).Select(r => r.CitizenExternalId).OfType<string>().Distinct()];
        if (externalIds.Length == 0) return [];
        return (await transaction.QueryAsync<KnownCitizen>("""
            select external_id, citizen_id from citizen_identities where agency_id = @agency and external_id = any(@externalIds)
            """, new { externalIds }, ct)).ToDictionary(c => c.ExternalId, c => c.CitizenId);
    }

    // Most files are in the order of their ids: when nothing is kept between the least and the greatest, none is looked for.
    static async Task<HashSet<string>> KnownAsync(TenantTransaction transaction, IReadOnlyList<RowBatch<CaseRow>> batches, CancellationToken ct) =>
        [.. await transaction.QueryAsync<string>("""
            select c.external_id
            from cases c
            where c.agency_id = @agency and c.external_id = any(@externalIds)
              and (select exists (select from cases r
                                  where r.agency_id = @agency
                                    and r.external_id between (select min(id) from unnest(@externalIds) as i (id)) and (select max(id) from unnest(@externalIds) as i (id))))
            """, new { ExternalIds = batches.SelectMany(b => b.Rows).Select(r => r.ExternalId).ToArray() }, ct)];

    async Task CreateServicesAsync(TenantTransaction transaction, IReadOnlyList<RowBatch<CaseRow>> batches, CancellationToken ct)
    {
        var missing = batches.SelectMany(b => b.Rows).Where(r => !services.ContainsKey(r.Service)).DistinctBy(r => r.Service).OrderBy(r => r.Service, StringComparer.Ordinal).ToList();
        if (missing.Count == 0) return;
        var made = await DraftServices.MakeAsync(transaction, [.. missing.Select(r => new DraftService(r.Service, r.ServiceName ?? r.Service))], language, operation.Id, now, ct);
        foreach (var service in made) services[service.Key] = new(service.Key, service.Id, 1, null, null, null, null, null);
    }

    sealed record Service(string Key, Guid Id, int Version, string? Unit, decimal? FirstResponseHours, decimal? ResolutionHours, Guid? Edition, CalendarRules? Rules)
    {
        CountedBy? counted;

        public CountedBy CountedBy => counted ??= CountedBy.Of(Edition, Rules);

        public CaseClock? Clock(DateTime submittedAt) => FirstResponseHours is { } first && ResolutionHours is { } resolution
            ? CountedBy.Clock(new(first, resolution), new(submittedAt, TimeSpan.Zero)) : null;
    }

    sealed record Promise(int Records, long FirstNumber, long Numbers);

    sealed record KnownCitizen(string ExternalId, Guid CitizenId);

    sealed record Numbered(long FirstNumber, Guid[] Ids, Dictionary<string, Guid> Citizens, bool Kept, RowBatch<CaseRow>? Beside, bool Takes);
}
