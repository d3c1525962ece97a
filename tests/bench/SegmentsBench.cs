using System.Diagnostics;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Npgsql;

namespace Cirm.Bench;

/// <summary>
/// Who is in which of 50 segments, of 1,000,000 citizens: the evaluation of all against 50 sequential scans of the same table, each of
/// which only counts what one rule's first comparison finds; and what it costs when one citizen in a hundred has changed.
/// </summary>
static class SegmentsBench
{
    const int Citizens = 1_000_000;
    const int Cases = 300_000;
    const int SegmentCount = 50;
    const int Rounds = 3;

    public static async Task<Measure> RunAsync()
    {
        await using var server = await Server.StartAsync("cirm_bench_segments");
        await using var databases = new Databases(Server.ConnectionTo(server.Database).Replace("Pooling=False", "Pooling=True", StringComparison.OrdinalIgnoreCase) + ";Command Timeout=600", Server.Secret);
        var db = new TenantDb(databases);
        await FillAsync(server, db);
        var evaluation = new SegmentEvaluation(db, TimeProvider.System);

        var watch = Stopwatch.StartNew();
        var first = (await evaluation.RunAsync(server.Agency, CancellationToken.None))!;
        var firstSeconds = watch.Elapsed.TotalSeconds;
        Console.Error.WriteLine(FormattableString.Invariant($"  first evaluation: {first.Begun} memberships in {firstSeconds:0.0} s"));
        foreach (var alone in (string[])["vacuum analyze segment_members", "vacuum analyze citizens", "checkpoint"]) await server.ExecuteAsync(alone); // not in one pipeline

        // In turn, so that what else the machine does meets both.
        double[] full = new double[Rounds], scans = new double[Rounds], some = new double[Rounds];
        for (var i = 0; i < Rounds; i++)
        {
            scans[i] = await ScansAsync(databases, server.Agency);
            await evaluation.RequestAllAsync(server.Agency, CancellationToken.None);
            full[i] = await SecondsAsync(async () =>
            {
                var all = (await evaluation.RunAsync(server.Agency, CancellationToken.None))!;
                if (all.Everybody != SegmentCount) throw new InvalidOperationException($"{all.Everybody} segments were evaluated, not {SegmentCount}.");
            });
            await ChangeAsync(db, server.Agency, i);
            some[i] = await SecondsAsync(async () =>
            {
                var changed = (await evaluation.RunAsync(server.Agency, CancellationToken.None))!;
                if (changed.Citizens != Citizens / 100 || changed.Begun == 0) throw new InvalidOperationException($"{changed.Citizens} citizens were looked at.");
            });
            Console.Error.WriteLine(FormattableString.Invariant($"  {SegmentCount} scans {scans[i]:0.00} s, evaluation {full[i]:0.00} s, of one in a hundred {some[i]:0.00} s"));
        }
        var (fullSeconds, scanSeconds, someSeconds) = (Measure.Median([.. full.Order()]), Measure.Median([.. scans.Order()]), Measure.Median([.. some.Order()]));
        return new("segments", Math.Round(fullSeconds, 2), Math.Round(scanSeconds, 2), Math.Round(fullSeconds / scanSeconds, 3), $"seconds (all citizens, all segments; the reference is {SegmentCount} sequential scans)", new()
        {
            ["citizens"] = Citizens, ["segments"] = SegmentCount, ["cases"] = Cases, ["memberships"] = first.Begun,
            ["firstSeconds"] = Math.Round(firstSeconds, 2), ["firstToScans"] = Math.Round(firstSeconds / scanSeconds, 3),
            ["onePercentSeconds"] = Math.Round(someSeconds, 3), ["onePercentToFull"] = Math.Round(someSeconds / fullSeconds, 3),
            ["processors"] = Environment.ProcessorCount,
        });
    }

    static async Task<double> SecondsAsync(Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        return watch.Elapsed.TotalSeconds;
    }

