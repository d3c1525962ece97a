using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Cirm.Core.Transactions.Files;
using Cirm.Tests.Harness;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Transactions;

/// <summary>Attachments are looked at before they are kept, by whatever speaks clamd's protocol.</summary>
public sealed class VirusScannerTests(VirusScannerTests.ScannedHost host) : IClassFixture<VirusScannerTests.ScannedHost>
{
    // Harmless by its maker's own word (eicar.org); put together here, so that no scanner stops over this file.
    static readonly string Eicar = string.Concat(@"X5O!P%@AP[4\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE", "!$H+H*");

    [Fact]
    public async Task A_file_is_kept_when_it_is_clean_and_refused_when_it_is_known()
    {
        var (citizen, path) = await CaseAsync();
        host.Daemon.Answer = null;
        var large = string.Concat(Enumerable.Repeat("The third lamp. ", 20_000)); // in several chunks
        await (await citizen.PostAsync(path, Form(large))).ReadAsync(HttpStatusCode.Created);
        Assert.Equal(large, Encoding.UTF8.GetString(host.Daemon.Seen[^1]));

        var infected = await (await citizen.PostAsync(path, Form("A word before.", Eicar))).RefusedAsync("attachment-infected");
        Assert.Equal(("Eicar-Test-Signature", 422), ((string?)infected["signature"], (int)infected["status"]!));
        Assert.Single((await citizen.GetJsonAsync(path))["items"]!.AsArray()); // nothing of the form was kept
    }

    [Theory]
    [InlineData("INSTREAM size limit exceeded. ERROR")]
    [InlineData("")]
    [InlineData("hangs up")]
    public async Task Without_an_answer_nothing_is_kept_and_it_is_said_when_to_try_again(string answer)
    {
        var (citizen, path) = await CaseAsync();
        host.Daemon.Answer = answer;
        var refused = await citizen.PostAsync(path, Form("The third lamp."));
        Assert.Equal(TimeSpan.FromSeconds(30), refused.Headers.RetryAfter?.Delta);
        await refused.RefusedAsync("attachment-scanner-unavailable");
        host.Daemon.Answer = null;
        Assert.Empty((await citizen.GetJsonAsync(path))["items"]!.AsArray());
        Assert.DoesNotContain((await citizen.GetJsonAsync($"{path[..path.LastIndexOf('/')]}/history"))["items"]!.AsArray(), h => (string?)h!["kind"] == "attached");
        await (await citizen.PostAsync(path, Form("The third lamp."))).ReadAsync(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:0")]
    [InlineData("clamd:3310/path")]
    [InlineData("user@clamd:3310")]
    [InlineData(":3310")]
    public void A_setting_that_cannot_work_stops_the_node_at_once(string setting) => Assert.Throws<InvalidOperationException>(() => VirusScanner.From(setting));

    [Fact]
    public async Task Nobody_who_listens_is_no_answer_and_no_setting_scans_nothing()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(Eicar));
        var refused = await Assert.ThrowsAsync<Core.Platform.Refusal>(() => VirusScanner.From($"127.0.0.1:{port}").CheckAsync(file, CancellationToken.None));
        Assert.Equal(Problems.ScannerUnavailable, refused.Problem);
        await VirusScanner.From(null).CheckAsync(file, CancellationToken.None);
    }

    async Task<(HttpClient Citizen, string Attachments)> CaseAsync()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var citizen = await agency.Citizen;
        return (citizen, $"{agency.Path}/cases/{(await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]}/attachments");
    }

    static MultipartFormDataContent Form(params ReadOnlySpan<string> files)
    {
        var form = new MultipartFormDataContent();
        for (var i = 0; i < files.Length; i++) form.Add(new StringContent(files[i]), "file", $"lamp{i}.txt");
        return form;
    }

    /// <summary>A host whose operator has a scanner.</summary>
    public sealed class ScannedHost : CirmHost
    {
        public TestClamd Daemon { get; } = new();

        protected override void Configure(IWebHostBuilder builder) =>
            builder.ConfigureTestServices(services => services.AddSingleton(_ => VirusScanner.From($"127.0.0.1:{Daemon.Port}")));

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            await Daemon.DisposeAsync();
        }
    }

    /// <summary>Speaks as clamd does, and knows one signature.</summary>
    public sealed class TestClamd : IAsyncDisposable
    {
        readonly TcpListener listener = new(IPAddress.Loopback, 0);
        readonly CancellationTokenSource over = new();
        readonly Task serving;
        readonly List<byte[]> seen = [];

        public TestClamd()
        {
            listener.Start();
            serving = ServeAsync();
        }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        /// <summary>What is answered instead of the truth.</summary>
        public string? Answer { get; set; }

        /// <summary>What was sent.</summary>
        public IReadOnlyList<byte[]> Seen
        {
            get { lock (seen) return [.. seen]; }
        }

        async Task ServeAsync()
        {
            try
            {
                while (true) _ = TalkAsync(await listener.AcceptTcpClientAsync(over.Token));
            }
            catch (OperationCanceledException) { }
        }

        async Task TalkAsync(TcpClient client)
        {
            using var _ = client;
            try
            {
                await using var stream = client.GetStream();
                var command = new byte["zINSTREAM\0".Length];
                await stream.ReadExactlyAsync(command, over.Token);
                if (Encoding.ASCII.GetString(command) != "zINSTREAM\0") return;
                using var file = new MemoryStream();
                var length = new byte[4];
                while (true)
                {
                    await stream.ReadExactlyAsync(length, over.Token);
                    if (BinaryPrimitives.ReadInt32BigEndian(length) is var next and not 0)
                    {
                        var chunk = new byte[next];
                        await stream.ReadExactlyAsync(chunk, over.Token);
                        file.Write(chunk);
                        if (Answer == "hangs up") return;
                        continue;
                    }
                    break;
                }
                lock (seen) seen.Add(file.ToArray());
                var answer = Answer ?? (Encoding.UTF8.GetString(file.ToArray()).Contains("EICAR-STANDARD", StringComparison.Ordinal) ? "stream: Eicar-Test-Signature FOUND" : "stream: OK");
                await stream.WriteAsync(Encoding.UTF8.GetBytes(answer + "\0"), over.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or SocketException) { }
        }

        public async ValueTask DisposeAsync()
        {
            await over.CancelAsync();
            await serving;
            listener.Dispose();
            over.Dispose();
        }
    }
}
