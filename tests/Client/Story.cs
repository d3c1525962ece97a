using Cirm.Client;
using Cirm.Client.Models;
using Microsoft.Kiota.Abstractions;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Abstractions.Serialization;
using Microsoft.Kiota.Http.HttpClientLibrary;

// A program as an integrator would write it: every call goes through the client that a public generator (Kiota) made of /openapi/v1.json.
// Cirm.Client ADDRESS AGENCY PASSWORD: signs in as citizen@, agent@ and admin@AGENCY.example, tells what happened a line a step, and ends with 0.
var (address, agency, password) = (args[0], args[1], args[2]);
var citizen = await SignInAsync("citizen");
var agent = await SignInAsync("agent");
var admin = await SignInAsync("admin");

var submitted = await citizen.V1.Agencies[agency].Cases.PostAsync(
    new() { Service = "lamps", Kind = CaseKind.Report, Title = "The lamp is out", Channel = Channel.Web, Location = new() { Latitude = 42.3, Longitude = -71.1 } },
    request => request.Headers.Add("Idempotency-Key", "story-1"));
var again = await citizen.V1.Agencies[agency].Cases.PostAsync(
    new() { Service = "lamps", Kind = CaseKind.Report, Title = "The lamp is out", Channel = Channel.Web, Location = new() { Latitude = 42.3, Longitude = -71.1 } },
    request => request.Headers.Add("Idempotency-Key", "story-1"));
var id = submitted!.Id!.Value;
Say("submitted", submitted.Status, again!.Id == id ? "once" : "twice");

Case? moved = null;
foreach (var to in (CaseStatus[])[CaseStatus.Accepted, CaseStatus.InProgress, CaseStatus.Resolved])
    moved = await agent.V1.Agencies[agency].Cases[id].Transitions.PostAsync(new() { To = to, Reason = $"Because {to}." });
Say("moved", moved!.Status, moved.DecidedAt is not null ? "decided" : "open");

try
{
    await agent.V1.Agencies[agency].Cases[id].Transitions.PostAsync(new() { To = CaseStatus.Submitted, Reason = "Back." });
}
catch (Problem problem)
{
    Say("refused", problem.Status, problem.Type);
}

var word = await citizen.V1.Agencies[agency].Cases[id].Verdict.PostAsync(new() { Solved = false, Reason = "It is still dark." });
Say("said", word!.Status, word.Verdict);

var recoveries = await agent.V1.Agencies[agency].Recoveries.GetAsync(request => request.QueryParameters.Limit = 10);
Say("recovery", recoveries!.Items!.Single(r => r.CaseId == id).State, recoveries.Items!.Count);

// A feed is read from where one stood, until there is nothing more for now.
var (types, after, patience) = (new List<string>(), "0", DateTime.UtcNow.AddMinutes(1));
while (!types.Contains("recovery.opened") && DateTime.UtcNow < patience)
{
    var read = await admin.V1.Agencies[agency].Events.GetAsync(request => request.QueryParameters.After = after);
    foreach (var e in read!.Items!)
    {
        after = $"{e.Position}";
        if (e.Data is UntypedObject data && data.GetValue().TryGetValue("case", out var about) && about is UntypedString text && text.GetValue() == $"{id}") types.Add(e.Type!);
    }
    if (read.Items.Count == 0) await Task.Delay(100);
}
Say("feed", string.Join(",", types));
return 0;

async Task<CirmClient> SignInAsync(string role)
{
    var anonymous = new CirmClient(new HttpClientRequestAdapter(new AnonymousAuthenticationProvider()) { BaseUrl = address });
    var token = await anonymous.V1.Auth.Token.PostAsync(new() { Email = $"{role}@{agency}.example", Password = password });
    return new(new HttpClientRequestAdapter(new BaseBearerTokenAuthenticationProvider(new Kept(token!.AccessToken!))) { BaseUrl = address });
}

static void Say(params object?[] what) => Console.WriteLine(string.Join(' ', what));

sealed class Kept(string token) : IAccessTokenProvider
{
    public AllowedHostsValidator AllowedHostsValidator { get; } = new();

    public Task<string> GetAuthorizationTokenAsync(Uri uri, Dictionary<string, object>? additionalAuthenticationContext = null, CancellationToken cancellationToken = default) => Task.FromResult(token);
}
