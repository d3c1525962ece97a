using Cirm.Tests.Harness;
using Npgsql;

namespace Cirm.Tests.Tenancy;

/// <summary>Walks the catalogue of a migrated database: what is said of an agency's table is said of every one, also of tomorrow's.</summary>
public sealed class CatalogueTests(CirmHost host)
{
    // What all agencies share: few rows, read mostly. A new one is decided in docs/adr, not here by the way.
    static readonly string[] Shared = ["agencies", "schema_migrations", "signing_keys"];

    const string Predicate = "(agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)";

    const string Tables = """
        with tables as (
          select c.oid, c.relname::text as name, c.relrowsecurity, c.relforcerowsecurity, c.relowner,
                 exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'agency_id') as of_agency
          from pg_class c
          where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p'))

        """;

    [Fact]
    public async Task Only_the_shared_tables_have_no_agency() =>
        Assert.Equal(Shared, await ListAsync("select name from tables where not of_agency order by name collate \"C\""));

    [Theory]
    [InlineData("a nullable agency_id", """
        select name from tables join pg_attribute a on a.attrelid = tables.oid and a.attname = 'agency_id'
        where not a.attnotnull or a.atttypid <> 'uuid'::regtype
        """)]
    [InlineData("row security that is not enabled and forced", """
        select name from tables where of_agency and not (relrowsecurity and relforcerowsecurity)
        """)]
    [InlineData("a key or index whose first column is not agency_id", """
        select name || ': ' || i.indexrelid::regclass from tables join pg_index i on i.indrelid = tables.oid
        where of_agency
          and (select a.attname from pg_attribute a where a.attrelid = i.indrelid and a.attnum = i.indkey[0]) is distinct from 'agency_id'
          and i.indexrelid::regclass::text <> 'accounts_email' -- the one question that is asked before the agency is known
        """)]
    [InlineData("no primary key", """
        select name from tables where not exists (select from pg_constraint k where k.conrelid = tables.oid and k.contype = 'p')
        """)]
    [InlineData("a foreign key that does not begin with agency_id on both sides", """
        select k.conname::text from tables join pg_constraint k on k.conrelid = tables.oid and k.contype = 'f'
        where of_agency and exists (
          select from (values (k.conrelid, k.conkey[1]), (k.confrelid, k.confkey[1])) as side (rel, col)
          join pg_attribute a on a.attrelid = side.rel and a.attnum = side.col
          where a.attname <> 'agency_id')
        """)]
    [InlineData("a trigger of its own", """
        select tgname || ' on ' || tgrelid::regclass from pg_trigger join tables on tables.oid = tgrelid where not tgisinternal
        """)]
    [InlineData("a sequence", """
        select relname::text from pg_class where relkind = 'S' and relnamespace = 'public'::regnamespace
        """)]
    [InlineData("a view or rule, which would be read with its owner's rights", """
        select relname::text from pg_class where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace
        """)]
    [InlineData("a function that runs as its owner", """
        select proname::text from pg_proc where prosecdef and pronamespace = 'public'::regnamespace
        """)]
    public async Task No_table_of_an_agency_has(string what, string query)
    {
        var found = await ListAsync(query);
        Assert.True(found.Count == 0, $"There is {what}: {string.Join(", ", found)}");
    }

