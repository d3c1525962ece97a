using Cirm.Core.Information;

namespace Cirm.Api.Information;

public static class InformationSetup
{
    public static void AddInformation(this IServiceCollection services)
    {
        services.AddSingleton<Units>();
        services.AddSingleton<Services>();
        services.AddSingleton<Articles>();
        services.AddSingleton<Organisations>();
        services.AddSingleton<Search>();
    }
}
