using Cirm.Core.Platform;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal;

/// <summary>What a form does: its step, and then either what came of it elsewhere, or the same page with what was refused.</summary>
public static class Sending
{
    /// <summary>Takes a step.</summary>
    /// <param name="form">As it was sent.</param>
    /// <param name="step">Does it, and says where to go on.</param>
    /// <param name="again">The page with the form and its errors.</param>
    /// <param name="field">Which field of the form a JSON pointer of the API means; as it stands when not given.</param>
    public static async Task<IResult> SendAsync<TPage>(
        this PortalForm form, Func<Task<string>> step, Func<PortalForm, Task<RazorComponentResult<TPage>>> again, Func<string, string>? field = null) where TPage : IComponent
    {
        try
        {
            return SeeOther.To(await step());
        }
        catch (Refusal refusal) when (refusal.Problem.Status is 403 or 409 or 412 or 413 or 415 or 422)
        {
            var page = await again(form.Take(refusal, field));
            page.StatusCode = refusal.Problem.Status;
            return page;
        }
    }
}
