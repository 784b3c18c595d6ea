using System.IO.Pipelines;

namespace RealtimeHello.Recording.Taps;

/// <summary>A transport whose bytes are shown to a tap, both ways, and otherwise untouched.</summary>
public sealed class TappedDuplexPipe(IDuplexPipe inner, IByteTap tap) : IDuplexPipe
{
    /// <inheritdoc/>
    public PipeReader Input { get; } = new TappedPipeReader(inner.Input, tap);

    /// <inheritdoc/>
    public PipeWriter Output { get; } = TappedPipeWriter.Around(inner.Output, tap);
}
