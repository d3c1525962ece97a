using System.Globalization;
using System.Text.Json;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Files;

namespace Cirm.Core.Transactions.Partnering;

/// <summary>What is known of a case, and of what happened to it, when it is told to a partner.</summary>
/// <param name="Agency">The agency's slug.</param>
/// <param name="Number">Of the case.</param>
/// <param name="Service">The service's key.</param>
/// <param name="Title">In one line.</param>
/// <param name="Description">In full.</param>
/// <param name="Latitude">See <see cref="Location"/>.</param>
/// <param name="Longitude">See <see cref="Location"/>.</param>
/// <param name="Area">See <see cref="Location"/>.</param>
/// <param name="Answers">To the questions of the service.</param>
/// <param name="Erased">Its content was removed.</param>
/// <param name="Stood">Where it stood when that happened.</param>
/// <param name="Reason">Of the step, in words for all concerned.</param>
/// <param name="Note">The public note that went with it, or was it.</param>
/// <param name="Name">Of the citizen, where it may leave.</param>
/// <param name="Email">Of the citizen, where it may leave.</param>
/// <param name="Phone">Of the citizen, where it may leave.</param>
/// <param name="Picture">The public picture that goes along, or that it is.</param>
/// <param name="PictureSent">It went with the case.</param>
/// <param name="Language">The agency's first.</param>
public sealed record PartnerContent(
    string Agency, long Number, string Service, string Title, string? Description, double? Latitude, double? Longitude, string? Area, Dictionary<string, JsonElement>? Answers,
    bool Erased, CaseStatus Stood, string? Reason, string? Note, string? Name, string? Email, string? Phone,
    Guid? Picture, bool PictureSent, string Language);

/// <summary>Writes what goes to partners: pure.</summary>
public static class PartnerLetters
{
    /// <summary>The line by which a case of ours can be found in theirs, for people and for us.</summary>
    public static string Mark(PartnerContent content) => string.Create(CultureInfo.InvariantCulture, $"Ref. {content.Agency}/{content.Number}");

    /// <summary>The form of <c>POST requests</c>.</summary>
    /// <param name="content">Of the case.</param>
    /// <param name="mapping">Of its service.</param>
    /// <param name="picture">Where its picture can be fetched.</param>
    public static List<KeyValuePair<string, string>> Request(PartnerContent content, ServiceMapping mapping, string? picture = null)
    {
        var form = new List<KeyValuePair<string, string>> { new("service_code", mapping.Code) };
        if (content is { Latitude: { } latitude, Longitude: { } longitude })
        {
            form.Add(new("lat", latitude.ToString("R", CultureInfo.InvariantCulture)));
            form.Add(new("long", longitude.ToString("R", CultureInfo.InvariantCulture)));
        }
        if (content.Area is { } area) form.Add(new("address_string", area));
        form.Add(new("description", string.Join("\n\n", ((string?[])[content.Title, content.Description, Mark(content)]).Where(t => !string.IsNullOrWhiteSpace(t)))));
        foreach (var attribute in mapping.Attributes ?? [])
            if (content.Answers?.TryGetValue(attribute.Question, out var answer) == true)
                form.AddRange(Values(answer).Select(v => new KeyValuePair<string, string>(
                    $"attribute[{attribute.Code}]{(answer.ValueKind == JsonValueKind.Array ? "[]" : "")}", attribute.Values?.GetValueOrDefault(v) ?? v)));
        if (picture is not null) form.Add(new("media_url", picture));
        if (content.Email is { } email) form.Add(new("email", email));
        if (content.Phone is { } phone) form.Add(new("phone", phone));
        if (content.Name is { } name)
        {
            var words = name.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            form.Add(new("first_name", words[0]));
            if (words.Length > 1) form.Add(new("last_name", words[1]));
        }
        return form;
    }

    /// <summary>The form of <c>POST servicerequestupdates</c>.</summary>
    /// <param name="reference">Of the case, theirs.</param>
    /// <param name="updateId">Ours, the same at every attempt.</param>
    /// <param name="status">Their word.</param>
    /// <param name="happenedAt">Here.</param>
    /// <param name="content">What there is to say.</param>
    /// <param name="picture">Where the picture that it is can be fetched.</param>
    public static List<KeyValuePair<string, string>> Update(string reference, Guid updateId, string status, DateTimeOffset happenedAt, PartnerContent content, string? picture = null)
    {
        var said = string.Join("\n\n", ((string?[])[content.Reason, content.Note]).Where(t => !string.IsNullOrWhiteSpace(t)));
        var form = new List<KeyValuePair<string, string>>
        {
            new("service_request_id", reference), new("update_id", updateId.ToString()), new("updated_datetime", Time(happenedAt)), new("status", status),
            new("description", picture is not null && said.Length == 0 ? PictureAdded.For([content.Language]) : said),
        };
        if (picture is not null) form.Add(new("media_url", picture));
        return form;
    }

