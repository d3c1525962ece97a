using System.Diagnostics;
using Cirm.Core.Platform;

namespace Cirm.Bench;

/// <summary>Latency of submit and read with one agency in the database, and with a thousand of the same size.</summary>
static class ManyAgencies
{
    const int CasesEach = 200;
    const int Asked = 2_000;

    public static async Task<Measure> RunAsync()
    {
        await using var one = await StartAsync("cirm_bench_one", 1);
        await using var thousand = await StartAsync("cirm_bench_thousand", 1_000);
        var alone = await one.SignInAsync(Role.Citizen);
        var amongMany = await thousand.SignInAsync(Role.Citizen);
        var measure = await Measure.InTurnAsync("agencies", "milliseconds (submit and read, median of each)", 5,
            () => LatencyAsync(thousand, amongMany), () => LatencyAsync(one, alone));
        measure.Detail["casesEach"] = CasesEach;
        measure.Detail["agencies"] = 1_000;
        return measure;

        static async Task<Round> LatencyAsync(Server server, string token)
        {
            using var connection = await HttpConnection.OpenAsync(server.Port);
            var head = await connection.AskAsync(Submit.Request(server, token));
            var path = head[(head.IndexOf("Location: ", StringComparison.Ordinal) + 10)..].Split('\r')[0];
            var reading = HttpConnection.Request("GET", path, token);
            var (submit, read) = (new List<double>(), new List<double>());
            for (var i = 0; i < Asked; i++)
            {
                submit.Add(await TimeAsync(connection, Submit.Request(server, token)));
                read.Add(await TimeAsync(connection, reading));
            }
            return new(Measure.Median(submit) + Measure.Median(read), 0);
        }

        static async Task<double> TimeAsync(HttpConnection connection, byte[] request)
        {
            var watch = Stopwatch.GetTimestamp();
            await connection.AskAsync(request);
            return Stopwatch.GetElapsedTime(watch).TotalMilliseconds;
        }
    }

    static async Task<Server> StartAsync(string database, int agencies)
    {
        var server = await Server.StartAsync(database);
        await Read.FillAsync(server, server.Agency, server.Service, 1, CasesEach);
        await server.ExecuteAsync($"update case_numbers set last_number = {CasesEach}");
        // The other agencies of the same size, with all that the first one has.
        await server.ExecuteAsync($"""
            create temp table others as select gen_random_uuid() as id, n from generate_series(2, {agencies}) n;
            insert into agencies (id, slug, name, time_zone, locales, smallest_group, status, created_at, updated_at)
            select o.id, 'other-' || o.n, a.name, a.time_zone, a.locales, a.smallest_group, a.status, a.created_at, a.updated_at from others o cross join agencies a;
            insert into case_numbers select o.id, {CasesEach} from others o;
            insert into audit_heads select o.id, h.position, h.hash from others o cross join audit_heads h where h.agency_id = '{server.Agency}';
            insert into accounts (agency_id, id, email, email_key, password_hash, role, created_at, updated_at)
            select o.id, a.id, o.n || a.email, o.n || a.email_key, a.password_hash, a.role, a.created_at, a.updated_at from others o cross join accounts a where a.agency_id = '{server.Agency}';
            insert into services select o.id, s.id, s.key, s.published_version, s.version, s.created_at, s.updated_at from others o cross join services s;
            insert into service_versions (agency_id, service_id, number, state, name, serves, rights, first_response_hours, resolution_hours, created_at, published_at)
            select o.id, v.service_id, v.number, v.state, v.name, v.serves, v.rights, v.first_response_hours, v.resolution_hours, v.created_at, v.published_at
            from others o cross join service_versions v;
            insert into cases (agency_id, id, number, service_id, service_version, kind, status, channel, title, description, latitude, longitude, area, submitted_at, due_at, updated_at)
            select o.id, c.id, c.number, c.service_id, c.service_version, c.kind, c.status, c.channel, c.title, c.description, c.latitude, c.longitude, c.area,
                   c.submitted_at, c.due_at, c.updated_at
            from others o cross join cases c;
            """);
        await server.ExecuteAsync("vacuum analyze");
        return server;
    }
}
