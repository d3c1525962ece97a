using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using Cirm.Core.Platform;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace Cirm.Core.Tenancy;

/// <summary>
/// An anonymous object's properties, or a dictionary's values, as named parameters. Dapper maps the rows; it has no way to fill an
/// <see cref="NpgsqlBatch"/>, which is what saves the round trips.
/// </summary>
static class SqlParameters
{
    static readonly ConcurrentDictionary<Type, PropertyInfo[]> Properties = new();

    /// <summary>Tells Dapper how our columns are read. Called once, before the first connection.</summary>
    public static void ConfigureDapper()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.AddTypeHandler(new TimeHandler());
        SqlMapper.AddTypeHandler(new ListHandler<string>());
        SqlMapper.AddTypeHandler(new ListHandler<Guid>());
        SqlMapper.AddTypeHandler(new ListHandler<double>());
        SqlMapper.AddTypeHandler(new JsonHandler<Localized>());
        SqlMapper.AddTypeHandler(new JsonHandler<JsonElement>());
        SqlMapper.AddTypeHandler(new JsonHandler<Dictionary<string, JsonElement>>());
    }

    public static void Add(NpgsqlParameterCollection parameters, object? args)
    {
        if (args is null) return;
        if (args is IReadOnlyDictionary<string, object> named) // of a statement that is put together
        {
            foreach (var (name, value) in named) parameters.Add(Parameter(name, value, value.GetType()));
            return;
        }
        foreach (var property in Properties.GetOrAdd(args.GetType(), static type => type.GetProperties()))
            parameters.Add(Parameter(property.Name, property.GetValue(args), property.PropertyType));
    }

    // A typed parameter even for null: PostgreSQL is told the type, and the statement stays one prepared statement.
    static NpgsqlParameter Parameter(string name, object? value, Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type.IsEnum) return new(name, NpgsqlDbType.Text) { Value = (value as Enum)?.Word() ?? (object)DBNull.Value };
        if (type == typeof(Localized) || type == typeof(JsonElement) || typeof(IJsonColumn).IsAssignableFrom(type) || type == typeof(Dictionary<string, JsonElement>))
            return new(name, NpgsqlDbType.Jsonb) { Value = value is null ? DBNull.Value : JsonSerializer.Serialize(value, type, Wire.Json) };
        return new(name, DbTypes[type]) { Value = value is DateTimeOffset time ? time.UtcDateTime : value ?? DBNull.Value };
    }

    static readonly Dictionary<Type, NpgsqlDbType> DbTypes = new()
    {
        [typeof(Guid)] = NpgsqlDbType.Uuid,
        [typeof(string)] = NpgsqlDbType.Text,
        [typeof(int)] = NpgsqlDbType.Integer,
        [typeof(long)] = NpgsqlDbType.Bigint,
        [typeof(bool)] = NpgsqlDbType.Boolean,
        [typeof(double)] = NpgsqlDbType.Double,
        [typeof(decimal)] = NpgsqlDbType.Numeric,
        [typeof(DateTimeOffset)] = NpgsqlDbType.TimestampTz,
        [typeof(DateOnly)] = NpgsqlDbType.Date,
        [typeof(byte[])] = NpgsqlDbType.Bytea,
        [typeof(Guid[])] = NpgsqlDbType.Array | NpgsqlDbType.Uuid,
        [typeof(Guid?[])] = NpgsqlDbType.Array | NpgsqlDbType.Uuid,
        [typeof(string[])] = NpgsqlDbType.Array | NpgsqlDbType.Text,
        [typeof(int[])] = NpgsqlDbType.Array | NpgsqlDbType.Integer,
        [typeof(long[])] = NpgsqlDbType.Array | NpgsqlDbType.Bigint,
        [typeof(decimal[])] = NpgsqlDbType.Array | NpgsqlDbType.Numeric,
        [typeof(double?[])] = NpgsqlDbType.Array | NpgsqlDbType.Double,
        [typeof(DateTime[])] = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
        [typeof(DateTime?[])] = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
        [typeof(byte[][])] = NpgsqlDbType.Array | NpgsqlDbType.Bytea,
    };

    sealed class TimeHandler : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override DateTimeOffset Parse(object value) => new(DateTime.SpecifyKind((DateTime)value, DateTimeKind.Utc));
        public override void SetValue(System.Data.IDbDataParameter parameter, DateTimeOffset value) => parameter.Value = value.UtcDateTime;
    }

    sealed class ListHandler<T> : SqlMapper.TypeHandler<T[]>
    {
        public override T[] Parse(object value) => (T[])value;
        public override void SetValue(System.Data.IDbDataParameter parameter, T[]? value) => parameter.Value = value ?? (object)DBNull.Value;
    }

    internal sealed class JsonHandler<T> : SqlMapper.TypeHandler<T>
    {
        public override T? Parse(object value) => JsonSerializer.Deserialize<T>((string)value, Wire.Json);
        public override void SetValue(System.Data.IDbDataParameter parameter, T? value) => parameter.Value = JsonSerializer.Serialize(value, Wire.Json);
    }
}

/// <summary>A record that is kept as one jsonb column. Register it with <see cref="JsonColumns"/> so that rows can be read into it.</summary>
public interface IJsonColumn;

/// <summary>A list that is kept as one jsonb column.</summary>
public sealed class JsonList<T> : List<T>, IJsonColumn
{
    /// <summary>An empty list.</summary>
    public JsonList() { }

    /// <summary>A list of these; null stays null.</summary>
    public static JsonList<T>? Of(IEnumerable<T>? items)
    {
        if (items is null) return null;
        var list = new JsonList<T>();
        list.AddRange(items);
        return list;
    }
}

/// <summary>A map by name, such as a language tag, that is kept as one jsonb column.</summary>
public sealed class JsonMap<T> : Dictionary<string, T>, IJsonColumn
{
    /// <summary>An empty map.</summary>
    public JsonMap() : base(StringComparer.OrdinalIgnoreCase) { }

    /// <summary>A map of these; null stays null.</summary>
    public static JsonMap<T>? Of(IEnumerable<KeyValuePair<string, T>>? members)
    {
        if (members is null) return null;
        var map = new JsonMap<T>();
        foreach (var (name, value) in members) map[name] = value;
        return map;
    }
}

/// <summary>Which records are read from jsonb columns.</summary>
public static class JsonColumns
{
    /// <summary>Lets rows carry this record. Called once, from the static constructor of the class that has the SQL.</summary>
    public static void Register<T>() where T : IJsonColumn => SqlMapper.AddTypeHandler(new SqlParameters.JsonHandler<T>());
}
