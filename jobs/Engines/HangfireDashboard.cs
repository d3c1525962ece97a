using Cirm.Core.Identity;
using Cirm.Jobs.Platform;
using Hangfire;
using Hangfire.Dashboard;

namespace Cirm.Jobs.Engines;

/// <summary>
/// Hangfire's dashboard at <c>/hangfire</c>, for operators on the machine itself (or through a tunnel to it), and to look only: what
/// is done to a job is done by its operation, where it is audited. Served when CIRM_DASHBOARD_PORT is set.
/// </summary>
static class HangfireDashboard
{
    public static IHostApplicationBuilder? CreateBuilder()
    {
        if (!int.TryParse(Environment.GetEnvironmentVariable("CIRM_DASHBOARD_PORT"), out var port)) return null;
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory }); // as in api/Program.cs
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port));
        builder.Services.AddSingleton<Accounts>().AddSingleton<OperatorSignIn>();
        return builder;
    }

    public static WebApplication Build(WebApplicationBuilder builder)
    {
        var app = builder.Build();
        app.MapHangfireDashboard("/hangfire", new DashboardOptions
        {
            AsyncAuthorization = [new OperatorsOnly(app.Services.GetRequiredService<OperatorSignIn>())],
            Authorization = [new LocalRequestsOnlyAuthorizationFilter()],
            IsReadOnlyFunc = _ => true,
            DisplayStorageConnectionString = false,
            DashboardTitle = "CiRM jobs",
            AppPath = null!, // no way back to a site: the worker has none
        });
        return app;
    }
}

/// <summary>Lets operators in, by HTTP Basic.</summary>
sealed class OperatorsOnly(OperatorSignIn signIn) : IDashboardAsyncAuthorizationFilter
{
    public async Task<bool> AuthorizeAsync(DashboardContext context)
    {
        var http = context.GetHttpContext();
        if (await signIn.IsOperatorAsync(http.Request.Headers.Authorization, http.RequestAborted)) return true;
        http.Response.Headers.WWWAuthenticate = "Basic realm=\"CiRM operators\", charset=\"UTF-8\"";
        return false;
    }
}
