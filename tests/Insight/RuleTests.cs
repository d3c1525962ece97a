using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cirm.Core.Identity;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Tests.Harness;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Insight;

/// <summary>What SQL makes of a rule is what the rule says: compared with a reading of its own, over random rules, citizens and cases.</summary>
public sealed class RuleTests(CirmHost host)
{
    static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Sql_finds_whom_the_rule_describes()
    {
        var agency = await Segmenting.AgencyAsync(host);
        var db = host.Services.GetRequiredService<TenantDb>();
        await using var transaction = await db.BeginAsync(agency.Id, CancellationToken.None);
        var people = Gen.Sample(People(), 10, 400).ToList();
        await FillAsync(transaction, people);
        var words = new Vocabulary(
            (await transaction.QueryAsync<AttributeDeclaration>($"select {"key, name, type, codes as values, purpose, sensitive, commercial as declared_commercial, created_at, version"} from attributes where agency_id = @agency", null, CancellationToken.None))
                .ToDictionary(a => a.Key), new HashSet<string> { "lamps" }, new Dictionary<string, Segment>());
        // As many rules as fit in one statement, as the evaluation has them: they must not get in each other's way.
        foreach (var rules in Gen.Sample(Rules(3), 6, 300).Chunk(50))
        {
            var read = rules.Select(json => RuleReader.Read(json, words, "/rule", null)).ToList();
            var sql = SegmentSql.Of(read, words, Now, "", "");
            var found = (await transaction.QueryAsync<string>(
                $"select concat_ws(' ', r.id, {string.Join(", ", sql.Columns.Select(c => $"r.{c}::int"))}) from {sql.From} r", sql.Args, CancellationToken.None))
                .Select(line => line.Split(' ')).ToDictionary(l => Guid.Parse(l[0]), l => l[1..]);
            foreach (var person in people)
                for (var i = 0; i < rules.Length; i++)
                    Assert.True(Is(rules[i], person) == (found[person.Id][i] == "1"), $"{rules[i].GetRawText()} of {person} is said to be {found[person.Id][i]}.");
        }
    }

    [Fact]
    public async Task What_follows_by_the_words_of_rules_is_so_for_everybody()
    {
        var agency = await Segmenting.AgencyAsync(host);
        var attributes = await host.Services.GetRequiredService<Attributes>().ListAsync(agency.Id, null, 100, CancellationToken.None);
        var words = new Vocabulary(attributes.ToDictionary(a => a.Key), new HashSet<string> { "lamps" }, new Dictionary<string, Segment>());
        var people = Gen.Sample(People(), 10, 300).ToList();
        var seen = 0;
        Prop.ForAll(Rules(1).Two().ToArbitrary(), pair =>
        {
            Rule one = Read(pair.Item1), other = Read(pair.Item2), both = RuleLogic.WrittenOut(new AllRule([one, other]), words.Segments);
            Assert.True(RuleLogic.Implies(both, one) && RuleLogic.Implies(one, new AnyRule([other, one])));
            if (!RuleLogic.Implies(one, other)) return;
            seen++;
            Assert.All(people.Where(p => Is(pair.Item1, p)), p => Assert.True(Is(pair.Item2, p), $"{RuleLogic.Text(one)} does not imply {RuleLogic.Text(other)}: {p}"));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));
        Assert.True(seen > 20, "Hardly any rule followed from another one.");

        Rule Read(JsonElement json) => RuleReader.Read(json, words, "/rule", null);
    }

    // ---- the reference: the contract's words, read by hand

    static bool Is(JsonElement rule, Person person)
    {
        if (rule.TryGetProperty("all", out var all)) return all.EnumerateArray().All(r => Is(r, person));
        if (rule.TryGetProperty("any", out var any)) return any.EnumerateArray().Any(r => Is(r, person));
        if (rule.TryGetProperty("not", out var not)) return !Is(not, person);
        var op = rule.GetProperty("op").GetString()!;
        var value = rule.GetProperty("value");
        if (rule.TryGetProperty("behaviour", out var behaviour))
        {
            var count = behaviour.GetString() is "responses" or "contributions" ? 0 : person.Cases.Count(c =>
                (behaviour.GetString() == "cases" || c.Complaint)
                && (!rule.TryGetProperty("service", out _) || c.Lamps)
                && (!rule.TryGetProperty("withinDays", out var days) || c.DaysAgo < days.GetInt32()));
            return op == "in" ? value.EnumerateArray().Any(v => v.GetInt32() == count) : Holds(op, count.CompareTo(value.GetInt32()));
        }
        var key = rule.GetProperty("attribute").GetString()!;
        var has = person.Attributes.TryGetPropertyValue(key, out var own);
        if (op == "exists") return has == value.GetBoolean();
        if (!has) return op == "ne";
        return op == "in" ? value.EnumerateArray().Any(v => Compare(own!, v) == 0) : Holds(op, Compare(own!, value));
    }

    static int Compare(JsonNode own, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => own.GetValue<decimal>().CompareTo(value.GetDecimal()),
        JsonValueKind.String when DateOnly.TryParseExact(value.GetString(), "yyyy-MM-dd", out var day) => DateOnly.ParseExact((string)own!, "yyyy-MM-dd", CultureInfo.InvariantCulture).CompareTo(day),
        JsonValueKind.String => string.CompareOrdinal((string)own!, value.GetString()),
        _ => ((bool)own).CompareTo(value.GetBoolean()),
    };

    static bool Holds(string op, int order) => op switch
    {
        "eq" => order == 0,
        "ne" => order != 0,
        "lt" => order < 0,
        "le" => order <= 0,
        "gt" => order > 0,
        "ge" => order >= 0,
        _ => throw new ArgumentException(op),
    };

    // ---- what is tried

