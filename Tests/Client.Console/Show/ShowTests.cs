using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Captures;
using RealtimeHello.Recording.Exports;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client.Show;

public sealed class ShowTests : IDisposable
{
    private static readonly CancellationToken cancel = TestContext.Current.CancellationToken;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Packets_that_tshark_recorded_of_a_chat_are_the_same_events_as_the_servers_own_recording()
    {
        await using var server = new ChatServer();
        var file = Path.Combine(folder.Path, "chat.pcapng");
        await using (await Recording.Start(server.Address.Port, file)) await Chat(server);

        var shown = await RealtimeHello.Client.Show.Recorded.Read(file);

        shown.Trouble.Should().BeNull();
        var own = server.Services.GetRequiredService<Journal>().Connections.Where(record => record.Counters.BytesReceived > 0).OrderBy(record => record.OpenedAt).ToList();
        var talked = shown.Connections.Where(record => record.Counters.BytesReceived > 0).ToList();
        talked.Should().HaveCount(own.Count);
        foreach (var (packets, record) in talked.Zip(own))
        {
            packets.Remote.Should().Be(record.Remote.Replace("::ffff:", "", StringComparison.Ordinal).Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal));
            WireEvents.Of(packets).Should().Equal(WireEvents.Of(record));
            (packets.Close!.By, packets.Close.Layer, packets.Close.Code).Should().Be((record.Close!.By, record.Close.Layer, record.Close.Code));
        }

