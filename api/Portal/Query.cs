namespace Cirm.Api.Portal;

/// <summary>What stands behind the question mark of an address.</summary>
static class Query
{
    /// <summary>The parameters that have a value, each escaped; nothing when none has.</summary>
    public static string Of(params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var said = new List<string>();
        foreach (var (name, value) in parameters)
            if (!string.IsNullOrEmpty(value)) said.Add($"{name}={Uri.EscapeDataString(value)}");
        return said.Count == 0 ? "" : "?" + string.Join('&', said);
    }
}
