using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Recording.Taps;

/// <summary>
/// A tap of a recorder. The socket's own tap does not know whether TLS runs over it until the first byte is there: a TLS record begins with 0x16
/// (RFC 8446 5.1), an HTTP request never does.
/// </summary>
public sealed class RecorderTap : IByteTap
{
    private readonly ConnectionRecorder recorder;
    private TapPoint? point;

    private RecorderTap(ConnectionRecorder recorder, TapPoint? point)
    {
        this.recorder = recorder;
        this.point = point;
    }

    /// <summary>The tap at the socket.</summary>
    public static RecorderTap OfSocket(ConnectionRecorder recorder) => new(recorder, null);

    /// <summary>The tap above TLS.</summary>
    public static RecorderTap OfPlaintext(ConnectionRecorder recorder) => new(recorder, TapPoint.Plain);

    /// <inheritdoc/>
    public void Bytes(Direction direction, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        point ??= bytes[0] == 0x16 ? TapPoint.Wire : TapPoint.Plain;
        recorder.Bytes(point.Value, direction, bytes);
    }

    /// <inheritdoc/>
    public void Ended(Direction direction, StreamEnding ending, string? reason) => recorder.Ended(point ?? TapPoint.Plain, direction, ending, reason);

    /// <inheritdoc/>
    public void Backlog(long bytes) => recorder.Backlog(bytes);
}
