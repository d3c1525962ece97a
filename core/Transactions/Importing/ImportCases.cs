using Cirm.Core.Information;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Imports;

namespace Cirm.Core.Transactions.Importing;

/// <summary>A case as a file tells it.</summary>
/// <param name="Line">Where it starts.</param>
/// <param name="ExternalId">Its id in the system that it came from.</param>
/// <param name="Service">The service's key.</param>
/// <param name="ServiceName">What the service is called, when its key was made of that.</param>
/// <param name="DueAt">By the file; null also when the file promises nothing, see <see cref="ImportCases.FileSaysDue"/>.</param>
/// <param name="CitizenExternalId">Whose case it is.</param>
public sealed record CaseRow(
    long Line, string ExternalId, string Service, string? ServiceName, string Kind, string Status, string Channel, string Title, string? Description,
    double? Latitude, double? Longitude, string? Area, string? CitizenExternalId, DateTime SubmittedAt, DateTime? DueAt, DateTime? ClosedAt);

/// <summary>How a row becomes a case: the rules, without a database.</summary>
/// <param name="times">How times are read.</param>
/// <param name="noPlace">Points that stand for no place.</param>
/// <param name="createServices">A name is good enough where a service's key should stand.</param>
public sealed class ImportCases(FileTimes times, IReadOnlyList<Point> noPlace, bool createServices)
{
    /// <summary>What a file of cases may have.</summary>
    public static readonly ImportKind Kind = new("cases",
    [
        new("externalId", Required: true), new("service", Required: true), ImportColumn.Of<Channel>("channel", required: true),
        ImportColumn.Of<CaseStatus>("status", required: true), new("title", Required: true), new("description"), new("submittedAt", Required: true),
        new("closedAt"), new("latitude"), new("longitude"), new("area"), new("citizenExternalId"),
        // Not in the contract's list, and welcome: what a case is, and what was promised.
        ImportColumn.Of<CaseKind>("kind"), new("dueAt"),
    ]);

    readonly Dictionary<string, string> keys = [];
    ColumnReaders columns = null!;

    ColumnReader externalId = null!, service = null!, channel = null!, status = null!, title = null!, description = null!, submittedAt = null!,
        closedAt = null!, latitude = null!, longitude = null!, area = null!, citizen = null!, kind = null!, dueAt = null!;

    /// <summary>The file says when a case is due, or that it has no such time; otherwise its service's standard does.</summary>
    public bool FileSaysDue => dueAt.Given;

    /// <summary>The file's name for the column of services.</summary>
    public string ServiceColumn => service.Name;

    /// <summary>The file's name for the column of citizens.</summary>
    public string CitizenColumn => citizen.Name;

    /// <summary>Takes the columns as they are bound to the file.</summary>
    public void Bind(ColumnReaders readers)
    {
        columns = readers;
        (externalId, service, channel, status, title) = (columns["externalId"], columns["service"], columns["channel"], columns["status"], columns["title"]);
        (description, submittedAt, closedAt, latitude) = (columns["description"], columns["submittedAt"], columns["closedAt"], columns["latitude"]);
        (longitude, area, citizen, kind, dueAt) = (columns["longitude"], columns["area"], columns["citizenExternalId"], columns["kind"], columns["dueAt"]);
    }

    /// <summary>Reads a row; what it returns does not count when there are reasons against it.</summary>
    public CaseRow? Read(RecordReader record, List<Rejection> rejections)
    {
        var id = externalId.Text(record, rejections, 200);
        var (key, name) = Service(record, rejections);
        var channelWord = channel.Text(record, rejections);
        var statusWord = status.Text(record, rejections);
        var titleText = title.Text(record, rejections, 300);
        var submitted = submittedAt.Time(record, times, rejections);
        var closed = closedAt.Time(record, times, rejections, notBefore: submitted);
        var (lat, lon) = Place(record, rejections);
        var row = new CaseRow(
            record.Line, id!, key!, name, kind.Text(record, rejections) ?? "request", statusWord!, channelWord!, titleText!, description.Text(record, rejections, 20_000),
            lat, lon, area.Text(record, rejections, 200), citizen.Text(record, rejections, 200), submitted ?? default,
            dueAt.Time(record, times, rejections), closed);
        if (closed < submitted) closedAt.Reject(record, rejections, "order", "The case is closed before it was submitted.");
        if (closed is not null && statusWord is not (null or "resolved" or "refused" or "closed"))
            closedAt.Reject(record, rejections, "contradiction", $"The case has a closing time, but its status is {statusWord}.");
        return row;
    }

    (string? Key, string? Name) Service(RecordReader record, List<Rejection> rejections)
    {
        if (service.Text(record, rejections, 200) is not { } text) return (null, null);
        var isKey = !service.Slug && ServiceKey.Is(text);
        if (isKey) return (text, null);
        if (service.Slug || createServices)
        {
            if (keys.Count > 10_000) keys.Clear();
            if (!keys.TryGetValue(text, out var key)) keys[text] = key = ServiceKey.From(text);
            return (key, text);
        }
        service.Reject(record, rejections, "unknown", "This is no service's key. With createServices=true, or \"slug\" in a mapping, a key is made of a name.");
        return (null, null);
    }

    (double? Latitude, double? Longitude) Place(RecordReader record, List<Rejection> rejections)
    {
        var before = rejections.Count;
        var lat = latitude.Degrees(record, rejections, -90, 90);
        var lon = longitude.Degrees(record, rejections, -180, 180);
        if (rejections.Count > before) return default;
        if (lat is null != lon is null)
        {
            (lat is null ? latitude : longitude).Reject(record, rejections, "required", "A place has both a latitude and a longitude.");
            return default;
        }
        foreach (var point in noPlace)
            if (lat == point.Latitude && lon == point.Longitude)
                return default;
        return (lat, lon);
    }
}
