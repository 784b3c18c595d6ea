using System.Runtime.InteropServices;

namespace RealtimeHello.Client.Chat;

/// <summary>The user's wish to leave: Ctrl+C, or a signal. The first asks for a clean end; a second signal ends the process at once.</summary>
internal sealed class LeaveRequest : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _signals = [];

    public LeaveRequest()
    {
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT })
            _signals.Add(PosixSignalRegistration.Create(signal, OnSignal));
    }

    public CancellationToken Token => _source.Token;

    public bool IsMade => _source.IsCancellationRequested;

    public void Make() => _source.Cancel();

    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (IsMade) return;
        context.Cancel = true;
        Make();
    }
}
