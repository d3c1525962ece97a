using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Cirm.Core.Platform;

namespace Cirm.Jobs.Transactions;

/// <summary>Text messages by a gateway that takes <c>POST {to, text, id}</c>: one short text, from which nobody learns what the case is about.</summary>
/// <param name="gateway">Where it stands.</param>
/// <param name="key">Goes with every call as a bearer token; null: none.</param>
/// <param name="http">Calls out as <see cref="OutboundGuard"/> allows.</param>
public sealed class SmsChannel(Uri gateway, string? key, HttpClient http) : IMessageChannel
{
    public async Task SendAsync(OutgoingMessage message, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, gateway) { Content = JsonContent.Create(new { to = message.Address, text = message.Text.Short, id = message.Id }, options: Wire.Json) };
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        try
        {
            using var answer = await http.SendAsync(request, ct);
            if (answer.IsSuccessStatusCode) return;
            // What is wrong with our key or comes too fast is no fault of the message.
            var forGood = (int)answer.StatusCode is >= 400 and < 500
                && answer.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests);
            throw new MessageNotTaken(string.Create(CultureInfo.InvariantCulture, $"sms-{(int)answer.StatusCode}"), forGood);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new MessageNotTaken("sms-timeout", forGood: false, e);
        }
        catch (HttpRequestException e)
        {
            throw new MessageNotTaken("sms-no-answer", forGood: false, e);
        }
    }
}
