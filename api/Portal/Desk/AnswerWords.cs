using System.Text.Json;
using Cirm.Core.Information;

namespace Cirm.Api.Portal.Desk;

/// <summary>What a service asked and was told, in words. A question that the service does not ask any more keeps its key.</summary>
static class AnswerWords
{
    public static string Asked(Reader reader, ServiceVersion? service, string key) => Find(service, key) is { } question ? reader.Of(question.Text) : key;

    public static string Said(Reader reader, ServiceVersion? service, string key, JsonElement answer)
    {
        var question = Find(service, key);
        return answer.ValueKind switch
        {
            JsonValueKind.Array => string.Join(reader["list.comma"], answer.EnumerateArray().Select(one => OptionOf(one))),
            JsonValueKind.True or JsonValueKind.False => reader[answer.ValueKind == JsonValueKind.True ? "yes" : "no"],
            JsonValueKind.Number => reader.Digits(answer.ToString()),
            _ => OptionOf(answer),
        };

        string OptionOf(JsonElement one) => question?.Options?.FirstOrDefault(o => o.Key == one.ToString()) is { } option ? reader.Of(option.Text) : one.ToString();
    }

    static Question? Find(ServiceVersion? service, string key) => service?.Questions?.FirstOrDefault(q => q.Key == key);
}
