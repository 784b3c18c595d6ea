using System.IO.Pipelines;

namespace RealtimeHello.Recording.Taps;

/// <summary>A transport whose bytes are shown to a tap, both ways, and otherwise untouched.</summary>
public sealed class TappedDuplexPipe(IDuplexPipe inner, IByteTap tap) : IDuplexPipe
{
    private readonly TappedPipeReader input = new(inner.Input, tap);

    /// <inheritdoc/>
    public PipeReader Input => input;

    /// <inheritdoc/>
    public PipeWriter Output { get; } = TappedPipeWriter.Around(inner.Output, tap);

    /// <summary>Nobody uses it any more: an end of the peer's that came with the last bytes, and was not told before what these are, is told now.</summary>
    public void Finish() => input.Finish();
}
