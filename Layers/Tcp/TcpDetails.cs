using System.Globalization;
using System.Text.Json.Serialization;

namespace RealtimeHello.Layers.Tcp;

/// <summary>A fact of the TCP layer. Inside a process one sees opening, endings and the kernel's counters, not segments.</summary>
public abstract record TcpDetail : LayerDetail
{
    /// <inheritdoc/>
    public override Layer Layer => Layer.Tcp;
}

/// <summary>The connection was accepted (or, on a client, opened).</summary>
/// <param name="Remote">The peer's address and port.</param>
/// <param name="Local">This side's address and port.</param>
/// <param name="ByThisSide">True on a client: this side asked for it.</param>
public sealed record TcpOpened(string Remote, string Local, bool ByThisSide = false) : TcpDetail
{
    /// <inheritdoc/>
    public override string Kind => "opened";

    /// <inheritdoc/>
    public override string Summary => ByThisSide ? $"{Local} -> {Remote}" : $"{Remote} -> {Local}";
}

/// <summary>One side will send no more: a FIN.</summary>
/// <param name="ByPeer">True when the peer's FIN was seen; false when this side sent one.</param>
public sealed record TcpHalfClosed(bool ByPeer) : TcpDetail
{
    /// <inheritdoc/>
    public override string Kind => "halfClosed";

    /// <inheritdoc/>
    public override string Summary => ByPeer ? "the peer sends no more (FIN)" : "this side sends no more (FIN)";
}

/// <summary>The connection was cut off: a RST, or an abort.</summary>
/// <param name="ByPeer">True when the peer's RST was seen; false when this side aborted.</param>
/// <param name="Reason">What the system or this side gave as the reason, if anything.</param>
public sealed record TcpReset(bool ByPeer, string? Reason) : TcpDetail
{
    /// <inheritdoc/>
    public override string Kind => "reset";

    /// <inheritdoc/>
    public override string Summary => (ByPeer ? "reset by the peer (RST)" : "aborted by this side") + (Reason is null ? "" : $": {Reason}");
}

/// <summary>The kernel's view of the connection (Linux <c>tcp_info</c>).</summary>
public sealed record TcpSample(TcpStatistics Statistics) : TcpDetail
{
    /// <inheritdoc/>
    public override string Kind => "sample";

    /// <inheritdoc/>
    public override string Summary =>
        $"rtt {Statistics.RttMicroseconds} µs, {Statistics.Retransmits} retransmits, {Statistics.NotSentBytes} B not sent";
}

/// <summary>Figures of Linux <c>tcp_info</c>. Times are microseconds.</summary>
public sealed record TcpStatistics(
    long RttMicroseconds,
    long RttVarianceMicroseconds,
    long MinimumRttMicroseconds,
    long Retransmits,
    long Unacknowledged,
    long NotSentBytes)
{
    /// <summary>Milliseconds since data was last received.</summary>
    public long LastDataReceivedMilliseconds { get; init; }

    /// <summary>Milliseconds since an acknowledgement was last received.</summary>
    public long LastAcknowledgementMilliseconds { get; init; }

    /// <summary>Bytes a second, as the kernel last estimated it.</summary>
    public long DeliveryRate { get; init; }

    /// <summary>Microseconds that sending was held up by the peer's receive window.</summary>
    public long ReceiveWindowLimitedMicroseconds { get; init; }

    /// <summary>Microseconds that sending was held up by this side's send buffer.</summary>
    public long SendBufferLimitedMicroseconds { get; init; }
}

/// <summary>The connection is over: its last event.</summary>
/// <param name="Close">Who closed it, at which layer, and why.</param>
/// <param name="Lifetime">From opening to now.</param>
/// <param name="Counters">What went over it.</param>
public sealed record TcpClosed(Diagnosis.CloseReport Close, TimeSpan Lifetime, ConnectionCounters Counters) : TcpDetail
{
    /// <inheritdoc/>
    public override string Kind => "closed";

    /// <inheritdoc/>
    public override string Summary => Close.Sentence;

    /// <summary>Who, where, which code, why, after how long, how much: in one line, for logs and terminals.</summary>
    [JsonIgnore]
    public string Story => string.Create(
        CultureInfo.InvariantCulture,
        $"by {Close.By.ToString().ToLowerInvariant()} at {LayerNames.Of(Close.Layer)}{(Close.Code is { } code ? $", code {code}" : "")}, {Close.Cause}: "
        + $"{Ended(PrintableText.OneLine(Close.Sentence, 400))} After {Lifetime.TotalSeconds:0.0} s; received {Counters.BytesReceived} B in {Counters.FramesReceived} frames, "
        + $"sent {Counters.BytesSent} B in {Counters.FramesSent} frames.");

    /// <summary>What a stranger wrote may end a sentence, and need not end with a full stop.</summary>
    private static string Ended(string sentence) => sentence is [.., '.' or '!' or '?' or '…'] ? sentence : sentence + ".";
}
