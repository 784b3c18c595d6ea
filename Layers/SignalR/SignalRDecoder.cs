using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.SignalR.Json;
using RealtimeHello.Layers.SignalR.MessagePack;

namespace RealtimeHello.Layers.SignalR;

/// <summary>
/// One direction of SignalR over a WebSocket: the handshake, then hub messages.
/// <code>
/// Handshake -> (request sent, or response without an error: Messages)
/// Handshake -> (Sequence, which goes on with an earlier connection: Messages)
/// Handshake -> (no handshake, refused, fault: Done)
/// </code>
/// </summary>
/// <remarks>https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md</remarks>
internal sealed class SignalRDecoder : LayerDecoder
{
    private const byte RecordSeparator = 0x1E;

    /// <summary>Bytes of a Sequence message in MessagePack: an array of two, 9, and a number.</summary>
    private const byte ShortestSequence = 3;
    private const byte LongestSequence = 11;

    private readonly SignalRConversation conversation;
    private readonly DecoderLimits limits;
    private readonly bool fromClient;
    private readonly bool readsMessages;
    private readonly IHubMessageCount? counter;
    private HubMessageDecoder? messages;
    private PooledBytes gathered;
    private long start;
    private bool toldOfMissingEnd;
    private State state;

    /// <summary>Begins with the handshake, or behind it when the conversation's protocol, or that which the client asked for, is known already.</summary>
    public SignalRDecoder(ILayerOutput output, SignalRConversation conversation, bool fromClient, DecodingDepth depth, DecoderLimits limits, IHubMessageCount? counter = null)
        : base(output)
    {
        this.counter = counter;
        this.conversation = conversation;
        this.limits = limits;
        this.fromClient = fromClient;
        readsMessages = depth == DecodingDepth.Full;
        if (conversation.IsAccepted || (fromClient && conversation.RequestedProtocol is not null)) state = State.Messages;
    }

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
        State.Messages => readsMessages,
        _ => false,
    };

    /// <summary>No hub message was begun and not finished.</summary>
    public bool IsBetweenMessages => gathered.Length == 0 && messages is null or { IsBetweenMessages: true };

    /// <inheritdoc/>
    public override void Push(ReadOnlySpan<byte> bytes, ByteSource source)
    {
        if (state == State.Handshake) GatherHandshake(bytes, source);
        else if (state == State.Messages && readsMessages) PushMessages(bytes, source);
        else if (state == State.Messages) counter?.Count(bytes);
    }

    /// <summary>A WebSocket message ended. The client's handshake does not go beyond its first one.</summary>
    /// <param name="end">Where the message ends.</param>
    public void EndOfMessage(long end)
    {
        if (!fromClient || state != State.Handshake) return;
        if (gathered.Length == 0 || HandshakeReader.TryReadRequest(gathered.Span) is null)
        {
            GiveUp(default);
            return;
        }

        // It is SignalR's, and the server goes on waiting for its end.
        if (!toldOfMissingEnd)
            Output.Emit(new DecodeFault(Layer.SignalR, "SignalR handshake", "The handshake message is not ended by 0x1E."), new ByteRange(start, end));
        toldOfMissingEnd = true;
    }

    /// <inheritdoc/>
    public override void Complete(StreamEnding ending, long offset)
    {
        messages?.Complete(ending, offset);
        Close();
    }

    /// <summary>Nothing more is decoded; gives back what was held.</summary>
    public void Close()
    {
        gathered.Clear();
        messages?.Close();
        messages = null;
        state = State.Done;
    }

    private void GatherHandshake(ReadOnlySpan<byte> bytes, ByteSource source)
    {
        if (bytes.IsEmpty) return;
        if (gathered.Length == 0) start = source.Of(0, 1).Start;
        if (MayResume && IsBinary(bytes))
        {
            GatherSequence(bytes, source);
            return;
        }

        var end = bytes.IndexOf(RecordSeparator);
        var part = end < 0 ? bytes : bytes[..end];
        var room = limits.HandshakeBytes - gathered.Length;
        if ((gathered.Length == 0 && part is not [(byte)'{', ..]) || part.Length > room)
        {
            var last = part.Length > room ? room : 0;
            GiveUp(new ByteRange(start, source.Of(last, last + 1).End));
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

    /// <summary>Behind a handshake's request there is no resuming.</summary>
    private bool MayResume => conversation.IsResumed || conversation.RequestedProtocol is null;

    /// <summary>What is gathered, or else comes first, is the length of a short MessagePack message, which no JSON begins with.</summary>
    private bool IsBinary(ReadOnlySpan<byte> bytes) => (gathered.Length > 0 ? gathered.Span : bytes)[0] is >= ShortestSequence and <= LongestSequence;

    private void GatherSequence(ReadOnlySpan<byte> bytes, ByteSource source)
    {
        var length = 1 + (gathered.Length > 0 ? gathered.Span : bytes)[0];
        var count = Math.Min(bytes.Length, length - gathered.Length);
        gathered.Append(bytes[..count]);
        if (gathered.Length < length) return;
        if (MessagePackHubMessageReader.Read(gathered.Span[1..], limits) is SequenceMessage sequence) Resume(HubProtocols.MessagePack, sequence, new ByteRange(start, source.Of(count - 1, count).End));
        else GiveUp(default);
        gathered.Clear();
        if (state == State.Messages && count < bytes.Length) Push(bytes[count..], source.From(count));
    }

    /// <summary>The text's first message goes on with an earlier connection.</summary>
    private bool TryResume(ByteRange range)
    {
        if (!MayResume || JsonHubMessageReader.Read(gathered.Span, limits) is not SequenceMessage sequence) return false;
        Resume(HubProtocols.Json, sequence, range);
        return true;
    }

    private void Resume(string protocol, SequenceMessage sequence, ByteRange range)
    {
        conversation.IsResumed = conversation.IsAccepted = true;
        conversation.RequestedProtocol = protocol;
        BeginMessages();
        if (readsMessages) Output.Emit(sequence, range);
        else counter?.CountOne();
    }

    private void EndRequest(ByteRange range)
    {
        if (TryResume(range)) return;
        if (HandshakeReader.TryReadRequest(gathered.Span) is not { } request)
        {
            GiveUp(range);
            return;
        }

        Output.Emit(request, range);
        conversation.RequestedProtocol = HubProtocols.NameOf(request.Protocol);
        BeginMessages();
    }

    private void EndResponse(ByteRange range)
    {
        if (TryResume(range)) return;
        if (HandshakeReader.TryReadResponse(gathered.Span, out var problem) is not { } response)
        {
            GiveUp(range, problem);
            return;
        }

        Output.Emit(response, range);
        conversation.IsAccepted = response.Error is null;
        if (response.Error is null) BeginMessages();
        else Close();
    }

    private void BeginMessages()
    {
        state = State.Messages;
        counter?.BeginCount(conversation.RequestedProtocol);
    }

    /// <summary>This is no handshake: of the client's first message that says another protocol, of the answer to a handshake that it is broken.</summary>
    private void GiveUp(ByteRange range, string problem = "It is not a JSON object that 0x1E ends.")
    {
        if (fromClient) conversation.IsNotSignalR = true;
        else if (conversation.RequestedProtocol is not null)
            Output.Emit(new DecodeFault(Layer.SignalR, "SignalR handshake", $"The answer to the handshake can't be read. {problem}"), range);
        Close();
    }

    private void PushMessages(ReadOnlySpan<byte> bytes, ByteSource source)
    {
        if (bytes.IsEmpty) return;
        messages ??= conversation.RequestedProtocol switch
        {
            HubProtocols.Json => new JsonHubMessageDecoder(Output, limits),
            var protocol when HubProtocols.IsMessagePack(protocol) => new MessagePackHubMessageDecoder(Output, limits),
            _ => null,
        };
        if (messages is not null)
        {
            messages.Push(bytes, source);
            return;
        }

        if (conversation.RequestedProtocol is { } unknown)
            Output.Emit(new Gap(Layer.SignalR, null, $"messages of hub protocol {PrintableText.OneLine(unknown, 40)} are not decoded"), source.Of(0, 1));
        Close();
    }
}
