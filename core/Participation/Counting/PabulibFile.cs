using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using Fractions;

namespace Cirm.Core.Participation.Counting;

/// <summary>A file of ballots that cannot be counted: where, and why.</summary>
/// <param name="line">From 1; the line where the row begins.</param>
/// <param name="reason">In words for whoever has the file.</param>
public sealed class BallotFileException(long line, string reason) : Exception($"Line {line}: {reason}")
{
    /// <summary>From 1.</summary>
    public long Line { get; } = line;

    /// <summary>In words for whoever has the file.</summary>
    public string Reason { get; } = reason;
}

/// <summary>
/// A published file of ballots in Pabulib's format (pabulib.org/format): the sections META, PROJECTS and VOTES, each with a line of
/// field names, fields apart by semicolons. Fields that counting does not need are passed over.
/// </summary>
/// <param name="Meta">The fields of META.</param>
/// <param name="Election">What there is to count.</param>
/// <param name="Selected">The ids that the file says were selected; null when it does not say.</param>
public sealed record PabulibFile(IReadOnlyDictionary<string, string> Meta, Election Election, IReadOnlyList<string>? Selected)
{
    /// <summary>The rule that the file names; null when it names none.</summary>
    public string? Rule => Meta.GetValueOrDefault("rule");

    /// <summary>Reads a file.</summary>
    /// <exception cref="BallotFileException">It cannot be counted as it stands.</exception>
    public static PabulibFile Read(TextReader text)
    {
        using var reader = new Reader(text);
        return reader.Read();
    }

    sealed class Reader(TextReader text) : IDisposable
    {
        static readonly string[] Sections = ["META", "PROJECTS", "VOTES"];

        readonly CsvParser rows = new(text, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = ";", BadDataFound = null, IgnoreBlankLines = true, DetectColumnCountChanges = false, AllowComments = false, MaxFieldSize = 1_000_000,
        });
        readonly Dictionary<string, string> meta = new(StringComparer.Ordinal);
        readonly Dictionary<string, long> metaLines = new(StringComparer.Ordinal);
        readonly List<Project> projects = [];
        readonly Dictionary<string, int> places = new(StringComparer.Ordinal);
        readonly List<IReadOnlyList<Choice>> ballots = [];
        List<string>? selected;
        string[] fields = [];
        VoteType voteType;
        int longestBallot;
        long line = 1;

        public void Dispose() => rows.Dispose();

        public PabulibFile Read()
        {
            string? section = null;
            while (Next() is { } row)
            {
                if (row is [var word] && Sections.Contains(word.Trim(), StringComparer.OrdinalIgnoreCase))
                {
                    section = Enter(section, word.Trim().ToUpperInvariant());
                    fields = [.. (Next() ?? throw Wrong($"The section {section} has no line of field names.")).Select(f => f.Trim())];
                    if (section == "VOTES") ReadVoteType();
                    continue;
                }
                switch (section)
                {
                    case "META": AddMeta(row); break;
                    case "PROJECTS": AddProject(row); break;
                    case "VOTES": AddBallot(row); break;
                    default: throw Wrong("The file does not begin with the section META.");
                }
            }
            if (section != "VOTES") throw Wrong($"The section {Sections[Array.IndexOf(Sections, section) + 1]} is missing.");
            CheckNumber("num_projects", projects.Count);
            CheckNumber("num_votes", ballots.Count);
            return new(meta, new(Money("budget"), voteType, projects, ballots, Threshold()), selected);
        }

        string[]? Next()
        {
            line = rows.RawRow + 1;
            if (!rows.Read()) return null;
            return rows.Record;
        }

        string Enter(string? from, string to)
        {
            var wanted = Sections[from is null ? 0 : Math.Min(Array.IndexOf(Sections, from) + 1, 2)];
            return to == wanted && from != to ? to : throw Wrong($"The section {to} stands where {wanted} is expected.");
        }

        void AddMeta(string[] row)
        {
            if (row.Length < 2) throw Wrong($"\"{row[0]}\" has no value.");
            var key = row[0].Trim();
            if (!meta.TryAdd(key, row[1].Trim())) throw Wrong($"\"{key}\" is there twice.");
            metaLines[key] = line;
        }

