using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Cirm.Api.Platform;

/// <summary>Traces and metrics by OTLP, where OTEL_EXPORTER_OTLP_ENDPOINT says so; nothing otherwise.</summary>
sealed class Telemetry : IHostedService, IDisposable
{
    readonly List<IDisposable> providers = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is null or "") return Task.CompletedTask;
        var resource = ResourceBuilder.CreateDefault().AddService("cirm-api");
        providers.Add(Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource("Microsoft.AspNetCore", "Npgsql").AddProcessor(new WithoutPersonalData())
            .AddOtlpExporter().Build());
        providers.Add(Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource)
            .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql", "System.Runtime").AddOtlpExporter().Build());
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => providers.ForEach(p => p.Dispose());

    /// <summary>An address can hold a tracking code or what somebody searched for: traces keep the route, not the address.</summary>
    sealed class WithoutPersonalData : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data)
        {
            foreach (var tag in (ReadOnlySpan<string>)["url.path", "url.query", "url.full", "client.address", "user_agent.original"]) data.SetTag(tag, null);
        }
    }
}
