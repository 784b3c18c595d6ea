using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RealtimeHello.Contracts;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.WebSockets;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Recording.Stack;
using RealtimeHello.Tests.Inspector;
using RealtimeHello.Tests.Pages;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client.Relay;

/// <summary>Real applications with their own clients, through the relay.</summary>
public sealed class RelayedApplicationsTests(Browser browser)
{
    private static readonly CancellationToken cancel = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("websocket", "plain")]
    [InlineData("polling,websocket", "plain")]
    [InlineData("websocket", "compressed")]
    public async Task Socket_IO_passes_byte_for_byte_and_its_messages_are_text(string transports, string mode)
    {
        await using var server = await NodeServer.Start("socketio-server.mjs", mode);
        await using var behind = new CopyingForwarder(server.Port);
        await using var relay = await RunningRelay.Before($"http://127.0.0.1:{behind.Port}", settings => settings with { KeepHost = true });
        await using var before = new CopyingForwarder(relay.End.Port);

        var heard = await NodeServer.Scripts.Run("node", "socketio-client.mjs", $"http://127.0.0.1:{before.Port}", transports);

        heard.Trim().Should().Be("""{"heard":"hello from Socket.IO 世界!","length":23}""");
        var passed = await before.Hashes();
        passed.Should().NotBeEmpty().And.Equal(await behind.Hashes());
        var upgraded = relay.Journal.Connections.Single(record => record.Facts.Upgraded);
        var messages = RecordEvents.Of(upgraded).Select(happened => happened.Detail).ToList();
        messages.OfType<WebSocketMessage>().Select(message => message.Text).Should().Contain(text => text!.Contains("""["say","hello from Socket.IO 世界"]""", StringComparison.Ordinal))
            .And.Contain(text => text!.Contains("""["said","hello from Socket.IO 世界!"]""", StringComparison.Ordinal));
        messages.OfType<DecodeFault>().Should().BeEmpty();
    }

    [Fact]
    public async Task The_chat_in_a_browser_passes_byte_for_byte()
    {
        await using var folder = new TemporaryServer();
        var server = await folder.Start();
        await using var behind = new CopyingForwarder(server.Port);
        await using var relay = await RunningRelay.Before($"http://127.0.0.1:{behind.Port}", settings => settings with { KeepHost = true });
        await using var before = new CopyingForwarder(relay.End.Port);
        await using (var context = await browser.Open())
        {
            var page = await ChatPage.SignedIn(context, new Uri($"http://127.0.0.1:{before.Port}"), "ada");
            await page.Post("hello through the relay");
            await page.Shows("hello through the relay", 1);
            page.Complaints.Should().BeEmpty();
            relay.Journal.Connections.Single(record => record.Facts.Upgraded).ReadLayers().Where(layer => layer.Layer is Layer.Hub or Layer.Application)
                .Select(layer => layer.State).Should().Equal([LayerCondition.Unseen, LayerCondition.Unseen], "a relay is not told what the hub does, which is there all the same");
            // A goodbye that is answered: whoever vanishes may leave something unread on the way.
            await page.Page.Locator("#sign-out").ClickAsync();
            await relay.Closed(relay.Journal.Connections.Single(record => record.Facts.Upgraded).Id);
            // Signing out loads the page anew: in the middle of that a browser is not closed.
            await page.Page.GetByTestId("name-input").WaitForAsync();
            await page.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        }

        (await before.Hashes()).Should().NotBeEmpty().And.Equal(await behind.Hashes());
        relay.Complaints.Should().BeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_chat_is_the_same_events_as_in_the_servers_own_recording(bool messagePack)
    {
        await using var server = new ChatServer();
        await using var relay = await RunningRelay.Before(server.Address.ToString(), settings => settings with { KeepHost = true });
        var session = await server.SignIn("ada");
        await using (var hub = server.Hub(session, messagePack, new Uri($"http://{relay.End}")))
        {
            await hub.StartAsync(cancel);
            await hub.InvokeAsync<RoomState>(nameof(IChatHub.JoinRoom), "lobby", null, cancel);
            await hub.InvokeAsync<PostReceipt>(nameof(IChatHub.PostMessage), "lobby", Guid.CreateVersion7(), "hello from the middle", cancel);
            await hub.StopAsync(cancel);
        }

        var relayed = await relay.Closed("r1");
        var own = await server.Services.GetRequiredService<Journal>().FirstClosed(record => record.Facts.Upgraded);
        Talk(relayed).Should().Equal(Talk(own)).And.Contain(line => line.Contains("hello from the middle", StringComparison.Ordinal));
        (relayed.Close!.By, relayed.Close.Layer, relayed.Close.Code, relayed.Close.Cause).Should().Be((own.Close!.By, own.Close.Layer, own.Close.Code, own.Close.Cause));
    }

    [Fact]
    public async Task A_server_that_checks_the_origin_takes_a_page_that_came_through_the_relay()
    {
        await using var server = new ChatServer();
        await using var relay = await RunningRelay.Before(server.Address.ToString());
        await using var context = await browser.Open();

        var page = await ChatPage.SignedIn(context, new Uri($"http://{relay.End}"), "ada");
        await page.Post("from another address");
        await page.Shows("from another address", 1);
        page.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task A_page_of_somebody_else_gets_no_further_through_the_relay_than_without_it()
    {
        await using var server = new ChatServer();
        await using var relay = await RunningRelay.Before(server.Address.ToString());
        using var http = new HttpClient { BaseAddress = new Uri($"http://{relay.End}") };
        foreach (var (origin, status) in new[] { ("http://evil.example", HttpStatusCode.Forbidden), ($"http://{relay.End}", HttpStatusCode.OK) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/session") { Content = JsonContent.Create(new { name = "ada" }) };
            request.Headers.Add("Origin", origin);
            using var answer = await http.SendAsync(request, cancel);
            answer.StatusCode.Should().Be(status, origin);
        }
    }

    /// <summary>
    /// Without what the server answers to the client's goodbye, its hub's own goodbye and its Close frame: .NET's client does not wait for either, and whether they still get as far as the relay is chance.
    /// </summary>
    private static List<string> Talk(ConnectionRecord record)
    {
        var lines = WireEvents.Of(record).Where(line => !line.StartsWith("WebSocket Sent close", StringComparison.Ordinal)).ToList();
        var goodbye = lines.FindIndex(line => line.StartsWith("SignalR Sent close", StringComparison.Ordinal));
        // The goodbye's frame and message stand in front of it.
        return goodbye < 0 ? lines : lines[..(goodbye - 2)];
    }
}
