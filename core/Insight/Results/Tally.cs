namespace Cirm.Core.Insight.Results;

/// <summary>Counts by stratum, as <see cref="CountLayout"/> lays them out. They add up: what is counted in parts is the same as what is counted at once.</summary>
public sealed class Tally(CountLayout layout)
{
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
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Layout.Fingerprint);
        writer.Write7BitEncodedInt(counts.Count);
        foreach (var (stratum, values) in counts.OrderBy(c => c.Key))
        {
            writer.Write7BitEncodedInt(stratum);
            writer.Write7BitEncodedInt(values.Count(v => v != 0));
            var last = 0;
            for (var i = 0; i < values.Length; i++)
            {
                if (values[i] == 0) continue;
                writer.Write7BitEncodedInt(i - last);
                writer.Write7BitEncodedInt64(values[i]);
                last = i;
            }
            foreach (var sum in SumsOf(stratum)) writer.Write(sum);
        }
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Adds what was packed.</summary>
    /// <returns>False, and nothing added, when it was packed under another layout.</returns>
    public bool TryAdd(byte[] packed)
    {
        using var reader = new BinaryReader(new MemoryStream(packed));
        if (!reader.ReadBytes(Layout.Fingerprint.Length).AsSpan().SequenceEqual(Layout.Fingerprint)) return false;
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            var stratum = reader.Read7BitEncodedInt();
            var (to, at) = (CountsOf(stratum), 0);
            for (var cells = reader.Read7BitEncodedInt(); cells > 0; cells--)
            {
                at += reader.Read7BitEncodedInt();
                to[at] += reader.Read7BitEncodedInt64();
            }
            if (Layout.SumsLength == 0) continue;
            var sum = SumsOf(stratum);
            for (var i = 0; i < sum.Length; i++) sum[i] += reader.ReadDouble();
        }
        return true;
    }
}
