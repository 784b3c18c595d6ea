using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using RealtimeHello.Client.Hello;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Diagnosis;

namespace RealtimeHello.Client.Doctor;

/// <summary>Probes one layer after the other, until one fails.</summary>
/// <param name="asked">What the user asked for.</param>
/// <param name="progress">Hears what is waited for.</param>
internal sealed class Examination(DoctorSettings asked, DoctorProgress progress)
{
    private const string ForeignOrigin = "https://foreign-origin.invalid";

    /// <summary>Redirects that are followed to see where they lead.</summary>
    private const int MostRedirects = 5;

    /// <summary>A certificate that is soon out of its time is worth a warning.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    private readonly SecretText _secrets = new(asked.Token);
    private readonly bool _isHttp = asked.Target.IsHttp;
    private DoctorSettings _settings = asked;
    private IPAddress[] _addresses = [];
    private IPAddress _address = IPAddress.None;
    private WebSocketKind? _kind;
    private DoctorHeads? _heads;
    private ProxyKind _proxy;

    private bool IsHub => _settings.IsHub || _kind == WebSocketKind.SignalR;

    /// <param name="leave">Ends it in the middle of a probe, of which nothing is told then.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public async IAsyncEnumerable<DoctorFinding> Run([EnumeratorCancellation] CancellationToken leave)
    {
        (string Layer, TimeSpan More, Func<bool> IsDue, Func<CancellationToken, Task<string[]>> Probe)[] probes =
        [
            ("name", default, () => true, ResolveName),
            ("tcp", default, () => true, ConnectTcp),
            ("tls", default, () => _settings.Target.Uri.Scheme == "wss", SecureTls),
            ("http", default, () => true, AskPlainly),
            ("protocol", default, () => !_settings.IsHub, LookAround),
            ("negotiate", _settings.Patience, () => IsHub, token => new Negotiation(_settings, Open).Probe(token)),
            ("upgrade", default, () => true, Upgrade),
            ("origin", default, () => true, AskAsForeigner),
            ("webSocket", _settings.Patience, () => true, Talk),
            ("messagePack", default, () => IsHub, token => Hub.TryMessagePack(token)),
            ("keepAlive", _settings.KeepAlive, () => IsHub && _settings.KeepAlive > TimeSpan.Zero, token => Hub.WatchKeepAlive(token)),
            ("idle", _settings.Idle ?? default, () => _settings.Idle is not null, StayIdle),
        ];
        foreach (var (layer, more, isDue, probe) in probes)
        {
            if (!isDue()) continue;
            var finding = await Time(layer, more, probe, leave);
            // What a probe saw that was broken off says nothing of the server.
            leave.ThrowIfCancellationRequested();
            yield return finding;
            if (finding.Outcome == "failed") yield break;
        }
    }

    private HubProbe Hub => new(_settings, OpenUpgraded, progress);

