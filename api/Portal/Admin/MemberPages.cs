using Cirm.Api.Identity;
using Cirm.Api.Platform;
using Cirm.Core.Identity;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Admin;

/// <summary>Who may sign in at the agency, and as what.</summary>
public static class MemberPages
{
    const int OnAPage = 50;

    public static void MapMemberPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/members", List).Allow(Who.Admin);
        pages.MapPost("/members", Add).Allow(Who.Admin);
        pages.MapGet("/members/{id:guid}", Show).Allow(Who.Admin);
        pages.MapPost("/members/{id:guid}", Change).Allow(Who.Admin);
        pages.MapPost("/members/{id:guid}/removal", Remove).Allow(Who.Admin);
    }

    static async Task<RazorComponentResult<MemberList>> List(string? role, string? after, Agency home, Accounts accounts, CancellationToken ct) =>
        await ListAsync(role, after, home, accounts, PortalForm.Empty, ct);

    static async Task<RazorComponentResult<MemberList>> ListAsync(string? role, string? after, Agency home, Accounts accounts, PortalForm form, CancellationToken ct)
    {
        var read = new QueryErrors();
        var only = read.Word<Role>("role", string.IsNullOrEmpty(role) ? null : role);
        read.ThrowIfAny();
        var found = await accounts.ListAsync(home.Id, only, TimeCursor.Parse(after), OnAPage + 1, ct);
        return new(new
        {
            Members = found.Take(OnAPage).ToList(), Role = only, Next = found.Count > OnAPage ? new TimeCursor(found[OnAPage - 1].CreatedAt, found[OnAPage - 1].Id).ToString() : null, Form = form,
        });
    }

    static async Task<IResult> Add(HttpContext http, Caller caller, Agency home, Reader reader, Accounts accounts, TimeProvider clock, CancellationToken ct)
    {
        var sent = await PortalForm.ReadAsync(http);
        return await sent.SendAsync(async () =>
        {
            var json = sent.ToJson("name", "role", "password");
            json["email"] = sent["email"];
            await MemberEndpoints.AddAsync(PortalForm.Read<MemberEndpoints.AddMember>(json), caller, accounts, clock, ct);
            return reader.To("members");
        }, form => ListAsync(null, null, home, accounts, form, ct));
    }

    static async Task<RazorComponentResult<MemberShown>> Show(Guid id, Caller caller, Accounts accounts, CancellationToken ct) =>
        new(new { Member = await MemberEndpoints.FindAsync(accounts, caller, id, ct), Form = PortalForm.Empty });

    static Task<IResult> Change(Guid id, HttpContext http, Caller caller, Reader reader, Accounts accounts, TimeProvider clock, CancellationToken ct) =>
        StepAsync(id, http, caller, accounts, async (form, current) =>
        {
            var json = form.ToJson("name", "role", "password");
            json["disabled"] = form["disabled"] == "true";
            await MemberEndpoints.ChangeAsync(current, PortalForm.Read<MemberEndpoints.EditMember>(json), caller, accounts, clock, ct);
            return reader.To($"members/{id}");
        }, ct);

    static Task<IResult> Remove(Guid id, HttpContext http, Caller caller, Reader reader, Accounts accounts, TimeProvider clock, CancellationToken ct) =>
        StepAsync(id, http, caller, accounts, async (_, current) => await accounts.RemoveAsync(caller, id, current.Version, clock.Now(), ct) ? reader.To("members") : throw IfMatch.Changed(), ct);

    static async Task<IResult> StepAsync(Guid id, HttpContext http, Caller caller, Accounts accounts, Func<PortalForm, Member, Task<string>> step, CancellationToken ct)
    {
        var sent = await PortalForm.ReadAsync(http);
        var current = await MemberEndpoints.FindAsync(accounts, caller, id, ct);
        return await sent.SendAsync(() =>
        {
            sent.Version.Check(current);
            return step(sent, current);
        }, form => Task.FromResult(new RazorComponentResult<MemberShown>(new { Member = current, Form = form })));
    }
}
