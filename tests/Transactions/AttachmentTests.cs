using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Cirm.Core.Platform;
using Cirm.Core.Tenancy;
using Cirm.Core.Transactions.Files;
using Cirm.Core.Transactions.RecordKeeping;
using Cirm.Tests.Harness;
using MetadataExtractor;
using MetadataExtractor.Formats.Exif;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Cirm.Tests.Transactions;

/// <summary>Files on cases, kept in the database.</summary>
public sealed class AttachmentTests(CirmHost host, ITestOutputHelper output) : AttachmentStories(host, output)
{
    protected override long FilesOf(TestAgency agency) => 0;
}

/// <summary>The same, kept in a folder.</summary>
public sealed class AttachmentsInFolderTests(FolderHost host, ITestOutputHelper output) : AttachmentStories(host, output), IClassFixture<FolderHost>
{
    protected override long FilesOf(TestAgency agency) => host.FilesOf(agency).Length;

    [Fact]
    public async Task A_file_that_was_changed_or_is_gone_is_not_delivered()
    {
        var (agency, path) = await CaseAsync();
        var agent = await agency.Agent;
        var file = await AttachAsync(agent, path, Text("one.txt", "It is the third lamp."));
        var kept = host.FilesOf(agency).Single();
        Assert.Equal($"{file["sha256"]}-{Guid.Parse((string)file["id"]!):N}", Path.GetFileName(kept));
        await File.WriteAllTextAsync(kept, "It is the other lamp.", CancellationToken.None);
        await (await agent.GetAsync($"{path}/{file["id"]}")).RefusedAsync("attachment-unreadable");
        File.Delete(kept);
        await (await agent.GetAsync($"{path}/{file["id"]}")).RefusedAsync("attachment-unreadable");
    }

    [Fact]
    public async Task What_nobody_wants_is_swept_and_nothing_else()
    {
        var (agency, path) = await CaseAsync();
        var agent = await agency.Agent;
        var file = await AttachAsync(agent, path, Text("one.txt", "wanted"));
        var kept = host.FilesOf(agency).Single();
        var home = Path.GetDirectoryName(Path.GetDirectoryName(kept))!;
        var orphan = Path.Combine(Path.GetDirectoryName(kept)!, $"{new string('a', 64)}-{Guid.NewGuid():N}");
        var unfinished = Path.Combine(home, ".incoming", $"{Guid.NewGuid():N}");
        foreach (var left in (string[])[orphan, unfinished]) await File.WriteAllTextAsync(left, "left", CancellationToken.None);
        var attachments = host.Services.GetRequiredService<Attachments>();
        Assert.Equal(0, await attachments.SweepAsync(agency.Id, DateTimeOffset.UtcNow.AddHours(-1), CancellationToken.None)); // they may be on their way
        Assert.Equal(2, await attachments.SweepAsync(agency.Id, DateTimeOffset.UtcNow.AddHours(1), CancellationToken.None));
        Assert.Equal([kept], host.FilesOf(agency));
        Assert.Equal("wanted", await agent.GetStringAsync($"{path}/{file["id"]}"));
    }
}

/// <summary>A host that keeps attachments in a folder.</summary>
public sealed class FolderHost : CirmHost
{
    readonly string folder = System.IO.Directory.CreateTempSubdirectory("cirm-attachments").FullName;

    public string[] FilesOf(TestAgency agency) =>
        System.IO.Directory.Exists(Path.Combine(folder, agency.Id.ToString("N"))) ? System.IO.Directory.GetFiles(Path.Combine(folder, agency.Id.ToString("N")), "*", SearchOption.AllDirectories) : [];

    protected override void Configure(IWebHostBuilder builder) => builder.ConfigureTestServices(services =>
        services.AddSingleton(s => new AttachmentStores(new(s.GetRequiredService<TenantDb>()), new(folder))));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        System.IO.Directory.Delete(folder, recursive: true);
    }
}

