using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;
using Cirm.Core.Platform;
using Npgsql;

namespace Cirm.Core.Tenancy;

/// <summary>
/// Reads rows into records: a statement's columns in the order and under the names of the constructor's parameters; what it leaves
/// out at the end has its default. A single value is read as it is. The reader is compiled once for each list of columns, and no value
/// is boxed on its way: with 36 columns and 51 rows a page, boxing them took about five hundredths of the server's time for it.
/// </summary>
static class Rows<T>
{
    static readonly bool IsValue = typeof(T).IsValueType || typeof(T).IsArray || typeof(T) == typeof(string) || Column.IsJson(typeof(T));
    static readonly Func<NpgsqlDataReader, T>? OfValue = IsValue ? Compile(row => Column.Read(row, 0, typeof(T))) : null;
    static volatile Layout[] known = [];

    /// <summary>What reads the current row of a result.</summary>
    /// <exception cref="InvalidOperationException">The columns are not those of the record.</exception>
    public static Func<NpgsqlDataReader, T> ReaderOf(NpgsqlDataReader result)
    {
        if (OfValue is not null) return OfValue;
        foreach (var layout in known)
            if (layout.IsOf(result)) return layout.Read;
        var made = new Layout([.. Enumerable.Range(0, result.FieldCount).Select(result.GetName)]);
        known = [.. known, made]; // of two at once, one is made again later
        return made.Read;
    }

    static Func<NpgsqlDataReader, T> Compile(Func<ParameterExpression, Expression> read)
    {
        var row = Expression.Parameter(typeof(NpgsqlDataReader), "row");
        return Expression.Lambda<Func<NpgsqlDataReader, T>>(read(row), row).Compile();
    }

    sealed class Layout(string[] columns)
    {
        public readonly Func<NpgsqlDataReader, T> Read = Compile(row =>
        {
            var constructor = typeof(T).GetConstructors().Single();
            var parameters = constructor.GetParameters();
            for (var i = 0; i < Math.Max(columns.Length, parameters.Length); i++)
                if (i >= parameters.Length || (i < columns.Length ? !Names(parameters[i], columns[i]) : !parameters[i].HasDefaultValue))
                    throw new InvalidOperationException($"Column {i + 1} of {typeof(T)} is to be {parameters.ElementAtOrDefault(i)?.Name ?? "none"} and is {columns.ElementAtOrDefault(i) ?? "missing"}.");
            return Expression.New(constructor, parameters.Select((p, i) => i < columns.Length ? Column.Read(row, i, p.ParameterType) : Default(p)));
        });

        public bool IsOf(NpgsqlDataReader result)
        {
            if (result.FieldCount != columns.Length) return false;
            for (var i = 0; i < columns.Length; i++)
                if (!string.Equals(result.GetName(i), columns[i], StringComparison.Ordinal)) return false;
            return true;
        }

        static bool Names(ParameterInfo parameter, string column) => parameter.Name!.Equals(column.Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);

        static Expression Default(ParameterInfo p) =>
            p.DefaultValue is { } value ? Expression.Convert(Expression.Constant(value), p.ParameterType) : Expression.Default(p.ParameterType);
    }
}

/// <summary>How a column becomes a value; null in what cannot be null is its default, such as false.</summary>
static class Column
{
    /// <summary>Whether a type is kept as jsonb.</summary>
    public static bool IsJson(Type type) =>
        typeof(IJsonColumn).IsAssignableFrom(type) || type == typeof(Localized) || type == typeof(JsonElement) || type == typeof(Dictionary<string, JsonElement>);

    /// <summary>Reads a column.</summary>
    public static Expression Read(Expression row, int column, Type type)
    {
        var inner = Nullable.GetUnderlyingType(type) ?? type;
        var (way, of) = (type.IsValueType, inner) switch
        {
            (_, { IsEnum: true }) => (nameof(Word), inner),
            (_, var json) when IsJson(json) => (nameof(Json), type),
            (true, _) => (nameof(Value), inner),
            _ => (nameof(Reference), type),
        };
        var read = Expression.Call(typeof(Column), way, [of], row, Expression.Constant(column));
        return read.Type == type ? read : Expression.Call(read, nameof(Nullable<>.GetValueOrDefault), null);
    }

    static T? Value<T>(NpgsqlDataReader row, int column) where T : struct => row.GetFieldValue<T?>(column);

    static T? Reference<T>(NpgsqlDataReader row, int column) where T : class => row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);

    static T? Word<T>(NpgsqlDataReader row, int column) where T : struct, Enum => row.IsDBNull(column) ? null : Words<T>.Values[row.GetString(column)];

    static T? Json<T>(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? default : JsonSerializer.Deserialize<T>(row.GetString(column), Wire.Json);

    static class Words<T> where T : struct, Enum
    {
        public static readonly Dictionary<string, T> Values = Enum.GetValues<T>().ToDictionary(v => v.Word());
    }
}
