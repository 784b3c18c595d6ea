using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Diagnosis;

namespace RealtimeHello.Client.Doctor;

/// <summary>Probes one layer after the other, until one fails.</summary>
internal sealed class Examination(DoctorSettings settings)
{
    private const string ForeignOrigin = "https://foreign-origin.invalid";
    private const string Handshake = "{\"protocol\":\"json\",\"version\":1}\u001e";

    private IPAddress[] _addresses = [];
    private IPAddress _address = IPAddress.None;
    private bool _isSignalR;
    private ProxyKind _proxy;

    public async IAsyncEnumerable<DoctorFinding> Run()
    {
        (string Layer, TimeSpan More, Func<CancellationToken, Task<string[]>> Probe)[] probes =
        [
            ("name", default, ResolveName),
            ("tcp", default, ConnectTcp),
            .. settings.Target.Uri.Scheme == "wss" ? [("tls", default, SecureTls)] : Array.Empty<(string, TimeSpan, Func<CancellationToken, Task<string[]>>)>(),
            ("http", default, AskPlainly),
            ("upgrade", default, Upgrade),
            ("origin", default, AskAsForeigner),
            ("webSocket", default, Talk),
            .. settings.Idle is { } idle ? [("idle", idle, StayIdle)] : Array.Empty<(string, TimeSpan, Func<CancellationToken, Task<string[]>>)>(),
        ];
        foreach (var (layer, more, probe) in probes)
        {
            var finding = await Time(layer, more, probe);
            yield return finding;
            if (finding.Outcome == "failed") yield break;
        }
    }

    private async Task<DoctorFinding> Time(string layer, TimeSpan more, Func<CancellationToken, Task<string[]>> probe)
    {
        using var patience = new CancellationTokenSource(settings.Patience + more);
        var start = Stopwatch.GetTimestamp();
        double Passed() => Math.Round(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 1);
        try
        {
            var seen = await probe(patience.Token);
            var name = layer == "webSocket" && _isSignalR ? "signalR" : layer;
            return new DoctorFinding(name, seen is [var first, ..] && first.StartsWith("Warning:", StringComparison.Ordinal) ? "warning" : "ok", Passed(), Harmless(seen));
        }
        catch (ProbeFailure failure)
        {
            return new DoctorFinding(layer, "failed", Passed(), Harmless([failure.Message]), Explain(failure.Evidence));
        }
        catch (Exception trouble) when (trouble is IOException or SocketException or WebSocketException or OperationCanceledException)
        {
            var sign = trouble is OperationCanceledException ? ProbeSign.Silent : ProbeSign.WebSocketEnded;
            return new DoctorFinding(layer, "failed", Passed(), Harmless([trouble.Message]), Explain(new ProbeEvidence { Sign = sign }));
        }
    }

    /// <summary>A proxy that was recognised once is on the way of every probe.</summary>
    private ConnectDiagnosis Explain(ProbeEvidence evidence) => ConnectCauses.Find(
        evidence with { Proxy = evidence.Proxy == ProxyKind.Unknown ? _proxy : evidence.Proxy, IsSecure = settings.Target.Uri.Scheme == "wss" });

    private async Task<string[]> ResolveName(CancellationToken cancellationToken)
    {
        try
        {
            _addresses = await Dns.GetHostAddressesAsync(settings.Target.Uri.IdnHost, cancellationToken);
        }
        catch (SocketException trouble)
        {
            throw new ProbeFailure(new ProbeEvidence { Sign = ProbeSign.NameUnknown }, trouble.Message);
        }

        return [string.Join(", ", _addresses.Take(16).Select(address => $"{address}"))];
    }

    /// <summary>Each address is tried; one that answers is enough, and the others are a warning.</summary>
    private async Task<string[]> ConnectTcp(CancellationToken cancellationToken)
    {
        List<string> seen = [];
        ProbeFailure? last = null;
        foreach (var address in _addresses.Take(16))
        {
            await using var link = new DoctorLink(settings, address);
            var start = Stopwatch.GetTimestamp();
            try
            {
                await link.Connect(cancellationToken);
                if (_address.Equals(IPAddress.None)) _address = address;
                seen.Add(FormattableString.Invariant($"{address}: connected in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0.0} ms"));
            }
            catch (ProbeFailure failure)
            {
                last = failure;
                seen.Insert(0, $"Warning: {failure.Message}");
            }
        }

        return _address.Equals(IPAddress.None) && last is not null ? throw last : [.. seen];
    }

    private async Task<string[]> SecureTls(CancellationToken cancellationToken)
    {
        await using var link = new DoctorLink(settings, _address);
        await link.Connect(cancellationToken);
        try
        {
            return await link.Secure(cancellationToken);
        }
        catch (ProbeFailure failure) when (failure.Evidence.Sign == ProbeSign.NotTls)
        {
            throw new ProbeFailure(failure.Evidence, failure.Message + await WhatAnswersPlainly(cancellationToken));
        }
    }