        WireEvents.Of(talked[^1]).Should().Contain(line => line.Contains("hello from packets", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("capture")]
    [InlineData("pcapng")]
    public async Task A_file_is_printed_layer_by_layer_filtered_and_exported_again(string format)
    {
        var file = await Exported(format);

        var (code, all, errors) = await Show(file);
        code.Should().Be(0, errors);
        all.Should().Contain("upgraded").And.Contain("PostMessage(").And.Contain("hello from packets").And.Contain("close 1000").And.NotContain("\e");
        (await Show(file, "--layers", "signalR", "--grep", "postmessage")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().OnlyContain(line => line.Contains("PostMessage", StringComparison.Ordinal)).And.NotBeEmpty();
        (await Show(file, "--layers", "signalR,hub", "--grep", "never said")).Should().Be((1, "", $"No event of {file} that is to be shown holds 'never said'.\n"));
        (await Show(file, "--connection", "nobody")).Should().Match<(int Code, string, string Errors)>(run => run.Code == 1 && run.Errors.Contains("has no connection nobody; it has "));
        var (_, ndjson, _) = await Show(file, "--export", "ndjson");
        ndjson.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().OnlyContain(line => line.StartsWith("{\"sequence\":"));
        (await Show(file, "--export", "capture")).Output.Should().StartWith("{\"format\":\"RealtimeHello capture\"");
    }

    [Theory]
    [InlineData("", "It is neither a capture, nor .pcapng, nor .pcap.")]
    [InlineData("GIF89a and more", "It is neither a capture, nor .pcapng, nor .pcap.")]
    [InlineData("{\"format\":\"else\"}\n", "This is no capture")]
    [InlineData("\u00d4\u00c3\u00b2\u00a1 that is all", "libpcap says: ")]
    [InlineData("\n\r\r\n and nothing of it", "libpcap says: ")]
    public async Task A_file_that_can_not_be_shown_is_one_sentence(string content, string sentence)
    {
        var file = Path.Combine(folder.Path, "file");
        await File.WriteAllBytesAsync(file, Encoding.Latin1.GetBytes(content), cancel);

        var (code, output, errors) = await Show(file);

        code.Should().Be(1);
        output.Should().BeEmpty();
        errors.Should().Contain(sentence).And.NotContain("   at ");
        errors.Trim().Should().NotContain("\n");
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_one_sentence()
    {
        var (code, _, errors) = await Show(Path.Combine(folder.Path, "nothing"));
        code.Should().Be(1);
        errors.Should().Contain("Could not find file").And.NotContain("   at ");
    }

    [Theory]
    [InlineData("capture", "The capture ends in the middle of line ")]
    [InlineData("pcapng", "The file can't be read to its end. libpcap says: ")]
    public async Task A_torn_file_is_shown_as_far_as_it_goes(string format, string sentence)
    {
        var file = await Exported(format);
        var bytes = await File.ReadAllBytesAsync(file, cancel);
        await File.WriteAllBytesAsync(file, bytes[..(bytes.Length - 30)], cancel);

        var (code, output, errors) = await Show(file);

        code.Should().Be(1);
        output.Should().Contain("PostMessage(");
        errors.Should().Contain(sentence);
    }

    private static Task<(int Code, string Output, string Errors)> Show(string file, params string[] arguments) => ConsoleProgram.Run("", [], ["show", file, .. arguments]);

    private async Task<string> Exported(string format)
    {
        await using var server = new ChatServer();
        await Chat(server);
        var file = Path.Combine(folder.Path, $"chat.{format}");
        var records = server.Services.GetRequiredService<Journal>().Connections.OrderBy(record => record.OpenedAt).ToList();
        await using var stream = File.Create(file);
        if (format == "capture") await CaptureWriter.Write(stream, records, cancel);
        else await PcapngExport.Write(stream, records, cancel);
        return file;
    }

    /// <summary>Signs in, posts, and leaves; each connection is over then.</summary>
    private static async Task Chat(ChatServer server)
    {
        await using (var hub = await RawHub.Connect(server, "ada", "json"))
        {
            await hub.SendJson("""{"type":1,"invocationId":"1","target":"JoinRoom","arguments":["lobby",null]}""");
            await hub.Find("\"invocationId\":\"1\"");
            await hub.SendJson($$"""{"type":1,"invocationId":"2","target":"PostMessage","arguments":["lobby","{{Guid.CreateVersion7()}}","hello from packets"]}""");
            await hub.Find("\"invocationId\":\"2\"");
            await hub.Close();
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var journal = server.Services.GetRequiredService<Journal>();
        using var watch = journal.Watch();
        while (journal.Connections.Any(record => record.Close is null))
        {
            await watch.WaitAsync(limit.Token);
            watch.Take();
        }
    }

    /// <summary>
    /// tshark, listening on the loopback interface. It says that it captures before it does, and what it captured last may wait in a buffer: so it listens
    /// when it has seen a connection of our own, and has seen everything when it has seen another.
    /// </summary>
    private sealed class Recording : IAsyncDisposable
    {
        private readonly Process process;
        private readonly int port;
        private readonly Channel<string> seen = Channel.CreateUnbounded<string>();

        private Recording(Process process, int port)
        {
            (this.process, this.port) = (process, port);
            process.OutputDataReceived += (_, line) =>
            {
                if (line.Data is not null) seen.Writer.TryWrite(line.Data.Trim());
            };
            process.BeginOutputReadLine();
        }

        public static async Task<Recording> Start(int port, string file)
        {
            Assert.SkipUnless(File.Exists("/usr/bin/tshark"), "tshark is not installed: apt-get install tshark");
            Assert.SkipUnless(Environment.UserName == "root", "Packets are recorded by root: run the tests as root");
            var start = new ProcessStartInfo("tshark", ["-i", "lo", "-f", $"tcp port {port}", "-w", file, "-l", "-P", "-T", "fields", "-e", "tcp.srcport"]) { RedirectStandardError = true, RedirectStandardOutput = true };
            var recording = new Recording(Process.Start(start)!, port);
            _ = recording.process.StandardError.ReadToEndAsync(cancel);
            await recording.SeesUs();
            return recording;
        }

        public async ValueTask DisposeAsync()
        {
            await SeesUs();
            await Signals.Send(process, "INT");
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
            process.Dispose();
        }

        private async Task SeesUs()
        {
            for (var attempt = 0; attempt < 60; attempt++)
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", port, cancel);
                var own = ((IPEndPoint)client.Client.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
                client.Close();
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                patience.CancelAfter(TimeSpan.FromSeconds(1));
                try
                {
                    while (await seen.Reader.ReadAsync(patience.Token) != own)
                    {
                    }

                    return;
                }
                catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
                {
                    // It did not listen yet: another connection.
                }
            }

            throw new TimeoutException("tshark saw none of 60 connections.");
        }
    }
}