/// <summary>What citizens and officers do with files, wherever they are kept (TX-CASE).</summary>
public abstract class AttachmentStories(CirmHost host, ITestOutputHelper output)
{
    [Fact]
    public async Task A_citizens_photo_is_kept_without_its_place_read_by_staff_and_removed_with_a_reason()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (citizen, agent) = (await agency.Citizen, await agency.Agent);
        var submitted = await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        var (of, path) = ($"{agency.Path}/cases/{submitted["id"]}", $"{agency.Path}/cases/{submitted["id"]}/attachments");
        using var form = Form(Image("../چراغ \"۱\".jpg", "image/jpeg", TestImages.Jpeg()), Text("note.txt", "The third lamp."));
        var answer = await citizen.PostAsync(path, form);
        var attached = (await answer.ReadAsync(HttpStatusCode.Created))["items"]!.AsArray();
        Assert.Equal($"{path}/{attached[0]!["id"]}", answer.Headers.Location!.ToString());
        Assert.Equal(["چراغ _۱_.jpg image/jpeg public citizen", "note.txt text/plain public citizen"],
            attached.Select(a => $"{a!["name"]} {a["mediaType"]} {a["visibility"]} {a["by"]}"));

        using var read = await agent.GetAsync($"{path}/{attached[0]!["id"]}");
        var bytes = await read.Content.ReadAsByteArrayAsync();
        Assert.Equal((string?)attached[0]!["sha256"], Convert.ToHexStringLower(SHA256.HashData(bytes)));
        Assert.Equal(($"\"{attached[0]!["sha256"]}\"", "image/jpeg", "nosniff", bytes.Length),
            (read.Headers.ETag!.Tag, read.Content.Headers.ContentType!.ToString(), read.Headers.GetValues("X-Content-Type-Options").Single(), (int)attached[0]!["size"]!));
        Assert.Equal(("attachment", "چراغ _۱_.jpg"), (read.Content.Headers.ContentDisposition!.DispositionType, read.Content.Headers.ContentDisposition.FileNameStar));
        var told = ImageMetadataReader.ReadMetadata(new MemoryStream(bytes));
        Assert.Empty(told.OfType<GpsDirectory>());
        Assert.Equal(6, told.OfType<ExifIfd0Directory>().Single().GetInt32(ExifDirectoryBase.TagOrientation));

        // Known already, or only a part of it.
        using var again = new HttpRequestMessage(HttpMethod.Get, $"{path}/{attached[0]!["id"]}") { Headers = { IfNoneMatch = { read.Headers.ETag } } };
        Assert.Equal(HttpStatusCode.NotModified, (await agent.SendAsync(again)).StatusCode);
        using var part = new HttpRequestMessage(HttpMethod.Get, $"{path}/{attached[1]!["id"]}") { Headers = { Range = new(4, 8) } };
        Assert.Equal("third", await (await agent.SendAsync(part)).Content.ReadAsStringAsync());

        await (await agent.DeleteAsync($"{path}/{attached[0]!["id"]}?reason=x", (string?)null)).RefusedAsync("precondition-required");
        await (await agent.DeleteAsync($"{path}/{attached[0]!["id"]}?reason=x", "\"1\"")).RefusedAsync("precondition-failed");
        await (await agent.DeleteAsync($"{path}/{attached[0]!["id"]}", read.Headers.ETag.Tag)).RefusedAsync("validation");
        await (await citizen.DeleteAsync($"{path}/{attached[0]!["id"]}?reason=x", read.Headers.ETag.Tag)).RefusedAsync("not-allowed");
        var before = FilesOf(agency);
        Assert.Equal(HttpStatusCode.NoContent, (await agent.DeleteAsync($"{path}/{attached[0]!["id"]}?reason=It%20shows%20a%20neighbour", read.Headers.ETag.Tag)).StatusCode);
        await (await agent.GetAsync($"{path}/{attached[0]!["id"]}")).RefusedAsync("not-found");
        await (await agent.DeleteAsync($"{path}/{attached[0]!["id"]}?reason=x", read.Headers.ETag.Tag)).RefusedAsync("not-found");
        Assert.Equal(["note.txt"], (await citizen.GetJsonAsync(path))["items"]!.AsArray().Select(a => (string?)a!["name"]));
        Assert.Equal(Math.Max(0, before - 1), FilesOf(agency));
        Assert.Equal(await BytesOfAsync(agency), "The third lamp.".Length);

