using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.SignalR;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Tests.Server;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Inspector;

/// <summary>
/// SignalR's own clients use all that SignalR has: every hub message that went over the wire is decoded, of all nine types, without a single fault. Their
/// connection is cut in the middle and goes on (stateful reconnect).
/// </summary>
public sealed class EveryClientTests
{
    [Theory]
    [InlineData("json")]
    [InlineData("messagepack")]
    public async Task The_dotnet_client_is_decoded_whole(string protocol)
    {
        await using var application = await StrangersApplication.Start();
        await using var network = new CuttableForwarder(application.Plain);
        var builder = new HubConnectionBuilder().WithUrl(new Uri(network.Address, "/whole")).WithStatefulReconnect();
        if (protocol == "messagepack") builder.AddMessagePackProtocol();
        await using (var hub = builder.Build())
        {
            await UseEverything(hub, async () =>
            {
                await Acknowledged(application);
                // Recorded is not yet arrived, and behind a cut this client (10.0.15) waits for ever when an upload was not acknowledged, whether anybody records or not.
                await hub.InvokeAsync<string>("Echo", "all has arrived");
                network.Cut();
            });
            // Behind a stateful reconnect this client (10.0.15) says goodbye with a SignalR Close message before its Close frame nearly always, and not always: so the hub says it.
            var sentAway = new TaskCompletionSource();
            hub.Closed += _ =>
            {
                sentAway.TrySetResult();
                return Task.CompletedTask;
            };
            await hub.SendAsync("SendMeAway", TestContext.Current.CancellationToken);
            await sentAway.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        }

        await ShouldBeDecodedWhole(application, protocol, lastCall: "SendMeAway");
    }