    private async Task<DoctorFinding> Time(string layer, TimeSpan more, Func<CancellationToken, Task<string[]>> probe, CancellationToken leave)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(leave);
        patience.CancelAfter(_settings.Patience + more);
        var start = Stopwatch.GetTimestamp();
        string Name() => layer == "webSocket" && _kind == WebSocketKind.SignalR ? "signalR" : layer;
        double Passed() => Math.Round(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 1);
        try
        {
            var seen = await probe(patience.Token);
            var outcome = seen.Any(line => line.StartsWith("Warning:", StringComparison.Ordinal)) ? "warning" : "ok";
            return new DoctorFinding(Name(), outcome, Passed(), Harmless(seen), Heads: layer == "upgrade" ? Harmless(_heads) : null);
        }
        catch (ProbeFailure failure)
        {
            return new DoctorFinding(Name(), "failed", Passed(), Harmless([failure.Message]), Explain(failure.Evidence), Harmless(failure.Heads));
        }
        catch (Exception trouble) when (trouble is IOException or SocketException or WebSocketException or OperationCanceledException or DoctorSocketEnded)
        {
            var sign = trouble is OperationCanceledException ? ProbeSign.Silent : ProbeSign.WebSocketEnded;
            return new DoctorFinding(Name(), "failed", Passed(), Harmless([trouble.Message]), Explain(new ProbeEvidence { Sign = sign }));
        }
    }

    /// <summary>A proxy that was recognised once is on the way of every probe.</summary>
    private ConnectDiagnosis Explain(ProbeEvidence evidence) => ConnectCauses.Find(evidence with
    {
        Proxy = evidence.Proxy == ProxyKind.Unknown ? _proxy : evidence.Proxy,
        IsSecure = _settings.Target.Uri.Scheme == "wss",
        IsHttpAddress = _isHttp,
        IsExpectedHere = _settings.IsHub || _kind is not null,
    });

    private async Task<string[]> ResolveName(CancellationToken cancellationToken)
    {
        try
        {
            _addresses = await Dns.GetHostAddressesAsync(_settings.Target.Uri.IdnHost, cancellationToken);
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
            await using var link = new DoctorLink(_settings, address);
            var start = Stopwatch.GetTimestamp();
            try
            {
                await link.Connect(cancellationToken);
                if (_address.Equals(IPAddress.None)) _address = address;
                seen.Add(FormattableString.Invariant($"{address}: connected in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0.0} ms")
                    + (link.RoundTrip is { } roundTrip ? FormattableString.Invariant($", the kernel's round trip {roundTrip.TotalMilliseconds:0.00} ms") : ""));
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
        await using var link = new DoctorLink(_settings, _address);
        await link.Connect(cancellationToken);
        try
        {
            string[] seen = await link.Secure(cancellationToken);
            return link.ExpiresAt is { } end && end - DateTime.UtcNow < Soon ? [$"Warning: the certificate is out of its time in {(end - DateTime.UtcNow).TotalDays:0} days: renew it", .. seen] : seen;
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
            await using var link = new DoctorLink(_settings with { Token = null }, _address);
            await link.Connect(cancellationToken);
            var answer = await link.Ask(null, null, cancellationToken);
            return $" Without TLS it answers: {string.Join(", ", [DoctorLink.Describe(answer), .. Recognise(answer)])}";
        }
        catch (ProbeFailure)
        {
            return "";
        }
    }

    /// <summary>Redirects on this server are followed, to say where they lead or that they go in a circle; not to others, who are not asked for.</summary>
    private async Task<string[]> AskPlainly(CancellationToken cancellationToken)
    {
        List<string> seen = [];
        var target = _settings.Target;
        var visited = new HashSet<string>();
        while (true)
        {
            await using var link = await Open(_settings with { Target = target }, cancellationToken);
            HttpAnswer answer;
            try
            {
                answer = await link.Ask(null, _settings.Origin, cancellationToken);
            }
            catch (ProbeFailure failure) when (failure.Evidence is { Sign: ProbeSign.Silent } && seen.Count == 0)
            {
                // A server may have nothing for a plain GET here, and a WebSocket all the same.
                return [$"Warning: no answer to a plain GET within {_settings.Patience.TotalSeconds:0.#} s"];
            }

            seen.Add(DoctorLink.Describe(answer));
            if (seen.Count == 1) seen.AddRange(Recognise(answer));
            visited.Add(target.Uri.AbsoluteUri);
            if (answer.Status is < 300 or >= 400 || answer["Location"] is not { } location || !TryFollow(target, location, out var next)) break;
            if (visited.Contains(next.Uri.AbsoluteUri))
            {
                seen.Add("Warning: these redirects go in a circle");
                break;
            }

            if (visited.Count > MostRedirects)
            {
                seen.Add($"Warning: more than {MostRedirects} redirects");
                break;
            }

            target = next;
        }

        return [.. seen];
    }

    private bool TryFollow(HelloTarget target, string location, [NotNullWhen(true)] out HelloTarget? next)
    {
        next = null;
        return Uri.TryCreate(new UriBuilder(target.Uri) { Scheme = target.Uri.Scheme == "wss" ? "https" : "http", Port = target.Uri.Port }.Uri, location, out var uri)
            && HelloTarget.TryParse(uri.AbsoluteUri, out next, out _)
            && next.Uri.Scheme == _settings.Target.Uri.Scheme && next.Uri.Authority == _settings.Target.Uri.Authority;
    }

    private async Task<string[]> LookAround(CancellationToken cancellationToken)
    {
        var (target, kind, seen) = await new Whereabouts(_settings, Open).Find(cancellationToken);
        if (seen is null) throw new ProbeFailure(new ProbeEvidence { Sign = ProbeSign.Silent }, "no answer to a request for a WebSocket either");
        _settings = _settings with { Target = target };
        _kind = kind;
        return seen;
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
        _heads = link.HeadsOf(answer);
        return
        [
            DoctorLink.Describe(answer),
            "Sec-WebSocket-Accept belongs to the key",
            $"subprotocol {answer["Sec-WebSocket-Protocol"] ?? "none"}, extensions {answer["Sec-WebSocket-Extensions"] ?? "none"}",
            .. _proxy == ProxyKind.Unknown ? Recognise(answer) : [],
        ];
    }

    private async Task<string[]> AskAsForeigner(CancellationToken cancellationToken)
    {
        await using var link = await Open(cancellationToken);
        var answer = await link.Ask(DoctorLink.NewKey(), ForeignOrigin, cancellationToken);
        return answer.Status == 101
            ? [$"Warning: any page may connect: an upgrade from {ForeignOrigin} got 101. List the allowed origins."]
            : [$"an upgrade from {ForeignOrigin} got {answer.Status}"];
    }

    private async Task<string[]> Talk(CancellationToken cancellationToken)
    {
        await using var link = await OpenUpgraded(cancellationToken);
        var conversation = new Conversation(_settings, _kind == WebSocketKind.SignalR ? null : _kind);
        try
        {
            return await conversation.Hold(link, cancellationToken);
        }
        finally
        {
            _kind = conversation.Kind;
        }
    }

    private Task<string[]> StayIdle(CancellationToken cancellationToken) =>
        new IdleProbe(Open, _kind == WebSocketKind.SignalR ? Conversation.Handshake : null, _settings.Idle!.Value, progress).Run(cancellationToken);

    private async Task<DoctorLink> OpenUpgraded(CancellationToken cancellationToken)
    {
        var link = await Open(cancellationToken);
        try
        {
            await link.Upgrade(cancellationToken);
            return link;
        }
        catch
        {
            await link.DisposeAsync();
            throw;
        }
    }

    private Task<DoctorLink> Open(CancellationToken cancellationToken) => Open(_settings, cancellationToken);

    private async Task<DoctorLink> Open(DoctorSettings settings, CancellationToken cancellationToken)
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

    /// <summary>Secrets of heads are masked where their fields are known.</summary>
    private static DoctorHeads? Harmless(DoctorHeads? heads) => heads is null ? null : new DoctorHeads(Printable(heads.Sent), Printable(heads.Received));

    private string[] Harmless(string[] lines) => Printable(lines.Select(_secrets.In));

    private static string[] Printable(IEnumerable<string> lines) => [.. lines.Select(line => PrintableText.OneLine(line, 300))];
}
