using System.Diagnostics;
using Cirm.Core.Tenancy;
using Cirm.Seeds;

// Loads the two demo agencies. What is there already is left as it is. Exits 0 when everything is there, 2 when a setting is missing.
Databases databases;
try
{
    databases = Databases.FromEnvironment();
}
catch (InvalidOperationException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}

await using (databases)
{
    var began = Stopwatch.GetTimestamp();
    await new Demo(databases, TimeProvider.System, line => Console.WriteLine($"{Stopwatch.GetElapsedTime(began).TotalSeconds,5:0.0} s  {line}")).LoadAsync(CancellationToken.None);
}
return 0;
