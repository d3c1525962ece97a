using Cirm.Tests.Harness;
using Cirm.Tests.Transactions;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Playwright;

namespace Cirm.BrowserTests;

/// <summary>An installation that has a map.</summary>
public sealed class MapHost : CirmHost
{
    public const string Tiles = "https://tiles.example/";

    protected override void Configure(IWebHostBuilder builder)
    {
        builder.UseSetting("CIRM_MAP_TILES", Tiles + "{z}/{x}/{y}.png");
        builder.UseSetting("CIRM_MAP_CREDIT", "The town's own map");
        builder.UseSetting("CIRM_MAP_START", "42.36,-71.06,15");
    }
}

/// <summary>Saying where something is: in words, by where one stands, on a map by mouse and by keyboard.</summary>
public sealed class PlaceStories(BrowserHost host, MapHost mapped) : IClassFixture<MapHost>
{
    // A picture of one pixel.
    static readonly byte[] Tile = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==");

    [Fact]
    public async Task A_place_is_chosen_on_the_map_by_mouse_and_by_keyboard_and_sent_with_the_case()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(mapped);
        await host.InWindowAsync(WindowOptions.Phone("en") with { Address = mapped.Anonymous.BaseAddress!.ToString().TrimEnd('/'), Allowed = [MapHost.Tiles] }, async page =>
        {
            await page.Context.RouteAsync($"{MapHost.Tiles}**", route => route.FulfillAsync(new() { BodyBytes = Tile, ContentType = "image/png" }));
            await page.GotoAsync($"/en/{agency.Slug}/report/lamps");
            var map = page.Locator(".cirm-map");
            await Assertions.Expect(map.Locator("img.leaflet-tile-loaded").First).ToBeVisibleAsync();
            await Assertions.Expect(map).ToContainTextAsync("The town's own map");
            await map.ClickAsync(new() { Position = new() { X = 100, Y = 100 } });
            var latitude = page.Locator("#location-latitude");
            await Assertions.Expect(latitude).ToHaveValueAsync(new System.Text.RegularExpressions.Regex(@"^42\.36\d{3}$"));
            var byMouse = await latitude.InputValueAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Choose the middle of the map" }).FocusAsync();
            await page.Keyboard.PressAsync("Enter");
            await Assertions.Expect(latitude).ToHaveValueAsync("42.36000");
            Assert.NotEqual("42.36000", byMouse);
            await page.IsAccessibleAsync();
            await page.GetByLabel("In one line").FillAsync("The lamp is out");
            await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "We have it" })).ToBeVisibleAsync();
            var elsewhere = await page.GotoAsync($"/en/{agency.Slug}");
            Assert.DoesNotContain("tiles.example", await elsewhere!.HeaderValueAsync("content-security-policy"));
        });
        var only = (await (await agency.Agent).GetJsonAsync($"{agency.Path}/cases"))["items"]!.AsArray().Single()!;
        Assert.Equal(42.36, (double)only["location"]!["latitude"]!, 3);
    }

    [Fact]
    public async Task Without_a_map_a_place_is_told_by_where_one_stands_and_nothing_is_asked_of_anybody()
    {
        var agency = await CaseTests.AgencyWithServiceAsync(host.Cirm);
        await host.InWindowAsync(WindowOptions.Phone("fa") with { Standing = new() { Latitude = 36.2972f, Longitude = 59.6067f } }, async page =>
        {
            await page.GotoAsync($"/fa/{agency.Slug}/report/lamps");
            await Assertions.Expect(page.Locator(".cirm-map")).ToHaveCountAsync(0);
            await page.GetByRole(AriaRole.Button, new() { Name = "استفاده از مکان من" }).ClickAsync();
            await Assertions.Expect(page.Locator("#location-latitude")).ToHaveValueAsync("36.29720");
            await page.IsAccessibleAsync();
        });
    }
}
