using System.Text;
using System.Text.Json;
using Cirm.Core.Identity;

namespace Cirm.Core.Insight.Segmentation;

/// <summary>
/// Makes SQL of rules: one sub-query that says of every citizen, in one pass over them, in which of the segments they are. Attributes are
/// taken out of a row once, cases are counted in one pass for all rules; segments that depend on others stand a level above them.
/// Whatever comes from a rule is a parameter.
/// </summary>
/// <remarks>Each level ends with <c>offset 0</c>, so that PostgreSQL computes a column once and not wherever it is named.</remarks>
public sealed class SegmentSql
{
    readonly Vocabulary words;
    readonly DateTimeOffset now;
    readonly Dictionary<string, object> args = [];
    readonly Dictionary<(string Key, AttributeType Type), string> attributes = [];
    readonly Dictionary<(Behaviour Behaviour, string? Service, int? Days), string> counts = [];
    readonly Dictionary<string, string> members = [];

    SegmentSql(Vocabulary words, DateTimeOffset now) => (this.words, this.now) = (words, now);

    /// <summary>The parameters, besides <c>@agency</c> and those of the scope.</summary>
    public IReadOnlyDictionary<string, object> Args => args;

    /// <summary>The sub-query: columns <c>id</c> and one boolean for each wanted thing.</summary>
    public string From { get; private set; } = "";

    /// <summary>The boolean columns of <see cref="From"/>, in the order in which they were wanted.</summary>
    public IReadOnlyList<string> Columns { get; private set; } = [];

    /// <summary>Asks for segments.</summary>
    /// <param name="keys">Which.</param>
    /// <param name="words">The agency's attributes and segments.</param>
    /// <param name="now">From when the days of behaviour count back.</param>
    /// <param name="scope">Narrows the citizens <c>z</c>, such as <c>and z.id = any (@citizens)</c>; empty for all.</param>
    /// <param name="casesScope">Narrows cases <c>c</c> to theirs, in the same way.</param>
    public static SegmentSql Of(IReadOnlyList<string> keys, Vocabulary words, DateTimeOffset now, string scope, string casesScope) =>
        Of([.. keys.Select(k => (Rule)new SegmentRule(k))], words, now, scope, casesScope);

    /// <summary>Asks for any rules.</summary>
    /// <inheritdoc cref="Of(IReadOnlyList{string}, Vocabulary, DateTimeOffset, string, string)"/>
    public static SegmentSql Of(IReadOnlyList<Rule> wanted, Vocabulary words, DateTimeOffset now, string scope, string casesScope)
    {
        var sql = new SegmentSql(words, now);
        sql.Write(wanted, scope, casesScope);
        return sql;
    }

    void Write(IReadOnlyList<Rule> wanted, string scope, string casesScope)
    {
        var levels = new SegmentTree(words.Segments).Levels(wanted.SelectMany(r => r.Segments));
        var written = new List<string>();
        foreach (var level in levels.GroupBy(l => l.Value, l => l.Key).OrderBy(g => g.Key))
        {
            // In the order of their keys: the same segments are the same statement. All of a level stand on lower ones.
            var ofLevel = level.Order(StringComparer.Ordinal).Select(key => (Key: key, Sql: MembersOf(words.Segments[key]))).ToList();
            foreach (var (key, _) in ofLevel) members[key] = $"s{members.Count}";
            written.Add(string.Join(",\n", ofLevel.Select(s => $"{s.Sql} as {members[s.Key]}")));
        }
        var last = wanted.Select((rule, i) => (Sql: Write(rule), Column: $"w{i}")).ToList();
        Columns = [.. last.Select(w => w.Column)];

        var text = new StringBuilder();
        text.Append("(select p.id, ").AppendJoin(", ", last.Select(w => $"{w.Sql} as {w.Column}")).Append("\nfrom ");
        foreach (var level in Enumerable.Reverse(written)) text.Append("(select p.*, ").Append(level).Append("\nfrom ");
        text.Append("(select z.id").Append(string.Concat(attributes.Select(a => $", {Take(a.Key.Key, a.Key.Type)} as {a.Value}")))
            .Append(string.Concat(counts.Select(c => $", coalesce({SourceOf(c.Key.Behaviour).Alias}.{c.Value}, 0) as {c.Value}")))
            .Append("\nfrom citizens z");
        foreach (var (source, counted) in counts.GroupBy(c => SourceOf(c.Key.Behaviour)).Select(g => (g.Key, g.ToList())))
            text.Append("\nleft join (select c.citizen_id").Append(string.Concat(counted.Select(c => $", count(*){Filter(c.Key)} as {c.Value}")))
                .Append("\n  from ").Append(source.From).Append(" where c.agency_id = @agency and c.citizen_id is not null").Append(source.Narrowed).Append(' ').Append(casesScope)
                .Append("\n  group by c.citizen_id) ").Append(source.Alias).Append(" on ").Append(source.Alias).Append(".citizen_id = z.id");
        text.Append("\nwhere z.agency_id = @agency and z.erased_at is null ").Append(scope).Append("\noffset 0) p");
        foreach (var _ in written) text.Append("\noffset 0) p");
        text.Append("\noffset 0)");
        From = text.ToString();
    }

