using System.Diagnostics;
using Cirm.Core.Tenancy;
using Cirm.Jobs.Participation;
using Cirm.Jobs.Platform;

namespace Cirm.Jobs;

static class Program // named, because the tests know another program too
{
    static async Task<int> Main(string[] args)
    {
        if (args is ["recount", .. var file]) return await Recount.CommandAsync(file, Console.Out, Console.Error); // needs no database
        await using var databases = Databases.FromEnvironment();
        return args switch
        {
            [] => await WorkAsync(databases),
            ["verify-audit", .. var agencies] => await VerifyAudit.CommandAsync(databases, agencies, Console.Out, CancellationToken.None),
            ["operator", var email] => await MakeOperator.CommandAsync(databases, email, Environment.GetEnvironmentVariable(MakeOperator.PasswordVariable), Console.Out, CancellationToken.None),
            ["archive", var agency, var path] => await ArchiveAgency.WriteAsync(databases, agency, path, Console.Out, CancellationToken.None),
            ["restore", var path] => await ArchiveAgency.ReadAsync(databases, path, Console.Out, CancellationToken.None),
            _ => Usage(),
        };
    }

    // Where both share a machine, whoever counts a million answers steps back for people who wait for theirs to be taken.
    static Task<int> WorkAsync(Databases databases)
    {
        using var self = Process.GetCurrentProcess();
        self.PriorityClass = ProcessPriorityClass.BelowNormal;
        return Worker.RunAsync(databases, Schedule.Table);
    }

    static int Usage()
    {
        Console.Error.WriteLine("""
            Cirm.Jobs                          run jobs until told to stop
            Cirm.Jobs recount FILE.pb …        count a published file of ballots again, without a database
            Cirm.Jobs operator EMAIL           make an operator, or give one a new password: that of CIRM_PASSWORD
            Cirm.Jobs archive AGENCY FILE      write everything of an agency (its slug) to a new file
            Cirm.Jobs restore FILE             read such a file into this installation
            Cirm.Jobs verify-audit [agency …]  check the audit chains of these agencies (slugs), or of all and of the installation
            """);
        return 2;
    }
}
