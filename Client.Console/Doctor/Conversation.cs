using System.Globalization;
using System.Text;
using System.Text.Json;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Layers.WebSockets;

namespace RealtimeHello.Client.Doctor;

/// <summary>Finds out what is spoken over an upgraded connection, and tries what can be tried with it: pings, fragments, large messages.</summary>
/// <param name="settings">What the user asked for.</param>
/// <param name="expected">What is known to be spoken, since each protocol ends a connection that begins with another's words; null: nothing is known.</param>
internal sealed class Conversation(DoctorSettings settings, WebSocketKind? expected)
{
    public const string Handshake = "{\"protocol\":\"json\",\"version\":1}\u001e";

    private const string Heartbeat = "[null,\"1\",\"phoenix\",\"heartbeat\",{}]";
    private static readonly int[] Sizes = [16 * 1024, 64 * 1024];

    /// <summary>Who says nothing to SignalR's handshake within this time is asked otherwise.</summary>
    private static readonly TimeSpan Answering = TimeSpan.FromSeconds(2);

    /// <summary>How long a hub is watched behind its handshake.</summary>
    private static readonly TimeSpan Accepting = TimeSpan.FromSeconds(1);

    /// <summary>What is spoken, as far as <see cref="Hold"/> has found out.</summary>
    public WebSocketKind Kind { get; private set; }

    /// <exception cref="ProbeFailure">It does not work, or is no hub where one is expected.</exception>
    public async Task<string[]> Hold(DoctorLink link, CancellationToken cancellationToken)
    {
        var socket = new DoctorSocket(link.Stream);
        try
        {
            List<string> seen = [await Recognise(socket, cancellationToken)];
            if (Kind == WebSocketKind.SignalR) await StayAccepted(socket, cancellationToken);
            seen.Add(await socket.Ping(cancellationToken) is { } took ? $"a ping was answered in {Milliseconds(took)}" : "a ping was answered with a Close frame");
            if (Kind == WebSocketKind.Echo) seen.AddRange(await TrySizes(socket, cancellationToken));
            else if (Kind == WebSocketKind.Plain) seen.Add("no echo: fragments and large messages were not tried");
            return [.. seen];
        }
        catch (DoctorSocketEnded ended)
        {
            throw new ProbeFailure(new ProbeEvidence { Sign = ProbeSign.WebSocketEnded, Text = ended.Message }, ended.Message);
        }
        catch (InvalidDataException wrong)
        {
            throw new ProbeFailure(new ProbeEvidence { Sign = ProbeSign.NotFrames, Text = wrong.Message }, wrong.Message);
        }
    }

