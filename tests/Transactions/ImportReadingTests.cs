using System.Text;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Imports;
using FsCheck;
using FsCheck.Fluent;

namespace Cirm.Tests.Transactions;

/// <summary>Files as they come: what can be read is read, what cannot is named with its line, and nothing takes more memory than it should.</summary>
public sealed class ImportReadingTests
{
    static readonly SourceColumn[] TwoColumns = [new("id", true), new("text", true)];

    [Fact]
    public void Every_kind_of_line_end_counts_as_one_line_and_a_byte_order_mark_as_none()
    {
        var rows = Csv("\uFEFFid,text\r\n1,a\n2,b\r3,c\r\n\r\n4,\"d\r\ne\rf\"\r\n5,g");
        Assert.Equal(["2: 1|a", "3: 2|b", "4: 3|c", "6: 4|d\ne\nf", "9: 5|g"], rows);
    }

    [Fact]
    public void A_line_end_that_falls_between_two_reads_is_still_one()
    {
        var text = "id,text\r\n1,a\r\n2,b\r\n";
        foreach (var atATime in (int[])[1, 2, 3, 7])
            Assert.Equal(["2: 1|a", "3: 2|b"], Rows(new CsvRecords(new Trickle(Encoding.UTF8.GetBytes(text), atATime))));
    }

    [Fact]
    public void Quotes_follow_RFC_4180_and_an_inch_is_an_inch()
    {
        Assert.Equal(
            ["2: 1|say \"hello\", then go", "3: 2|5\" pipe", "4: quote", "5: 4|∅"],
            Csv("id,text\n1,\"say \"\"hello\"\", then go\"\n2,5\" pipe\n3,\"a\" b\n4,\"\"\n"));
    }

    [Fact]
    public void A_row_with_too_few_or_too_many_fields_is_rejected_alone()
    {
        Assert.Equal(["2: fields", "3: 2|b", "4: fields"], Csv("id,text\n1\n2,b\n3,c,d\n"));
    }

    [Fact]
    public void A_quote_that_nobody_closes_costs_its_own_row_and_names_the_line_on_which_it_opens()
    {
        using var file = new CsvRecords(Bytes("id,text\n1,a\n2,\"open\n3,c\n4,d\n"));
        Assert.Equal(["2: 1|a", "3: quote", "4: 3|c", "5: 4|d"], Rows(file, out var details));
        Assert.Contains("opens on line 3", details.Single(), StringComparison.Ordinal);

        // It opens on the second line of a record whose first quote is closed there.
        Assert.Equal(["2: quote", "4: 5|e"], Csv("id,text\n\"1\n\",\"open\n5,e\n"));
    }

    [Fact]
    public void An_open_quote_swallows_no_more_than_the_longest_record()
    {
        var text = new StringBuilder("id,text\n1,\"open\n");
        for (var i = 0; i < 200_000; i++) text.Append("2,a longer line\n");
        var rows = Csv(text.ToString());
        Assert.Equal("2: quote", rows[0]);
        Assert.Equal(200_001, rows.Count);
        Assert.Equal("200002: 2|a longer line", rows[^1]);
    }

    [Fact]
    public void Windows_1252_is_rejected_row_by_row_unless_the_content_type_says_so()
    {
        byte[] bytes = [.. "id,text\n1,caf"u8, 0xE9, .. "\n2,plain\n3,\"x"u8, 0x80, .. "\"\n"u8];
        Assert.Equal(["2: text encoding", "3: 2|plain", "4: text encoding"], Rows(new CsvRecords(new MemoryStream(bytes)), out var details));
        Assert.Contains("0xE9 is not UTF-8", details[0], StringComparison.Ordinal);
        Assert.Contains("charset=windows-1252", details[0], StringComparison.Ordinal);

        using var told = new ImportRequest("cases", ImportFormat.Csv, "windows-1252", null, false, 0).Open(new MemoryStream(bytes));
        Assert.Equal(["2: 1|café", "3: 2|plain", "4: 3|x€"], Rows(told));
    }

    [Fact]
    public void A_wrong_byte_in_a_column_that_is_not_read_does_no_harm()
    {
        using var file = new CsvRecords(new MemoryStream([.. "id,text,other\n1,a,"u8, 0xFF, .. "\n"u8]));
        file.Bind(TwoColumns, new HashSet<string> { "other" });
        Assert.True(file.Read());
        Assert.Empty(file.Faults);
    }

