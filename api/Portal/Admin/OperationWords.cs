using Cirm.Core.Platform;

namespace Cirm.Api.Portal.Admin;

/// <summary>What long work is called.</summary>
static class OperationWords
{
    public static string Kind(Reader reader, Operation operation) => Texts.Has(reader.Language, $"operation.kind.{operation.Kind}") ? reader[$"operation.kind.{operation.Kind}"] : operation.Kind;
}
