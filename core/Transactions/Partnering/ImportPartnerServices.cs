using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Imports;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Importing;

namespace Cirm.Core.Transactions.Partnering;

/// <summary>A service, or the definition of one, as a partner tells it.</summary>
/// <param name="Line">Where it stands.</param>
/// <param name="Code">Its <c>service_code</c>.</param>
/// <param name="Name">Its name; null in a definition.</param>
/// <param name="Description">What it says of it.</param>
/// <param name="Attributes">What it asks; null in a list of services.</param>
public sealed record PartnerServiceRow(long Line, string Code, string? Name, string? Description, IReadOnlyList<GeoReportThing>? Attributes);

/// <summary>
/// Takes a partner's services in: each becomes a mapping to a service of ours with the same name, or to a draft that is made. A definition gives the draft its
/// questions and the mapping its attributes. What is mapped already is unchanged.
/// </summary>
public sealed class ImportPartnerServices(Guid partner, Operation operation, string language, bool createServices, DateTimeOffset now) : IRowImport<PartnerServiceRow>
{
    /// <summary>The kind of import.</summary>
    public const string KindName = "open311Services";

    /// <summary>Our columns of a service.</summary>
    public static IReadOnlyDictionary<string, (string? Value, string Element)> ColumnsOf(GeoReportThing service) => new Dictionary<string, (string?, string)>
    {
        ["code"] = (service["service_code"], "service_code"), ["name"] = (service["service_name"], "service_name"), ["description"] = (service["description"], "description"),
    };

    ColumnReader code = null!, name = null!, description = null!;

    /// <inheritdoc/>
    public IReadOnlyList<ImportColumn> Columns { get; } = [new("code", Required: true), new("name"), new("description")];

    /// <inheritdoc/>
    public int? Promised => null;

    /// <inheritdoc/>
    public void Bind(ColumnReaders columns) => (code, name, description) = (columns["code"], columns["name"], columns["description"]);

    /// <inheritdoc/>
    public PartnerServiceRow? Read(RecordReader record, List<Rejection> rejections)
    {
        var definition = ((GeoReportRecords)record).Thing.Lists.GetValueOrDefault("attributes");
        var row = new PartnerServiceRow(record.Line, code.Text(record, rejections, 200)!, name.Text(record, rejections, 200), description.Text(record, rejections, 20_000), definition);
        if (definition is null && row.Name is null && rejections.Count == 0) rejections.Add(new(record.Line, "service_name", "required", "A service has a name."));
        return row;
    }

    /// <inheritdoc/>
    public async Task DecideAsync(TenantTransaction first, IReadOnlyList<RowBatch<PartnerServiceRow>> batches, CancellationToken ct)
    {
        // All is written here: the partner's row is one, and batches are written side by side.
        var mappings = await first.QuerySingleOrDefaultAsync<JsonList<ServiceMapping>>("select services from partners where agency_id = @agency and id = @partner for update", new { partner }, ct)
            ?? throw Platform.Problems.NotFound.Because("The partner is gone.");
        foreach (var batch in batches)
        {
            await MapAsync(first, batch, mappings, ct);
            await DefineAsync(first, batch, mappings, ct);
        }
        if (batches.Any(b => b.New.Count > 0))
            first.Enqueue("update partners set services = @mappings, version = version + 1, updated_at = @now where agency_id = @agency and id = @partner", new { partner, mappings, now });
    }

    /// <inheritdoc/>
    public Task InsertAsync(TenantTransaction transaction, RowBatch<PartnerServiceRow> batch, CancellationToken ct) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Finish(TenantTransaction transaction, RowBatch<PartnerServiceRow> batch) { }

    async Task MapAsync(TenantTransaction transaction, RowBatch<PartnerServiceRow> batch, JsonList<ServiceMapping> mappings, CancellationToken ct)
    {
        var mapped = mappings.Select(m => m.Code).ToHashSet();
        var taken = mappings.Select(m => m.Service).ToHashSet();
        var wanted = new List<(PartnerServiceRow Row, string Key)>();
        foreach (var row in batch.Rows.Where(r => r.Attributes is null))
        {
            if (!mapped.Add(row.Code)) continue; // the first of a list's duplicates wins
            var key = ServiceKey.From(row.Name!);
            if (!taken.Add(key)) taken.Add(key = ServiceKey.From($"{row.Name} {row.Code}"));
            wanted.Add((row, key));
        }
        var there = (await transaction.QueryAsync<string>("select key from services where agency_id = @agency and key = any (@keys)", new { Keys = wanted.Select(w => w.Key).ToArray() }, ct)).ToHashSet();
        if (createServices)
            await DraftServices.MakeAsync(transaction, [.. wanted.Where(w => !there.Contains(w.Key)).Select(w => new DraftService(w.Key, w.Row.Name!, w.Row.Description))], language, operation.Id, now, ct);
        foreach (var (row, key) in wanted)
        {
            if (createServices || there.Contains(key))
            {
                mappings.Add(new(key, row.Code));
                batch.New.Add(row);
                continue;
            }
            batch.Rejections.Add(new(row.Line, "service_name", "unknown", $"There is no service \"{key}\". With createServices=true it is made, as a draft; or map \"{row.Code}\" to one of yours."));
            batch.Rows.Remove(row);
            batch.Rejected++;
        }
    }

