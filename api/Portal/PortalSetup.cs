using System.Text.Encodings.Web;
using System.Text.Unicode;
using Cirm.Api.Platform;
using Cirm.Api.Portal.Admin;
using Cirm.Api.Portal.Desk;
using Cirm.Api.Portal.Managers;
using Cirm.Api.Portal.Pages;
using Cirm.Api.Portal.Pages.Answering;
using Cirm.Api.Portal.Pages.Finding;
using Cirm.Api.Portal.Pages.Own;
using Cirm.Api.Portal.Pages.Reporting;
using Cirm.Api.Portal.Pages.TakingPart;

namespace Cirm.Api.Portal;

/// <summary>The pages for citizens and staff: rendered on the server, calling <c>core</c> as the API does, deciding nothing by themselves.</summary>
public static class PortalSetup
{
    public static void AddPortal(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddHttpContextAccessor();
        services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All)); // Persian as it is, not as entities five times as long
        services.AddScoped<Reader>();
        services.AddSingleton<InitiativeReading>();
        services.AddSingleton<DeskReading>();
        services.AddSingleton<ContributionAnswerPages.Reading>();
        services.AddSingleton<SegmentPages.SegmentReading>();
        services.AddSingleton<SegmentEditorPages.Editing>();
        services.AddSingleton<SurveyPages.Reading>();
        services.AddSingleton<SurveyEditorPages.Editing>();
        services.AddSingleton<WavePages.Reading>();
        services.AddSingleton<InsightPages.Reading>();
        services.AddSingleton<InitiativeSetupPages.Reading>();
        services.AddSingleton<InitiativeSetupPages.Editing>();
        services.AddSingleton<TaskReading>();
        services.AddSingleton<TalkReading>();
        services.AddSingleton<MandateReading>();
        services.AddSingleton<ReportReading>();
        services.AddSingleton<AnswerReading>();
        services.AddSingleton<SideBySide>();
        services.Configure<RouteOptions>(routes => routes.ConstraintMap["language"] = typeof(LanguageConstraint));
    }

    public static void MapPortal(this IEndpointRouteBuilder app)
    {
        app.MapPortalFiles();
        var everywhere = app.MapGroup("").WithMetadata(new PortalPage()).ExcludeFromDescription().AddEndpointFilter<SessionRenewal>();
        everywhere.MapStart();
        everywhere.MapAgencyPages();
        var pages = everywhere.MapGroup("/{language:language}/{agency}").AddEndpointFilter<SameOrigin>();
        pages.MapHome();
        pages.MapNoticePages();
        pages.MapServicePages();
        pages.MapReporting();
        pages.MapFollowing();
        pages.MapSignIn();
        pages.MapOwnCases();
        pages.MapOwnData();
        pages.MapOwnMandates();
        pages.MapSaidAndDone();
        pages.MapAnswering();
        pages.MapAnswerResults();
        pages.MapTakingPart();
        pages.MapCounts();
        pages.MapTaskPages();
        pages.MapAgendaPages();
        pages.MapTalk();
        pages.MapRemovalPages();
        pages.MapQueue();
        pages.MapDeskCases();
        pages.MapGet("/manage", () => new Microsoft.AspNetCore.Http.HttpResults.RazorComponentResult<Manage>()).Allow(Who.Manager | Who.Admin);
        pages.MapReportPages();
        pages.MapSegmentPages();
        pages.MapSegmentEditor();
        pages.MapSurveyPages();
        pages.MapSurveyEditor();
        pages.MapWavePages();
        pages.MapResultPages();
        pages.MapInsightPages();
        pages.MapInitiativeSetup();
        pages.MapGet("/admin", () => new Microsoft.AspNetCore.Http.HttpResults.RazorComponentResult<Administration>()).Allow(Who.Admin);
        pages.MapMemberPages();
        pages.MapApiKeyPages();
        pages.MapWebhookPages();
        pages.MapImportPages();
        pages.MapExportPages();
        pages.MapAuditPages();
        pages.MapOperationPages();
        pages.MapBulkPages();
        pages.MapWorkQueues();
        pages.MapContributionAnswers();
    }
}

/// <summary>A language that the pages have: nothing else begins an address of theirs.</summary>
sealed class LanguageConstraint : IRouteConstraint
{
    public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
        values.TryGetValue(routeKey, out var value) && value is string language && Texts.Languages.Contains(language);
}
