using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Cirm.Jobs.Transactions;

/// <summary>E-mail by SMTP: plain text in UTF-8, with HTML and a picture where there are any, one connection a message.</summary>
public sealed class SmtpChannel : IMessageChannel
{
    /// <summary>For a whole message; less than a worker that was asked to stop may take.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>For the farewell: the message is taken by then, and what comes after changes nothing.</summary>
    static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    const int ImplicitTls = 465; // RFC 8314, 7.3

    readonly Uri server;
    readonly MailboxAddress from;
    readonly TimeSpan patience;
    readonly SecureSocketOptions security;
    readonly RemoteCertificateValidationCallback? trust;

    /// <param name="server"><c>smtp://user:password@host:port</c>. <c>smtps://</c> insists on TLS: from the first byte on port 465, by STARTTLS on
    /// any other; <c>?tls=immediate</c> or <c>?tls=starttls</c> says otherwise.</param>
    /// <param name="from">Who the mails come from.</param>
    /// <param name="patience">For tests.</param>
    /// <param name="trust">For tests: which certificates will do.</param>
    /// <exception cref="InvalidOperationException">A setting is none that works.</exception>
    public SmtpChannel(string server, string? from, TimeSpan? patience = null, RemoteCertificateValidationCallback? trust = null)
    {
        if (!Uri.TryCreate(server, UriKind.Absolute, out var uri) || uri.Scheme is not ("smtp" or "smtps") || uri.Host.Length == 0)
            throw new InvalidOperationException("CIRM_SMTP is not an address such as smtp://user:password@mail.example:587.");
        security = (uri.Scheme, uri.Query) switch
        {
            ("smtp", "") => SecureSocketOptions.None,
            ("smtps", "") => uri.Port == ImplicitTls ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTls,
            ("smtps", "?tls=immediate") => SecureSocketOptions.SslOnConnect,
            ("smtps", "?tls=starttls") => SecureSocketOptions.StartTls,
            _ => throw new InvalidOperationException("CIRM_SMTP: after smtps://host:port comes nothing, ?tls=immediate or ?tls=starttls."),
        };
        if (uri.Scheme == "smtp" && uri.UserInfo.Length > 0 && !uri.IsLoopback)
            throw new InvalidOperationException("CIRM_SMTP: a password does not travel in the clear; use smtps://.");
        this.from = AddressIn(from) ?? throw new InvalidOperationException("CIRM_MAIL_FROM is not an e-mail address; with CIRM_SMTP it has to be one.");
        (this.server, this.patience, this.trust) = (uri, patience ?? Patience, trust);
    }

    public async Task SendAsync(OutgoingMessage message, CancellationToken ct)
    {
        using var mail = Compose(message);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(patience);
        // Lists of revoked certificates are not asked for: an agency's own authority often publishes none, and no mail would leave.
        using var client = new SmtpClient { CheckCertificateRevocation = false, ServerCertificateValidationCallback = trust };
        try
        {
            await client.ConnectAsync(server.Host, server.Port > 0 ? server.Port : server.Scheme == "smtps" ? 587 : 25, security, timeout.Token);
            if (server.UserInfo.Split(':', 2) is [{ Length: > 0 } user, .. var password])
                await client.AuthenticateAsync(Uri.UnescapeDataString(user), Uri.UnescapeDataString(password.FirstOrDefault() ?? ""), timeout.Token);
            await client.SendAsync(mail, timeout.Token);
        }
        catch (Exception e) when (CodeOf(e) is { } code && !(e is OperationCanceledException && ct.IsCancellationRequested))
        {
            throw new MessageNotTaken(code, IsForGood(e), e);
        }
        using var farewell = new CancellationTokenSource(Farewell);
        await client.DisconnectAsync(quit: true, farewell.Token); // what goes wrong here is kept quiet by it
    }

    static string? CodeOf(Exception e) => e switch
    {
        OperationCanceledException => "smtp-timeout",
        SmtpCommandException answer => string.Create(CultureInfo.InvariantCulture, $"smtp-{(int)answer.StatusCode}"),
        AuthenticationException { InnerException: SmtpCommandException answer } => CodeOf(answer),
        AuthenticationException => "smtp-535",
        SslHandshakeException => "smtp-tls",
        NotSupportedException => "smtp-not-offered", // no STARTTLS where it is wanted, no way to sign in
        ProtocolException or ServiceNotConnectedException or IOException or SocketException => "smtp-no-answer",
        _ => null,
    };

    // RFC 5321, 4.2.1: a 5yz is for good. 530 to 538 are about our sign-in, and an operator's to mend.
    static bool IsForGood(Exception e) => e is SmtpCommandException { StatusCode: var answer } && (int)answer is >= 500 and (< 530 or > 538);

    MimeMessage Compose(OutgoingMessage message)
    {
        if (message.Text.Subject.Any(char.IsControl) || message.AgencyName.Any(char.IsControl)) throw new ArgumentException("A header is one line.", nameof(message));
        var body = new TextPart("plain") { ContentTransferEncoding = ContentEncoding.Base64 };
        body.SetText(Encoding.UTF8, message.Text.Body);
        body.Headers.Add(HeaderId.ContentLanguage, message.Text.Language);
        var mail = new MimeMessage { Subject = message.Text.Subject, Body = message.Rich is { } rich ? Enrich(body, rich) : body, MessageId = $"{message.Id:N}@{from.Domain}" };
        mail.From.Add(new MailboxAddress(Encoding.UTF8, message.AgencyName, from.Address));
        mail.To.Add(AddressIn(message.Address) ?? throw new MessageNotTaken("address-not-usable", forGood: true));
        mail.Headers.Add("Auto-Submitted", "auto-generated"); // RFC 3834: no machine answers it
        if (message.Refusal is { } refusal)
        {
            mail.Headers.Add(HeaderId.ListUnsubscribe, $"<{refusal}>");
            mail.Headers.Add("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"); // RFC 8058
        }
        return mail;
    }

    // Plain text first, then what is preferred over it (RFC 2046, 5.1.4), with the picture that it shows (RFC 2387).
    static MultipartAlternative Enrich(TextPart plain, RichMail rich)
    {
        var html = new TextPart("html") { ContentTransferEncoding = ContentEncoding.Base64 };
        html.SetText(Encoding.UTF8, rich.Html);
        if (rich.Picture is null) return new(plain, html);
        var picture = new MimePart("image", "png")
        {
            Content = new MimeContent(new MemoryStream(rich.Picture)), ContentTransferEncoding = ContentEncoding.Base64, ContentId = "chart",
            ContentDisposition = new(ContentDisposition.Inline) { FileName = "chart.png" },
        };
        return new(plain, new MultipartRelated { html, picture });
    }

    // One address and nothing around it: neither a name nor a second one, and no line that would become a header.
    static MailboxAddress? AddressIn(string? text) =>
        text is { Length: > 0 } && !text.Any(c => c is <= ' ' or > '~') && MailboxAddress.TryParse(text, out var found) && found.Address == text && found.Domain.Length > 0 ? found : null;
}
