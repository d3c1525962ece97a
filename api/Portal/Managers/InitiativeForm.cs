using System.Text.Json.Nodes;
using Cirm.Api.Participation;
using Cirm.Api.Portal.Parts;
using Cirm.Core.Participation;
using Cirm.Core.Platform;
using Microsoft.Extensions.Primitives;

namespace Cirm.Api.Portal.Managers;

/// <summary>An initiative as its form has it.</summary>
static class InitiativeForm
{
    /// <summary>The form of an initiative that is there.</summary>
    public static PortalForm Of(Reader reader, Initiative initiative)
    {
        var i = initiative;
        var fields = new Dictionary<string, StringValues>
        {
            ["tier"] = i.Tier.Word(), ["binding"] = i.Binding ? "true" : "", ["segments"] = i.Segments ?? [], ["areas"] = i.Areas, ["channels"] = i.Channels, ["census"] = i.Census ? "true" : "",
            ["version"] = i.Version.ToString(System.Globalization.CultureInfo.InvariantCulture), ["decision/method"] = i.Decision?.Method ?? "",
            ["decision/budget"] = Said(i.Decision?.Budget), ["decision/quorum"] = Said(i.Decision?.Quorum), ["decision/maxChoices"] = Said(i.Decision?.MaxChoices), ["decision/winners"] = Said(i.Decision?.Winners),
            ["opensAt"] = reader.TypedDay(i.OpensAt), ["opensAt/time"] = reader.TypedTime(i.OpensAt), ["closesAt"] = reader.TypedDay(i.ClosesAt), ["closesAt/time"] = reader.TypedTime(i.ClosesAt),
        };
        foreach (var (field, text) in new[] { ("title", i.Title), ("summary", i.Summary), ("mandate", i.Mandate) })
            foreach (var (language, said) in text ?? []) fields[$"{field}/{language}"] = said;
        return PortalForm.Of(fields);

        static string Said(decimal? number) => number?.ToString("0.####", System.Globalization.CultureInfo.InvariantCulture) ?? "";
    }

    /// <summary>What the form says, as the API takes it; what it does not have is as it was.</summary>
    /// <param name="reader">By whose calendar times are typed.</param>
    /// <param name="form">As it was sent.</param>
    /// <param name="was">The initiative that is changed; null: a new one, which begins as a draft.</param>
    public static JsonObject ToJson(Reader reader, PortalForm form, Initiative? was)
    {
        var json = was is null ? new JsonObject { ["draft"] = true, ["key"] = form["key"] } : System.Text.Json.JsonSerializer.SerializeToNode(InitiativeEndpoints.WriteInitiative.Of(was), Wire.Json)!.AsObject();
        json["tier"] = form["tier"];
        json["title"] = form.Localized("title") ?? (JsonNode)"";
        foreach (var text in (string[])["summary", "mandate", "reason"]) json[text] = form.Localized(text);
        json["binding"] = form["binding"] == "true";
        json["census"] = form["census"] == "true";
        json["segments"] = new JsonArray([.. form.All("segments").Select(s => (JsonNode)s)]);
        json["areas"] = new JsonArray([.. form["areas"].Split([',', '،', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(a => (JsonNode)a)]);
        json["channels"] = new JsonArray([.. form.All("channels").Select(c => (JsonNode)c)]);
        json["decision"] = form["tier"] == Tier.Decision.Word() ? Decision(form, was?.Decision) : null;
        foreach (var moment in (string[])["opensAt", "closesAt"])
        {
            json.Remove(moment);
            if (MomentField.Read(reader, form, moment) is { } at) json[moment] = at;
        }
        return json;
    }

    // What the form does not show of a method stays, as long as it is the same method.
    static JsonObject Decision(PortalForm form, DecisionSettings? was)
    {
        var method = form["decision/method"];
        var json = was?.Method == method ? System.Text.Json.JsonSerializer.SerializeToNode(WriteDecision.Of(was), Wire.Json)!.AsObject() : [];
        json["method"] = method;
        foreach (var number in (string[])["budget", "quorum", "maxChoices", "winners"]) json[number] = form.Number($"decision/{number}");
        return json;
    }

    /// <summary>Which field a JSON pointer of the API means.</summary>
    public static string Field(string pointer) => pointer.TrimStart('/').Split('/') switch
    {
        [("segments" or "areas" or "channels") and var list, ..] => list,
        ["decision"] => "decision/method",
        var plain => string.Join('/', plain),
    };
}
