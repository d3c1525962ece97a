using Cirm.Core.Information;
using Cirm.Core.Tenancy;

namespace Cirm.Api.Information;

public static class InformationSetup
{
    public static void AddInformation(this IServiceCollection services)
    {
        services.AddSingleton<Units>();
        services.AddSingleton<Services>();
        services.AddSingleton<Articles>();
        services.AddSingleton<NoticeSendings>();
        services.AddSingleton(s => NoticeLinks.FromEnvironment(s.GetRequiredService<Databases>()));
        services.AddSingleton<Organisations>();
        services.AddSingleton<Search>();
    }
}
