using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml;
using Cirm.Api.Platform;
using Cirm.Core.Platform;

namespace Cirm.Api.Open311;

/// <summary>
/// Writes one document as XML or as JSON, the way GeoReport makes one from the other (Open311's "Spark convention"): an element with children is an object, a
/// list is an array that leaves the names of its entries out, and the root has no name in JSON.
/// </summary>
abstract class SparkWriter : IDisposable
{
    /// <summary>For a format of GeoReport: json or xml.</summary>
    public static SparkWriter For(string format, Piece into) => format == "json" ? new JsonSpark(into) : new XmlSpark(into);

    /// <summary>Begins an object; in a list, the name is that of its entries.</summary>
    public abstract void Begin(string name);

    /// <summary>Begins a list.</summary>
    public abstract void BeginList(string name);

    public abstract void End();

    public abstract void Add(string name, string? text);

    public abstract void Add(string name, bool value);

    public abstract void Add(string name, double? value);

    public abstract void Add(string name, int value);

    /// <summary>Adds a word to a list.</summary>
    public abstract void AddEntry(string name, string text);

    /// <summary>With seconds and a zone, as W3C's note on dates and times wants it.</summary>
    public void Add(string name, DateTimeOffset? time) => Add(name, time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));

    public abstract void Dispose();

    sealed class JsonSpark(Piece into) : SparkWriter
    {
        readonly Utf8JsonWriter json = new(into, new() { Encoder = Wire.Json.Encoder });
        readonly Stack<bool> lists = new();

        public override void Begin(string name)
        {
            if (lists.Count > 0 && !lists.Peek()) json.WriteStartObject(name);
            else json.WriteStartObject();
            lists.Push(false);
        }

        public override void BeginList(string name)
        {
            if (lists.Count > 0 && !lists.Peek()) json.WriteStartArray(name);
            else json.WriteStartArray();
            lists.Push(true);
        }

        public override void End()
        {
            if (lists.Pop()) json.WriteEndArray();
            else json.WriteEndObject();
        }

        public override void Add(string name, string? text) => json.WriteString(name, text);

        public override void Add(string name, bool value) => json.WriteBoolean(name, value);

        public override void Add(string name, double? value)
        {
            if (value is { } number) json.WriteNumber(name, number);
            else json.WriteNull(name);
        }

        public override void Add(string name, int value) => json.WriteNumber(name, value);

        public override void AddEntry(string name, string text) => json.WriteStringValue(text);

        public override void Dispose() => json.Dispose();
    }

    sealed class XmlSpark(Piece into) : SparkWriter
    {
        static readonly XmlWriterSettings Settings = new() { Encoding = new UTF8Encoding(false), NewLineHandling = NewLineHandling.Entitize };
        readonly XmlWriter xml = XmlWriter.Create(into.AsStream(), Settings);

        public override void Begin(string name) => xml.WriteStartElement(name);

        public override void BeginList(string name) => xml.WriteStartElement(name);

        public override void End() => xml.WriteEndElement();

        public override void Add(string name, string? text)
        {
            xml.WriteStartElement(name);
            if (!string.IsNullOrEmpty(text)) xml.WriteString(Fit(text));
            xml.WriteEndElement();
        }

        public override void Add(string name, bool value) => Add(name, value ? "true" : "false");

        public override void Add(string name, double? value) => Add(name, value?.ToString("R", CultureInfo.InvariantCulture));

        public override void Add(string name, int value) => Add(name, value.ToString(CultureInfo.InvariantCulture));

        public override void AddEntry(string name, string text) => Add(name, text);

        public override void Dispose() => xml.Dispose();

        // Some characters cannot stand in XML 1.0 even as references; what people imported long ago has them.
        static string Fit(string text)
        {
            var bad = FirstUnfit(text);
            if (bad < 0) return text;
            var fit = new StringBuilder(text, 0, bad, text.Length);
            for (var i = bad; i < text.Length; i++)
            {
                if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) fit.Append(text[i]).Append(text[++i]);
                else fit.Append(XmlConvert.IsXmlChar(text[i]) ? text[i] : '\uFFFD');
            }
            return fit.ToString();
        }

        static int FirstUnfit(string text)
        {
            for (var i = 0; i < text.Length; i++)
            {
                if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) i++;
                else if (!XmlConvert.IsXmlChar(text[i])) return i;
            }
            return -1;
        }
    }
}
