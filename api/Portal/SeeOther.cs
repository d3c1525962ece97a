namespace Cirm.Api.Portal;

/// <summary>Done; what came of it is read elsewhere (303): reloading that page sends nothing again.</summary>
public sealed class SeeOther : IResult
{
    readonly string address;

    SeeOther(string address) => this.address = address;

    public static SeeOther To(string address) => new(address);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = address;
        return Task.CompletedTask;
    }
}
