using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RealtimeHello.Contracts;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.WebSockets;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Exports;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Tests.Client;
using RealtimeHello.Tests.Inspector;
using RealtimeHello.Tests.Pages;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Recording.Exports;

/// <summary>One conversation of a browser, the console client, a MessagePack client and a plain WebSocket: exported, dissected by tshark, and compared with our events.</summary>
public sealed class PcapngExportTests(Browser browser)
{
    [Fact]
    public async Task Tshark_finds_the_same_frames_as_we_do_one_by_one_and_complains_of_nothing()
    {
        Tshark.Demand();
        await using var server = new ChatServer();
        await Converse(server);
        var journal = server.Services.GetRequiredService<Journal>();
        var records = journal.Connections.Where(record => record.AskedForWebSocket).OrderBy(record => record.OpenedAt).ToList();
        records.Should().HaveCount(4).And.OnlyContain(record => record.Close != null);

        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "conversation.pcapng");
        await using (var stream = File.Create(file)) await PcapngExport.Write(stream, records, TestContext.Current.CancellationToken);

        var dissected = (await Tshark.Frames(file, server.Address.Port)).GroupBy(frame => frame.SourcePort).ToDictionary(side => side.Key, side => side.ToList());
        var compared = 0;
        foreach (var record in records)
        {
            var clientPort = int.Parse(record.Remote.Split(':')[^1], System.Globalization.CultureInfo.InvariantCulture);
            var ours = OurFrames(record, clientPort, server.Address.Port);
            var streams = dissected[clientPort].Select(frame => frame.Stream).Distinct().Should().ContainSingle().Subject;
            dissected[clientPort].Select(frame => frame with { Stream = 0 }).Should().Equal(ours.Where(frame => frame.SourcePort == clientPort));
            dissected[server.Address.Port].Where(frame => frame.Stream == streams).Select(frame => frame with { Stream = 0 })
                .Should().Equal(ours.Where(frame => frame.SourcePort != clientPort));
            compared += ours.Count;
        }

        compared.Should().BeGreaterThan(40).And.Be(dissected.Values.Sum(side => side.Count));
        (await Tshark.Run(file, server.Address.Port, "-Y", "(_ws.malformed || _ws.expert.severity >= \"Warning\") && !tcp.flags.reset"))
            .Should().BeEmpty("a reset is worth a warning, and browsers end so at times; anything else would be ours");
        (await Tshark.Run(file, server.Address.Port, "-Y", "http.request", "-T", "fields", "-e", "http.request.uri")).Should().Contain("/chat").And.Contain("/hello");
        (await Tshark.Run(file, server.Address.Port, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-Y", "tcp.checksum.status == \"Bad\" || ip.checksum.status == \"Bad\"")).Should().BeEmpty();
        (await Tshark.Run(file, server.Address.Port, "-Y", "frame.comment", "-T", "fields", "-e", "frame.comment")).Should().Contain("user ada").And.Contain("user bob").And.Contain("user cem");
    }

    private async Task Converse(ChatServer server)
    {
        var context = await browser.Open();
        await using (var cem = server.Hub(await server.SignIn("cem"), messagePack: true))
        {
            var heard = new Inbox<ChatMessage>(cem, nameof(IChatClient.MessagePosted));
            await cem.StartAsync(TestContext.Current.CancellationToken);
            await cem.InvokeAsync<RoomState>(nameof(IChatHub.JoinRoom), "lobby", null, TestContext.Current.CancellationToken);

            var ada = await ChatPage.SignedIn(context, server.Address, "ada");
            await ada.Post("hello from the browser, ünïcode 日本");
            await heard.Next(message => message.Author == "ada");
            using var home = new TemporaryFolder();
            var (exitCode, _, errors) = await ConsoleRun.Piped(home.Path, "one\ntwo\n", "chat", "--server", server.Address.ToString(), "--name", "bob", "--room", "lobby");
            exitCode.Should().Be(0, errors);
            await cem.InvokeAsync<PostReceipt>(nameof(IChatHub.PostMessage), "lobby", Guid.CreateVersion7().ToString(), new string('x', 2_000), TestContext.Current.CancellationToken);
            await ada.Shows(new string('x', 2_000), 4);
            await context.CloseAsync();
        }

        await SayHello(server);
        var journal = server.Services.GetRequiredService<Journal>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var watch = journal.Watch();
        while (journal.Connections.Count(record => record.AskedForWebSocket && record.Close is not null) < 4)
        {
            await watch.WaitAsync(limit.Token);
            watch.Take();
        }
    }

    /// <summary>Text, binary, a message in three fragments, one longer than 65,535 bytes, and a Close with a reason.</summary>
    private static async Task SayHello(ChatServer server)
    {
        using var socket = new ClientWebSocket();
        var cancellation = TestContext.Current.CancellationToken;
        await socket.ConnectAsync(new UriBuilder(server.Address) { Scheme = "ws", Path = "/hello" }.Uri, cancellation);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, cancellation);
        await socket.SendAsync(new byte[] { 0, 1, 254, 255 }, WebSocketMessageType.Binary, true, cancellation);
        await socket.SendAsync("frag"u8.ToArray(), WebSocketMessageType.Text, false, cancellation);
        await socket.SendAsync("men"u8.ToArray(), WebSocketMessageType.Text, false, cancellation);
        await socket.SendAsync("ted"u8.ToArray(), WebSocketMessageType.Text, true, cancellation);
        await socket.SendAsync(Encoding.ASCII.GetBytes(new string('y', 70_000)), WebSocketMessageType.Text, true, cancellation);
        var buffer = new byte[128 * 1024];
        for (var messages = 0; messages < 4;)
        {
            if ((await socket.ReceiveAsync(buffer.AsMemory(), cancellation)).EndOfMessage) messages++;
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", cancellation);
    }

    /// <summary>The frames of our own events, their payload unmasked from the recorded bytes.</summary>
    private static List<DissectedFrame> OurFrames(ConnectionRecord record, int clientPort, int serverPort)
    {
        var events = new List<LayerEvent>();
        new ConnectionReader(record, DecodingDepth.Full).Read(events);
        events.Should().NotContain(happened => happened.Detail is DecodeFault);
        var frames = new List<DissectedFrame>();
        foreach (var happened in events)
        {
            WebSocketFrameHeader? found = happened.Detail switch
            {
                WebSocketFrame frame => frame.Header,
                WebSocketPing ping => ping.Header,
                WebSocketPong pong => pong.Header,
                WebSocketClose close => close.Header,
                _ => null,
            };
            if (found is not { } header) continue;
            var bytes = record.ReadBytes(TapPoint.Plain, happened.Direction, happened.Bytes!.Value)!.AsSpan(header.HeaderLength).ToArray();
            var key = new byte[] { (byte)(header.MaskingKey >> 24), (byte)(header.MaskingKey >> 16), (byte)(header.MaskingKey >> 8), (byte)header.MaskingKey };
            for (var i = 0; header.Masked && i < bytes.Length; i++) bytes[i] ^= key[i & 3];
            frames.Add(new DissectedFrame(
                happened.Direction == Direction.Received ? clientPort : serverPort, 0, header.Fin, header.Rsv1, (int)header.Opcode, (long)header.PayloadLength,
                header.Masked ? Convert.ToHexStringLower(key) : null, Convert.ToHexStringLower(bytes)));
        }

        return frames;
    }
}
