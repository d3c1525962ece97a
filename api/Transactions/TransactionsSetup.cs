using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Cirm.Core.Transactions.Desk;
using Cirm.Core.Transactions.Files;
using Cirm.Core.Transactions.Linking;
using Cirm.Core.Transactions.Messaging;
using Cirm.Core.Transactions.RecordKeeping;
using Cirm.Core.Transactions.Redress;
using Cirm.Core.Transactions.Timekeeping;

namespace Cirm.Api.Transactions;

public static class TransactionsSetup
{
    public static void AddTransactions(this IServiceCollection services) => services
        .AddSingleton<Calendars>().AddSingleton<Cases>().AddSingleton<Areas>().AddSingleton<CaseIntake>().AddSingleton<Casework>().AddSingleton<CaseFollowing>().AddSingleton<TrackedCases>().AddSingleton<CaseReading>().AddSingleton<Retention>()
        .AddSingleton<CaseQuestions>().AddSingleton<CaseRuleBook>().AddSingleton<CitizensWord>().AddSingleton<Recoveries>().AddSingleton<Appeals>()
        .AddSingleton<Verdicts>().AddSingleton<CaseMerges>().AddSingleton<CaseLinks>().AddSingleton<SimilarCases>()
        .AddSingleton<Messages>().AddSingleton<Mailbox>()
        .AddSingleton(s => AttachmentStores.FromEnvironment(s.GetRequiredService<TenantDb>())).AddSingleton(_ => VirusScanner.FromEnvironment()).AddSingleton<Attachments>().AddSingleton(s => PictureLinks.FromEnvironment(s.GetRequiredService<Databases>()))
        .AddSingleton<HandOvers>().AddSingleton<AnswerTemplates>().AddSingleton<BulkOrders>();
}
