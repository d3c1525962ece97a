using Cirm.Core.Platform;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cirm.Api.Portal.Pages;

/// <summary>A step that a form takes: done, the reader is led on; refused, the page is shown again with what was typed and why.</summary>
static class PageStep
{
    public static async Task<IResult> TakeAsync<TPage>(HttpContext http, Func<PortalForm, Task<IResult>> step, Func<PortalForm, Task<object>> again) where TPage : IComponent
    {
        var form = await PortalForm.ReadAsync(http);
        try
        {
            return await step(form);
        }
        catch (Refusal refusal) when (refusal.Problem.Status is 403 or 409 or 422 or 429)
        {
            return new RazorComponentResult<TPage>(await again(form.Take(refusal))) { StatusCode = refusal.Problem.Status };
        }
    }
}
