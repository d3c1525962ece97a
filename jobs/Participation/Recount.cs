using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cirm.Core.Participation.Counting;

namespace Cirm.Jobs.Participation;

/// <summary>Counts a published file of ballots again, without a database: anybody can check an agency so.</summary>
public static class Recount
{
    const string Usage = """
        usage: recount FILE.pb [--method M] [--completion C] [--utility U]
          M  greedy, greedy-no-skip, greedy-threshold or equal-shares; approval, score, borda or irv where
             no money is given; without it the file's rule
          C  with equal shares: none, add1, add1-comparison or comparison
          U  with equal shares: cost (a voter counts what is spent for them) or number (a voter counts projects)
        """;

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary><c>recount FILE.pb [--method M] [--completion C] [--utility U]</c>: one JSON object.</summary>
    /// <returns>0 when it was counted, 1 when the file cannot be, 2 when the call is wrong.</returns>
    public static async Task<int> CommandAsync(string[] args, TextWriter output, TextWriter errors)
    {
        try
        {
            var (name, options) = Parse(args);
            using var text = new StreamReader(name);
            var file = PabulibFile.Read(text);
            await output.WriteLineAsync(JsonSerializer.Serialize(CountOf(file, options), Json));
            return 0;
        }
        catch (ArgumentException wrong)
        {
            await errors.WriteLineAsync($"{wrong.Message}\n{Usage}");
            return 2;
        }
        catch (BallotFileException unreadable)
        {
            await errors.WriteLineAsync($"{args[0]}, line {unreadable.Line}: {unreadable.Reason}");
            return 1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync(e.Message);
            return 1;
        }
    }

    static (string File, Dictionary<string, string> Options) Parse(string[] args)
    {
        if (args is not [var file, .. var rest] || file.StartsWith("--", StringComparison.Ordinal)) throw new ArgumentException("A file is needed first.");
        var options = new Dictionary<string, string>();
        for (var i = 0; i < rest.Length; i += 2)
        {
            if (rest[i] is not ("--method" or "--completion" or "--utility")) throw new ArgumentException($"\"{rest[i]}\" is no option.");
            if (i + 1 == rest.Length) throw new ArgumentException($"{rest[i]} needs a value.");
            // Initiatives say budget-greedy for what Pabulib's files call greedy: both are known here.
            options[rest[i]] = rest[i] == "--method" && rest[i + 1].StartsWith("budget-", StringComparison.Ordinal) ? rest[i + 1]["budget-".Length..] : rest[i + 1];
        }
        return (file, options);
    }

    static CountReport CountOf(PabulibFile file, Dictionary<string, string> options)
    {
        var asked = options.GetValueOrDefault("--method");
        if ((asked is null ? FileCount.WithoutMoneyOf(file) : FileCount.WithoutMoney.FirstOrDefault(m => m == asked)) is not { } rule) return FileCount.Count(file, RuleOf(file, options));
        return options.Keys.All(o => o == "--method") ? FileCount.Count(file, rule) : throw new ArgumentException("Only equal shares have a completion and a utility.");
    }

    static BudgetRule RuleOf(PabulibFile file, Dictionary<string, string> options)
    {
        var ofFile = FileCount.RuleOf(file);
        var asked = options.TryGetValue("--method", out var word)
            ? BudgetRule.Read(word) ?? throw new ArgumentException($"\"{word}\" is no method.")
            : ofFile ?? throw new ArgumentException($"The file's rule \"{file.Rule}\" is none that can be counted by: say --method.");
        // A file that was counted by equal shares says how it went on; only what is asked otherwise changes that.
        if (asked is { Method: BudgetMethod.EqualShares, Completion: Completion.None } && ofFile?.Method == BudgetMethod.EqualShares) asked = ofFile;
        if (options.TryGetValue("--completion", out var then))
            asked = asked with { Completion = BudgetRule.CompletionOf(then) ?? throw new ArgumentException($"\"{then}\" is no completion.") };
        if (options.TryGetValue("--utility", out var utility))
            asked = asked with { Utility = utility switch { "cost" => Utility.Cost, "number" => Utility.Number, _ => throw new ArgumentException($"\"{utility}\" is no utility.") } };
        return asked.Method == BudgetMethod.EqualShares || asked.Completion == Completion.None ? asked
            : throw new ArgumentException("Only equal shares have a completion.");
    }
}
