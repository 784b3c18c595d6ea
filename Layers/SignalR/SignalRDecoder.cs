using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Layers.SignalR;

/// <summary>
/// One direction of SignalR over a WebSocket: the handshake, then hub messages.
/// <code>
/// Handshake -> (accepted: Messages)
/// Handshake -> (no handshake, refused, fault: Done)
/// </code>
/// </summary>
/// <remarks>https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md</remarks>
internal sealed class SignalRDecoder(ILayerOutput output, SignalRConversation conversation, bool fromClient, DecodingDepth depth, DecoderLimits limits)
    : LayerDecoder(output)
{
    private const byte RecordSeparator = 0x1E;

    private PooledBytes gathered;
    private long start;
    private State state;

    private enum State : byte
    {
        Handshake,
        Messages,
        Done,
    }

    /// <summary>False when nothing that comes is of interest.</summary>
    public bool WantsMore => state switch
    {
        State.Handshake => !conversation.IsNotSignalR,
        State.Messages => depth == DecodingDepth.Full,
        _ => false,
    };

    /// <summary>No hub message was begun and not finished.</summary>
    public bool IsBetweenMessages => gathered.Length == 0;

    /// <inheritdoc/>
    public override void Push(ReadOnlySpan<byte> bytes, ByteSource source)
    {
        if (state == State.Handshake) GatherHandshake(bytes, source);
    }

    /// <summary>A WebSocket message ended. A handshake does not go beyond it.</summary>
    public void EndOfMessage()
    {
        if (state == State.Handshake) GiveUpHandshake();
    }

    /// <inheritdoc/>
    public override void Complete(StreamEnding ending, long offset) => Close();

    /// <summary>Nothing more is decoded; gives back what was held.</summary>
    public void Close()
    {
        gathered.Clear();
        state = State.Done;
    }

    private void GatherHandshake(ReadOnlySpan<byte> bytes, ByteSource source)
    {
        if (bytes.IsEmpty) return;
        if (gathered.Length == 0) start = source.Of(0, 1).Start;
        var end = bytes.IndexOf(RecordSeparator);
        var part = end < 0 ? bytes : bytes[..end];
        if ((gathered.Length == 0 && part is not [(byte)'{', ..]) || gathered.Length + part.Length > limits.HandshakeBytes)
        {
            GiveUpHandshake();
            return;
        }

        gathered.Append(part);
        if (end < 0) return;

        var range = new ByteRange(start, source.Of(end, end + 1).End);
        if (fromClient) EndRequest(range);
        else EndResponse(range);
        gathered.Clear();
        if (state == State.Messages && end + 1 < bytes.Length) Push(bytes[(end + 1)..], source.From(end + 1));
    }

    private void EndRequest(ByteRange range)
    {
        if (HandshakeReader.TryReadRequest(gathered.Span) is not { } request)
        {
            GiveUpHandshake();
            return;
        }

        Output.Emit(request, range);
        conversation.RequestedProtocol = request.Protocol;
        state = State.Messages;
    }

    private void EndResponse(ByteRange range)
    {
        if (HandshakeReader.TryReadResponse(gathered.Span, out var problem) is not { } response)
        {
            if (conversation.RequestedProtocol is not null)
                Output.Emit(new DecodeFault(Layer.SignalR, "SignalR handshake", $"The answer to the handshake can't be read. {problem}"), range);
            Close();
            return;
        }

        Output.Emit(response, range);
        conversation.IsAccepted = response.Error is null;
        conversation.IsRefused = response.Error is not null;
        if (response.Error is null) state = State.Messages;
        else Close();
    }

    private void GiveUpHandshake()
    {
        if (fromClient) conversation.IsNotSignalR = true;
        Close();
    }
}
