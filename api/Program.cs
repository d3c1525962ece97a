using Cirm.Api.Identity;
using Cirm.Api.Information;
using Cirm.Api.Platform;
using Cirm.Api.Tenancy;
using Cirm.Api.Transactions;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddPlatform();
builder.Services.AddIdentity();
builder.Services.AddInformation();
builder.Services.AddTransactions();
builder.Services.AddImports();

var app = builder.Build();
app.UsePlatform();
app.MapPlatform();
app.MapAuth();
app.MapAgencies();
app.MapMembers();
app.MapApiKeys();
app.MapIdentityProvider();
app.MapAttributes();
app.MapCitizens();
app.MapMandates();
app.MapConsents();
app.MapMe();
app.MapUnits();
app.MapServices();
app.MapCalendars();
app.MapArticles();
app.MapOrganisations();
app.MapSearch();
app.MapCases();
app.MapCasework();
app.MapQuestions();
app.MapTracking();
app.MapRetention();
app.MapImports();
app.MapImportMappings();
app.Run();

/// <summary>The web host; named so that tests can start it.</summary>
public partial class Program;
