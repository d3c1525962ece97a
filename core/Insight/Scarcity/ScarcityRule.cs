using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;

namespace Cirm.Core.Insight.Scarcity;

/// <summary>Who of the same segment comes first.</summary>
public enum WithinSegment
{
    /// <summary>Who came first.</summary>
    FirstCome,
    /// <summary>Whom the lottery draws: the seed is published, and anybody can repeat it.</summary>
    Lottery,
}

/// <summary>Where a scarcity rule stands.</summary>
public enum ScarcityState
{
    /// <summary>Being written and simulated.</summary>
    Draft,
    /// <summary>In force: the work queue of its service follows it.</summary>
    Published,
    /// <summary>Another one took its place, or nothing is scarce any more.</summary>
    Retired,
}

/// <summary>Who comes first when capacity is short: an order of segments, who is first within one, and shares that are kept for some (SEG-SCARCITY).</summary>
/// <param name="Order">Segments' keys, the first one first. Who is in several counts with the first; who is in none comes after all of them, and comes.</param>
/// <param name="Within">Who is first within a segment.</param>
/// <param name="Seed">Of the lottery.</param>
/// <param name="Quotas">Which share of what is served goes to a segment of the order as long as somebody of it waits; the rest goes by the order.</param>
public sealed record ScarcityTerms(string[] Order, WithinSegment Within, string? Seed, JsonMap<decimal>? Quotas) : IJsonColumn
{
    /// <summary>Most segments in an order.</summary>
    public const int MostSegments = 20;

    /// <summary>Nobody before anybody: what holds without a rule.</summary>
    public static readonly ScarcityTerms FirstComeFirstServed = new([], WithinSegment.FirstCome, null, null);

    /// <summary>Everything that is wrong, with a JSON pointer to each.</summary>
    public IEnumerable<ValidationError> Wrong()
    {
        foreach (var (index, key) in Order.Index())
            if (Array.IndexOf(Order, key) != index) yield return new($"/order/{index}", "duplicate", $"\"{key}\" stands here already.");
        if (Within == WithinSegment.Lottery && string.IsNullOrEmpty(Seed)) yield return new("/seed", "required", "A lottery declares its seed beforehand, so that anybody can repeat it.");
        if (Within == WithinSegment.FirstCome && Seed is not null) yield return new("/seed", "not-allowed", "Without a lottery there is nothing to draw.");
        foreach (var (key, share) in Quotas ?? [])
        {
            if (!Order.Contains(key)) yield return new($"/quotas/{Escape(key)}", "unknown", "A quota is for a segment of the order.");
            if (share is <= 0 or > 1) yield return new($"/quotas/{Escape(key)}", "range", "A quota is a share: more than 0, and 1 at most.");
        }
        if (Quotas is not null && Quotas.Values.Sum() > 1) yield return new("/quotas", "sum", "Quotas are shares of one whole: together they are 1 at most.");

        static string Escape(string key) => key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
    }

    /// <summary>The place of a case within its segment: the smaller comes first.</summary>
    /// <param name="number">The case's number, which its citizen knows.</param>
    /// <param name="submittedAt">When it came in.</param>
    public (UInt128 First, long Number) PlaceOf(long number, DateTimeOffset submittedAt) =>
        Within == WithinSegment.Lottery ? (Draw(Seed!, number), number) : ((UInt128)submittedAt.UtcTicks, number);

    /// <summary>What the lottery draws: the first 128 bits of SHA-256 of the seed, a colon and the case's number, as <c>printf '%s' 'seed:1234' | sha256sum</c> shows them.</summary>
    public static UInt128 Draw(string seed, long number)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}:{number.ToString(System.Globalization.CultureInfo.InvariantCulture)}"), hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}