    async Task DefineAsync(TenantTransaction transaction, RowBatch<PartnerServiceRow> batch, JsonList<ServiceMapping> mappings, CancellationToken ct)
    {
        foreach (var row in batch.Rows.Where(r => r.Attributes is not null).ToList())
        {
            var at = mappings.FindIndex(m => m.Code == row.Code);
            if (at < 0)
            {
                batch.Rejections.Add(new(row.Line, "service_code", "unknown", $"The service \"{row.Code}\" is not mapped: import the list of services first."));
                batch.Rows.Remove(row);
                batch.Rejected++;
                continue;
            }
            if (mappings[at].Attributes is not null) continue;
            var (questions, attributes) = PartnerDefinition.Questions(row.Attributes!, language);
            // A service that is published, or asks something already, keeps its questions: what fits is for a person to map.
            var drafted = await transaction.ExecuteAsync("""
                update service_versions v set questions = @questions, version = v.version + 1
                from services s
                where v.agency_id = @agency and s.agency_id = v.agency_id and s.id = v.service_id and s.key = @service and s.published_version is null
                  and v.state = 'draft' and v.questions is null
                """, new { mappings[at].Service, questions }, ct);
            if (drafted == 0) continue;
            mappings[at] = mappings[at] with { Attributes = attributes };
            batch.New.Add(row);
        }
    }
}

/// <summary>What a partner asks about a service, as questions of ours. Pure.</summary>
public static class PartnerDefinition
{
    /// <summary>Questions, and which of their attributes each is. What they only tell (<c>variable</c> false) is no question.</summary>
    public static (JsonList<Question> Questions, List<AttributeMapping> Attributes) Questions(IReadOnlyList<GeoReportThing> attributes, string language)
    {
        var (questions, mapped) = (new JsonList<Question>(), new List<AttributeMapping>());
        foreach (var attribute in attributes.OrderBy(a => int.TryParse(a["order"], out var order) ? order : int.MaxValue))
        {
            if (attribute["code"] is not { } code || attribute["variable"] is "false" or "False" or "0") continue;
            var key = KeyFrom(code, questions.Select(q => q.Key));
            var (options, values) = Options(attribute, language);
            var type = attribute["datatype"]?.ToLowerInvariant() switch
            {
                "number" => QuestionType.Number,
                "datetime" => QuestionType.Date,
                "singlevaluelist" when options.Count > 0 => QuestionType.Single,
                "multivaluelist" when options.Count > 0 => QuestionType.Multiple,
                _ => QuestionType.Text,
            };
            var chooses = type is QuestionType.Single or QuestionType.Multiple;
            questions.Add(new(key, new(language, attribute["description"] ?? code), type, chooses ? options : null, attribute["required"] is "true" or "True" or "1"));
            mapped.Add(new(key, code, chooses ? values : null));
            if (questions.Count == Information.Questions.Most) break;
        }
        return (questions, mapped);
    }

    static (List<QuestionOption> Options, Dictionary<string, string> Values) Options(GeoReportThing attribute, string language)
    {
        var (options, values) = (new List<QuestionOption>(), new Dictionary<string, string>());
        foreach (var value in attribute.Lists.GetValueOrDefault("values") ?? [])
            if ((value["key"] ?? value["name"]) is { } theirs)
            {
                var key = KeyFrom(theirs, values.Keys);
                options.Add(new(key, new(language, value["name"] ?? theirs)));
                values[key] = theirs;
            }
        return (options, values);
    }

    // As questions and options are named here: small letters first, and each once.
    static string KeyFrom(string theirs, IEnumerable<string> taken)
    {
        var key = ServiceKey.From(theirs);
        if (!char.IsAsciiLetterLower(key[0])) key = $"k{key}";
        if (key.Length > 60) key = key[..60];
        var known = taken.ToHashSet();
        for (var i = 2; known.Contains(key); i++) key = $"{key[..Math.Min(key.Length, 56)]}-{i}";
        return key;
    }
}
