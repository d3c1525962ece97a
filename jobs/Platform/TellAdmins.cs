using System.Security.Cryptography;
using Cirm.Core.Platform;
using Cirm.Core.Platform.Outside;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions;
using Cirm.Jobs.Transactions;

namespace Cirm.Jobs.Platform;

/// <summary>
/// Writes to an agency's admins that a webhook of theirs was paused because of its answers. What stands in the list of webhooks stands there
/// anyway; this is for those who do not look.
/// </summary>
public sealed class TellAdmins(TenantDb db, MessageChannels channels) : IJob<FactArgs>
{
    public static JobTerms Terms { get; } = new("tell-admins", JobTerms.Growing);

    public async Task RunAsync(FactArgs args, IJobProgress progress, CancellationToken ct)
    {
        if (args.Data.GetProperty("because").GetString() == "asked" || !channels.Open.Contains(MessageChannel.Email)) return;
        var admins = await db.QueryAsync<Admin>(args.Agency, """
            select a.id, a.email, w.url, w.paused_because, g.name as agency, g.locales
            from webhooks w
            join agencies g on g.id = w.agency_id and g.status = 'active'
            join accounts a on a.agency_id = w.agency_id and a.role = 'admin' and a.disabled_at is null and a.email is not null
            where w.agency_id = @agency and w.id = @webhook and w.state = 'paused'
            order by a.id
            """, new { Webhook = args.SubjectId }, ct);
        MessageNotTaken? failure = null;
        foreach (var admin in admins)
        {
            var message = new OutgoingMessage(args.Agency, MessageTexts.Line(admin.Agency.For(admin.Locales), 100), IdFor(args.EventId, admin.Id), Guid.Empty, admin.Id, admin.Email, TextFor(admin));
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

    static MessageText TextFor(Admin admin)
    {
        var (host, persian) = (new Uri(admin.Url).IdnHost, admin.Locales is ["fa", ..]);
        var (subject, body) = (persian, admin.PausedBecause) switch
        {
            (true, PauseReason.Gone) => ($"وب‌هوک {host} متوقف شد", $"نشانی {host} پاسخ داد که دیگر وجود ندارد (۴۱۰). دیگر چیزی به آن فرستاده نمی‌شود تا وقتی که آن را از سر بگیرید."),
            (true, _) => ($"وب‌هوک {host} متوقف شد", $"نشانی {host} سه روز است که هیچ رویدادی را نگرفته است. دیگر چیزی به آن فرستاده نمی‌شود تا وقتی که آن را از سر بگیرید."),
            (false, PauseReason.Gone) => ($"The webhook to {host} is paused", $"{host} answered that it is gone (410). Nothing more is sent to it until you resume it."),
            (false, _) => ($"The webhook to {host} is paused", $"{host} has taken no event for three days. Nothing more is sent to it until you resume it."),
        };
        return new(persian ? "fa" : "en", subject, body, body);
    }

    // The same for whoever gets it twice.
    static Guid IdFor(Guid eventId, Guid admin) => new(SHA256.HashData([.. eventId.ToByteArray(), .. admin.ToByteArray()]).AsSpan(0, 16));

    sealed record Admin(Guid Id, string Email, string Url, PauseReason PausedBecause, Localized Agency, string[] Locales);
}