    [Fact]
    public async Task Every_table_of_an_agency_has_exactly_the_policy_of_the_house()
    {
        var found = await ListAsync("""
            select name || ': ' || coalesce((
              select string_agg(concat_ws(' ', p.polname, p.polpermissive, p.polcmd, p.polroles::regrole[]::text,
                       pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)), '; ' order by p.polname)
              from pg_policy p where p.polrelid = tables.oid), 'none')
            from tables where of_agency order by 1
            """);
        var agency = $"agency t * {{-}} {Predicate} {Predicate}";
        Assert.NotEmpty(found);
        // The router may learn which agency, and reads the columns that it was granted: see the test of the grants.
        Assert.All(found, line => Assert.Contains(line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..], (string[])[agency, $"{agency}; router t r {{cirm_router}} true"]));
    }

    [Fact]
    public async Task The_roles_own_nothing_and_bypass_nothing()
    {
        Assert.Empty(await ListAsync("""
            select rolname::text from pg_roles
            where rolname like 'cirm\_%' and rolname <> 'cirm_owner'
              and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
            union all
            select r.rolname || ' owns ' || d.objid from pg_shdepend d join pg_roles r on r.oid = d.refobjid
            where d.deptype = 'o' and r.rolname in ('cirm_app', 'cirm_router', 'cirm_platform') and d.dbid = (select oid from pg_database where datname = current_database())
            union all
            select c.relname || ' in ' || c.relnamespace::regnamespace || ' is owned by the engine' from pg_class c join pg_roles r on r.oid = c.relowner
            where r.rolname = 'cirm_engine' and c.relnamespace not in ('engine'::regnamespace, 'pg_toast'::regnamespace)
            union all
            select m.member::regrole || ' is a member of ' || m.roleid::regrole from pg_auth_members m where m.member::regrole::text like 'cirm\_%'
            """));
    }

    [Fact]
    public async Task Each_role_may_do_what_it_is_for_and_no_more()
    {
        var grants = await ListAsync("""
            select r.rolname || ' ' || lower(privilege_type) || ' ' || name || case when of_agency then ' of an agency' else '' end
            from tables
            cross join (select oid, rolname from pg_roles where rolname in ('cirm_app', 'cirm_router', 'cirm_platform', 'cirm_engine')) r
            cross join unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) as p (privilege_type)
            where has_table_privilege(r.oid, tables.oid, privilege_type)
            """);
        Assert.DoesNotContain(grants, g => g.Contains(" truncate ", StringComparison.Ordinal) || g.Contains(" trigger ", StringComparison.Ordinal) || g.Contains(" references ", StringComparison.Ordinal));
        Assert.DoesNotContain(grants, g => g.StartsWith("cirm_engine", StringComparison.Ordinal));
        Assert.DoesNotContain(grants, g => !g.StartsWith("cirm_app", StringComparison.Ordinal) && g.EndsWith(" of an agency", StringComparison.Ordinal));
        foreach (var kept in (string[])["audit_entries", "case_history", "case_notes"])
            Assert.Equal([$"cirm_app insert {kept} of an agency", $"cirm_app select {kept} of an agency"], grants.Where(g => g.Contains($" {kept} ", StringComparison.Ordinal)).Order());
        // What happened stays as it was written; only what people said in it, and who of them said it, can be taken out (docs/adr/0013-erasure.md).
        Assert.Equal(
            ["case_history.actor_id", "case_history.on_behalf_of", "case_history.reason", "case_notes.actor_id", "case_notes.on_behalf_of", "case_notes.text"],
            await ListAsync("""
                select name || '.' || a.attname
                from tables join pg_attribute a on a.attrelid = tables.oid and a.attnum > 0 and not a.attisdropped
                where name in ('audit_entries', 'case_history', 'case_notes') and has_column_privilege('cirm_app', tables.oid, a.attnum, 'UPDATE')
                order by name, a.attname
                """));

        var columns = await ListAsync("""
            select r.rolname || ' ' || name || '.' || a.attname
            from tables join pg_attribute a on a.attrelid = tables.oid and a.attnum > 0 and not a.attisdropped
            cross join (select oid, rolname from pg_roles where rolname in ('cirm_router', 'cirm_platform', 'cirm_engine')) r
            where of_agency and has_column_privilege(r.oid, tables.oid, a.attnum, 'SELECT,INSERT,UPDATE,REFERENCES')
            order by name, a.attname
            """);
        Assert.Equal(
            [
                "cirm_router accounts.agency_id", "cirm_router accounts.email_key", "cirm_router accounts.id",
                "cirm_router identity_providers.agency_id", "cirm_router identity_providers.audience", "cirm_router identity_providers.issuer",
                "cirm_router notice_sendings.agency_id", "cirm_router notice_sendings.over_at",
                "cirm_router outbox.agency_id", "cirm_router outbox.created_at", "cirm_router outbox.done_at", "cirm_router outbox.id",
                "cirm_router partner_deliveries.agency_id", "cirm_router partner_deliveries.next_at", "cirm_router partner_deliveries.partner_id", "cirm_router partner_deliveries.state",
                "cirm_router partners.agency_id", "cirm_router partners.blocked_until", "cirm_router partners.fetch_due_at", "cirm_router partners.fetches", "cirm_router partners.id",
                "cirm_router partners.state",
                "cirm_router segment_changes.agency_id", "cirm_router segments.agency_id", "cirm_router segments.pending",
                "cirm_router survey_inbox.agency_id",
                "cirm_router survey_waves.agency_id", "cirm_router survey_waves.closed_at", "cirm_router survey_waves.closes_at",
                "cirm_router webhook_deliveries.agency_id", "cirm_router webhook_deliveries.next_at", "cirm_router webhook_deliveries.state", "cirm_router webhook_deliveries.webhook_id",
                "cirm_router webhooks.agency_id", "cirm_router webhooks.blocked_until", "cirm_router webhooks.id", "cirm_router webhooks.state",
            ], columns);
    }

    async Task<IReadOnlyList<string>> ListAsync(string query)
    {
        await using var source = NpgsqlDataSource.Create(host.Database.OwnerConnectionString);
        await using var command = source.CreateCommand(query.Contains("tables", StringComparison.Ordinal) ? Tables + query : query);
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync()) lines.Add(reader.GetString(0));
        return lines;
    }
}
