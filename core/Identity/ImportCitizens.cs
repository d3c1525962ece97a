using System.Text.Json;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Imports;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Identity;

/// <summary>A citizen as a file tells it.</summary>
/// <param name="Line">Where it starts.</param>
/// <param name="Attributes">A JSON object of declared attributes.</param>
public sealed record CitizenRow(long Line, string ExternalId, string? Name, string? Email, string? Phone, string? Language, string Attributes);

/// <summary>Imports citizens: who they are goes apart from what is analysed.</summary>
/// <param name="declared">The agency's attributes; a file may have a column <c>attributes.key</c> for each.</param>
/// <param name="now">The time of the import.</param>
public sealed class ImportCitizens(IReadOnlyList<AttributeDeclaration> declared, DateTimeOffset now) : IRowImport<CitizenRow>
{
    const string Prefix = "attributes.";

    /// <summary>What a file of citizens may have.</summary>
    public static readonly ImportKind Kind = new("citizens",
        [new("externalId", Required: true), new("name"), new("email"), new("phone"), new("language")], Open: Prefix);

    ColumnReader externalId = null!, name = null!, email = null!, phone = null!, language = null!;
    ColumnReader[] attributes = [];

    /// <inheritdoc/>
    public IReadOnlyList<ImportColumn> Columns { get; } =
        [.. Kind.Columns, .. declared.Select(a => new ImportColumn(Prefix + a.Key))];

    /// <inheritdoc/>
    public int? Promised => null;

    /// <summary>Learns which attributes the agency has declared.</summary>
    public static async Task<ImportCitizens> LoadAsync(TenantDb db, Guid agency, DateTimeOffset now, CancellationToken ct) =>
        new(await db.QueryAsync<AttributeDeclaration>(agency, $"""
            select {Attributes.Columns}
            from attributes
            where agency_id = @agency
            order by key
            """, null, ct), now);

    /// <inheritdoc/>
    public void Bind(ColumnReaders columns)
    {
        (externalId, name, email, phone, language) = (columns["externalId"], columns["name"], columns["email"], columns["phone"], columns["language"]);
        attributes = [.. declared.Select(a => columns[Prefix + a.Key])];
    }

    /// <inheritdoc/>
    public CitizenRow? Read(RecordReader record, List<Rejection> rejections)
    {
        var values = new Dictionary<string, JsonElement>();
        for (var i = 0; i < attributes.Length; i++)
        {
            if (attributes[i].Text(record, rejections) is not { } text) continue;
            var (value, error) = AttributeRules.Read(declared[i], text);
            if (value is { } good) values[declared[i].Key] = good;
            else attributes[i].Reject(record, rejections, "value", error!);
        }
        return new(
            record.Line, externalId.Text(record, rejections, 200)!, name.Text(record, rejections, 200),
            Checked(email, ContactRules.IsEmail, "email", "This is not an e-mail address."),
            Checked(phone, ContactRules.IsPhone, "phone", "This is not a phone number."),
            Checked(language, ContactRules.IsLanguage, "language", "This has to be a language tag such as en or fa."),
            values.Count == 0 ? "{}" : JsonSerializer.Serialize(values, Wire.Json));

        string? Checked(ColumnReader column, Func<string, bool> rule, string code, string detail)
        {
            if (column.Text(record, rejections) is not { } text || rule(text)) return column.Text(record, []);
            column.Reject(record, rejections, code, detail);
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task DecideAsync(TenantTransaction first, IReadOnlyList<RowBatch<CitizenRow>> batches, CancellationToken ct)
    {
        var known = (await first.QueryAsync<string>("""
            select external_id from citizen_identities where agency_id = @agency and external_id = any(@externalIds)
            """, new { ExternalIds = batches.SelectMany(b => b.Rows).Select(r => r.ExternalId).ToArray() }, ct)).ToHashSet();
        foreach (var batch in batches) batch.New = batch.Rows.FindAll(row => known.Add(row.ExternalId));
    }

    // Every agency has one row in case_numbers: with it the select has a place, which on Citus keeps it from being a COPY.
    // A citizen of the same external id who is added in the same moment fails the unique key, and so this attempt; the next one finds them.
    /// <inheritdoc/>
    public Task InsertAsync(TenantTransaction transaction, RowBatch<CitizenRow> batch, CancellationToken ct)
    {
        var rows = batch.New;
        var ids = new OrderedIds();
        var citizenIds = rows.ConvertAll(_ => ids.Next(now)).ToArray();
        transaction.Enqueue("""
            insert into citizens (agency_id, id, language, attributes, created_at, updated_at)
            select n.agency_id, r.id, r.language, r.attributes::jsonb, @now, @now
            from case_numbers n
            cross join unnest(@citizenIds, @languages, @attributes) as r (id, language, attributes)
            where n.agency_id = @agency
            """,
            new { citizenIds, Languages = rows.ConvertAll(r => r.Language!).ToArray(), Attributes = rows.ConvertAll(r => r.Attributes).ToArray(), now });
        transaction.Enqueue("""
            insert into citizen_identities (agency_id, citizen_id, external_id, name, email, phone)
            select z.agency_id, z.id, r.external_id, r.name, r.email, r.phone
            from citizens z
            join unnest(@citizenIds, @externalIds, @names, @emails, @phones) as r (id, external_id, name, email, phone) on r.id = z.id
            where z.agency_id = @agency
            """,
            new
            {
                citizenIds, ExternalIds = rows.ConvertAll(r => r.ExternalId).ToArray(), Names = rows.ConvertAll(r => r.Name!).ToArray(),
                Emails = rows.ConvertAll(r => r.Email!).ToArray(), Phones = rows.ConvertAll(r => r.Phone!).ToArray(),
            });
        SegmentChanges.OfCitizens(transaction, now, citizenIds);
        return transaction.FlushAsync(ct);
    }

    /// <inheritdoc/>
    public void Finish(TenantTransaction transaction, RowBatch<CitizenRow> batch) { }
}