        void AddProject(string[] row)
        {
            var id = Field(row, "project_id") is { Length: > 0 } given ? given : throw Wrong("A project has no project_id.");
            if (!places.TryAdd(id, projects.Count)) throw Wrong($"The project \"{id}\" is there twice.");
            projects.Add(new(id, NotNegative(Field(row, "cost") ?? "", "cost"), Field(row, "name")));
            if (!fields.Contains("selected")) return;
            selected ??= [];
            if (Field(row, "selected") is not ("0" or "" or null)) selected.Add(id);
        }

        void ReadVoteType()
        {
            voteType = meta.GetValueOrDefault("vote_type") switch
            {
                "approval" => VoteType.Approval,
                "choose-1" => VoteType.ChooseOne,
                "cumulative" => VoteType.Cumulative,
                "scoring" => VoteType.Scoring,
                "ordinal" => VoteType.Ordinal,
                null => throw Wrong("META has no vote_type."),
                var other => throw Wrong(metaLines["vote_type"], $"\"{other}\" is no vote_type: approval, choose-1, cumulative, scoring or ordinal is."),
            };
            _ = Money("budget");
            if (!fields.Contains("vote")) throw Wrong("VOTES has no field \"vote\".");
            if (voteType is VoteType.Cumulative or VoteType.Scoring && !fields.Contains("points")) throw Wrong($"VOTES has no field \"points\", which {meta["vote_type"]} ballots need.");
            // Borda's count gives a first place as many points as a ballot has places.
            longestBallot = meta.TryGetValue("max_length", out var longest) && int.TryParse(longest, NumberStyles.None, CultureInfo.InvariantCulture, out var places) ? places : projects.Count;
        }

        void AddBallot(string[] row)
        {
            string[] names = [.. (Field(row, "vote") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
            if (voteType == VoteType.ChooseOne && names.Distinct().Count() > 1) throw Wrong("A choose-1 ballot names more than one project.");
            var points = fields.Contains("points") ? PointsOf(Field(row, "points") ?? "", names.Length) : null;
            var ballot = new Choice[names.Length];
            for (var i = 0; i < names.Length; i++)
            {
                if (!places.TryGetValue(names[i], out var place)) throw Wrong($"The ballot names the project \"{names[i]}\", which is not in PROJECTS.");
                ballot[i] = new(place, points?[i] ?? (voteType == VoteType.Ordinal ? Math.Max(longestBallot - i, 0) : 1));
            }
            ballots.Add(ballot);
        }

        decimal[]? PointsOf(string text, int names)
        {
            if (voteType is VoteType.Approval or VoteType.ChooseOne) return null;
            string[] given = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (voteType == VoteType.Ordinal && given.Length == 0) return null;
            if (given.Length != names) throw Wrong($"The ballot names {names} projects and gives points to {given.Length}.");
            return [.. given.Select(p => Decimal(p) is { } value and >= 0 ? value : throw Wrong($"\"{p}\" is no number of points."))];
        }

        string? Field(string[] row, string name)
        {
            var at = Array.IndexOf(fields, name);
            if (at < 0) return name is "name" or "selected" or "points" ? null : throw Wrong($"The field \"{name}\" is missing.");
            return at < row.Length ? row[at].Trim() : throw Wrong($"The row has {row.Length} fields, and \"{name}\" is field {at + 1}.");
        }

        Fraction NotNegative(string value, string name) =>
            Decimal(value) is { } amount and >= 0 ? new Fraction(amount) : throw Wrong($"The {name} \"{value}\" is no amount of money.");

        Fraction Money(string key)
        {
            if (!meta.TryGetValue(key, out var value)) throw Wrong($"META has no {key}.");
            return Decimal(value) is { } amount and > 0 ? new Fraction(amount) : throw Wrong(metaLines[key], $"The {key} \"{value}\" is no amount of money.");
        }

        Fraction? Threshold() => meta.TryGetValue("min_project_score_threshold", out var value)
            ? Decimal(value) is { } threshold ? new Fraction(threshold) : throw Wrong(metaLines["min_project_score_threshold"], $"\"{value}\" is no score.")
            : null;

        void CheckNumber(string key, int counted)
        {
            if (meta.TryGetValue(key, out var value) && (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var said) || said != counted))
                throw Wrong(metaLines[key], $"{key} says {value}, and there are {counted}.");
        }

        // Some cities write a decimal comma.
        static decimal? Decimal(string text) =>
            decimal.TryParse(text.Replace(',', '.'), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? value : null;

        BallotFileException Wrong(string reason) => Wrong(line, reason);

        static BallotFileException Wrong(long line, string reason) => new(line, reason);
    }
}
