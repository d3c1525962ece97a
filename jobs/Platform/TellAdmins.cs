using System.Security.Cryptography;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Outside;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Messaging;
using Cirm.Jobs.Transactions;

namespace Cirm.Jobs.Platform;

/// <summary>
/// Writes to an agency's admins that a webhook of theirs was paused because of its answers, or that something with a partner waits for them. What
/// stands in the lists stands there anyway; this is for those who do not look.
/// </summary>
public sealed class TellAdmins(TenantDb db, MessageChannels channels) : IJob<FactArgs>
{
    public static JobTerms Terms { get; } = new("tell-admins", JobTerms.Growing);

    public async Task RunAsync(FactArgs args, IJobProgress progress, CancellationToken ct)
    {
        if (args.Data.GetProperty("because").GetString() == "asked" || !channels.Open.Contains(MessageChannel.Email)) return;
        var admins = await db.QueryAsync<Admin>(args.Agency, """
            select a.id, a.email, g.name as agency, g.locales
            from agencies g
            join accounts a on a.agency_id = g.id and a.role = 'admin' and a.disabled_at is null and a.email is not null
            where g.id = @agency and g.status = 'active' and a.agency_id = @agency
            order by a.id
            """, null, ct);
        if (admins.Count == 0 || await NewsAsync(args, ct) is not { } news) return;
        MessageNotTaken? failure = null;
        foreach (var admin in admins)
        {
            var message = new OutgoingMessage(
                args.Agency, MessageTexts.Line(admin.Agency.For(admin.Locales), 100), IdFor(args.EventId, admin.Id), Guid.Empty, admin.Id, admin.Email, news.TextFor(admin));
            try
            {
                await channels[MessageChannel.Email].SendAsync(message, CancellationToken.None);
            }
            catch (MessageNotTaken notTaken)
            {
                if (!notTaken.ForGood) failure = notTaken;
            }
        }
        if (failure is not null) throw failure;
    }

    // Null when it is not so any more.
    async Task<News?> NewsAsync(FactArgs args, CancellationToken ct)
    {
        if (args.Type == "partner.troubled")
        {
            var name = await db.QuerySingleOrDefaultAsync<string>(args.Agency, "select name from partners where agency_id = @agency and id = @id", new { Id = args.SubjectId }, ct);
            return name is null ? null : OfPartner(MessageTexts.Line(name, 100), args.Data.GetProperty("because").GetString()!);
        }
        var webhook = await db.QuerySingleOrDefaultAsync<Paused>(args.Agency, """
            select url, paused_because from webhooks where agency_id = @agency and id = @id and state = 'paused'
            """, new { Id = args.SubjectId }, ct);
        return webhook is null ? null : OfWebhook(new Uri(webhook.Url).IdnHost, webhook.PausedBecause);
    }

    static News OfWebhook(string host, PauseReason because) => because == PauseReason.Gone
        ? new($"The webhook to {host} is paused", $"{host} answered that it is gone (410). Nothing more is sent to it until you resume it.",
            $"وب‌هوک {host} متوقف شد", $"نشانی {host} پاسخ داد که دیگر وجود ندارد (۴۱۰). دیگر چیزی به آن فرستاده نمی‌شود تا وقتی که آن را از سر بگیرید.")
        : new($"The webhook to {host} is paused", $"{host} has taken no event for three days. Nothing more is sent to it until you resume it.",
            $"وب‌هوک {host} متوقف شد", $"نشانی {host} سه روز است که هیچ رویدادی را نگرفته است. دیگر چیزی به آن فرستاده نمی‌شود تا وقتی که آن را از سر بگیرید.");

    static News OfPartner(string name, string because) => because switch
    {
        "failed" => new($"{name}: something waits for your decision", $"Something could not be delivered to {name}. Look at its failed deliveries: retry them, or give them up with a reason.",
            $"{name}: موردی منتظر تصمیم شماست", $"موردی به {name} نرسید. ارسال‌های ناموفق آن را ببینید: دوباره بفرستید یا با ذکر دلیل کنار بگذارید."),
        "fetching" => new($"{name}: nothing can be read from it", $"For a day nothing could be read from {name}. What it did with your cases is not known here.",
            $"{name}: خواندن از آن ممکن نیست", $"یک روز است که چیزی از {name} خوانده نشده است. نمی‌دانیم با پرونده‌های شما چه کرده است."),
        _ => new($"{name}: it takes nothing", $"For a day {name} has taken nothing. What happens waits, and is sent when it answers again.",
            $"{name}: چیزی نمی‌گیرد", $"یک روز است که {name} چیزی نگرفته است. هر چه پیش بیاید منتظر می‌ماند و وقتی پاسخ دهد فرستاده می‌شود."),
    };

    // The same for whoever gets it twice.
    static Guid IdFor(Guid eventId, Guid admin) => new(SHA256.HashData([.. eventId.ToByteArray(), .. admin.ToByteArray()]).AsSpan(0, 16));

    sealed record News(string Subject, string Body, string PersianSubject, string PersianBody)
    {
        public MessageText TextFor(Admin admin) => admin.Locales is ["fa", ..] ? new("fa", PersianSubject, PersianBody, PersianBody) : new("en", Subject, Body, Body);
    }

    sealed record Admin(Guid Id, string Email, Localized Agency, string[] Locales);

    sealed record Paused(string Url, PauseReason PausedBecause);
}
