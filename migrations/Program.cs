using Cirm.Migrations;
using Npgsql;

// Exits 0 when the database has today's schema, 2 when a setting is missing, 1 when a migration failed (and was rolled back).
if (Environment.GetEnvironmentVariable("CIRM_DATABASE") is not { Length: > 0 } database)
{
    Console.Error.WriteLine("Set CIRM_DATABASE to an Npgsql connection string whose role may create roles and tables.");
    return 2;
}

var secret = Environment.GetEnvironmentVariable("CIRM_SECRET") ?? new NpgsqlConnectionStringBuilder(database).Password;
if (string.IsNullOrEmpty(secret))
{
    Console.Error.WriteLine("Set CIRM_SECRET (or give CIRM_DATABASE a password): the roles' passwords are derived from it.");
    return 2;
}

try
{
    await Migrator.RunAsync(database, secret, name => Console.WriteLine($"applied {name}"), CancellationToken.None);
    return 0;
}
catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
{
    Console.Error.WriteLine($"The migration failed and was rolled back: {e.Message}");
    return 1;
}
