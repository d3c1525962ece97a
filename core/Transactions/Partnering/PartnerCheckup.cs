using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Transactions.Files;

namespace Cirm.Core.Transactions.Partnering;

/// <summary>What was found when a partner's description was held against what the partner itself says.</summary>
/// <param name="Fits">Nothing was found.</param>
/// <param name="Services">How many services it has.</param>
/// <param name="HasUpdates">It has a list of updates.</param>
/// <param name="ClockAheadSeconds">How far its clock is ahead of ours (behind, when negative); null when it does not say.</param>
/// <param name="Findings">What does not fit, with pointers into the partner.</param>
public sealed record PartnerCheck(bool Fits, int Services, bool HasUpdates, int? ClockAheadSeconds, IReadOnlyList<ValidationError> Findings);

/// <summary>Asks a partner what it has, and says what of its description here does not fit.</summary>
public sealed class PartnerCheckup(PartnerBook partners, PartnerKeys keys, Services services, GeoReportClient client, PictureLinks links, TimeProvider clock)
{
    const int AtOnce = 6;

    /// <summary>Checks one.</summary>
    /// <returns>Null when there is no such partner.</returns>
    public async Task<PartnerCheck?> CheckAsync(Guid agency, Guid id, CancellationToken ct)
    {
        if (await partners.FindAsync(agency, id, ct) is not { } partner) return null;
        var address = new PartnerAddress(partner.Url, partner.Format, partner.JurisdictionId, keys.Open(agency, id, await partners.KeyOfAsync(agency, id, ct)));
        var findings = new List<ValidationError>();
        var now = clock.Now();
        var list = await client.GetAsync(address, "services", [], withKey: false, now, ct);
        if (!list.Attempt.Taken)
        {
            findings.Add(new("/url", "no-services", $"Its list of services cannot be read: {Said(list)}."));
            return new(false, 0, false, null, findings);
        }
        var theirs = list.Things.Where(s => s["service_code"] is not null).GroupBy(s => s["service_code"]!).ToDictionary(g => g.Key, g => g.First());
        var definitions = new Dictionary<string, IReadOnlyList<GeoReportThing>?>();
        foreach (var some in partner.Services.Select(s => s.Code).Where(c => theirs.TryGetValue(c, out var s) && s["metadata"] is "true" or "True" or "1").Distinct().Chunk(AtOnce))
            foreach (var (code, attributes) in await Task.WhenAll(some.Select(async code => (code, await DefinitionAsync(address, code, ct)))))
                definitions[code] = attributes;
        foreach (var (i, mapping) in partner.Services.Index())
            findings.AddRange(await CheckServiceAsync(agency, $"/services/{i}", mapping, theirs, definitions, ct));
        foreach (var step in Enum.GetValues<OwnStep>())
            if (partner.SendsUpdates && step is not (OwnStep.Noted or OwnStep.Attached or OwnStep.Solved) && PartnerRules.WordFor(partner.StatusesOut, step, null) is null)
                findings.Add(new("/statusesOut", "no-word", $"There is no word of theirs for {step.Word()}: what happens so will fail and wait for you. A null status says that they are not told."));

        if (partner.SendsPictures && !links.CanBeFollowed)
            findings.Add(new("/sendsPictures", "no-address", "Nobody could follow a link to a picture: the operator has not set the installation's address (CIRM_URL). None is sent."));
        var updates = await client.GetAsync(address, "servicerequestupdates",
            [new("start_date", PartnerLetters.Time(now.AddMinutes(-1))), new("end_date", PartnerLetters.Time(now))], withKey: true, now, ct);
        if (!updates.Attempt.Taken && partner.Fetches == PartnerFetching.Updates)
            findings.Add(new("/fetches", "no-updates", $"Its list of updates cannot be read: {Said(updates)}. Where it has none, fetch requests."));
        if (partner.Fetches != PartnerFetching.Nothing && partner.StatusesIn.Count == 0)
            findings.Add(new("/statusesIn", "no-meaning", "Nobody has set what its words mean: nothing it says will move a case."));
        var ahead = list.Ahead is { } by && by.Duration() >= PartnerReading.RightClock ? (int)by.TotalSeconds : (int?)null;
        return new(findings.Count == 0, theirs.Count, updates.Attempt.Taken, ahead, findings);
    }

