using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Recording.Taps;

/// <summary>The taps of a recorder.</summary>
public static class RecorderTap
{
    /// <summary>The tap at the socket.</summary>
    public static IByteTap OfSocket(ConnectionRecorder recorder) => recorder.Record.Log.Gate;

    /// <summary>The tap above TLS.</summary>
    public static IByteTap OfPlaintext(ConnectionRecorder recorder) => new PlaintextTap(recorder);

    private sealed class PlaintextTap(ConnectionRecorder recorder) : IByteTap
    {
        private readonly LogGate gate = recorder.Record.Log.Gate;

        public void Bytes(Direction direction, ReadOnlySpan<byte> bytes)
        {
            if (!gate.TryTake(direction, bytes)) recorder.Bytes(TapPoint.Plain, direction, bytes);
        }

        public void Ended(Direction direction, StreamEnding ending, string? reason) => recorder.Ended(TapPoint.Plain, direction, ending, reason);

        public void Backlog(long bytes) => recorder.Backlog(bytes);
    }
}
