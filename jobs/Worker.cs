using Cirm.Core.Information;
using Cirm.Core.Insight.Loop;
using Cirm.Core.Insight.Reports;
using Cirm.Core.Insight.Results;
using Cirm.Core.Insight.Scarcity;
using Cirm.Core.Insight.Segmentation;
using Cirm.Core.Insight.Surveying;
using Cirm.Core.Participation;
using Cirm.Core.Participation.Balloting;
using Cirm.Core.Participation.CoDesign;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Exports;
using Cirm.Core.Platform.Imports;
using Cirm.Core.Platform.Outside;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Desk;
using Cirm.Core.Transactions.Files;
using Cirm.Core.Transactions.Importing;
using Cirm.Core.Transactions.Messaging;
using Cirm.Core.Transactions.Partnering;
using Cirm.Core.Transactions.RecordKeeping;
using Cirm.Core.Transactions.Timekeeping;
using Cirm.Jobs.Engines;
using Cirm.Jobs.Platform;
using Cirm.Jobs.Transactions;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Cirm.Jobs;

/// <summary>A worker process: an engine, the jobs it runs, and what is seen of them.</summary>
public static class Worker
{
    /// <summary>How long a job that was asked to stop may take to end at a whole step.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(25);

    /// <summary>Runs jobs until the process is told to stop.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(Databases databases, JobTable table)
    {
        using var telemetry = Telemetry();
        var builder = Engine.CreateBuilder();
        builder.Logging.ClearProviders().AddJsonConsole(json => json.UseUtcTimestamp = true).SetMinimumLevel(LogLevel.Information)
            .AddFilter("Quartz", LogLevel.Warning).AddFilter("Hangfire", LogLevel.Warning).AddFilter("Npgsql", LogLevel.Warning);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Grace);
        builder.Services.AddSingleton(databases).AddSingleton(table).AddSingleton(TimeProvider.System)
            .AddSingleton<TenantDb>().AddSingleton<AuditTrail>().AddSingleton<Operations>().AddSingleton<JobRunner>()
            .AddSingleton<ImportFiles>().AddSingleton<Imports>().AddSingleton<Retention>().AddSingleton<Calendars>().AddSingleton<Clocks>()
            .AddSingleton<Agencies>().AddSingleton<FindingSteps>().AddSingleton<Measures>().AddSingleton<ScarcitySimulations>()
            .AddSingleton<NoticeSendings>().AddSingleton(s => NoticeLinks.FromEnvironment(s.GetRequiredService<Databases>()))
            .AddSingleton<Services>().AddSingleton<CaseQuestions>().AddSingleton<Casework>().AddSingleton<BulkOrders>()
            .AddSingleton<SegmentEvaluation>().AddSingleton<SegmentSnapshots>().AddSingleton<ServiceFloors>()
            .AddSingleton<Ratings>()
            .AddSingleton<BallotSecrets>().AddSingleton<BallotBox>().AddSingleton<DecisionCounts>()
            .AddSingleton<ReportBook>().AddSingleton<PublishedReports>().AddSingleton<ReportSubscriptions>()
            .AddSingleton<SurveySecrets>().AddSingleton<Settling>().AddSingleton<SurveyResults>().AddSingleton<OpposedProposals>().AddSingleton<SurveyLinks>().AddSingleton<SurveyInvitations>()
            .AddSingleton<IExportSource, ExportCases>().AddSingleton<IExportSource, ExportServices>().AddSingleton<IExportSource, ExportResults>()
            .AddSingleton<Initiatives>().AddSingleton<IExportSource, ExportInitiatives>().AddSingleton<ExportFiles>()
            .AddSingleton<Webhooks>().AddSingleton<WebhookSecrets>().AddSingleton<Sending>().AddSingleton(_ => WebhookCalls.FromEnvironment())
            .AddSingleton<PartnerKeys>().AddSingleton<PartnerNotes>().AddSingleton<PartnerSending>().AddSingleton(s => PictureLinks.FromEnvironment(s.GetRequiredService<Databases>())).AddSingleton<PartnerUpdates>().AddSingleton<PartnerMemory>().AddSingleton<PartnerReading>().AddSingleton(_ => GeoReportClient.FromEnvironment())
            .AddSingleton<Messages>().AddSingleton(MessageChannels.FromEnvironment(new Mailbox(new TenantDb(databases)), TimeProvider.System))
            .AddSingleton(s => AttachmentStores.FromEnvironment(s.GetRequiredService<TenantDb>())).AddSingleton(_ => VirusScanner.FromEnvironment()).AddSingleton<Attachments>();
        Engine.Add(builder, databases);
        builder.Services.AddHostedService<Timetable>().AddHostedService<HearRequests>().AddHostedService<WatchOutbox>();
        await Engine.Build(builder).RunAsync();
        return 0;
    }

    /// <summary>Traces and metrics by OTLP, where OTEL_EXPORTER_OTLP_ENDPOINT says so; nothing otherwise.</summary>
    static CompositeDisposable? Telemetry()
    {
        if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is null or "") return null;
        var resource = ResourceBuilder.CreateDefault().AddService("cirm-worker");
        return new(
            Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).SetSampler(new ParentBasedSampler(new JobsOnly()))
                .AddSource(JobRunner.Telemetry, "Npgsql").AddOtlpExporter().Build(),
            Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(JobRunner.Telemetry, "Npgsql", "System.Runtime").AddOtlpExporter().Build());
    }

    /// <summary>A trace for each job; none for the engine's own polling, and none for the dispatcher's, once a second.</summary>
    sealed class JobsOnly : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
            new(samplingParameters.Name.StartsWith("job ", StringComparison.Ordinal) && samplingParameters.Name != $"job {DispatchOutbox.Terms.Name}");
    }

    sealed class CompositeDisposable(params IDisposable[] parts) : IDisposable
    {
        public void Dispose() => Array.ForEach(parts, part => part.Dispose());
    }

    /// <summary>Gives the engine the timetable when the worker starts.</summary>
    sealed class Timetable(IJobEngine engine, JobTable table) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => engine.ScheduleAsync(table.Recurring, cancellationToken);
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
