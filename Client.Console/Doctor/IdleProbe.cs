using System.Diagnostics;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Layers.WebSockets;

namespace RealtimeHello.Client.Doctor;

/// <summary>
/// Sends nothing, not even a ping, and waits who ends it. What arrives is read and thrown away. A second connection is opened a little later: a timeout ends
/// it that much later as well, a reload of a proxy ends both at once.
/// </summary>
/// <param name="open">Opens a connection to the target, not yet upgraded.</param>
/// <param name="opening">What is sent first, so that a hub keeps the connection; null: nothing.</param>
/// <param name="limit">How long to wait.</param>
/// <param name="progress">Hears what is waited for.</param>
internal sealed class IdleProbe(Func<CancellationToken, Task<DoctorLink>> open, string? opening, TimeSpan limit, DoctorProgress progress)
{
    /// <summary>Short beside the timeouts of proxies, and long beside the delays of a busy machine.</summary>
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(2);

    private readonly long _start = Stopwatch.GetTimestamp();

    /// <exception cref="ProbeFailure">It was ended.</exception>
    public async Task<string[]> Run(CancellationToken cancellationToken)
    {
        using var waiting = progress.Begin("leaving a connection idle", limit);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var second = WatchLater(over.Token);
        try
        {
            if (await Watch(() => over.CancelAfter(limit), over.Token, cancellationToken) is not { } ending) return [FormattableString.Invariant($"alive after {limit.TotalSeconds:0.#} s")];
            var seen = FormattableString.Invariant($"after {ending.At.TotalSeconds:0.0} s: {ending.Text}");
            if (ending.CloseCode is not null) throw new ProbeFailure(new ProbeEvidence { Sign = ProbeSign.IdleClosed, CloseCode = ending.CloseCode }, seen);
            if (await EndsToo(second, ending.At))
                throw new ProbeFailure(new ProbeEvidence { Sign = ProbeSign.IdleCutTogether }, $"{seen} So did a connection opened {Later.TotalSeconds:0} s later, at the same moment.");
            throw new ProbeFailure(new ProbeEvidence { Sign = ProbeSign.IdleCut }, seen);
        }
        finally
        {
            await over.CancelAsync();
            await second;
        }
    }

    private TimeSpan Now => Stopwatch.GetElapsedTime(_start);

    private static async Task<bool> EndsToo(Task<Ending?> second, TimeSpan at)
    {
        var half = Later / 2;
        return await Task.WhenAny(second, Task.Delay(half)) == second && await second is { CloseCode: null } ending && (ending.At - at).Duration() < half;
    }

    /// <summary>Null also where there is no second connection yet, or none any more: then nothing is known of it.</summary>
    private async Task<Ending?> WatchLater(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Later, cancellationToken);
            return await Watch(() => { }, cancellationToken, cancellationToken);
        }
        catch (Exception trouble) when (trouble is OperationCanceledException or ProbeFailure or IOException or DoctorSocketEnded)
        {
            return null;
        }
    }

    /// <returns>How it ended; null when it lives at the end of the wait.</returns>
    private async Task<Ending?> Watch(Action opened, CancellationToken enough, CancellationToken cancellationToken)
    {
        await using var link = await open(cancellationToken);
        await link.Upgrade(cancellationToken);
        var socket = new DoctorSocket(link.Stream);
        if (opening is not null) await socket.SendText(opening, cancellationToken);
        opened();
        try
        {
            while (true)
            {
                var message = await socket.Read(enough);
                if (message.Kind == WebSocketOpcode.Close) return new Ending(Now, message.CloseCode, message.CloseText);
            }
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception trouble) when (trouble is DoctorSocketEnded or InvalidDataException)
        {
            return new Ending(Now, null, trouble.Message);
        }
    }

    /// <param name="At">Since the beginning.</param>
    /// <param name="CloseCode">Of its Close frame; null: there was none.</param>
    /// <param name="Text">What was seen.</param>
    private sealed record Ending(TimeSpan At, int? CloseCode, string Text);
}
