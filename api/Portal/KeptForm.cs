namespace Cirm.Api.Portal;

/// <summary>A form that waits until its reader has signed in again: it travels in the form of the sign-in, and is kept nowhere.</summary>
public static class KeptForm
{
    const string Prefix = "kept/";

    /// <summary>What was typed, to be hidden in the form of the sign-in, with a field that says so of a form that had none; passwords are typed again.</summary>
    public static IReadOnlyList<(string Name, string Value)> Of(PortalForm form) =>
        [(Prefix, ""), .. form.Fields("").Where(f => !f.EndsWith("password", StringComparison.OrdinalIgnoreCase)).SelectMany(f => form.Sent(f).Select(v => ($"{Prefix}{f}", v ?? "")))];

    /// <summary>What came back hidden in the form of the sign-in.</summary>
    public static IReadOnlyList<(string Name, string Value)> In(PortalForm form) => [.. form.Fields(Prefix).SelectMany(f => form.Sent(f).Select(v => (f, v ?? "")))];

    /// <summary>The same as it was sent first.</summary>
    public static IReadOnlyList<(string Name, string Value)> Unwrapped(IReadOnlyList<(string Name, string Value)> kept) => [.. kept.Where(k => k.Name != Prefix).Select(k => (k.Name[Prefix.Length..], k.Value))];
}
