using Cirm.Core.Platform;
using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Platform;

/// <summary>Even who may do anything in the database cannot change the trail unseen.</summary>
public sealed class AuditChainTests(CirmHost host)
{
    [Fact]
    public async Task The_chain_holds_however_many_write_to_it_at_once()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var agent = await agency.Agent;
        await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => agent.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp)));
        var verdict = await VerifyAsync(agency);
        Assert.Null(verdict.Broken);
        Assert.True(verdict.Entries >= 31, $"{verdict.Entries} entries");
        Assert.Null((await host.Services.GetRequiredService<AuditTrail>().VerifyAsync(Guid.NewGuid(), CancellationToken.None)).Broken);
    }

    [Theory]
    [InlineData("update audit_entries set actor_id = null, actor_kind = 'system' where agency_id = @a and position = 3", "Entry 3 was changed.")]
    [InlineData("update audit_entries set at = at + interval '1 microsecond' where agency_id = @a and position = 3", "Entry 3 was changed.")]
    [InlineData("update audit_entries set detail = '{}' where agency_id = @a and position = 3", "Entry 3 was changed.")]
    [InlineData("update audit_entries set trace_id = null where agency_id = @a and position = 3", "Entry 3 was changed.")]
    [InlineData("update audit_entries set (digest, action) = (sha256('x'), 'case.other') where agency_id = @a and position = 3", "Entry 3 was changed.")]
    [InlineData("update audit_entries set hash = sha256('x') where agency_id = @a and position = 3", "Entry 3 does not follow from the one before it.")]
    [InlineData("delete from audit_entries where agency_id = @a and position = 3", "Entry 3 is missing.")]
    [InlineData("delete from audit_entries where agency_id = @a and position = 1", "Entry 1 is missing.")]
    [InlineData("delete from audit_entries where agency_id = @a and position = (select max(position) from audit_entries where agency_id = @a)", "The last entry is")]
    [InlineData("delete from audit_entries where agency_id = @a", "The last entry is 0")]
    [InlineData("delete from audit_heads where agency_id = @a", "The last entry is")]
    [InlineData("update audit_heads set hash = sha256('x') where agency_id = @a", "The head does not follow from the last entry.")]
    [InlineData("""
        insert into audit_entries select agency_id, position + 1, gen_random_uuid(), at, actor_kind, actor_id, action, subject_kind, subject_id, detail, trace_id, digest, hash
        from audit_entries where agency_id = @a order by position desc limit 1
        """, "was changed.")]
    [InlineData("""
        update audit_entries e set position = -e.position where agency_id = @a and position in (3, 4);
        update audit_entries set position = case position when -3 then 4 else 3 end where agency_id = @a and position < 0
        """, "Entry 3 does not follow from the one before it.")]
    [InlineData("""
        delete from audit_entries where agency_id = @a and position = 3;
        update audit_entries set position = -position where agency_id = @a and position > 3;
        update audit_entries set position = -position - 1 where agency_id = @a and position < 0
        """, "Entry 3 does not follow")]
    public async Task Tampering_is_found(string tampering, string found)
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        for (var i = 0; i < 3; i++) await (await agency.Agent).PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        Assert.Null((await VerifyAsync(agency)).Broken);
        await host.Database.ExecuteAsOwnerAsync(tampering.Replace("@a", $"'{agency.Id}'", StringComparison.Ordinal));
        Assert.Contains(found, (await VerifyAsync(agency)).Broken);
    }

    Task<AuditVerdict> VerifyAsync(TestAgency agency) => host.Services.GetRequiredService<AuditTrail>().VerifyAsync(agency.Id, CancellationToken.None);
}
