using System.Buffers;
using System.Buffers.Binary;

namespace Cirm.Core.Insight.Results;

/// <summary>Counts by stratum, as <see cref="CountLayout"/> lays them out. They add up: what is counted in parts is the same as what is counted at once.</summary>
public sealed class Tally(CountLayout layout)
{
    const int LongestNumber = 10; // in bytes
    readonly Dictionary<int, long[]> counts = [];
    readonly Dictionary<int, double[]> sums = [];

    /// <summary>Where everything stands.</summary>
    public CountLayout Layout { get; } = layout;

    /// <summary>The strata that somebody is in.</summary>
    public IReadOnlyCollection<int> Strata => counts.Keys;

    /// <summary>How many responses there are.</summary>
    public long Responses => counts.Values.Sum(c => c[CountLayout.Responses]);

    /// <summary>A stratum's counts.</summary>
    public long[] CountsOf(int stratum)
    {
        if (!counts.TryGetValue(stratum, out var found)) counts[stratum] = found = new long[Layout.Length];
        return found;
    }

    /// <summary>A stratum's sums.</summary>
    public double[] SumsOf(int stratum)
    {
        if (!sums.TryGetValue(stratum, out var found)) sums[stratum] = found = new double[Layout.SumsLength];
        return found;
    }

    /// <summary>Adds what was counted elsewhere.</summary>
    public void Add(Tally other)
    {
        foreach (var (stratum, from) in other.counts)
        {
            var to = CountsOf(stratum);
            for (var i = 0; i < to.Length; i++) to[i] += from[i];
        }
        foreach (var (stratum, from) in other.sums)
        {
            var to = SumsOf(stratum);
            for (var i = 0; i < to.Length; i++) to[i] += from[i];
        }
    }

    /// <summary>Packs it: of each stratum the counts that are not nought.</summary>
    public byte[] Pack()
    {
        var packed = new ArrayBufferWriter<byte>();
        packed.Write(Layout.Fingerprint);
        packed.Advance(Put(packed.GetSpan(LongestNumber), counts.Count));
        foreach (var (stratum, values) in counts.OrderBy(c => c.Key))
        {
            var sum = SumsOf(stratum);
            var room = packed.GetSpan(LongestNumber * 2 * (values.Length + 1) + sizeof(double) * sum.Length);
            var end = Put(room, stratum);
            end += Put(room[end..], values.Length - values.AsSpan().Count(0L));
            var last = 0;
            for (var i = 0; i < values.Length; i++)
            {
                if (values[i] == 0) continue;
                end += Put(room[end..], i - last);
                end += Put(room[end..], values[i]);
                last = i;
            }
            for (var i = 0; i < sum.Length; i++, end += sizeof(double)) BinaryPrimitives.WriteDoubleLittleEndian(room[end..], sum[i]);
            packed.Advance(end);
        }
        return packed.WrittenSpan.ToArray();
    }

    /// <summary>Adds what was packed.</summary>
    /// <returns>False, and nothing added, when it was packed under another layout.</returns>
    public bool TryAdd(byte[] packed)
    {
        var left = packed.AsSpan();
        if (!left.StartsWith(Layout.Fingerprint)) return false;
        left = left[Layout.Fingerprint.Length..];
        for (var strata = Number(ref left); strata > 0; strata--)
        {
            var stratum = (int)Number(ref left);
            var (to, at) = (CountsOf(stratum), 0);
            for (var cells = Number(ref left); cells > 0; cells--)
            {
                at += (int)Number(ref left);
                to[at] += Number(ref left);
            }
            if (Layout.SumsLength == 0) continue;
            var sum = SumsOf(stratum);
            for (var i = 0; i < sum.Length; i++, left = left[sizeof(double)..]) sum[i] += BinaryPrimitives.ReadDoubleLittleEndian(left);
        }
        return true;
    }

    // Seven bits a byte, the last ones first, as BinaryWriter does. There are a hundred thousand of them in a wave of a thousand strata.
    static int Put(Span<byte> to, long number)
    {
        var length = 0;
        for (var left = (ulong)number; ; left >>= 7)
        {
            to[length++] = (byte)(left < 0x80 ? left : left | 0x80);
            if (left < 0x80) return length;
        }
    }

    static long Number(ref Span<byte> from)
    {
        var number = 0L;
        for (var (i, shift) = (0, 0); ; i++, shift += 7)
        {
            number |= (from[i] & 0x7FL) << shift;
            if (from[i] >= 0x80) continue;
            from = from[(i + 1)..];
            return number;
        }
    }
}