    // As the application reads: its role, its policy, one statement after the other.
    static async Task<double> ScansAsync(Databases databases, Guid agency)
    {
        await using var connection = await databases.App.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync($"select set_agency('{agency}'); set local enable_indexscan = off; set local enable_bitmapscan = off; set local enable_indexonlyscan = off; set local jit = off");
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < SegmentCount; i++)
        {
            var condition = (i % 5) switch
            {
                0 => $"attributes ->> 'district' = '{i % 20}'",
                1 => $"(attributes ->> 'age')::numeric >= {20 + i}",
                2 => $"attributes ->> 'tenant' = 'true'",
                3 => $"attributes ->> 'movedIn' < '20{10 + i % 15:00}-06-01'",
                _ => $"attributes ->> 'district' = any (array['{i % 20}', '{(i + 1) % 20}'])",
            };
            await ExecuteAsync($"select count(*) from citizens where agency_id = '{agency}' and {condition}");
        }
        return watch.Elapsed.TotalSeconds;

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            await command.ExecuteNonQueryAsync();
        }
    }

    // One in a hundred has another age and another district; they are queued as the API and an import queue them.
    static async Task ChangeAsync(TenantDb db, Guid agency, int round)
    {
        await using var transaction = await db.BeginAsync(agency, CancellationToken.None);
        var changed = await transaction.QueryAsync<Guid>("""
            update citizens set attributes = attributes || jsonb_build_object('age', 18 + (attributes ->> 'age')::int % 70, 'district', ((attributes ->> 'district')::int + 1) % 20 || '')
            where agency_id = @agency and ('x' || right(id::text, 6))::bit(24)::int % 100 = @round
            returning id
            """, new { round }, CancellationToken.None);
        SegmentChanges.OfCitizens(transaction, DateTimeOffset.UtcNow, [.. changed]);
        await transaction.CommitAsync(CancellationToken.None);
    }

    static async Task FillAsync(Server server, TenantDb db)
    {
        await server.ExecuteAsync($$"""
            insert into attributes (agency_id, key, name, type, codes, purpose, created_at)
            select '{{server.Agency}}', a.key, '{"en": "A"}', a.type, a.codes, 'To measure.', now()
            from (values ('district', 'code', (select array_agg(n::text) from generate_series(0, 19) n)), ('age', 'number', null), ('tenant', 'boolean', null),
                         ('movedIn', 'date', null), ('household', 'number', null), ('occupation', 'code', array['a', 'b', 'c', 'd', 'e']),
                         ('car', 'boolean', null), ('street', 'text', null)) as a (key, type, codes);
            insert into citizens (agency_id, id, language, attributes, created_at, updated_at)
            select '{{server.Agency}}', ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'en',
              jsonb_build_object('district', (n * 7 % 20)::text, 'age', 18 + n * 13 % 70, 'tenant', n % 3 = 0, 'movedIn', (date '2005-01-01' + n % 7000)::text,
                                 'household', 1 + n % 6, 'occupation', substr('abcde', 1 + n % 5, 1), 'car', n % 2 = 0, 'street', 'Street ' || n % 500),
              now(), now()
            from generate_series(1, {{Citizens}}) n;
            insert into cases (agency_id, id, number, service_id, service_version, kind, status, channel, title, citizen_id, submitted_at, updated_at)
            select '{{server.Agency}}', lpad(to_hex(n), 32, '0')::uuid, n, s.id, 1, case when n % 10 = 0 then 'complaint' else 'report' end, 'closed', 'web', 'Lamp ' || n,
              ('00000000-0000-7000-8000-' || lpad(to_hex(1 + n::bigint * 7919 % {{Citizens}}), 12, '0'))::uuid, now() - n * interval '3 minutes', now()
            from generate_series(1, {{Cases}}) n
            cross join (select id from services where agency_id = '{{server.Agency}}' limit 1) s;
            """);
        await server.ExecuteAsync("vacuum analyze");
        var segments = new Segments(db, TimeProvider.System);
        for (var i = 0; i < SegmentCount; i++)
        {
            object rule = (i % 10) switch
            {
                0 => new { attribute = "district", op = "eq", value = $"{i % 20}" },
                1 => new { all = (object[])[new { attribute = "age", op = "ge", value = 40 + i }, new { attribute = "tenant", op = "eq", value = true }] },
                2 => new { all = (object[])[new { attribute = "movedIn", op = "lt", value = "2008-06-01" }, new { attribute = "car", op = "eq", value = false }] },
                3 => new { attribute = "district", op = "in", value = (string[])[$"{i % 20}", $"{(i + 7) % 20}"] },
                4 => new { behaviour = "cases", op = "ge", value = 2 },
                5 => new { behaviour = "complaints", withinDays = 30 + i, op = "ge", value = 1 },
                6 => new { any = (object[])[new { attribute = "street", op = "eq", value = $"Street {i}" }, new { attribute = "household", op = "ge", value = 6 }] },
                7 => new { all = (object[])[new { not = new { attribute = "occupation", op = "in", value = (string[])["a", "b", "c"] } }, new { attribute = "age", op = "lt", value = 30 }] },
                8 => new { all = (object[])[new { segment = $"segment-{i - 8}" }, new { attribute = "age", op = "ge", value = 60 }] },
                _ => new { attribute = "age", op = "ge", value = 65 },
            };
            await segments.CreateAsync(Caller.System(server.Agency), new($"segment-{i}", new("en", $"Segment {i}"), i % 10 == 9 ? $"segment-{i - 9}" : null,
                System.Text.Json.JsonSerializer.SerializeToElement(rule, Wire.Json), null), CancellationToken.None);
        }
    }
}
