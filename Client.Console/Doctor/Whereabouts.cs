using RealtimeHello.Client.Hello;
using RealtimeHello.Layers.Diagnosis;

namespace RealtimeHello.Client.Doctor;

/// <summary>Where a server has its WebSocket, when only its address is known: SignalR negotiates, Engine.IO answers at its usual path, Phoenix upgrades at its own.</summary>
/// <param name="settings">What the user asked for.</param>
/// <param name="open">Opens a connection to a target, not yet used.</param>
internal sealed class Whereabouts(DoctorSettings settings, Func<DoctorSettings, CancellationToken, Task<DoctorLink>> open)
{
    /// <summary>Where guides and templates map a hub or a WebSocket; this project's own among them.</summary>
    private static readonly string[] UsualPaths = ["/chat", "/hello", "/hub", "/chathub", "/hubs/chat", "/ws", "/websocket", "/socket"];

    private static readonly string[] PhoenixPaths = ["/socket/websocket?vsn=2.0.0", "/live/websocket?vsn=2.0.0"];

    /// <summary>How long a guess may take: a server that has nothing there may not answer at all.</summary>
    private static readonly TimeSpan Guessing = TimeSpan.FromSeconds(1.5);

    private bool _answered;

    /// <summary>The target to go on with, and what was seen; null: nothing at all answered in time.</summary>
    public async Task<(HelloTarget Target, WebSocketKind? Kind, string[]? Seen)> Find(CancellationToken cancellationToken)
    {
        try
        {
            return await Look(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Too slow for guesses; the probes that follow have their own time.
            return (settings.Target, null, !_answered ? null : ["no answer in time to what tells SignalR, Socket.IO and Phoenix apart: examined as a plain WebSocket"]);
        }
    }

    private async Task<(HelloTarget Target, WebSocketKind? Kind, string[] Seen)> Look(CancellationToken cancellationToken)
    {
        var path = settings.Target.Uri.AbsolutePath;
        if (path.Contains("/socket.io", StringComparison.Ordinal) || path.Contains("/engine.io", StringComparison.Ordinal)) return await AsEngineIo(path, cancellationToken) ?? Nothing;
        var answer = await Ask(settings.Target, DoctorLink.NewKey(), cancellationToken);
        if (answer is { Status: 101 }) return (settings.Target, null, ["a WebSocket opens at this address"]);
        // Whoever is refused here, or finds nobody behind a proxy, fares no better at other paths; without a path, a redirect leads to a page.
        var isElsewhere = answer is null or { Status: (>= 200 and < 300) or 400 or 404 or 405 or 426 } || (path == "/" && answer is { Status: >= 300 and < 400 });
        if (!isElsewhere) return (settings.Target, null, ["no WebSocket opens at this address"]);
        if (await Negotiates(settings.Target, cancellationToken) is { } negotiates) return (settings.Target, WebSocketKind.SignalR, [negotiates]);
        if (await AsEngineIo("/socket.io/", cancellationToken) is { } engineIo) return engineIo;
        foreach (var phoenix in PhoenixPaths)
        {
            if (At(phoenix) is { } target && await Upgrades(target, cancellationToken)) return (target, WebSocketKind.Phoenix, [$"a WebSocket opens at {phoenix}, where Phoenix has its own: examined there"]);
        }

        return path == "/" ? await WithoutPath(cancellationToken) : Nothing;
    }

    /// <summary>The usual paths are asked at once: most servers answer in no time. One of what is found is examined, the others are named.</summary>
    private async Task<(HelloTarget Target, WebSocketKind? Kind, string[] Seen)> WithoutPath(CancellationToken cancellationToken)
    {
        Place[] found = [.. (await Task.WhenAll(UsualPaths.Select(path => WhatIs(path, cancellationToken)))).OfType<Place>()];
        if (found.Length == 0) return (settings.Target, null, [$"no WebSocket at /, nor SignalR, Socket.IO or Phoenix at their usual paths, nor anything at {string.Join(", ", UsualPaths)}"]);
        // A token is meant for the hub; without one, a hub that wants one can't be examined, and is no failure while something else can be.
        var chosen = found.OrderByDescending(place => place.IsHub && settings.Token is not null).ThenByDescending(place => place.Opens).ThenByDescending(place => place.IsHub).First();
        return (chosen.Target, chosen.IsHub ? WebSocketKind.SignalR : null,
        [
            $"no WebSocket at /, but {string.Join(", ", found.Select(place => $"{(place.IsHub ? "a SignalR hub" : "a WebSocket")} at {place.Path}"))}",
            $"examined at {chosen.Path}",
            .. found.Where(place => place != chosen).Select(place =>
                place.Opens ? $"not examined: {place.Written}" : $"Warning: the hub at {place.Path} was not examined: it answers {place.Status}. Ask there: {place.Written}"),
        ]);
    }

    private async Task<Place?> WhatIs(string path, CancellationToken cancellationToken)
    {
        if (At(path) is not { } target) return null;
        var isHub = await Negotiates(target, cancellationToken) is not null;
        var status = (await Ask(target, DoctorLink.NewKey(), cancellationToken))?.Status;
        return isHub || status == 101 ? new Place(path, target, isHub, status) : null;
    }

    private (HelloTarget Target, WebSocketKind? Kind, string[] Seen) Nothing =>
        (settings.Target, null, ["neither a WebSocket here, nor SignalR's negotiation, nor Socket.IO or Phoenix at their usual paths: examined as a plain WebSocket"]);

    private async Task<(HelloTarget Target, WebSocketKind? Kind, string[] Seen)?> AsEngineIo(string path, CancellationToken cancellationToken)
    {
        var folder = path[..(path.IndexOf(".io", StringComparison.Ordinal) + 3)] + "/";
        if (At($"{folder}?EIO=4&transport=polling") is not { } polling || At($"{folder}?EIO=4&transport=websocket") is not { } target) return null;
        if (await Ask(polling, null, cancellationToken) is not { Status: 200 } answer || !Conversation.IsEngineIo(answer.Body, out var session)) return null;
        return (target, WebSocketKind.EngineIo, [$"Socket.IO (Engine.IO 4) answers at {folder}, {session}: examined there"]);
    }

    private async Task<string?> Negotiates(HelloTarget target, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Guessing);
        try
        {
            await using var link = await open(settings with { Target = target }, patience.Token);
            var answer = await link.Negotiate(patience.Token);
            _answered = true;
            return answer.Status == 200 && answer.Body.Contains("\"availableTransports\"", StringComparison.Ordinal) ? "SignalR negotiates here"
                : answer.Status == 426 && answer.Body.Contains("WebSocket", StringComparison.Ordinal) ? "a hub that speaks WebSocket only answers here"
                : null;
        }
        catch (Exception failure) when (failure is ProbeFailure or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    private async Task<bool> Upgrades(HelloTarget target, CancellationToken cancellationToken) =>
        await Ask(target, DoctorLink.NewKey(), cancellationToken) is { Status: 101 };

    /// <summary>Null: no answer that is HTTP. What that means is the business of the probes that follow.</summary>
    private async Task<HttpAnswer?> Ask(HelloTarget target, string? key, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (target != settings.Target) patience.CancelAfter(Guessing);
        try
        {
            await using var link = await open(settings with { Target = target }, patience.Token);
            var answer = await link.Ask(key, settings.Origin, patience.Token);
            _answered = true;
            return answer;
        }
        catch (Exception failure) when (failure is ProbeFailure or OperationCanceledException)
        {
            _answered |= failure is ProbeFailure { Evidence.Sign: not (ProbeSign.Silent or ProbeSign.Unreachable) };
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    private HelloTarget? At(string path) => settings.Target.At(path);

    /// <summary>Where something was found.</summary>
    /// <param name="Path">One of the usual paths.</param>
    /// <param name="Target">The address of it.</param>
    /// <param name="IsHub">SignalR's negotiation was answered.</param>
    /// <param name="Status">What an upgrade got; null: no answer in time.</param>
    private sealed record Place(string Path, HelloTarget Target, bool IsHub, int? Status)
    {
        public bool Opens => Status == 101;

        /// <summary>As the user would write it.</summary>
        public string Written => !IsHub ? $"{Target}" : Status == 401 ? $"--hub {Path} --token T" : $"--hub {Path}";
    }
}
