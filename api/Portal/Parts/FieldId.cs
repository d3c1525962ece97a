namespace Cirm.Api.Portal.Parts;

/// <summary>The id of a field's element: its name, in characters that an address can end with.</summary>
static class FieldId
{
    public static string Of(string field) => string.Concat(field.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
}
