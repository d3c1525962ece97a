using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Cirm.Api.Identity;
using Cirm.Api.Platform;
using Cirm.Api.Portal;
using Cirm.Api.Transactions;
using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Files;
using Cirm.Core.Transactions.Open311;
using Problems = Cirm.Core.Platform.Problems;

namespace Cirm.Api.Open311;

/// <summary>Reports and requests from other systems (GeoReport v2, "POST Service Request"): each is a case like any other.</summary>
static class RequestPostEndpoints
{
    const int LongestTitle = 300;

    public static void MapRequestPost(this IEndpointRouteBuilder v2) =>
        v2.MapPost("/requests.{format}", Post).WithName("postOpen311Request").Allow(Who.Members, Open311Setup.Write, Open311Setup.WritesCases)
            .WithMetadata(new HashesItsBody(), Open311Setup.WithFiles);

    static async Task<GeoReportAnswer> Post(
        HttpContext http, Caller caller, Agency home, Services services, CaseIntake intake, Attachments attachments, Open311SettingsBook book, CancellationToken ct)
    {
        var form = await GeoReportForm.ReadAsync(http, caller);
        GeoReport.CheckJurisdiction(await book.TellAsync(home.Id, ct), form.Text("jurisdiction_id") ?? http.Request.Query["jurisdiction_id"]);
        if (form.Text("service_code") is not { } code) throw Problems.InvalidValue("/service_code", "required", "This was not provided.");
        var service = await services.InForceAsync(home.Id, code, ct) ?? throw Problems.NotFound.Because($"The service_code \"{code}\" was not found.");

        var submission = Read(form, service, caller, Languages.Of(http, home));
        var files = new List<CheckedFile>();
        try
        {
            foreach (var file in form.Files) files.Add(await file.CheckAsync(keepMetadata: false, ct));
            var (tracking, format) = (TrackingCode.Create(), GeoReport.FormatOf(http));
            var submitted = await intake.SubmitAsync(caller, submission, tracking, c => new(StatusCodes.Status200OK, null, null, Answer(c, home, tracking, kept: true).ToBytes(format), null), ct);
            var kept = files.Count == 0 || await AttachAsync(attachments, caller, submitted, files, ct);
            return Answer(submitted, home, tracking, kept);
        }
        finally
        {
            foreach (var file in files) file.Dispose();
        }
    }

