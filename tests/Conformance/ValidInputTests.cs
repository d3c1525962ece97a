namespace Cirm.Tests.Conformance;

[Collection(nameof(WalkHost))]
public sealed class ValidInputTests(WalkHost host)
{
    [Fact]
    public async Task The_examples_of_the_document_work_for_every_operation()
    {
        var world = await host.WorldAsync();
        var failures = new List<string>();
        foreach (var operation in world.Operations)
        {
            using var request = await world.RequestAsync(operation);
            var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync();
            using var answer = await (await world.ClientAsync(operation)).SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            if (!answer.IsSuccessStatusCode)
                failures.Add($"{operation} answered {(int)answer.StatusCode} to {request.RequestUri} {body}: {await answer.Content.ReadAsStringAsync()}");
            else if (!operation.Answers.ContainsKey((int)answer.StatusCode))
                failures.Add($"{operation} answered {(int)answer.StatusCode}, which its document does not declare.");
        }
        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
    }
}