    // Servers refuse an update that says nothing.
    static readonly Localized PictureAdded = new() { ["en"] = "A picture was added.", ["fa"] = "تصویری افزوده شد." };

    /// <summary>A time as GeoReport has it (W3C): to the second.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    static IEnumerable<string> Values(JsonElement answer) => answer.ValueKind switch
    {
        JsonValueKind.Array => answer.EnumerateArray().SelectMany(Values),
        JsonValueKind.String => [answer.GetString()!],
        _ => [answer.GetRawText()],
    };

    /// <summary>Chooses the picture that goes with a case, unless one is: what is sent again is the same. Others that it has go as updates.</summary>
    internal static void ChoosePicture(TenantTransaction transaction, PartnerSendable sent) => transaction.Enqueue($"""
        update partner_deliveries d set picture_id = (
          select a.id from attachments a where a.agency_id = @agency and a.case_id = @caseId and {Attachments.IsPublicPicture} order by a.id limit 1)
        where d.agency_id = @agency and d.id = @id and d.attempts = @attempts and d.picture_id is null
        """, new { sent.Id, sent.CaseId, sent.Attempts });

    /// <summary>Looks up what a delivery has to say, now: an erasure in between is kept to.</summary>
    /// <remarks>An identity leaves only by a declared use, and by consent where the use rests on it; of a citizen who is erased there is none.</remarks>
    internal static Task<PartnerContent?> LoadAsync(TenantTransaction transaction, PartnerSendable sent, IdentitySharing? sharing, CancellationToken ct) =>
        transaction.QuerySingleOrDefaultAsync<PartnerContent>($"""
            select g.slug as agency, c.number, s.key as service, c.title, c.description, c.latitude, c.longitude, c.area, c.answers, c.erased_at is not null as erased,
              coalesce((select h.to_status from case_history h
                        where h.agency_id = @agency and h.case_id = c.id and h.to_status is not null and h.at <= @occurredAt order by h.at desc, h.id desc limit 1), 'submitted') as stood,
              step.reason, coalesce(n.text, goes.text) as note,
              case when 'name' = any (@members) then i.name end as name, case when 'email' = any (@members) then i.email end as email,
              case when 'phone' = any (@members) then i.phone end as phone,
              a.id as picture, d.kind = 'update' and exists (
                select from partner_deliveries r
                where r.agency_id = @agency and r.partner_id = d.partner_id and r.case_id = d.case_id and r.kind = 'request' and r.picture_id = d.picture_id) as picture_sent,
              g.locales[1] as language
            from cases c
            join agencies g on g.id = c.agency_id
            join services s on s.agency_id = c.agency_id and s.id = c.service_id
            left join lateral (
              select h.reason, h.note_id
              from case_history h
              where h.agency_id = @agency and h.case_id = c.id and h.at = @occurredAt and @noteId is null
                and (h.to_status = @step or h.verdict = @step)
              order by h.id desc
              limit 1) step on true
            left join case_notes n on n.agency_id = c.agency_id and n.case_id = c.id and n.id = @noteId and n.visibility = 'public'
            left join case_notes goes on goes.agency_id = c.agency_id and goes.case_id = c.id and goes.id = step.note_id and goes.visibility = 'public'
            join partner_deliveries d on d.agency_id = c.agency_id and d.id = @id
            left join attachments a on a.agency_id = c.agency_id and a.case_id = c.id and a.id = d.picture_id and {Attachments.IsPublicPicture}
            left join data_uses u on u.agency_id = c.agency_id and u.key = @use
            left join citizen_identities i on i.agency_id = c.agency_id and i.citizen_id = c.citizen_id and @isRequest
              and (u.legal_basis <> 'consent'
                   or (select k.given from consents k where k.agency_id = @agency and k.citizen_id = c.citizen_id and k.use_key = u.key order by k.id desc limit 1))
            where c.agency_id = @agency and c.id = @caseId
            """,
            new
            {
                sent.Id, sent.CaseId, sent.OccurredAt, sent.NoteId, Step = sent.Step.Word(), Members = (sharing?.Members ?? []).Select(m => m.Word()).ToArray(), sharing?.Use,
                IsRequest = sent.Kind == DeliveryKind.Request,
            }, ct);
}