    /// <summary>A hub accepts the handshake before its OnConnectedAsync runs; when that fails, a Close message and a Close frame follow.</summary>
    private static async Task StayAccepted(DoctorSocket socket, CancellationToken cancellationToken)
    {
        try
        {
            var message = await Within(socket, Accepting, cancellationToken);
            if (message.Kind == WebSocketOpcode.Close || message.Text.StartsWith("{\"type\":7", StringComparison.Ordinal))
            {
                var said = message.Kind == WebSocketOpcode.Close ? message.CloseText : message.Text.TrimEnd('\u001e');
                throw new ProbeFailure(new ProbeEvidence { Sign = ProbeSign.HubEnded, Text = said }, $"behind the handshake: {PrintableText.OneLine(said, 200)}");
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Silence is what a hub does that has nothing to say.
        }
    }

    public static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms");

    /// <summary>SignalR's handshake, which a hub answers with {}, an echo with itself; Engine.IO speaks first; Phoenix answers its heartbeat.</summary>
    private async Task<string> Recognise(DoctorSocket socket, CancellationToken cancellationToken)
    {
        if (expected == WebSocketKind.Phoenix) return await TryPhoenix(socket, cancellationToken);
        // Engine.IO's server speaks first.
        if (expected != WebSocketKind.EngineIo) await socket.SendText(Handshake, cancellationToken);
        DoctorMessage answer;
        try
        {
            answer = await Within(socket, Answering, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            if (settings.IsHub) throw new ProbeFailure(new ProbeEvidence { Sign = ProbeSign.HandshakeUnanswered }, "no answer to SignalR's handshake");
            return await TryPhoenix(socket, cancellationToken);
        }

        if (answer.Kind == WebSocketOpcode.Close) throw new ProbeFailure(new ProbeEvidence { Sign = ProbeSign.WebSocketEnded, CloseCode = answer.CloseCode }, answer.CloseText);
        var text = answer.Text;
        if (text.StartsWith("{}\u001e", StringComparison.Ordinal))
        {
            Kind = WebSocketKind.SignalR;
            return "SignalR answered the handshake for JSON";
        }

        if (text.StartsWith("{\"error\"", StringComparison.Ordinal)) throw new ProbeFailure(new ProbeEvidence { Sign = ProbeSign.HandshakeRefused, Text = text }, text);
        if (settings.IsHub) throw new ProbeFailure(new ProbeEvidence { Sign = ProbeSign.HandshakeUnanswered, Text = text }, $"it said: {PrintableText.OneLine(text, 100)}");
        if (text == Handshake)
        {
            Kind = WebSocketKind.Echo;
            return "a plain WebSocket that echoes";
        }

        if (IsEngineIo(text, out var session))
        {
            Kind = WebSocketKind.EngineIo;
            return $"Engine.IO, as Socket.IO uses it, opened: {session}";
        }

        return $"a plain WebSocket; it said: {PrintableText.OneLine(text, 100)}";
    }

    private async Task<string> TryPhoenix(DoctorSocket socket, CancellationToken cancellationToken)
    {
        await socket.SendText(Heartbeat, cancellationToken);
        try
        {
            var answer = await Within(socket, Answering, cancellationToken);
            if (answer.Text.Contains("phx_reply", StringComparison.Ordinal))
            {
                Kind = WebSocketKind.Phoenix;
                return "Phoenix Channels answered a heartbeat";
            }

            if (answer.Text != Heartbeat) return $"a plain WebSocket; it said: {PrintableText.OneLine(answer.Text, 100)}";
            Kind = WebSocketKind.Echo;
            return "a plain WebSocket that echoes";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "a plain WebSocket: it answers neither SignalR's handshake nor Phoenix's heartbeat, and does not echo";
        }
    }

    /// <summary>Engine.IO's open packet (protocol revision 4): 0, and JSON with the session's id, its upgrades and its heartbeat.</summary>
    public static bool IsEngineIo(string text, out string session)
    {
        session = "";
        if (!text.StartsWith("0{", StringComparison.Ordinal)) return false;
        try
        {
            using var open = JsonDocument.Parse(text[1..].Split('\u001e')[0]);
            if (!open.RootElement.TryGetProperty("sid", out _)) return false;
            session = open.RootElement.TryGetProperty("pingInterval", out var interval) && interval.TryGetInt32(out var milliseconds)
                ? string.Create(CultureInfo.InvariantCulture, $"the server pings every {milliseconds / 1000.0:0.#} s")
                : "without a heartbeat";
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static async Task<List<string>> TrySizes(DoctorSocket socket, CancellationToken cancellationToken)
    {
        List<string> seen = [];
        await socket.Send(WebSocketOpcode.Text, "frag"u8.ToArray(), cancellationToken, fin: false);
        await socket.Send(WebSocketOpcode.Ping, "between"u8.ToArray(), cancellationToken);
        await socket.Send(WebSocketOpcode.Continuation, "ments"u8.ToArray(), cancellationToken);
        Expect(await socket.ReadMessage(cancellationToken), "fragments"u8, "a message of two fragments with a ping between");
        seen.Add("a message of two fragments with a ping between came back whole");
        foreach (var size in Sizes)
        {
            var message = Encoding.ASCII.GetBytes(new string('x', size));
            var start = System.Diagnostics.Stopwatch.GetTimestamp();
            await socket.Send(WebSocketOpcode.Text, message, cancellationToken);
            Expect(await socket.ReadMessage(cancellationToken), message, $"a message of {size / 1024} KB");
            seen.Add($"a message of {size / 1024} KB came back in {Milliseconds(System.Diagnostics.Stopwatch.GetElapsedTime(start))}");
        }

        return seen;
    }

    private static void Expect(DoctorMessage answer, ReadOnlySpan<byte> sent, string what)
    {
        if (answer.Kind == WebSocketOpcode.Close)
            throw new ProbeFailure(new ProbeEvidence { Sign = ProbeSign.MessageRefused, CloseCode = answer.CloseCode, Text = what }, $"{what} was answered with {answer.CloseText}");
        if (!answer.Payload.AsSpan().SequenceEqual(sent)) throw new ProbeFailure(new ProbeEvidence { Sign = ProbeSign.MessageChanged, Text = what }, $"{what} came back changed");
    }

    private static async Task<DoctorMessage> Within(DoctorSocket socket, TimeSpan time, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(time);
        return await socket.ReadMessage(patience.Token);
    }
}
