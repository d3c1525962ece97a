using System.Text.RegularExpressions;
using Cirm.Tests.Conformance;
using Npgsql;

namespace Cirm.Tests.Tenancy;

/// <summary>
/// The statements that PostgreSQL saw while every operation was called: each table of an agency comes with agency_id = $n, or is
/// joined by agency_id to one that does. On Citus that predicate is the router.
/// </summary>
[Collection(nameof(WalkHost))]
public sealed partial class StatementTests(WalkHost host)
{
    const string Keywords = "select|insert|update|delete|with|set|where|join|left|right|inner|cross|on|using|values|order|group|limit|for|returning|union";

    [Fact]
    public async Task Every_statement_on_an_agencys_table_names_the_agency()
    {
        var preloaded = await host.Database.ScalarAsOwnerAsync<string>("show shared_preload_libraries");
        Assert.True(preloaded.Contains("pg_stat_statements", StringComparison.Ordinal),
            "The PostgreSQL of CIRM_TEST_DATABASE was started without shared_preload_libraries = 'pg_stat_statements'; `./cirm test` starts one with it.");
        await host.Database.ExecuteAsOwnerAsync("create extension if not exists pg_stat_statements");

        var world = await host.WorldAsync();
        foreach (var operation in world.Operations)
        {
            using var request = await world.RequestAsync(operation);
            using var answer = await (await world.ClientAsync(operation)).SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        }

        var tables = (await host.Database.ScalarAsOwnerAsync<string[]>("""
            select array_agg(a.attrelid::regclass::text) from pg_attribute a join pg_class c on c.oid = a.attrelid
            where a.attname = 'agency_id' and c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
            """)).ToHashSet();
        var app = await StatementsAsync("cirm_app");
        Assert.True(app.Count > 20, "Hardly any statement was captured.");
        var wrong = app.SelectMany(sql => Unrouted(sql, tables).Select(table => $"{table} without agency_id = $n in: {sql}")).ToList();
        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));

        // The router asks which agency: it names none, and reads what it was granted and nothing else.
        Assert.All(await StatementsAsync("cirm_router"), sql => Assert.Contains(
            TableName().Matches(sql).Select(m => m.Groups["table"].Value).Where(tables.Contains).Distinct().SingleOrDefault() ?? "none", (string[])["accounts", "outbox", "none"]));
        Assert.Empty((await StatementsAsync("cirm_platform")).SelectMany(sql => TableName().Matches(sql).Select(m => m.Groups["table"].Value).Where(tables.Contains)));
    }

    [Theory]
    [InlineData("select * from cases where id = $1", "cases")]
    [InlineData("select * from cases c join services s on s.id = c.service_id where c.agency_id = $1", "s")]
    [InlineData("select * from cases c join services s on s.agency_id = c.agency_id where c.agency_id = $1", null)]
    [InlineData("select * from cases c where c.agency_id = $1 and exists (select from citizens where id = c.citizen_id)", "citizens")]
    [InlineData("select * from cases c where c.agency_id = $1 and exists (select from citizens where agency_id = $1)", null)]
    [InlineData("insert into cases (id, agency_id) values ($1, $2)", "cases")]
    [InlineData("insert into cases (agency_id, id) select agency_id, $1 from services where agency_id = $2 and key = $3", null)]
    [InlineData("with taken as (update services set x = $1 where agency_id = $2 returning agency_id, id) update cases c set x = $1 from taken t where t.agency_id = c.agency_id and c.agency_id = $2", null)]
    [InlineData("delete from outbox using cases where outbox.agency_id = $1", "cases")]
    public void An_agencys_table_without_the_predicate_is_found(string sql, string? unrouted) =>
        Assert.Equal(unrouted is null ? [] : [unrouted], Unrouted(sql, ["cases", "services", "citizens", "outbox"]));

    /// <summary>The tables (or their aliases) of a statement that no predicate ties to an agency.</summary>
    static IEnumerable<string> Unrouted(string sql, HashSet<string> tables)
    {
        foreach (Match insert in Insert().Matches(sql))
            if (tables.Contains(insert.Groups["table"].Value) && !insert.Groups["columns"].Value.TrimStart().StartsWith("agency_id", StringComparison.Ordinal))
                yield return insert.Groups["table"].Value;
        foreach (var scope in Scopes(sql))
        {
            var named = TableName().Matches(scope).Where(m => tables.Contains(m.Groups["table"].Value))
                .Select(m => m.Groups["alias"] is { Success: true, Value: var alias } ? alias : m.Groups["table"].Value).ToList();
            var routed = Anchor().Matches(scope).Select(m => m.Groups["alias"].Value.TrimEnd('.')).ToHashSet();
            if (routed.Contains("") && named.Count > 0) routed.Add(named[0]);
            var joins = Join().Matches(sql).Select(m => (m.Groups[1].Value, m.Groups[2].Value)).ToList();
            // An outer query's table that is routed there routes what is joined to it here.
            routed.UnionWith(Anchor().Matches(sql).Select(m => m.Groups["alias"].Value.TrimEnd('.')).Where(a => a.Length > 0 && !named.Contains(a)));
            for (var before = 0; before != routed.Count;)
            {
                before = routed.Count;
                foreach (var (one, other) in joins)
                {
                    if (routed.Contains(one)) routed.Add(other);
                    else if (routed.Contains(other)) routed.Add(one);
                }
            }
            foreach (var table in named.Where(n => !routed.Contains(n))) yield return table;
        }
    }

    // Each query or sub-query without those inside it.
    static IEnumerable<string> Scopes(string sql)
    {
        for (var text = Comment().Replace(sql, " "); ;)
        {
            var inner = Innermost().Match(text);
            if (!inner.Success)
            {
                yield return text;
                yield break;
            }
            if (Keyword().IsMatch(inner.Value.TrimStart('(', ' ', '\n').Split(' ', '\n')[0])) yield return inner.Value;
            text = text[..inner.Index] + " " + text[(inner.Index + inner.Length)..];
        }
    }

    async Task<IReadOnlyList<string>> StatementsAsync(string role)
    {
        await using var source = NpgsqlDataSource.Create(host.Database.OwnerConnectionString);
        await using var command = source.CreateCommand("""
            select s.query from pg_stat_statements s
            where s.dbid = (select oid from pg_database where datname = current_database()) and s.userid = $1::regrole
            """);
        command.Parameters.Add(new() { Value = role });
        await using var reader = await command.ExecuteReaderAsync();
        var statements = new List<string>();
        while (await reader.ReadAsync()) statements.Add(reader.GetString(0));
        return statements;
    }

    [GeneratedRegex(@"\b(?:from|join|update|using)\s+(?:only\s+)?(?<table>[a-z_]+)(?:\s+(?:as\s+)?(?!(?:" + Keywords + @")\b)(?<alias>[a-z_]+))?", RegexOptions.IgnoreCase)]
    private static partial Regex TableName();

    [GeneratedRegex(@"\binsert\s+into\s+(?<table>[a-z_]+)(?:\s+as\s+[a-z_]+)?\s*\((?<columns>[^)]*)\)", RegexOptions.IgnoreCase)]
    private static partial Regex Insert();

    [GeneratedRegex(@"(?<alias>\b[a-z_]+\.)?\bagency_id\s*=\s*\$\d+", RegexOptions.IgnoreCase)]
    private static partial Regex Anchor();

    [GeneratedRegex(@"\b([a-z_]+)\.agency_id\s*=\s*([a-z_]+)\.agency_id", RegexOptions.IgnoreCase)]
    private static partial Regex Join();

    [GeneratedRegex(@"\([^()]*\)")]
    private static partial Regex Innermost();

    [GeneratedRegex(@"--[^\n]*|'(?:[^']|'')*'")]
    private static partial Regex Comment();

    [GeneratedRegex("^(" + Keywords + ")$", RegexOptions.IgnoreCase)]
    private static partial Regex Keyword();
}
