using System.Diagnostics;
using System.Globalization;
using System.Text;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Layers.WebSockets;

namespace RealtimeHello.Client.Doctor;

/// <summary>What a SignalR hub does beyond its first handshake: MessagePack, and its keep-alive.</summary>
/// <param name="settings">What the user asked for.</param>
/// <param name="open">Opens an upgraded connection to the hub.</param>
/// <param name="progress">Hears, on the way, what is waited for.</param>
internal sealed class HubProbe(DoctorSettings settings, Func<CancellationToken, Task<DoctorLink>> open, DoctorProgress progress)
{
    private const string MessagePackHandshake = "{\"protocol\":\"messagepack\",\"version\":1}\u001e";

    /// <summary>Who has it is told, and who doesn't: neither is wrong.</summary>
    public async Task<string[]> TryMessagePack(CancellationToken cancellationToken)
    {
        await using var link = await open(cancellationToken);
        var socket = new DoctorSocket(link.Stream);
        try
        {
            await socket.SendText(MessagePackHandshake, cancellationToken);
            var answer = await socket.ReadMessage(cancellationToken);
            return [answer.Text.StartsWith("{}\u001e", StringComparison.Ordinal)
                ? "the handshake for MessagePack is answered too"
                : $"no MessagePack: {PrintableText.OneLine(answer.Kind == WebSocketOpcode.Close ? answer.CloseText : answer.Text, 160)}"];
        }
        catch (Exception ended) when (ended is DoctorSocketEnded or InvalidDataException)
        {
            return [$"no MessagePack: {ended.Message}"];
        }
    }

    /// <summary>The server pings when it has had nothing to say for its keep-alive interval: the first one, on a connection that is left alone, comes after just that.</summary>
    public async Task<string[]> WatchKeepAlive(CancellationToken cancellationToken)
    {
        await using var link = await open(cancellationToken);
        var socket = new DoctorSocket(link.Stream);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(settings.KeepAlive);
        using var waiting = progress.Begin("waiting for the hub's keep-alive", settings.KeepAlive);
        try
        {
            await socket.SendText(Conversation.Handshake, cancellationToken);
            while (!(await socket.ReadMessage(cancellationToken)).Text.StartsWith("{}\u001e", StringComparison.Ordinal))
            {
            }

            var quietSince = Stopwatch.GetTimestamp();
            while (true)
            {
                var message = await socket.ReadMessage(patience.Token);
                if (message.Kind == WebSocketOpcode.Close) throw new ProbeFailure(new ProbeEvidence { Sign = ProbeSign.HubEnded, CloseCode = message.CloseCode }, message.CloseText);
                if (message.Text.Contains("{\"type\":6}", StringComparison.Ordinal)) return [string.Create(CultureInfo.InvariantCulture, $"the server's keep-alive came after {Stopwatch.GetElapsedTime(quietSince).TotalSeconds:0.0} s of silence")];
                quietSince = Stopwatch.GetTimestamp();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [string.Create(CultureInfo.InvariantCulture, $"Warning: no keep-alive within {settings.KeepAlive.TotalSeconds:0.#} s: clients give a server up that is silent for 30 s, and proxies connections that are")];
        }
        catch (DoctorSocketEnded ended)
        {
            throw new ProbeFailure(new ProbeEvidence { Sign = ProbeSign.WebSocketEnded, Text = ended.Message }, ended.Message);
        }
    }
}
