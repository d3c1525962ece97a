using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Cirm.Core.Tenancy;

/// <summary>The ways into the database, one a role: nobody connects as the owner.</summary>
/// <param name="connectionString">Where the database is; user and password in it are not used. Of several hosts the one that takes writes is used, whichever that is
/// at the moment (docs/operating.md).</param>
/// <param name="secret">From which each role's password is derived, as <c>cirm migrate</c> set it.</param>
public sealed class Databases(string connectionString, string secret) : IAsyncDisposable
{
    static Databases() => SqlParameters.ConfigureDapper();

    /// <summary>What an agency does: under row-level security, through <see cref="TenantDb"/> only.</summary>
    public NpgsqlDataSource App { get; } = Open(Describe(connectionString, secret, "cirm_app"));

    /// <summary>Which agency has pending work, which agencies know an address; nothing else.</summary>
    public NpgsqlDataSource Router { get; } = Open(Describe(connectionString, secret, "cirm_router"));

    /// <summary>The agencies themselves and the issuer's keys; no table of an agency.</summary>
    public NpgsqlDataSource Platform { get; } = Open(Describe(connectionString, secret, "cirm_platform"));

    /// <summary>A role's own connection string.</summary>
    public string ConnectionStringOf(string role) => Describe(connectionString, secret, role).ConnectionString;

    /// <summary>From <c>CIRM_DATABASE</c> and <c>CIRM_SECRET</c>.</summary>
    /// <exception cref="InvalidOperationException">A setting is missing.</exception>
    public static Databases FromEnvironment()
    {
        var database = Environment.GetEnvironmentVariable("CIRM_DATABASE") is { Length: > 0 } set ? set
            : throw new InvalidOperationException("CIRM_DATABASE is not set: an Npgsql connection string. `./cirm up` sets it by itself.");
        var secret = Environment.GetEnvironmentVariable("CIRM_SECRET") ?? new NpgsqlConnectionStringBuilder(database).Password
            ?? throw new InvalidOperationException("CIRM_SECRET is not set, and CIRM_DATABASE has no password to stand in for it.");
        return new(database, secret);
    }

    /// <summary>A secret of its own for a purpose, from the installation's: HMAC-SHA256 in hexadecimal.</summary>
    public string SecretFor(string purpose) => Derive(secret, purpose);

    static string Derive(string secret, string purpose) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(purpose)));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Router.DisposeAsync();
        await Platform.DisposeAsync();
    }

    static NpgsqlDataSource Open(NpgsqlConnectionStringBuilder described)
    {
        if (!HasSeveralHosts(described)) return NpgsqlDataSource.Create(described);
        described.TargetSessionAttributes = null; // said below; a data source of several hosts takes it from nowhere else
        return new NpgsqlDataSourceBuilder(described.ConnectionString).BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary);
    }

    static bool HasSeveralHosts(NpgsqlConnectionStringBuilder described) => described.Host?.Contains(',', StringComparison.Ordinal) == true;

    // What a transaction sets is local to it, so a connection goes back to the pool as it came: no DISCARD ALL between requests.
    static NpgsqlConnectionStringBuilder Describe(string connectionString, string secret, string role)
    {
        var described = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Username = role,
            Password = Derive(secret, role),
            ApplicationName = role,
            MaxPoolSize = 32,
            NoResetOnClose = true,
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 2,
            // Who gives up closes the connection. Npgsql 10.0.0 would ask the server to cancel and keep it, and a batch that was cancelled while
            // its statements were being prepared leaves it out of step: the next request gets another's rows, or none (seen in 1 of 400).
            CancellationTimeout = -1,
        };
        if (!HasSeveralHosts(described)) return described;
        described.TargetSessionAttributes = "primary"; // everything here writes
        if (!new DbConnectionStringBuilder { ConnectionString = connectionString }.ContainsKey("Host Recheck Seconds")) described.HostRecheckSeconds = 1; // by default a promoted standby is found after ten
        return described;
    }
}