    string MembersOf(Segment segment) => segment.Parent is { } parent ? $"({members[parent]} and {Write(segment.Tree)})" : Write(segment.Tree);

    string Write(Rule rule) => rule switch
    {
        AllRule all => $"({string.Join(" and ", all.Rules.Select(Write))})",
        AnyRule any => $"({string.Join(" or ", any.Rules.Select(Write))})",
        NotRule not => $"(not {Write(not.Inner)})",
        SegmentRule segment => members[segment.Segment],
        AttributeRule attribute => Write(attribute),
        BehaviourRule behaviour => Write(behaviour),
        _ => throw new ArgumentOutOfRangeException(nameof(rule)),
    };

    string Write(AttributeRule rule)
    {
        var type = words.Attributes[rule.Attribute].Type;
        var column = attributes.TryGetValue((rule.Attribute, type), out var known) ? known : attributes[(rule.Attribute, type)] = $"a{attributes.Count}";
        if (rule.Op == RuleOp.Exists) return $"({column} is {(rule.Value.GetBoolean() ? "not null" : "null")})";
        return type == AttributeType.Number ? Compare(column, rule.Op, rule.Value, v => v.GetDecimal())
            : Compare(column, rule.Op, rule.Value, v => v.ValueKind == JsonValueKind.String ? v.GetString()! : v.GetBoolean() ? "true" : "false");
    }

    string Write(BehaviourRule rule)
    {
        var key = (rule.Behaviour, rule.Service, rule.WithinDays);
        var column = counts.TryGetValue(key, out var known) ? known : counts[key] = $"b{counts.Count}";
        return Compare(column, rule.Op, rule.Value, v => v.GetInt64());
    }

    // True or false, never null. Days are compared as text: written as they are, their order is that of the letters.
    string Compare<T>(string column, RuleOp op, JsonElement value, Func<JsonElement, T> read) => op switch
    {
        RuleOp.Eq => $"({column} = {Add(read(value))}) is true",
        RuleOp.Ne => $"({column} = {Add(read(value))}) is not true",
        RuleOp.In => $"({column} = any ({Add(value.EnumerateArray().Select(read).ToArray())})) is true",
        RuleOp.Lt => $"({column} < {Add(read(value))}) is true",
        RuleOp.Le => $"({column} <= {Add(read(value))}) is true",
        RuleOp.Gt => $"({column} > {Add(read(value))}) is true",
        RuleOp.Ge => $"({column} >= {Add(read(value))}) is true",
        _ => throw new ArgumentOutOfRangeException(nameof(op)),
    };

    string Take(string key, AttributeType type) => type switch
    {
        AttributeType.Number => $"case jsonb_typeof(z.attributes -> {Add(key)}) when 'number' then (z.attributes -> {Add(key)})::numeric end",
        AttributeType.Date => $"(z.attributes ->> {Add(key)}) collate \"C\"",
        _ => $"z.attributes ->> {Add(key)}",
    };

    string Filter((Behaviour Behaviour, string? Service, int? Days) of)
    {
        var conditions = new List<string>();
        if (of.Behaviour == Behaviour.Complaints) conditions.Add("c.kind = 'complaint'");
        if (of.Service is { } service) conditions.Add($"c.service_id = (select k.id from services k where k.agency_id = @agency and k.key = {Add(service)})");
        if (of.Days is { } days) conditions.Add($"{SourceOf(of.Behaviour).Time} > {Add(now.AddDays(-days))}");
        return conditions.Count == 0 ? "" : $" filter (where {string.Join(" and ", conditions)})";
    }

    string Add<T>(T value)
    {
        var name = $"v{args.Count}";
        args[name] = value!;
        return "@" + name;
    }

    // Each is counted where it lies. Anonymous answers lead back to nobody and count for nobody; confidential ones do for as long as their link is kept,
    // and have no time but that of their wave (docs/adr/0018-anonymous-surveys.md).
    static Source SourceOf(Behaviour behaviour) => behaviour switch
    {
        Behaviour.Contributions => new("o", "remarks c", " and c.kind in ('contribution', 'topic', 'proposal', 'task')", "c.created_at"),
        Behaviour.Responses => new("r", "survey_links c join survey_waves w on w.agency_id = c.agency_id and w.id = c.wave_id", "", "w.closes_at"),
        _ => new("b", "cases c", "", "c.submitted_at"),
    };

    sealed record Source(string Alias, string From, string Narrowed, string Time);
}