    async Task<IEnumerable<ValidationError>> CheckServiceAsync(
        Guid agency, string at, ServiceMapping mapping, Dictionary<string, GeoReportThing> theirs, Dictionary<string, IReadOnlyList<GeoReportThing>?> definitions, CancellationToken ct)
    {
        var findings = new List<ValidationError>();
        var ours = await services.InForceAsync(agency, mapping.Service, ct);
        if (ours is null) findings.Add(new($"{at}/service", "not-published", $"The service \"{mapping.Service}\" is not published: nobody can submit cases of it."));
        if (!theirs.ContainsKey(mapping.Code)) findings.Add(new($"{at}/code", "unknown", $"They have no service \"{mapping.Code}\"."));
        if (!definitions.TryGetValue(mapping.Code, out var attributes))
        {
            findings.AddRange((mapping.Attributes ?? []).Index().Select(a => new ValidationError($"{at}/attributes/{a.Index}/code", "unknown", "They ask nothing about this service.")));
            return findings;
        }
        if (attributes is null) return [.. findings, new($"{at}/code", "no-definition", "What they ask about this service cannot be read.")];
        foreach (var attribute in attributes.Where(a => a["required"] is "true" or "True" or "1" && a["variable"] is not ("false" or "False" or "0")))
            if (mapping.Attributes?.Any(a => a.Code == attribute["code"]) != true)
                findings.Add(new($"{at}/attributes", "required", $"They need an answer to \"{attribute["code"]}\" ({attribute["description"]})."));
        foreach (var (j, mapped) in (mapping.Attributes ?? []).Index())
        {
            var question = ours?.Questions?.FirstOrDefault(q => q.Key == mapped.Question);
            if (ours is not null && question is null) findings.Add(new($"{at}/attributes/{j}/question", "unknown", $"The service \"{mapping.Service}\" does not ask \"{mapped.Question}\"."));
            if (attributes.FirstOrDefault(a => a["code"] == mapped.Code) is not { } attribute)
            {
                findings.Add(new($"{at}/attributes/{j}/code", "unknown", $"They do not ask \"{mapped.Code}\" about this service."));
                continue;
            }
            if (question is { Required: false } && attribute["required"] is "true" or "True" or "1")
                findings.Add(new($"{at}/attributes/{j}/question", "required", $"They need an answer to \"{mapped.Code}\"; ours may be left out."));
            if (!attribute.Lists.TryGetValue("values", out var values)) continue;
            var known = values.Select(v => v["key"]).ToHashSet();
            foreach (var option in question?.Options ?? [])
                if (!known.Contains(mapped.Values?.GetValueOrDefault(option.Key) ?? option.Key))
                    findings.Add(new($"{at}/attributes/{j}/values", "unknown", $"Our option \"{option.Key}\" is none of theirs: {string.Join(", ", known.Take(20))}."));
        }
        return findings;
    }

    // XML has the attributes in a list of the definition, JSON does too; a few servers give them alone.
    async Task<IReadOnlyList<GeoReportThing>?> DefinitionAsync(PartnerAddress address, string code, CancellationToken ct)
    {
        var answer = await client.GetAsync(address, $"services/{Uri.EscapeDataString(code)}", [], withKey: false, clock.Now(), ct);
        if (!answer.Attempt.Taken) return null;
        return answer.Things.Select(t => t.Lists.GetValueOrDefault("attributes")).FirstOrDefault(l => l is not null) ?? [.. answer.Things.Where(t => t["code"] is not null)];
    }

    static string Said(GeoReportAnswer answer) => answer.Attempt.Error ?? $"it answers {answer.Attempt.Status}";
}
