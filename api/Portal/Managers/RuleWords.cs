using System.Text.Json;
using Cirm.Core.Identity;
using Cirm.Core.Information;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Platform;

namespace Cirm.Api.Portal.Managers;

/// <summary>What rules speak of, by the names that people know.</summary>
/// <param name="Attributes">The agency's declared attributes.</param>
/// <param name="Services">Its services.</param>
/// <param name="Segments">Its segments that are not retired.</param>
public sealed record RuleNames(IReadOnlyList<AttributeDeclaration> Attributes, IReadOnlyList<ServiceVersion> Services, IReadOnlyList<Segment> Segments)
{
    /// <summary>Enough for any agency that people can still overlook.</summary>
    const int Most = 500;

    public static async Task<RuleNames> ReadAsync(Guid agency, Attributes attributes, Services services, Segments segments, CancellationToken ct) => new(
        await attributes.ListAsync(agency, null, Most, ct), await services.ListAsync(agency, null, drafts: false, Most, ct), await segments.ListAsync(agency, false, null, null, Core.Insight.Segmentation.Segments.Most, ct));

    public AttributeDeclaration? Attribute(string key) => Attributes.FirstOrDefault(a => a.Key == key);

    public string Service(Reader reader, string key) => Services.FirstOrDefault(s => s.Key == key) is { } service ? reader.Of(service.Name) : key;

    public string Segment(Reader reader, string key) => Segments.FirstOrDefault(s => s.Key == key) is { } segment ? reader.Of(segment.Name) : key;

    /// <summary>What results can be read by.</summary>
    public string Breakdown(Reader reader, string key) => key == Survey.BySegment ? reader["reports.by.segment"] : Called(reader, key);

    /// <summary>A value of an attribute as people say it.</summary>
    public string Value(Reader reader, string attribute, string value) => Attribute(attribute) is { Type: AttributeType.Boolean } && value is "true" or "false" ? reader[value == "true" ? "yes" : "no"] : reader.Digits(value);

    /// <summary>A comparison in words.</summary>
    public string Say(Reader reader, Rule rule) => rule switch
    {
        AttributeRule { Op: RuleOp.Exists } a => reader[a.Value.ValueKind == JsonValueKind.False ? "rule.notExists" : "rule.exists", Called(reader, a.Attribute)],
        AttributeRule a => reader[$"rule.{a.Op.Word()}", Called(reader, a.Attribute), Said(reader, a.Value)],
        BehaviourRule b => reader[$"rule.{b.Op.Word()}", What(reader, b), Said(reader, b.Value)],
        SegmentRule s => reader["rule.segment", Segment(reader, s.Segment)],
        _ => "",
    };

    string Called(Reader reader, string attribute) => Attribute(attribute) is { } declared ? reader.Of(declared.Name) : attribute;

    string What(Reader reader, BehaviourRule rule)
    {
        var what = reader[$"rule.behaviour.{rule.Behaviour.Word()}"];
        if (rule.Service is { } service) what = reader["rule.of-service", what, Service(reader, service)];
        return rule.WithinDays is { } days ? reader["rule.within", what, reader.Number(days)] : what;
    }

    static string Said(Reader reader, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => string.Join(reader["list.comma"], value.EnumerateArray().Select(v => Said(reader, v))),
        JsonValueKind.True => reader["yes"],
        JsonValueKind.False => reader["no"],
        _ => reader.Digits(value.ToString()),
    };
}
