using System.Net.Sockets;
using System.Net.WebSockets;
using Microsoft.AspNetCore.SignalR.Client;
using RealtimeHello.Contracts;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Server;

/// <summary>The server as a process: signals, exit codes, what it prints.</summary>
public sealed class ProcessTests
{
    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_ends_it_in_good_order(string signal)
    {
        using var folder = new TemporaryFolder();
        await using var server = await ChatServerProcess.Start(folder.Path);
        await using var wire = await RawHub.Connect(server.Address, () => server.SignIn("wire"), "json");
        await wire.SendJson("""{"type":1,"invocationId":"1","target":"JoinRoom","arguments":["last",null]}""");
        await wire.Find("\"invocationId\":\"1\"");
        using var hello = new ClientWebSocket();
        await hello.ConnectAsync(new UriBuilder(server.Address) { Scheme = "ws", Path = "/hello" }.Uri, CancellationToken.None);
        for (var i = 0; i < 20; i++)
            await wire.SendJson($$"""{"type":1,"invocationId":"p{{i}}","target":"PostMessage","arguments":["last","{{Guid.CreateVersion7()}}","text {{i}}"]}""");
        await wire.Find("\"invocationId\":\"p0\"");

        await server.Signal(signal);
        var received = await wire.ReadToClose();
        var end = await hello.ReceiveAsync(new byte[100], CancellationToken.None);

        for (var i = 0; i < 20; i++) received.Should().Contain($"\"invocationId\":\"p{i}\"", "what was sent before the signal is answered");
        received.Should().Contain("\"target\":\"ServerStopping\",\"arguments\":[{\"reconnectAfterMs\":");
        received.IndexOf("ServerStopping", StringComparison.Ordinal).Should().BeLessThan(received.IndexOf("{\"type\":7", StringComparison.Ordinal));
        received.Should().Contain("{\"type\":7,\"allowReconnect\":true}\u001e");
        wire.CloseStatus.Should().Be(WebSocketCloseStatus.NormalClosure);
        end.CloseStatus.Should().Be(WebSocketCloseStatus.EndpointUnavailable);
        await hello.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, null, CancellationToken.None);
        (await server.WaitForExit(TimeSpan.FromSeconds(10))).Should().Be(0);
    }

    [Fact]
    public async Task Somebody_who_watches_does_not_hold_up_the_end()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ChatServerProcess.Start(folder.Path);
        using var http = new HttpClient { BaseAddress = server.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", (await server.SignIn("ada")).AccessToken);
        using var feed = new StreamReader(await http.GetStreamAsync(new Uri("/inspect/events", UriKind.Relative), TestContext.Current.CancellationToken));
        (await feed.ReadLineAsync(TestContext.Current.CancellationToken)).Should().Be("event: ready");

        await server.Signal("TERM");

        // Ended in good order: a feed that is cut off throws here.
        await feed.ReadToEndAsync(TestContext.Current.CancellationToken);
        (await server.WaitForExit(TimeSpan.FromSeconds(10))).Should().Be(0);
    }

    [Fact]
    public async Task Kill_9_loses_no_acknowledged_message()
    {
        using var folder = new TemporaryFolder();
        var acknowledged = new List<PostReceipt>();
        Session session;
        await using (var server = await ChatServerProcess.Start(folder.Path))
        {
            session = await server.SignIn("ada");
            await using var hub = server.Hub(session);
            await hub.StartAsync();
            await hub.Join("kept");
            var posts = Enumerable.Range(0, 400).Select(i => hub.Post("kept", $"text {i}")).ToList();
            while (acknowledged.Count < 100)
            {
                var done = await Task.WhenAny(posts);
                posts.Remove(done);
                acknowledged.Add(await done);
            }

            await server.Kill();
            foreach (var post in posts.Where(post => post.IsCompletedSuccessfully)) acknowledged.Add(await post);
        }

        await using var after = await ChatServerProcess.Start(folder.Path);
        await using var again = after.Hub(session);
        await again.StartAsync();
        var stored = (await again.Join("kept", 0)).Messages;

        stored.Select(message => message.Number).Should().Equal(Enumerable.Range(1, stored.Count).Select(i => (long)i));
        stored.Select(message => message.Id).Should().Contain(acknowledged.Select(receipt => receipt.Id));
    }

    [Fact]
    public async Task It_prints_four_lines_when_it_is_ready()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ChatServerProcess.Start(folder.Path);

        var address = server.Address.ToString().TrimEnd('/');
        server.Output.Should().StartWith([
            $"Chat:      {address}/",
            $"Inspector: {address}/inspect",
            $"Console:   dotnet run --project Client.Console -- chat --server {address}",
        ]);
    }

    [Fact]
    public async Task A_port_in_use_is_one_sentence()
    {
        using var folder = new TemporaryFolder();
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();

        var (exitCode, output, errors) = await ChatServerProcess.Run("--urls", $"http://{listener.LocalEndpoint}", "--data", folder.Path);

        exitCode.Should().Be(1);
        output.Should().BeEmpty();
        errors.Should().Contain("address already in use").And.Contain("--urls").And.NotContain("\n");
    }

    [Fact]
    public async Task A_misspelt_address_is_one_sentence()
    {
        using var folder = new TemporaryFolder();

        var (exitCode, _, errors) = await ChatServerProcess.Run("--urls", "http://localhost:80x", "--data", folder.Path);

        exitCode.Should().Be(1);
        errors.Should().Contain("'http://localhost:80x' is no address").And.NotContain("\n");
    }

    [Fact]
    public async Task A_data_folder_in_use_is_one_sentence()
    {
        await using var first = new ChatServer();
        _ = first.Address;

        var (exitCode, _, errors) = await ChatServerProcess.Run("--urls", "http://127.0.0.1:0", "--data", first.DataFolder);

        exitCode.Should().Be(1);
        errors.Should().Contain("in use by another server").And.NotContain("\n");
    }

    [Theory]
    [InlineData("--prot", "5090")]
    [InlineData("--urls")]
    [InlineData("start")]
    public async Task A_misspelt_option_is_refused(params string[] arguments)
    {
        var (exitCode, _, errors) = await ChatServerProcess.Run(arguments);

        exitCode.Should().Be(2);
        errors.Should().Contain("--help").And.NotContain("\n");
    }

    [Fact]
    public async Task Help_shows_examples()
    {
        var (exitCode, output, _) = await ChatServerProcess.Run("--help");

        exitCode.Should().Be(0);
        output.Should().Contain("--data").And.Contain("Examples:");
    }
}