    [Theory]
    [InlineData("json")]
    [InlineData("messagepack")]
    public async Task The_javascript_client_is_decoded_whole(string protocol)
    {
        await JavaScriptClientTests.Scripts.BringPackages();
        await using var application = await StrangersApplication.Start();
        await using var network = new CuttableForwarder(application.Plain);
        using var node = Process.Start(new ProcessStartInfo("node", ["everything.mjs", new Uri(network.Address, "/whole").ToString(), protocol])
        {
            WorkingDirectory = JavaScriptClientTests.Scripts.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var errors = node.StandardError.ReadToEndAsync(limit.Token);
        (await node.StandardOutput.ReadLineAsync(limit.Token)).Should().Be("cut", node.HasExited ? await errors : "");
        await Acknowledged(application);
        network.Cut();
        await node.StandardInput.WriteLineAsync("go");
        (await node.StandardOutput.ReadLineAsync(limit.Token)).Should().Be("done", node.HasExited ? await errors : "");
        await node.WaitForExitAsync(limit.Token);

        await ShouldBeDecodedWhole(application, protocol, lastCall: "Echo");
    }

    private static async Task UseEverything(HubConnection hub, Func<Task> cut)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(40));
        var cancellation = patience.Token;
        hub.On<int, int>("Answer", number => number + 1);
        await hub.StartAsync(cancellation);

        (await hub.InvokeAsync<string>("Echo", "hello ünïcode", cancellation)).Should().Be("hello ünïcode");
        await hub.SendAsync("Echo", "nobody waits", cancellation);
        (await hub.StreamAsync<int>("Count", 5, cancellation).ToListAsync(cancellation)).Should().Equal(1, 2, 3, 4, 5);
        using (var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
        {
            var cancelled = async () =>
            {
                await foreach (var _ in hub.StreamAsync<int>("Endless", enough.Token)) await enough.CancelAsync();
            };
            await cancelled.Should().ThrowAsync<OperationCanceledException>();
        }

        var upload = Channel.CreateUnbounded<int>();
        var sum = hub.InvokeAsync<int>("Sum", upload.Reader, cancellation);
        foreach (var number in new[] { 1, 2, 3 }) upload.Writer.TryWrite(number);
        upload.Writer.Complete();
        (await sum).Should().Be(6);
        foreach (var (method, argument) in new (string, object?)[] { ("Fail", null), ("Nothing", null), ("Count", "no number") })
        {
            var refused = async () => await hub.InvokeCoreAsync(method, typeof(object), argument is null ? [] : [argument], cancellation);
            await refused.Should().ThrowAsync<Microsoft.AspNetCore.SignalR.HubException>();
        }

        (await hub.InvokeAsync<int>("AskBack", 41, cancellation)).Should().Be(42);
        await cut();
        (await hub.InvokeAsync<string>("Echo", "behind the cut", cancellation)).Should().Be("behind the cut");
    }

    /// <summary>Acknowledgements go out once a second: both sides' are waited for.</summary>
    private static async Task Acknowledged(StrangersApplication application) => await Until(
        application,
        messages => messages.Any(each => each is { Detail: AckMessage, Direction: Direction.Received }) && messages.Any(each => each is { Detail: AckMessage, Direction: Direction.Sent }));

    private static async Task ShouldBeDecodedWhole(StrangersApplication application, string protocol, string lastCall)
    {
        var messages = await Until(application, messages => messages.Any(each => each.Detail is CloseMessage) && Sockets(application).All(record => record.Close is not null));

        Sockets(application).Where(record => record.Facts.Upgraded && record.Counters.FramesReceived > 1)
            .Should().HaveCountGreaterThanOrEqualTo(2).And.OnlyContain(record => record.Facts.HubProtocol == protocol);
        messages.Select(each => ((HubMessage)each.Detail).Type).Distinct().Order().Should().Equal(1, 2, 3, 4, 5, 6, 7, 8, 9);
        messages.Should().OnlyContain(each => ((HubMessage)each.Detail).Encoding == protocol);
        var received = messages.Where(each => each.Direction == Direction.Received).Select(each => each.Detail).ToList();
        var sent = messages.Where(each => each.Direction == Direction.Sent).Select(each => each.Detail).ToList();
        received.OfType<InvocationMessage>().Select(call => call.Target).Should().StartWith(["Echo", "Echo", "Sum", "Fail", "Nothing", "Count", "AskBack"]).And.EndWith(lastCall, "what was not acknowledged may be sent again between them");
        received.OfType<StreamInvocationMessage>().Select(call => call.Target).Should().StartWith(["Count", "Endless"]);
        received.OfType<StreamItemMessage>().Select(item => item.Item).Should().StartWith(["1", "2", "3"]);
        received.OfType<CancelInvocationMessage>().Should().NotBeEmpty();
        sent.OfType<InvocationMessage>().Should().NotBeEmpty().And.OnlyContain(call => call.Target == "Answer");
        sent.OfType<StreamItemMessage>().Select(item => item.Item).Should().StartWith(["1", "2", "3", "4", "5"]);
        sent.OfType<CompletionMessage>().Count(completion => completion.Error is not null).Should().BeGreaterThanOrEqualTo(3);
    }

    private static List<ConnectionRecord> Sockets(StrangersApplication application) =>
        [.. application.Journal.Connections.Where(record => record.AskedForWebSocket).OrderBy(record => record.OpenedAt)];

    /// <summary>All hub messages that went over WebSockets, once they are as wanted; there must never be a fault.</summary>
    private static async Task<List<LayerEvent>> Until(StrangersApplication application, Func<List<LayerEvent>, bool> wanted)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var watch = application.Journal.Watch();
        while (true)
        {
            var events = new List<LayerEvent>();
            foreach (var record in Sockets(application)) new ConnectionReader(record, DecodingDepth.Full).Read(events);
            // A cut is no fault of SignalR's.
            events.Where(each => each.Detail is DecodeFault { AtLayer: Layer.SignalR }).Should().BeEmpty();
            var messages = events.Where(each => each.Detail is HubMessage).ToList();
            if (wanted(messages)) return messages;
            try
            {
                await watch.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException(
                    $"Not as wanted. Connections: {string.Join("; ", Sockets(application).Select(record => record.Close?.Sentence ?? "open"))}. " +
                    $"Messages: {string.Join(' ', messages.Select(each => $"{each.Direction}:{each.Detail.GetType().Name}"))}");
            }

            watch.Take();
        }
    }
}
