using System.Buffers.Binary;
using System.Text.Json;
using Cirm.Core.Platform;

namespace Cirm.Core.Participation.Balloting;

/// <summary>What a ballot gives to an option.</summary>
/// <param name="Place">The option's place in the declared order.</param>
/// <param name="Points">Points; of a ranking and of an approval 1. A ranking is told by the order of its marks.</param>
public readonly record struct Mark(int Place, int Points);

/// <summary>How a ballot is read, and how it lies in the box: pure rules.</summary>
public static class BallotPaper
{
    /// <summary>Reads what somebody chooses.</summary>
    /// <param name="decision">How it is decided.</param>
    /// <param name="options">In the declared order.</param>
    /// <param name="choices">A list of keys, or an object of points by key.</param>
    /// <exception cref="Refusal"><see cref="Problems.BallotForm"/>, <see cref="Problems.ChoiceUnknown"/>, <see cref="Problems.TooManyChoices"/>,
    /// <see cref="Problems.PointsSum"/>, <see cref="Problems.OverBudget"/>.</exception>
    public static IReadOnlyList<Mark> Read(DecisionSettings decision, IReadOnlyList<VotedOption> options, JsonElement choices)
    {
        var marks = decision.Form == BallotForm.Points ? Points(decision, options, choices) : Listed(options, choices);
        if (marks.Count == 0) throw Wrong(Problems.BallotForm, "/choices", "length", "A ballot chooses something.");
        if (decision.MaxChoices is { } most && marks.Count > most) throw Wrong(Problems.TooManyChoices, "/choices", "length", $"It may name {most}, and names {marks.Count}.");
        if (decision is { WithinBudget: true, Budget: { } budget } && marks.Sum(m => options[m.Place].Cost ?? 0) is var cost && cost > budget)
            throw Wrong(Problems.OverBudget, "/choices", "range", FormattableString.Invariant($"They cost {cost} together, and there is {budget}."));
        // The order of an approval or of points is how somebody clicked: it says nothing and is not kept.
        return decision.Form == BallotForm.Ranking ? marks : [.. marks.OrderBy(m => m.Place)];
    }

    static List<Mark> Listed(IReadOnlyList<VotedOption> options, JsonElement choices)
    {
        if (choices.ValueKind != JsonValueKind.Array) throw Wrong(Problems.BallotForm, "/choices", "type", "This decision takes a list of option keys.");
        var marks = new List<Mark>();
        foreach (var (i, choice) in choices.EnumerateArray().Index())
        {
            if (choice.ValueKind != JsonValueKind.String) throw Wrong(Problems.BallotForm, $"/choices/{i}", "type", "This has to be the key of an option.");
            var place = PlaceOf(options, choice.GetString()!, $"/choices/{i}");
            if (marks.Exists(m => m.Place == place)) throw Wrong(Problems.BallotForm, $"/choices/{i}", "duplicate", "An option stands on a ballot once.");
            marks.Add(new(place, 1));
        }
        return marks;
    }

    static List<Mark> Points(DecisionSettings decision, IReadOnlyList<VotedOption> options, JsonElement choices)
    {
        if (choices.ValueKind != JsonValueKind.Object) throw Wrong(Problems.BallotForm, "/choices", "type", "This decision takes an object of points by option key.");
        var marks = new List<Mark>();
        foreach (var choice in choices.EnumerateObject())
        {
            var at = $"/choices/{choice.Name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
            var place = PlaceOf(options, choice.Name, at);
            if (choice.Value.ValueKind != JsonValueKind.Number) throw Wrong(Problems.BallotForm, at, "type", "This has to be a number of points.");
            if (!choice.Value.TryGetInt32(out var points) || points < 0 || points > decision.MaxScore)
                throw Wrong(Problems.PointsSum, at, "range", $"Points are whole numbers from 0 to {decision.MaxScore}.");
            if (points > 0) marks.Add(new(place, points));
        }
        if (decision.Points is { } all && marks.Sum(m => m.Points) is var given && given != all)
            throw Wrong(Problems.PointsSum, "/choices", "sum", $"They add up to {given}; {all} have to be given.");
        return marks;
    }

    static int PlaceOf(IReadOnlyList<VotedOption> options, string key, string at)
    {
        for (var place = 0; place < options.Count; place++)
            if (options[place].Key == key) return place;
        throw Wrong(Problems.ChoiceUnknown, at, "unknown", "The decision has no such option.");
    }

    static Refusal Wrong(Problem problem, string pointer, string code, string detail) => new(problem, detail) { Errors = [new(pointer, code, detail)] };

    /// <summary>How long every ballot of a decision is in the box, in bytes before encryption.</summary>
    public static int LengthOf(DecisionSettings decision, int options) => 2 + 4 * Math.Min(decision.MaxChoices ?? options, options);

    /// <summary>Writes marks, as long as any other ballot.</summary>
    public static byte[] Write(IReadOnlyList<Mark> marks, int length)
    {
        var bytes = new byte[length];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)marks.Count);
        foreach (var (i, mark) in marks.Index())
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2 + 4 * i), (ushort)mark.Place);
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4 + 4 * i), (ushort)mark.Points);
        }
        return bytes;
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static Mark[] Read(ReadOnlySpan<byte> bytes)
    {
        var marks = new Mark[BinaryPrimitives.ReadUInt16BigEndian(bytes)];
        for (var i = 0; i < marks.Length; i++) marks[i] = new(BinaryPrimitives.ReadUInt16BigEndian(bytes[(2 + 4 * i)..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[(4 + 4 * i)..]));
        return marks;
    }
}

/// <summary>An option as far as a ballot needs it.</summary>
/// <param name="Key">Its word.</param>
/// <param name="Cost">What it costs.</param>
public sealed record VotedOption(string Key, decimal? Cost);