    /// <summary>Who listens where TLS was expected; nothing secret is sent.</summary>
    private async Task<string> WhatAnswersPlainly(CancellationToken cancellationToken)
    {
        try
        {
            await using var link = new DoctorLink(settings with { Token = null }, _address);
            await link.Connect(cancellationToken);
            var answer = await link.Ask(null, null, cancellationToken);
            return $" Without TLS it answers: {string.Join(", ", [DoctorLink.Describe(answer), .. Recognise(answer)])}";
        }
        catch (ProbeFailure)
        {
            return "";
        }
    }

    private async Task<string[]> AskPlainly(CancellationToken cancellationToken)
    {
        await using var link = await Open(cancellationToken);
        var answer = await link.Ask(null, settings.Origin, cancellationToken);
        return [DoctorLink.Describe(answer), .. Recognise(answer)];
    }

    /// <summary>Of the proxies on the way the nearest, if its configuration is known.</summary>
    private string[] Recognise(HttpAnswer answer)
    {
        if (answer.Proxy.Kind == ProxyKind.Unknown) return [];
        _proxy = answer.Proxy.Kind;
        return [$"through {ProxyLines.NameOf(_proxy)}, {answer.Proxy.By}"];
    }

    private async Task<string[]> Upgrade(CancellationToken cancellationToken)
    {
        await using var link = await Open(cancellationToken);
        var answer = await link.Upgrade(cancellationToken);
        return [DoctorLink.Describe(answer), "Sec-WebSocket-Accept belongs to the key", .. _proxy == ProxyKind.Unknown ? Recognise(answer) : []];
    }

    private async Task<string[]> AskAsForeigner(CancellationToken cancellationToken)
    {
        await using var link = await Open(cancellationToken);
        var answer = await link.Ask(DoctorLink.NewKey(), ForeignOrigin, cancellationToken);
        return answer.Status == 101
            ? [$"Warning: any page may connect: an upgrade from {ForeignOrigin} got 101. List the allowed origins."]
            : [$"an upgrade from {ForeignOrigin} got {answer.Status}"];
    }

    /// <summary>SignalR's handshake, which a hub answers with {} and an echo with itself.</summary>
    private async Task<string[]> Talk(CancellationToken cancellationToken)
    {
        await using var link = await Open(cancellationToken);
        await link.Upgrade(cancellationToken);
        using var socket = WebSocket.CreateFromStream(link.Stream, new WebSocketCreationOptions { KeepAliveInterval = TimeSpan.Zero });
        await socket.SendAsync(Encoding.UTF8.GetBytes(Handshake), WebSocketMessageType.Text, true, cancellationToken);
        var buffer = new byte[4096];
        ValueWebSocketReceiveResult result;
        try
        {
            result = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
        }
        catch (OperationCanceledException) when (settings.IsHub)
        {
            throw new ProbeFailure(new ProbeEvidence { Sign = ProbeSign.HandshakeUnanswered }, "no answer to SignalR's handshake");
        }
        catch (OperationCanceledException)
        {
            return ["open; it neither echoes nor answers SignalR's handshake"];
        }

        var answer = Encoding.UTF8.GetString(buffer, 0, result.Count);
        if (result.MessageType == WebSocketMessageType.Close)
            throw new ProbeFailure(new ProbeEvidence { Sign = ProbeSign.WebSocketEnded }, $"Close {(int?)socket.CloseStatus} {socket.CloseStatusDescription}");
        if (answer.StartsWith("{}\u001e", StringComparison.Ordinal))
        {
            _isSignalR = true;
            return ["SignalR answered the handshake for JSON"];
        }

        if (answer.StartsWith("{\"error\"", StringComparison.Ordinal))
            throw new ProbeFailure(new ProbeEvidence { Sign = ProbeSign.HandshakeRefused, Text = answer }, answer);
        if (settings.IsHub) throw new ProbeFailure(new ProbeEvidence { Sign = ProbeSign.HandshakeUnanswered, Text = answer }, $"it said: {PrintableText.OneLine(answer, 100)}");
        return [answer == Handshake ? "a plain WebSocket that echoes" : $"a plain WebSocket; it said: {PrintableText.OneLine(answer, 100)}"];
    }

    private Task<string[]> StayIdle(CancellationToken cancellationToken) =>
        new IdleProbe(Open, _isSignalR ? Handshake : null, settings.Idle!.Value).Run(cancellationToken);

    private async Task<DoctorLink> Open(CancellationToken cancellationToken)
    {
        var link = new DoctorLink(settings, _address);
        try
        {
            await link.Connect(cancellationToken);
            if (settings.Target.Uri.Scheme == "wss") await link.Secure(cancellationToken);
            return link;
        }
        catch
        {
            await link.DisposeAsync();
            throw;
        }
    }

    private static string[] Harmless(string[] lines) => [.. lines.Select(line => PrintableText.OneLine(line, 300))];
}
