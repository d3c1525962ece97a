using Npgsql;

namespace Cirm.Jobs.Platform;

static class Failures
{
    /// <summary>What went wrong, for a log that holds no personal data: kinds and places. A message may quote what a citizen wrote.</summary>
    public static string WithoutContent(this Exception failure)
    {
        var kinds = new List<string>();
        for (var e = failure; e is not null; e = e.InnerException)
            kinds.Add(e is PostgresException p ? $"{e.GetType().Name} {p.SqlState} {p.TableName} {p.ConstraintName}".TrimEnd() : e.GetType().Name);
        return $"{string.Join(" < ", kinds)}\n{failure.StackTrace}";
    }
}
