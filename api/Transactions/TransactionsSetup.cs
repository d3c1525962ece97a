using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;

namespace Cirm.Api.Transactions;

public static class TransactionsSetup
{
    public static void AddTransactions(this IServiceCollection services) => services
        .AddSingleton<Calendars>().AddSingleton<Cases>().AddSingleton<CaseIntake>().AddSingleton<Casework>().AddSingleton<CaseFollowing>().AddSingleton<Retention>()
        .AddSingleton<CaseQuestions>().AddSingleton<CaseRuleBook>().AddSingleton<CitizensWord>().AddSingleton<Recoveries>().AddSingleton<Appeals>()
        .AddSingleton<Verdicts>().AddSingleton<CaseMerges>().AddSingleton<CaseLinks>().AddSingleton<SimilarCases>()
        .AddSingleton<Messages>().AddSingleton<Mailbox>()
        .AddSingleton(s => AttachmentStores.FromEnvironment(s.GetRequiredService<TenantDb>())).AddSingleton<Attachments>()
        .AddSingleton<HandOvers>().AddSingleton<AnswerTemplates>().AddSingleton<BulkOrders>();
}
