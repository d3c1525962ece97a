using System.Text.Json;
using Cirm.Bench;

// ./cirm bench [NAME]: every measure prints one JSON object a line. Ours and the reference are measured in turn in one run.
var wanted = args.FirstOrDefault();
var all = new (string Name, Func<Task<Measure>> Run)[]
{
    ("submit", Submit.RunAsync), ("read", Read.RunAsync), ("read-staff", Read.StaffAsync), ("page", Read.PageAsync), ("import", Import.RunAsync), ("agencies", ManyAgencies.RunAsync),
    ("search", Search.RunAsync),
    ("clocks", Clocks.RunAsync),
    ("segments", SegmentsBench.RunAsync),
    ("ballots", Ballots.RunAsync), ("equal-shares", EqualSharesBench.RunAsync),
    ("survey", Surveys.RunAsync), ("results", SurveyReading.RunAsync), ("reports", ReportReading.RunAsync), ("answers", Answers.RunAsync),
    ("events", Events.RunAsync), ("undelivered", Undelivered.RunAsync),
    ("faults", Faulty.KillAsync), ("standby", Faulty.PromoteAsync),
};
if (wanted is not null && all.All(m => m.Name != wanted))
{
    Console.Error.WriteLine($"There is no measure {wanted}; there are {string.Join(", ", all.Select(m => m.Name))}.");
    return 2;
}
foreach (var (name, run) in all.Where(m => wanted is null || m.Name == wanted))
{
    Console.Error.WriteLine($"measuring {name} …");
    Console.WriteLine(JsonSerializer.Serialize(await run(), Measure.Json));
}
return 0;