    static Submission Read(GeoReportForm form, ServiceVersion service, Caller caller, IReadOnlyList<string> languages)
    {
        var description = form.Text("description");
        var sent = new SentPlace(form.Text("address_string"), form.Text("address_id"), form.Text("media_url"));
        var body = new JsonObject
        {
            ["service"] = service.Key, ["kind"] = CaseKind.Report.Word(), ["channel"] = (caller.Kind == ActorKind.Key ? Channel.Partner : Channel.Web).Word(),
            ["title"] = TitleOf(description) ?? service.Name.For(languages), ["answers"] = QuestionAnswers.Read(service.Questions, form.Attributes()),
        };
        var said = DescriptionOf(description, sent, form.All("media_url"), languages);
        if (said != (string?)body["title"]) body["description"] = said;
        if (PlaceOf(form, sent) is { } place) body["location"] = place;
        foreach (var url in form.All("media_url"))
            if (url.Length > 2_000 || !Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
                throw Problems.InvalidValue("/media_url", "pattern", "This has to be an address that begins with http:// or https://, of at most 2000 characters.");
        foreach (var (name, text) in new[] { ("address_string", sent.Address), ("address_id", sent.AddressId) })
            if (text?.Length > 500) throw Problems.InvalidValue($"/{name}", "length", "This may have at most 500 characters.");
        var wanted = PortalForm.Read<CaseEndpoints.SubmitCase>(body);
        return new(wanted.Service, wanted.Kind, wanted.Title, wanted.Description, wanted.Channel, wanted.Location?.ToLocation(), null, wanted.Answers)
        {
            Newcomer = caller.Kind == ActorKind.Citizen ? null : NewcomerOf(form, caller), // who is signed in is who they are
            Sent = sent == new SentPlace(null, null, null) ? null : sent,
        };
    }

    // "A full location parameter must be submitted."
    static JsonObject? PlaceOf(GeoReportForm form, SentPlace sent)
    {
        var (lat, lng) = (form.Text("lat"), form.Text("long"));
        if (lat is null && lng is null)
            return sent is { Address: null, AddressId: null } ? throw Problems.InvalidValue("/lat", "required", "Send lat and long, or address_string, or address_id.") : null;
        return new() { ["latitude"] = NumberOf("lat", lat), ["longitude"] = NumberOf("long", lng) };

        static JsonNode NumberOf(string name, string? text) =>
            text is null ? throw Problems.InvalidValue($"/{name}", "required", "lat and long go together.")
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? JsonValue.Create(value)
            : throw Problems.InvalidValue($"/{name}", "type", "This has to be a number: degrees, WGS 84.");
    }

    static string? TitleOf(string? description)
    {
        var first = description?.Split('\n').Select(l => l.Trim()).FirstOrDefault(l => l.Length > 0);
        if (first is null || first.Length <= LongestTitle) return first;
        var cut = char.IsHighSurrogate(first[LongestTitle - 2]) ? LongestTitle - 2 : LongestTitle - 1;
        return $"{first[..cut]}…";
    }

    // Whoever works on it reads where it is and where the picture is with what was said.
    static string? DescriptionOf(string? description, SentPlace sent, IReadOnlyList<string> media, IReadOnlyList<string> languages)
    {
        var lines = new List<string>();
        if (sent.Address is { } address) lines.Add($"{Address.For(languages)}: {address}");
        if (sent.AddressId is { } id) lines.Add($"{AddressId.For(languages)}: {id}");
        lines.AddRange(media.Select(url => $"{Picture.For(languages)}: {url}"));
        var below = string.Join('\n', lines);
        return below.Length == 0 ? description : description is null ? below : $"{description}\n\n{below}";
    }

    static readonly Localized Address = new() { ["en"] = "Address", ["fa"] = "نشانی" };
    static readonly Localized AddressId = new() { ["en"] = "Address id", ["fa"] = "شناسهٔ نشانی" };
    static readonly Localized Picture = new() { ["en"] = "Picture", ["fa"] = "تصویر" };

    // Who somebody is, is kept where all identities are. Nobody has checked it: within what this system sent, the same account, address or number is the same
    // citizen; what others know of such a person is not touched.
    static Newcomer? NewcomerOf(GeoReportForm form, Caller caller)
    {
        var name = string.Join(' ', ((string?[])[form.Text("first_name"), form.Text("last_name")]).OfType<string>());
        var (email, phone, account) = (form.Text("email"), form.Text("phone"), form.Text("account_id"));
        if (name.Length == 0 && (email ?? phone ?? account) is null) return null;
        if (account?.Length > 100) throw Problems.InvalidValue("/account_id", "length", "This may have at most 100 characters.");
        var who = new JsonObject();
        if (name.Length > 0) who["name"] = name;
        if (email is not null) who["email"] = email;
        if (phone is not null) who["phone"] = phone;
        PortalForm.Read<CitizenEndpoints.WriteCitizen>(who);
        var known = account is not null ? $"account:{account}" : email is not null ? $"email:{Digest(email)}" : phone is not null ? $"phone:{Digest(phone)}" : null;
        return new(known is null ? null : $"open311:{caller.Id:N}:{known}", name.Length > 0 ? name : null, email, phone);

        static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToUpperInvariant())).AsSpan(0, 16));
    }

    // The report is there whatever becomes of its pictures.
    static async Task<bool> AttachAsync(Attachments attachments, Caller caller, Case submitted, IReadOnlyList<CheckedFile> files, CancellationToken ct)
    {
        try
        {
            return await attachments.AddAsync(caller with { Retry = null }, submitted.Id, files, NoteVisibility.Public, metadataKept: false, ct) is not null;
        }
        catch (Refusal)
        {
            return false;
        }
    }

    static GeoReportAnswer Answer(Case submitted, Agency home, string tracking, bool kept) => new(writer =>
    {
        writer.BeginList("service_requests");
        writer.Begin("request");
        writer.Add("service_request_id", submitted.Id.ToString());
        writer.Add("service_notice", NoticeOf(submitted, home, tracking, kept));
        writer.Add("account_id", (string?)null);
        writer.End();
        writer.End();
    });

    // "Information about the action expected": in it, what lets its citizen follow the case here too.
    static string NoticeOf(Case submitted, Agency home, string tracking, bool kept)
    {
        var persian = home.Language.StartsWith("fa", StringComparison.OrdinalIgnoreCase);
        var day = submitted.DueAt is { } due ? TimeZoneInfo.ConvertTime(due, TimeZoneInfo.FindSystemTimeZoneById(home.TimeZone)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : null;
        var notice = persian
            ? $"کد پیگیری: {tracking}.{(day is null ? "" : $" تا {day} به آن رسیدگی می‌شود.")}"
            : $"Follow it with the code {tracking}.{(day is null ? "" : $" It is to be dealt with by {day}.")}";
        return kept ? notice : notice + (persian ? " پیوست‌ها نگه‌داری نشدند؛ آن‌ها را دوباره بفرستید." : " Its files could not be kept: send them again.");
    }
}
