using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Playwright;
using RealtimeHello.Contracts;
using RealtimeHello.Tests.Pages;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client.Relay;

/// <summary>The command as a user has it.</summary>
public sealed class RelayProcessTests(Browser browser) : IDisposable
{
    private static readonly CancellationToken cancel = TestContext.Current.CancellationToken;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_chat_through_it_is_printed_captured_and_inspected()
    {
        await using var server = new ChatServer();
        var capture = Path.Combine(_folder.Path, "chat.capture");
        await using var relay = await RelayProcess.Start(
            _folder.Path, "--listen", "127.0.0.1:0", "--target", server.Address.ToString(), "--layers", "signalR", "--grep", "postmessage", "--capture", capture, "--inspect", "0");
        var session = await server.SignIn("ada");
        await using (var hub = server.Hub(session, through: relay.Address))
        {
            await hub.StartAsync(cancel);
            await hub.InvokeAsync<RoomState>(nameof(IChatHub.JoinRoom), "lobby", null, cancel);
            await hub.InvokeAsync<PostReceipt>(nameof(IChatHub.PostMessage), "lobby", Guid.CreateVersion7(), "seen by the relay", cancel);

            await using var context = await browser.Open();
            var link = await relay.Inspector;
            await context.APIRequest.GetAsync(link.ToString());
            var inspector = await InspectorPage.Open(context, new Uri(link.GetLeftPart(UriPartial.Authority)));
            await inspector.IsLive();
            await InspectorPage.CountIs(inspector.Rows, 1);
            await inspector.Rows.GetByRole(AriaRole.Link).ClickAsync();
            await InspectorPage.Says(inspector.Page.Locator(".timeline"), "PostMessage");
            await hub.StopAsync(cancel);
            // SignalR's client stops its sending right behind its Close message, which may then never be sent: the Close frame is.
            await InspectorPage.Says(inspector.Page.Locator("main"), "Ended by the client, at ");
            inspector.Complaints.Should().BeEmpty();
            await inspector.Page.GetByRole(AriaRole.Link, new() { Name = "Application" }).ClickAsync();
            await InspectorPage.CountIs(inspector.Rows, 1);

            await using var stranger = await browser.Open();
            (await stranger.APIRequest.GetAsync(new Uri(link, "/inspect/connections").ToString())).Status.Should().Be(401);
        }

        var (code, output) = await relay.Interrupt();

        code.Should().Be(0, relay.Errors);
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().OnlyContain(line => line.Contains("PostMessage", StringComparison.Ordinal) && line.Contains(" signalR ", StringComparison.Ordinal))
            .And.Contain(line => line.Contains("seen by the relay", StringComparison.Ordinal));
        relay.Errors.Should().Contain($"Recorded into {capture}; look at it with: realtimehello show {capture}").And.NotContain("   at ");
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(capture).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var (shown, text, trouble) = await ConsoleProgram.Run("", [], ["show", capture]);
        shown.Should().Be(0, trouble);
        text.Should().Contain("seen by the relay").And.Contain("the target gets Host: ").And.Contain("client_closed").And.NotContain(session.AccessToken);
    }

    [Fact]
    public async Task What_a_hostile_server_sends_can_not_move_the_cursor()
    {
        using var target = new TcpListener(IPAddress.Loopback, 0);
        target.Start();
        await using var relay = await RelayProcess.Start(_folder.Path, "--listen", "127.0.0.1:0", "--target", $"http://{target.LocalEndpoint}");
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", relay.Address.Port, cancel);
        using var server = await target.AcceptTcpClientAsync(cancel);
        await client.GetStream().WriteAsync("GET /\u001b[2J HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray(), cancel);
        await server.GetStream().WriteAsync("HTTP/1.1 200 \u001b]0;owned\u0007OK\r\nX: \u001b[31m\u009b2J\r\n\r\n"u8.ToArray(), cancel);
        await server.GetStream().WriteAsync("\u001b[2J"u8.ToArray(), cancel);
        server.Close();
        (await new StreamReader(client.GetStream()).ReadToEndAsync(cancel)).Should().Contain("\u001b]0;owned");
        client.Close();

        var (code, output) = await relay.Interrupt();
        code.Should().Be(0);
        output.Should().NotContainAny("\u001b", "\u0007", "\u009b").And.Contain("opened");
    }

    [Fact]
    public async Task What_can_not_be_begun_is_one_sentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var there = Path.Combine(_folder.Path, "there");
        await File.WriteAllTextAsync(there, "precious", cancel);
        foreach (var (arguments, sentence) in new (string[], string)[]
        {
            (["--listen", $"{taken.LocalEndpoint}"], "already; choose another --listen, or port 0 for a free one."),
            (["--listen", "127.0.0.1:0", "--capture", there], $"{there} is there already, and is not written over: remove it, or choose another --capture."),
            (["--listen", "127.0.0.1:0", "--capture", Path.Combine(_folder.Path, "no", "folder")], "can't be written: "),
            (["--listen", "127.0.0.1:0", "--inspect", $"{((IPEndPoint)taken.LocalEndpoint).Port}"], "already; choose another --inspect, or 0 for a free one."),
        })
        {
            var (code, output, errors) = await ConsoleRun.Piped(_folder.Path, "", ["relay", "--target", "ws://127.0.0.1:1", .. arguments]);
            code.Should().Be(1);
            output.Should().BeEmpty();
            errors.Trim().Should().Contain(sentence).And.NotContain("\n");
        }

        (await File.ReadAllTextAsync(there, cancel)).Should().Be("precious");
    }

    [Fact]
    public async Task Its_certificate_is_kept_with_its_key_for_the_user_alone()
    {
        await using var relay = await RelayProcess.Start(_folder.Path, "--listen", "wss://localhost:0", "--target", "ws://127.0.0.1:1");
        var file = Path.Combine(_folder.Path, "relay", "localhost.pem");
        relay.Address.Scheme.Should().Be("https");
        (await relay.Interrupt()).ExitCode.Should().Be(0);
        relay.Errors.Should().Contain($"The relay's certificate is {file}. Who trusts it: curl --cacert,");
        (await File.ReadAllTextAsync(file, cancel)).Should().StartWith("-----BEGIN CERTIFICATE-----").And.NotContain("PRIVATE");
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(Path.ChangeExtension(file, ".key")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