/// <summary>
/// Those who wait, and who of them is next by a rule. The same code decides in a simulation and in the work queue. With quotas it is a
/// smooth weighted round robin: with each case that is taken everybody who waits gains their share, whoever has gained most is
/// taken and pays for all. It leaves no place empty while anybody waits, and keeps the shares whatever the capacity is.
/// </summary>
/// <param name="terms">The rule.</param>
/// <param name="gone">Who has left the line meanwhile; null: nobody does.</param>
public sealed class WaitingLine<T>(ScarcityTerms terms, Func<T, bool>? gone = null)
{
    readonly PriorityQueue<T, (UInt128, long)>[] waiting = [.. Enumerable.Range(0, terms.Order.Length + 1).Select(_ => new PriorityQueue<T, (UInt128, long)>())];
    readonly decimal[] shares = [.. terms.Order.Select(key => terms.Quotas?.GetValueOrDefault(key) ?? 0), 1 - (terms.Quotas?.Values.Sum() ?? 0)];
    readonly decimal[] gained = new decimal[terms.Order.Length + 1];

    /// <summary>Somebody comes.</summary>
    /// <param name="who">Who.</param>
    /// <param name="segment">The index of their segment in the order; its length for who is in none.</param>
    /// <param name="place">See <see cref="ScarcityTerms.PlaceOf"/>.</param>
    public void Add(T who, int segment, (UInt128 First, long Number) place) => waiting[segment].Enqueue(who, place);

    /// <summary>Whose turn it is; they do not wait any more.</summary>
    public bool TryNext(out T who)
    {
        who = default!;
        foreach (var line in waiting)
            while (gone is not null && line.TryPeek(out var first, out _) && gone(first)) line.Dequeue();
        var inOrder = Array.FindIndex(waiting, line => line.Count > 0);
        if (inOrder < 0) return false;
        who = waiting[terms.Quotas is { Count: > 0 } ? Turn(inOrder) : inOrder].Dequeue();
        return true;
    }

    // The last share is that of the order: whoever comes first in it, be it for the second time.
    int Turn(int inOrder)
    {
        var (turn, all) = (-1, 0m);
        for (var i = 0; i < shares.Length; i++)
        {
            if (shares[i] == 0 || i < shares.Length - 1 && waiting[i].Count == 0)
            {
                gained[i] = 0; // who does not wait saves nothing up
                continue;
            }
            gained[i] += shares[i];
            all += shares[i];
            if (turn < 0 || gained[i] > gained[turn]) turn = i;
        }
        if (turn < 0) return inOrder; // all of it is kept for segments of which nobody waits
        gained[turn] -= all;
        return turn == shares.Length - 1 ? inOrder : turn;
    }
}

/// <summary>A scarcity rule of a service.</summary>
/// <param name="Key">Its word in addresses.</param>
/// <param name="Service">The service's key.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Terms">What it says.</param>
/// <param name="State">Whether it is in force.</param>
/// <param name="Reason">Why it was chosen.</param>
/// <param name="PublishedAt">Since when it is in force.</param>
/// <param name="RetiredAt">Since when it is not.</param>
/// <param name="CreatedAt">When it was begun.</param>
/// <param name="Version">For If-Match.</param>
public sealed record ScarcityRule(
    string Key, string Service, Localized Name, [property: JsonIgnore] ScarcityTerms Terms, ScarcityState State, Localized? Reason, DateTimeOffset? PublishedAt,
    DateTimeOffset? RetiredAt, DateTimeOffset CreatedAt, [property: JsonIgnore] long Version) : IVersioned
{
    /// <summary>See <see cref="ScarcityTerms.Order"/>.</summary>
    public string[] Order => Terms.Order;

    /// <summary>See <see cref="ScarcityTerms.Within"/>.</summary>
    public WithinSegment Within => Terms.Within;

    /// <summary>See <see cref="ScarcityTerms.Seed"/>.</summary>
    public string? Seed => Terms.Seed;

    /// <summary>See <see cref="ScarcityTerms.Quotas"/>.</summary>
    public JsonMap<decimal>? Quotas => Terms.Quotas;
}
