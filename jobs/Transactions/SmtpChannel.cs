using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;

namespace Cirm.Jobs.Transactions;

/// <summary>E-mail by SMTP: plain text in UTF-8, one connection a message (docs/adr/0014-messages.md says what System.Net.Mail cannot do).</summary>
public sealed class SmtpChannel : IMessageChannel
{
    /// <summary>For a whole message; less than a worker that was asked to stop may take.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    readonly Uri server;
    readonly string from;
    readonly TimeSpan patience;

    /// <param name="server"><c>smtp://user:password@host:port</c>; <c>smtps://</c> insists on TLS.</param>
    /// <param name="from">Who the mails come from.</param>
    /// <param name="patience">For tests.</param>
    /// <exception cref="InvalidOperationException">A setting is none that works.</exception>
    public SmtpChannel(string server, string? from, TimeSpan? patience = null)
    {
        if (!Uri.TryCreate(server, UriKind.Absolute, out var uri) || uri.Scheme is not ("smtp" or "smtps") || uri.Host.Length == 0)
            throw new InvalidOperationException("CIRM_SMTP is not an address such as smtp://user:password@mail.example:587.");
        if (uri.Scheme == "smtps" && uri.Port == 465)
            throw new InvalidOperationException("CIRM_SMTP: TLS from the first byte (port 465) is not spoken here; use smtps:// with port 587, where TLS is begun by STARTTLS.");
        if (uri.Scheme == "smtp" && uri.UserInfo.Length > 0 && !uri.IsLoopback)
            throw new InvalidOperationException("CIRM_SMTP: a password does not travel in the clear; use smtps://.");
        if (!MailAddress.TryCreate(from, out _)) throw new InvalidOperationException("CIRM_MAIL_FROM is not an e-mail address; with CIRM_SMTP it has to be one.");
        (this.server, this.from, this.patience) = (uri, from, patience ?? Patience);
    }

    public async Task SendAsync(OutgoingMessage message, CancellationToken ct)
    {
        using var mail = Compose(message);
        using var client = new SmtpClient(server.Host, server.Port > 0 ? server.Port : server.Scheme == "smtps" ? 587 : 25) { EnableSsl = server.Scheme == "smtps" };
        if (server.UserInfo.Split(':', 2) is [{ Length: > 0 } user, .. var password])
            client.Credentials = new NetworkCredential(Uri.UnescapeDataString(user), Uri.UnescapeDataString(password.FirstOrDefault() ?? ""));
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(patience);
        try
        {
            await client.SendMailAsync(mail, timeout.Token).WaitAsync(timeout.Token); // a server that accepts the connection and says nothing does not hear the token
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new MessageNotTaken("smtp-timeout", forGood: false, e);
        }
        catch (SmtpException e)
        {
            var code = (int)e.StatusCode;
            throw code is >= 400 and < 600
                ? new MessageNotTaken(string.Create(CultureInfo.InvariantCulture, $"smtp-{code}"), forGood: IsForGood(code), e)
                : new MessageNotTaken("smtp-no-answer", forGood: false, e);
        }
    }

    // RFC 5321, 4.2.1: a 5yz is for good. 530 to 538 are about our sign-in, and an operator's to mend.
    static bool IsForGood(int code) => code is >= 500 and (< 530 or > 538);

    MailMessage Compose(OutgoingMessage message)
    {
        if (message.Address.Any(c => c is <= ' ' or > '~') || !MailAddress.TryCreate(message.Address, out var to)) throw new MessageNotTaken("address-not-usable", forGood: true);
        var mail = new MailMessage(new MailAddress(from, message.AgencyName, Encoding.UTF8), to)
        {
            Subject = message.Text.Subject, SubjectEncoding = Encoding.UTF8, HeadersEncoding = Encoding.UTF8,
            Body = message.Text.Body, BodyEncoding = Encoding.UTF8, BodyTransferEncoding = TransferEncoding.Base64, IsBodyHtml = false,
        };
        mail.Headers["Message-ID"] = $"<{message.Id:N}@{mail.From!.Host}>";
        mail.Headers["Auto-Submitted"] = "auto-generated"; // RFC 3834: no machine answers it
        mail.Headers["Content-Language"] = message.Text.Language;
        return mail;
    }
}