        var history = (await citizen.GetJsonAsync($"{of}/history"))["items"]!.AsArray();
        Assert.Equal(["submitted", "attached", "attached", "removed"], history.Select(h => (string?)h!["kind"]));
        Assert.Equal(((string?)null, (string?)attached[0]!["sha256"], "It shows a neighbour"),
            ((string?)history[3]!["attachment"]!["name"], (string?)history[3]!["attachment"]!["sha256"], (string?)history[3]!["reason"]));
        var actions = await host.AuditActionsAsync(agency);
        Assert.Equal((2, 3, 1), (actions.Count(a => a == "case.attached"), actions.Count(a => a == "case.attachment-read"), actions.Count(a => a == "case.attachment-removed")));
        Assert.Equal(2, await host.Database.ScalarAsOwnerAsync<long>($"select count(*) from outbox where agency_id = '{agency.Id}' and type = 'case.attached'"));
    }

    [Fact]
    public async Task What_is_internal_is_for_staff_and_other_peoples_files_are_nobodys()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var (citizen, agent) = (await agency.Citizen, await agency.Agent);
        var path = $"{agency.Path}/cases/{(await citizen.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp))["id"]}";
        var secret = await AttachAsync(agent, $"{path}/attachments", Text("internal.txt", "secret"), ("visibility", "internal"));
        var open = await AttachAsync(agent, $"{path}/attachments", Text("open.txt", "open"));
        Assert.Equal("open.txt", (string?)(await citizen.GetJsonAsync($"{path}/attachments"))["items"]!.AsArray().Single()!["name"]);
        Assert.Equal(2, (await agent.GetJsonAsync($"{path}/attachments"))["items"]!.AsArray().Count);
        var first = await agent.GetJsonAsync($"{path}/attachments?limit=1");
        Assert.Equal("open.txt", (string?)(await agent.GetJsonAsync($"{path}/attachments?limit=1&cursor={first["next"]}"))["items"]!.AsArray().Single()!["name"]);
        await (await citizen.GetAsync($"{path}/attachments/{secret["id"]}")).RefusedAsync("not-found");
        Assert.DoesNotContain("internal", (await citizen.GetJsonAsync($"{path}/history")).ToJsonString());
        Assert.DoesNotContain("internal", (await citizen.GetJsonAsync("/v1/me/export")).ToJsonString());
        Assert.Contains("open.txt", (await citizen.GetJsonAsync("/v1/me/export")).ToJsonString());
        using var form = Form(Text("a.txt", "a"), ("visibility", "internal"));
        await (await citizen.PostAsync($"{path}/attachments", form)).RefusedAsync("validation");

        var stranger = await agency.AsAnotherAsync(Role.Citizen);
        var elsewhere = await (await host.NewAgencyAsync()).Agent;
        foreach (var client in (HttpClient[])[stranger, elsewhere])
        {
            using var another = Form(Text("a.txt", "a"));
            await (await client.PostAsync($"{path}/attachments", another)).RefusedAsync("not-found");
            await (await client.GetAsync($"{path}/attachments")).RefusedAsync("not-found");
            await (await client.GetAsync($"{path}/attachments/{open["id"]}")).RefusedAsync("not-found");
        }
    }

    [Fact]
    public async Task Who_has_the_code_attaches_too()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var submitted = await host.Anonymous.PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        var tracking = $"{agency.Path}/tracking/{submitted["trackingCode"]}";
        var file = await AttachAsync(host.Anonymous, $"{tracking}/attachments", Image("a.png", "image/png", TestImages.Png()), ("keepMetadata", "true"));
        Assert.Equal(("anonymous", true), ((string?)file["by"], (bool)file["metadataKept"]!));
        Assert.Equal("a.png", (string?)(await host.Anonymous.GetJsonAsync(tracking))["history"]!.AsArray()[^1]!["attachment"]!["name"]);
        using var form = Form(Text("a.txt", "a"));
        await (await host.Anonymous.PostAsync($"{agency.Path}/tracking/0000-0000-0000-0000/attachments", form)).RefusedAsync("not-found");
        for (var i = 1; i < 10; i++) await AttachAsync(host.Anonymous, $"{tracking}/attachments", Text("a.txt", "a"));
        using var eleventh = Form(Text("a.txt", "a"));
        await (await host.Anonymous.PostAsync($"{tracking}/attachments", eleventh)).RefusedAsync("too-many-requests");
    }

    [Fact]
    public async Task A_file_is_a_file_whatever_its_field_is_called()
    {
        var (agency, path) = await CaseAsync();
        using var form = new MultipartFormDataContent { { new StringContent("one"), "files", "one.txt" }, { new StringContent("two"), "photo[]", "دو.txt" }, { new StringContent("internal"), "visibility" } };
        var kept = await (await (await agency.Agent).PostAsync(path, form)).ReadAsync(HttpStatusCode.Created);
        Assert.Equal(["one.txt internal", "دو.txt internal"], kept["items"]!.AsArray().Select(f => $"{f!["name"]} {f["visibility"]}"));
    }

    [Fact]
    public async Task A_bad_file_refuses_the_whole_request_and_nothing_is_kept()
    {
        var (agency, path) = await CaseAsync();
        var agent = await agency.Agent;
        var good = Text("good.txt", "good");
        await RefusedAsync("attachment-type-refused", good, Image("photo.jpg", "image/jpeg", "<svg onload=\"x()\"/>"u8.ToArray()));
        var lie = await RefusedAsync("attachment-type-mismatch", good, Image("photo.jpg", "image/jpeg", TestImages.Png()));
        Assert.Equal(("image/jpeg", "image/png"), ((string?)lie["declared"], (string?)lie["found"]));
        await RefusedAsync("attachment-unsafe", good, Image("a.docx", "application/octet-stream", AttachedFileTests.Document("docx", ("zeros", new byte[20_000_000]))));
        await RefusedAsync("attachment-malformed", good, Image("a.jpg", "image/jpeg", TestImages.Jpeg()[..100]));
        await RefusedAsync("attachment-too-large", good, Text("big.txt", new string('x', 10_000_001)));
        await RefusedAsync("attachment-too-many", [.. Enumerable.Repeat(good, 10_000)]);
        await RefusedAsync("validation", ("visibility", "public"));
        await RefusedAsync("validation", good, ("visibility", "everybody"));
        await RefusedAsync("validation", good, ("keepMetadata", "maybe"));
        await RefusedAsync("validation", good, ("keepMetadata", "true"), ("keepMetadata", "true"));
        await RefusedAsync("validation", good, ("tilt", "true"));
        await (await agent.PostAsync(path, new StringContent("{}", new MediaTypeHeaderValue("application/json")))).RefusedAsync("unsupported-media-type");
        await (await agent.PostAsync(path, new StringContent("--x--", new MediaTypeHeaderValue("multipart/form-data")))).RefusedAsync("bad-request");

        foreach (var half in (string[])["--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhalf", "--x\r\nContent-Dispo", "nothing", "--x\r\n\r\nno name\r\n--x--\r\n"])
        {
            var content = new StringContent(half) { Headers = { ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x") } };
            using var answer = await agent.PostAsync(path, content);
            Assert.Contains(answer.StatusCode, (HttpStatusCode[])[HttpStatusCode.BadRequest, HttpStatusCode.UnprocessableEntity]);
        }
        Assert.Empty((await agent.GetJsonAsync(path))["items"]!.AsArray());
        Assert.Equal((0, 0), (await BytesOfAsync(agency), FilesOf(agency)));
        Assert.DoesNotContain("case.attached", await host.AuditActionsAsync(agency));

        async Task<JsonNode> RefusedAsync(string code, params Part[] parts)
        {
            using var form = Form(parts);
            return await (await agent.PostAsync(path, form)).RefusedAsync(code);
        }
    }

    [Fact]
    public async Task An_upload_that_breaks_off_leaves_nothing()
    {
        var (agency, path) = await CaseAsync();
        var agent = await agency.Agent;
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(agent.BaseAddress!.Host, agent.BaseAddress.Port, CancellationToken.None);
            await using var stream = socket.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(
                $"POST {path} HTTP/1.1\r\nHost: cirm\r\nAuthorization: {agent.DefaultRequestHeaders.Authorization}\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 5000000\r\n\r\n"
                + "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n" + new string('a', 1_000_000)), CancellationToken.None);
            await Task.Delay(200, CancellationToken.None);
        }
        await Task.Delay(300, CancellationToken.None);
        Assert.Empty((await agent.GetJsonAsync(path))["items"]!.AsArray());
        Assert.Equal((0, 0), (await BytesOfAsync(agency), FilesOf(agency)));
    }

    [Fact]
    public async Task The_same_upload_repeated_adds_nothing_although_each_form_looks_different()
    {
        var (agency, path) = await CaseAsync();
        var agent = await agency.Agent;
        var first = await (await SendAsync("the same")).ReadAsync(HttpStatusCode.Created);
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SendAsync("the same")));
        foreach (var answer in answers.Where(a => a.StatusCode != HttpStatusCode.Conflict))
            Assert.Equal(first.ToJsonString(), (await answer.ReadAsync(HttpStatusCode.Created)).ToJsonString());
        Assert.Single((await agent.GetJsonAsync(path))["items"]!.AsArray());
        Assert.Equal("the same".Length, await BytesOfAsync(agency));
        Assert.InRange(FilesOf(agency), 0, 1);
        await (await SendAsync("another")).RefusedAsync("idempotency-key-reused");

        async Task<HttpResponseMessage> SendAsync(string text)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Form(Text("a.txt", text)), Headers = { { "Idempotency-Key", "upload" } } };
            return await agent.SendAsync(request);
        }
    }

    [Fact]
    public async Task A_case_takes_fifty_even_when_they_come_at_once()
    {
        var (agency, path) = await CaseAsync();
        var agent = await agency.Agent;
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ =>
        {
            using var form = Form([.. Enumerable.Range(0, 15).Select(n => Text($"{n}.txt", "x"))]);
            return await agent.PostAsync(path, form);
        }));
        Assert.Equal(3, answers.Count(a => a.StatusCode == HttpStatusCode.Created));
        foreach (var refused in answers.Where(a => a.StatusCode != HttpStatusCode.Created)) await refused.RefusedAsync("attachments-full");
        Assert.Equal(45, (await agent.GetJsonAsync($"{path}?limit=200"))["items"]!.AsArray().Count);
        Assert.Contains(FilesOf(agency), (long[])[0, 45]);
    }

    [Fact]
    public async Task Fifty_files_of_ten_megabytes_need_no_memory()
    {
        var (agency, path) = await CaseAsync();
        var agent = await agency.Agent;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var highest = 0L;
        await using (var sample = new Timer(_ => highest = Math.Max(highest, GC.GetTotalMemory(false)), null, 0, 20))
        {
            foreach (var count in (int[])[20, 20, 10])
            {
                using var form = new MultipartFormDataContent();
                for (var i = 0; i < count; i++) form.Add(new StreamContent(new Letters(10_000_000)), "file", $"{i}.txt");
                await (await agent.PostAsync(path, form)).ReadAsync(HttpStatusCode.Created);
            }
            var files = (await agent.GetJsonAsync(path))["items"]!.AsArray();
            Assert.Equal(50, files.Count);
            using var read = await agent.GetAsync($"{path}/{files[49]!["id"]}", HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal((string?)files[49]!["sha256"], Convert.ToHexStringLower(await SHA256.HashDataAsync(await read.Content.ReadAsStreamAsync(), CancellationToken.None)));
        }
        output.WriteLine($"500 MB in, {(highest - before) / 1e6:0} MB of managed memory at most");
        Assert.InRange(highest - before, 0, 250_000_000); // other tests run beside this one
    }

    [Fact]
    public async Task Files_go_with_the_content_of_their_case()
    {
        var (agency, path) = await CaseAsync();
        var (admin, agent) = (await agency.Admin, await agency.Agent);
        await AttachAsync(agent, path, Text("a.txt", "personal"));
        await using (var change = await host.Services.GetRequiredService<TenantDb>().BeginAsync(Caller.System(agency.Id), CancellationToken.None))
        {
            change.Enqueue("update cases set status = 'closed', closed_at = '2020-01-01' where agency_id = @agency", null);
            await change.CommitAsync(CancellationToken.None);
        }
        await (await admin.PutAsync($"{agency.Path}/services/lamps/retention", new { months = 1 }, null)).ReadAsync(HttpStatusCode.Created);
        Assert.Equal(1, await new Retention(host.Services.GetRequiredService<TenantDb>(), TimeProvider.System).ApplyAsync(agency.Id, CancellationToken.None));
        Assert.Empty((await agent.GetJsonAsync(path))["items"]!.AsArray());
        Assert.Equal(0, await BytesOfAsync(agency));
        await host.Services.GetRequiredService<Attachments>().SweepAsync(agency.Id, DateTimeOffset.UtcNow.AddHours(1), CancellationToken.None);
        Assert.Equal(0, FilesOf(agency));
        Assert.Equal("1||", await host.Database.ScalarAsOwnerAsync<string>($"""
            select concat_ws('|', c.attachment_count, coalesce(a.name, ''), encode(a.sha256, 'hex'))
            from cases c join attachments a on a.agency_id = c.agency_id and a.case_id = c.id where c.agency_id = '{agency.Id}'
            """));
        using var late = Form(Text("late.txt", "late"));
        await (await agent.PostAsync(path, late)).RefusedAsync("not-found");
    }

    protected abstract long FilesOf(TestAgency agency);

    protected async Task<(TestAgency Agency, string Path)> CaseAsync()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host);
        var submitted = await (await agency.Agent).PostJsonAsync($"{agency.Path}/cases", CaseTests.Lamp);
        return (agency, $"{agency.Path}/cases/{submitted["id"]}/attachments");
    }

    protected static async Task<JsonNode> AttachAsync(HttpClient client, string path, params Part[] parts)
    {
        using var form = Form(parts);
        return (await (await client.PostAsync(path, form)).ReadAsync(HttpStatusCode.Created))["items"]!.AsArray().Single()!;
    }

    protected static Part Text(string name, string text) => new(name, "text/plain", Encoding.UTF8.GetBytes(text));

    static Part Image(string name, string type, byte[] bytes) => new(name, type, bytes);

    // Each with a boundary of its own, as .NET and browsers make them.
    static MultipartFormDataContent Form(params Part[] parts)
    {
        var form = new MultipartFormDataContent();
        foreach (var part in parts)
        {
            var content = new ByteArrayContent(part.Bytes);
            var said = new ContentDispositionHeaderValue("form-data") { Name = part.Type is null ? part.Name : "file" };
            if (part.Type is not null)
            {
                content.Headers.ContentType = new(part.Type);
                said.FileNameStar = part.Name;
            }
            content.Headers.ContentDisposition = said;
            form.Add(content);
        }
        return form;
    }

    // In the database's rows; in a folder it is FilesOf that counts.
    Task<long> BytesOfAsync(TestAgency agency) => FilesOf(agency) > 0
        ? host.Database.ScalarAsOwnerAsync<long>($"select coalesce(sum(size), 0)::bigint from attachments where agency_id = '{agency.Id}' and removed_at is null")
        : host.Database.ScalarAsOwnerAsync<long>($"select coalesce(sum(length(bytes)), 0)::bigint from attachment_chunks where agency_id = '{agency.Id}'");

    /// <summary>A part of a form: a file, or a field when it has no type.</summary>
    protected sealed record Part(string Name, string? Type, byte[] Bytes)
    {
        public static implicit operator Part((string Name, string Value) field) => new(field.Name, null, Encoding.UTF8.GetBytes(field.Value));
    }

    /// <summary>A text of some length that nobody keeps.</summary>
    sealed class Letters(long left) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var some = (int)Math.Min(count, left);
            buffer.AsSpan(offset, some).Fill((byte)'x');
            left -= some;
            return some;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