    [Fact]
    public void Utf_16_is_refused_with_the_way_out_and_read_when_it_is_named()
    {
        byte[] bytes = [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("id,text\r\n1,چراغ\r\n")];
        var refusal = Assert.Throws<Refusal>(() => new CsvRecords(new MemoryStream(bytes)));
        Assert.Equal("import-not-readable", refusal.Problem.Code);
        Assert.Contains("charset=utf-16", refusal.Detail, StringComparison.Ordinal);
        using var told = new ImportRequest("cases", ImportFormat.Csv, "utf-16", null, false, 0).Open(new MemoryStream(bytes));
        Assert.Equal(["2: 1|چراغ"], Rows(told));
    }

    [Fact]
    public void A_NUL_is_named_with_its_column()
    {
        Assert.Equal(["2: text character", "3: 2|b"], Csv("id,text\n1,a\0b\n2,b\n"));
        Assert.Equal(["1: text character", "2: 2|b"], Rows(new JsonRecords(Bytes("{\"id\":1,\"text\":\"a\\u0000b\"}\n{\"id\":2,\"text\":\"b\"}\n"))));
    }

    [Fact]
    public void A_header_that_lacks_columns_names_them_and_what_it_has()
    {
        using var file = new CsvRecords(Bytes("ID;text;other\n"));
        var refusal = Assert.Throws<Refusal>(() => file.Bind(TwoColumns, new HashSet<string>()));
        Assert.Equal("import-columns", refusal.Problem.Code);
        Assert.Contains("Missing: id, text; found: ID;text;other.", refusal.Detail, StringComparison.Ordinal);
        Assert.Contains("separated by ';'", refusal.Detail, StringComparison.Ordinal);

        using var misspelt = new CsvRecords(Bytes("id,text,titel\n"));
        Assert.Contains("Unknown: titel", Assert.Throws<Refusal>(() => misspelt.Bind(TwoColumns, new HashSet<string>())).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_separator_line_of_a_spreadsheet_is_not_the_header()
    {
        Assert.Equal(["3: 1|a"], Rows(new CsvRecords(Bytes("sep=;\r\nid;text\r\n1;a\r\n"), ";")));
        var refusal = Assert.Throws<Refusal>(() => new CsvRecords(Bytes("sep=;\r\nid;text\r\n")));
        Assert.Equal("import-not-readable", refusal.Problem.Code);
        Assert.Contains("\"delimiter\"", refusal.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[{\"id\":1}]\n")]
    [InlineData("[\n")]
    public void A_JSON_array_is_told_how_it_becomes_lines(string text)
    {
        _ = Rows(new JsonRecords(Bytes(text)), out var details);
        Assert.Contains("jq -c '.[]'", details[0], StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_and_one_with_an_unreadable_header_are_refused()
    {
        foreach (var text in (string[])["", "\n\n", "\"id,text\n1,2\n"])
            Assert.Equal("import-not-readable", Assert.Throws<Refusal>(() => new CsvRecords(Bytes(text))).Problem.Code);
    }

    [Fact]
    public void NDJSON_rejects_what_is_no_object_what_it_does_not_know_and_what_is_cut_off()
    {
        var text = "{\"id\":\"1\",\"text\":\"a\"}\n\n[1]\n{\"id\":2,\"titel\":\"b\",\"text\":true}\r\n{\"id\":3,\"text\":null}\n{\"id\":4,\"text\":{\"x\":1}}\n{\"id\":5,\"text\":\"\\ud800\"}\n{\"id\":6";
        Assert.Equal(["1: 1|a", "3: malformed", "4: titel unknown", "5: 3|∅", "6: text type", "7: character", "8: malformed"], Rows(new JsonRecords(Bytes(text))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_line_of_300_MB_is_one_rejection_and_takes_no_memory(bool csv)
    {
        const long length = 300L << 20;
        Stream file = new Joined([Bytes(csv ? "id,text\n1,a\n2," : "{\"id\":1,\"text\":\"a\"}\n{\"id\":2,\"text\":\""), new Endless(length), Bytes(csv ? "\n3,c\n" : "\"}\n{\"id\":3,\"text\":\"c\"}\n")]);
        using RecordReader records = csv ? new CsvRecords(file) : new JsonRecords(file);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var line = csv ? 2 : 1;
        Assert.Equal([$"{line}: 1|a", $"{line + 1}: too-long", $"{line + 2}: 3|c"], Rows(records));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16L << 20);
    }

    [Fact]
    public void What_is_written_as_CSV_is_read_as_it_was()
    {
        var cell = Gen.Elements("a", "b,c", "\"", "x\"y", "\n", "two\nlines", " pad ", "é", "چ", "😀", "").ListOf().Select(parts => string.Concat(parts));
        var rows = Gen.Zip(Gen.Two(cell), ArbMap.Default.GeneratorFor<bool>()).ListOf();
        Prop.ForAll(rows.ToArbitrary(), written =>
        {
            var text = "id,text\r\n" + string.Concat(written.Select(row => $"{Field("i" + row.Item1.Item1, row.Item2)},{Field(row.Item1.Item2, row.Item2)}\r\n"));
            using var file = new CsvRecords(new Trickle(Encoding.UTF8.GetBytes(text), 5));
            file.Bind(TwoColumns, new HashSet<string>());
            foreach (var ((first, second), _) in written)
            {
                Assert.True(file.Read());
                Assert.Empty(file.Faults);
                Assert.Equal("i" + first.TrimEnd(), file.Value(0));
                Assert.Equal(second.Trim() is { Length: > 0 } trimmed ? trimmed : null, file.Value(1));
            }
            Assert.False(file.Read());
        }).QuickCheckThrowOnFailure();

        // A line without a quote is read another way than one with.
        static string Field(string text, bool quoted) => !quoted && text.IndexOfAny(['"', ',', '\n']) < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    [Fact]
    public void No_bytes_whatever_stop_the_reader_or_lose_a_line()
    {
        var soup = Gen.Elements("a"u8.ToArray(), ","u8.ToArray(), "\""u8.ToArray(), "\n"u8.ToArray(), "\r"u8.ToArray(), "\r\n"u8.ToArray(), [0], [0xE9], [0xED, 0xA0, 0x80], "1,x\n"u8.ToArray())
            .ListOf().Select(parts => parts.SelectMany(part => part).ToArray());
        Prop.ForAll(soup.ToArbitrary(), bytes =>
        {
            using var file = new CsvRecords(new Trickle([.. "id,text\n"u8, .. bytes, .. "\nlast,row\n"u8], 3));
            file.Bind(TwoColumns, new HashSet<string>());
            long line = 1;
            string? last = null;
            while (file.Read())
            {
                Assert.True(file.Line > line, "Lines grow.");
                line = file.Line;
                last = file.Faults.Count == 0 ? file.Value(0) : null;
            }
            Assert.Equal("last", last ?? "last"); // a quote may have taken it in; then the row that opened it was rejected
        }).QuickCheckThrowOnFailure();
    }

    static List<string> Csv(string text) => Rows(new CsvRecords(Bytes(text)));

    static List<string> Rows(RecordReader file) => Rows(file, out _);

    // "3: 1|a" for a row, "3: text encoding" or "3: quote" for a fault.
    static List<string> Rows(RecordReader file, out List<string> details)
    {
        using (file)
        {
            file.Bind(TwoColumns, new HashSet<string>());
            var rows = new List<string>();
            details = [];
            while (file.Read())
            {
                if (file.Faults.Count == 0) rows.Add($"{file.Line}: {file.Value(0) ?? "∅"}|{file.Value(1) ?? "∅"}");
                foreach (var fault in file.Faults)
                {
                    rows.Add($"{fault.Line}: {$"{fault.Column} {fault.Code}".Trim()}");
                    details.Add(fault.Detail);
                }
            }
            return rows;
        }
    }

    static MemoryStream Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    // Gives a few bytes at a time, as a slow network does.
    sealed class Trickle(byte[] bytes, int atATime) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, atATime));
    }

    sealed class Endless(long length) : MemoryStream
    {
        long left = length;

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(left, count);
            buffer.AsSpan(offset, read).Fill((byte)'x');
            left -= read;
            return read;
        }
    }

    sealed class Joined(Queue<Stream> parts) : MemoryStream
    {
        public Joined(Stream[] parts) : this(new Queue<Stream>(parts)) { }

        public override int Read(byte[] buffer, int offset, int count)
        {
            for (; parts.TryPeek(out var part); parts.Dequeue())
                if (part.Read(buffer, offset, count) is > 0 and var read)
                    return read;
            return 0;
        }
    }
}