    sealed record CaseOf(bool Lamps, bool Complaint, double DaysAgo);

    sealed record Person(Guid Id, JsonObject Attributes, IReadOnlyList<CaseOf> Cases)
    {
        public override string ToString() => $"{Attributes.ToJsonString()} with {string.Join(", ", Cases)}";
    }

    static readonly string[] Streets = ["Main", "O'Neil \"Way\"", "خیابان ولیعصر", "%", "1"];

    static Gen<JsonNode?> Value(string attribute) => attribute switch
    {
        "district" => Gen.Elements("1", "2", "3").Select(v => (JsonNode?)JsonValue.Create(v)),
        "age" => Gen.Choose(0, 8).Select(v => (JsonNode?)JsonValue.Create(v / 2m)),
        "tenant" => Gen.Elements(true, false).Select(v => (JsonNode?)JsonValue.Create(v)),
        "movedIn" => Gen.Choose(1, 6).Select(v => (JsonNode?)JsonValue.Create($"20{20 + v / 2:00}-0{v}-1{v}")),
        _ => Gen.Elements(Streets).Select(v => (JsonNode?)JsonValue.Create(v)),
    };

    static readonly string[] Keys = ["district", "age", "tenant", "movedIn", "street"];

    static Gen<Person> People() =>
        from has in Gen.Elements(true, true, false).ArrayOf(Keys.Length)
        from values in Gen.CollectToArray(Keys.Select(Value))
        from cases in (from lamps in Gen.Elements(true, false) from complaint in Gen.Elements(true, false) from days in Gen.Choose(0, 39) select new CaseOf(lamps, complaint, days + 0.5)).ListOf()
        select new Person(Guid.CreateVersion7(), new JsonObject(Keys.Index().Where(k => has[k.Index]).Select(k => KeyValuePair.Create(k.Item, values[k.Index]?.DeepClone()))), [.. cases.Take(4)]);

    static Gen<JsonElement> Rules(int depth) => depth == 0 ? Leaf() : Gen.OneOf<JsonElement>(
        [
            Leaf(), Leaf(),
            Rules(depth - 1).ArrayOf(2).Select(parts => Of(new { all = parts })),
            Rules(depth - 1).ArrayOf(3).Select(parts => Of(new { any = parts })),
            Rules(depth - 1).Select(inner => Of(new { not = inner })),
        ]);

    static Gen<JsonElement> Leaf() => Gen.OneOf(
        from attribute in Gen.Elements(Keys)
        from op in Gen.Elements(attribute is "age" or "movedIn" ? ["eq", "ne", "in", "lt", "le", "gt", "ge", "exists"] : attribute == "tenant" ? ["eq", "ne", "exists"] : (string[])["eq", "ne", "in", "exists"])
        from values in Value(attribute).ArrayOf(2)
        from exists in Gen.Elements(true, false)
        select Of(new { attribute, op, value = op == "in" ? (object)values : op == "exists" ? exists : values[0] }),
        from behaviour in Gen.Elements("cases", "complaints", "responses", "contributions")
        from op in Gen.Elements("eq", "ne", "in", "lt", "le", "gt", "ge")
        from count in Gen.Choose(0, 4)
        from days in Gen.Elements(0, 1, 10, 30)
        from service in Gen.Elements(true, false)
        select BehaviourOf(behaviour, op, count, days, service && behaviour is "cases" or "complaints"));

    static JsonElement BehaviourOf(string behaviour, string op, int count, int days, bool service)
    {
        var rule = new JsonObject { ["behaviour"] = behaviour, ["op"] = op, ["value"] = op == "in" ? new JsonArray(count, count + 2) : count };
        if (days > 0) rule["withinDays"] = days;
        if (service && behaviour is "cases" or "complaints") rule["service"] = "lamps";
        return Of(rule);
    }

    static JsonElement Of(object rule) => JsonSerializer.SerializeToElement(rule, Wire.Json);

    static async Task FillAsync(TenantTransaction transaction, IReadOnlyList<Person> people)
    {
        transaction.Enqueue("""
            insert into citizens (agency_id, id, attributes, created_at, updated_at)
            select @agency, r.id, r.attributes::jsonb, @now, @now from unnest(@ids, @attributes) as r (id, attributes)
            """, new { Ids = people.Select(p => p.Id).ToArray(), Attributes = people.Select(p => p.Attributes.ToJsonString(Wire.Json)).ToArray(), Now });
        transaction.Enqueue("insert into services (agency_id, id, key, created_at, updated_at) values (@agency, @id, 'others', @now, @now)", new { Id = Guid.CreateVersion7(), Now });
        var cases = people.SelectMany(p => p.Cases.Select(c => (p.Id, Case: c))).ToList();
        transaction.Enqueue("""
            insert into cases (agency_id, id, number, service_id, service_version, kind, status, channel, title, citizen_id, submitted_at, updated_at)
            select @agency, r.id, r.n, s.id, 1, r.kind, 'submitted', 'web', 'x', r.citizen, r.at, r.at
            from unnest(@ids, @citizens, @services, @kinds, @times) with ordinality as r (id, citizen, service, kind, at, n)
            join services s on s.agency_id = @agency and s.key = r.service
            """,
            new
            {
                Ids = cases.Select(_ => Guid.CreateVersion7()).ToArray(), Citizens = cases.Select(c => c.Id).ToArray(), Services = cases.Select(c => c.Case.Lamps ? "lamps" : "others").ToArray(),
                Kinds = cases.Select(c => c.Case.Complaint ? "complaint" : "report").ToArray(), Times = cases.Select(c => Now.AddDays(-c.Case.DaysAgo).UtcDateTime).ToArray(),
            });
        await transaction.FlushAsync(CancellationToken.None);
    }
}
