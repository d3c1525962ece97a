using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Files;
using Cirm.Core.Transactions.Messaging;

namespace Cirm.Core.Transactions.RecordKeeping;

/// <summary>
/// Takes out of cases what people said and who they are, and leaves what is counted: service, version, kind, status, channel,
/// area and all times. Erasure and retention share it; tests/Identity/ErasureTests.cs asks of every column which it is.
/// </summary>
static class CaseContent
{
    /// <summary>Removes the content of cases that are over.</summary>
    /// <param name="transaction">That of the erasure or of the retention batch.</param>
    /// <param name="cases">Which.</param>
    /// <param name="now">Since when it is gone.</param>
    /// <param name="unlink">Takes away whose they are, too.</param>
    public static void Remove(TenantTransaction transaction, Guid[] cases, DateTimeOffset now, bool unlink)
    {
        // The case's external id stays: it names a case in another system, and without it the next import would bring all back.
        transaction.Enqueue("""
            update cases set
              title = '', description = null, answers = null, latitude = null, longitude = null,
              citizen_id = case when @unlink then null else citizen_id end,
              submitted_by = null, mandate_id = null, entered_by = null, tracking_hash = null,
              erase_when_over = false, erased_at = @now, version = version + 1, updated_at = @now
            where agency_id = @agency and id = any (@cases)
            """, new { cases, now, unlink });
        transaction.Enqueue("""
            update case_notes set text = null, on_behalf_of = null, actor_id = case when actor_kind = 'citizen' then null else actor_id end
            where agency_id = @agency and case_id = any (@cases)
            """, new { cases });
        Messages.ForgetAbout(transaction, cases);
        transaction.Enqueue("""
            update case_history set reason = null, on_behalf_of = null, actor_id = case when actor_kind = 'citizen' then null else actor_id end
            where agency_id = @agency and case_id = any (@cases)
            """, new { cases });
        transaction.Enqueue("""
            update recoveries set reason = '', answer = null, outcome_text = null, version = version + 1
            where agency_id = @agency and case_id = any (@cases)
            """, new { cases });
        transaction.Enqueue("""
            update appeals set reason = '', decision_reason = null, version = version + 1
            where agency_id = @agency and case_id = any (@cases)
            """, new { cases });
        // A partner's answer may quote what it was sent.
        transaction.Enqueue("update partner_deliveries set answer = null, reason = null where agency_id = @agency and case_id = any (@cases)", new { cases });
        transaction.Enqueue("delete from open311_requests where agency_id = @agency and case_id = any (@cases)", new { cases });
        transaction.Enqueue("update open311_updates set text_hash = null where agency_id = @agency and case_id = any (@cases)", new { cases });
        Attachments.RemoveAll(transaction, cases, now);
    }
}
