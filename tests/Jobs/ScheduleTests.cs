using Cirm.Core.Platform;
using Cirm.Jobs;

namespace Cirm.Tests.Jobs;

/// <summary>The timetable: what a promise rests on (links removed, answers settled, periods counted) is run by it.</summary>
public sealed class ScheduleTests
{
    [Fact]
    public void Every_job_that_runs_by_itself_is_in_the_timetable_and_every_other_answers_something()
    {
        var listed = Schedule.Table.Recurring.Select(r => r.Job).Concat(Schedule.Table.Events.Select(e => e.Job)).Concat(Schedule.Table.Operations).Select(j => j.Terms.Name).ToHashSet();
        var jobs = typeof(Schedule).Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && t.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IJob<>))).ToList();
        Assert.True(jobs.Count > 20);
        foreach (var job in jobs)
        {
            var terms = (JobTerms)job.GetProperty("Terms")!.GetValue(null)!;
            Assert.True(listed.Contains(terms.Name), $"Nothing ever runs {job.Name} (\"{terms.Name}\").");
            if (typeof(IJob<NoArgs>).IsAssignableFrom(job)) Assert.Contains(Schedule.Table.Recurring, r => r.Job.Terms.Name == terms.Name);
        }
    }
}
