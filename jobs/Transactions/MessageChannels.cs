using Cirm.Core.Platform;
using Cirm.Core.Transactions.Messaging;

namespace Cirm.Jobs.Transactions;

/// <summary>By what this installation can reach people.</summary>
public sealed class MessageChannels(IReadOnlyDictionary<MessageChannel, IMessageChannel> channels)
{
    static readonly TimeSpan GatewayPatience = TimeSpan.FromSeconds(15);
    const long LongestGatewayAnswer = 64 * 1024;

    public IReadOnlySet<MessageChannel> Open { get; } = channels.Keys.ToHashSet();

    public IMessageChannel this[MessageChannel channel] => channels[channel];

    /// <summary>From CIRM_SMTP, CIRM_MAIL_FROM, CIRM_SMS_URL, CIRM_SMS_KEY, CIRM_TRUSTED_GATEWAYS and CIRM_MAILBOX (docs/operating.md).</summary>
    /// <exception cref="InvalidOperationException">A setting is none that works.</exception>
    public static MessageChannels FromEnvironment(Mailbox mailbox, TimeProvider clock)
    {
        var (smtp, sms) = (Setting("CIRM_SMTP"), Setting("CIRM_SMS_URL"));
        var channels = new Dictionary<MessageChannel, IMessageChannel>();
        if (smtp is not null) channels[MessageChannel.Email] = new SmtpChannel(smtp, Setting("CIRM_MAIL_FROM"));
        if (sms is not null) channels[MessageChannel.Sms] = GatewayAt(sms, Setting("CIRM_SMS_KEY"), new OutboundGuard(OutboundGuard.OriginsIn("CIRM_TRUSTED_GATEWAYS")));
        if (smtp is null && sms is null && Setting(Mailbox.Setting) == Mailbox.Local)
            foreach (var channel in Enum.GetValues<MessageChannel>()) channels[channel] = new MailboxChannel(channel, mailbox, clock);
        return new(channels);
    }

    static SmsChannel GatewayAt(string address, string? key, OutboundGuard guard)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var gateway) || guard.Refusal(gateway) is { })
            throw new InvalidOperationException("CIRM_SMS_URL is not a public address that begins with https://; CIRM_TRUSTED_GATEWAYS names origins that may be anywhere.");
        return new(gateway, key, guard.CreateClient(GatewayPatience, LongestGatewayAnswer));
    }

    static string? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
