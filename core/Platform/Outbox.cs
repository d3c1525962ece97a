using System.Text.Json;

namespace Cirm.Core.Platform;

/// <summary>A fact for others, in the same transaction as the change that made it true.</summary>
/// <param name="Type">As in <c>case.submitted</c>.</param>
/// <param name="SubjectId">What it is about; events of one subject are handled in order.</param>
/// <param name="Data">What others learn: ids and figures, never names or what a citizen wrote.</param>
public sealed record OutboxEvent(string Type, Guid SubjectId, JsonElement Data)
{
    /// <summary>From any object.</summary>
    public static OutboxEvent Of(string type, Guid subjectId, object data) => new(type, subjectId, JsonSerializer.SerializeToElement(data, Wire.Json));
}
