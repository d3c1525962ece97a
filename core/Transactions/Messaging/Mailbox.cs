using Cirm.Core.Tenancy;

namespace Cirm.Core.Transactions.Messaging;

/// <summary>A message as it lies in the mailbox of an installation that shows what CiRM does.</summary>
/// <param name="Id">Of the message.</param>
/// <param name="Channel">By what it would have gone.</param>
/// <param name="Address">To whom.</param>
/// <param name="Language">Of its text.</param>
/// <param name="Subject">Of an e-mail.</param>
/// <param name="Body">Plain text.</param>
/// <param name="CreatedAt">When.</param>
public sealed record MailboxMessage(Guid Id, MessageChannel Channel, string Address, string Language, string? Subject, string Body, DateTimeOffset CreatedAt);

/// <summary>Where messages go instead of to people, when CIRM_MAILBOX=local says that nobody real is written to.</summary>
public sealed class Mailbox(TenantDb db)
{
    /// <summary>The setting, and the one value that opens the mailbox.</summary>
    public const string Setting = "CIRM_MAILBOX", Local = "local";

    /// <summary>How long a message lies here.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>Puts a message in. One that lies here already stays as it is.</summary>
    public async Task PutAsync(Guid agency, Guid caseId, Guid recipient, MailboxMessage message, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(agency, ct);
        await transaction.ExecuteAsync("""
            insert into mailbox_messages (agency_id, id, case_id, recipient_id, channel, address, language, subject, body, created_at)
            values (@agency, @id, @caseId, @recipient, @channel, @address, @language, @subject, @body, @createdAt)
            on conflict (agency_id, id) do nothing
            """, new { message.Id, caseId, recipient, message.Channel, message.Address, message.Language, message.Subject, message.Body, message.CreatedAt }, ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>The newest fifty.</summary>
    public Task<IReadOnlyList<MailboxMessage>> NewestAsync(Guid agency, CancellationToken ct) =>
        db.QueryAsync<MailboxMessage>(agency, """
            select m.id, m.channel, m.address, m.language, m.subject, m.body, m.created_at
            from mailbox_messages m
            where m.agency_id = @agency
            order by m.id desc
            limit 50
            """, null, ct);
}
