using Cirm.Jobs;
using Cirm.Jobs.Platform;

return args switch
{
    [] => await Worker.RunAsync(Schedule.Table),
    ["verify-audit", .. var agencies] => await VerifyAudit.CommandAsync(agencies, Console.Out, CancellationToken.None),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        Cirm.Jobs                          run jobs until told to stop
        Cirm.Jobs verify-audit [agency …]  check the audit chains of these agencies (slugs), or of all and of the installation
        """);
    return 2;
}
