using System.Buffers;
using RealtimeHello.Layers.SignalR;
using RealtimeHello.Layers.WebSockets;

namespace RealtimeHello.Recording.Masking;

/// <summary>
/// Overwrites the values of secret properties in one direction's WebSocket messages, in place and at the same length, under the frames' own
/// masking. JSON and, behind its handshake, SignalR's MessagePack are looked into; a compressed message is overwritten whole, since nothing
/// in it can be. Takes a direction's bytes behind the upgrade in order, cut anywhere.
/// <code>
/// Header -> (no payload: Header) | Payload -> Header
/// </code>
/// </summary>
public sealed class PayloadMasker(SecretNames names)
{
    private readonly JsonPropertyMasker json = new(names);
    private readonly byte[] header = new byte[WebSocketFrameHeader.MaximumLength];
    private MessagePackPropertyMasker? messagePack;
    private int headerLength;
    private WebSocketFrameHeader frame;
    private ulong payloadLeft;
    private int keyAt;
    private bool isCompressed;
    private bool handshakeIsOver;
    private Beginning beginning;

    /// <summary>Masks what is secret in <paramref name="bytes"/>.</summary>
    /// <param name="bytes">What follows the bytes before.</param>
    /// <param name="speaksSignalR">False when it is known that this is another protocol.</param>
    /// <param name="hubProtocol">The hub protocol that the client asked for; null: none, or not known yet.</param>
    public void Mask(Span<byte> bytes, bool speaksSignalR, string? hubProtocol)
    {
        foreach (ref var b in bytes)
        {
            if (payloadLeft == 0) NextOfHeader(b, speaksSignalR);
            else NextOfPayload(ref b, speaksSignalR, speaksSignalR && HubProtocols.IsMessagePack(hubProtocol));
        }
    }

    private void NextOfHeader(byte b, bool speaksSignalR)
    {
        header[headerLength++] = b;
        if (WebSocketFrameHeader.TryRead(header.AsSpan(0, headerLength), out frame) == OperationStatus.NeedMoreData) return;
        headerLength = 0;
        keyAt = 0;
        payloadLeft = frame.PayloadLength;
        if (frame.IsControl || frame.Opcode == WebSocketOpcode.Continuation) return;
        isCompressed = frame.Rsv1;
        // Another protocol's texts end with their messages; SignalR's end with their separator, and a message may hold half of one.
        if (!handshakeIsOver || !speaksSignalR) json.Reset();
    }

    private void NextOfPayload(ref byte b, bool speaksSignalR, bool isMessagePack)
    {
        var key = frame.Masked ? (byte)(frame.MaskingKey >> (24 - (8 * (keyAt & 3)))) : (byte)0;
        keyAt++;
        payloadLeft--;
        if (frame.IsControl) return;
        var plain = (byte)(b ^ key);
        b = (byte)(Stored(plain, speaksSignalR, isMessagePack) ^ key);
    }

    private byte Stored(byte plain, bool speaksSignalR, bool isMessagePack)
    {
        if (isCompressed) return (byte)'*';
        if (beginning.Look(plain, speaksSignalR && frame.Opcode != WebSocketOpcode.Text))
        {
            messagePack = new MessagePackPropertyMasker(names);
            foreach (var seen in beginning.Seen) messagePack.Next(seen);
            return plain;
        }

        if (beginning.IsMessagePack) return messagePack!.Next(plain);
        if (handshakeIsOver && isMessagePack) return (messagePack ??= new MessagePackPropertyMasker(names)).Next(plain);
        if (plain == JsonPropertyMasker.RecordSeparator) handshakeIsOver = true;
        return json.Next(plain);
    }

    /// <summary>
    /// Where a stateful reconnect goes on with MessagePack there is no handshake: the first message tells. Behind its length stands an array of at least two, whose first item is a message's type: no text begins
    /// so. Nothing secret can stand in these bytes.
    /// <code>
    /// Length -> Array -> Type -> (MessagePack)    any -> (Other)
    /// </code>
    /// </summary>
    private struct Beginning
    {
        private const int Longest = 5;

        private Bytes bytes;
        private int count;
        private State state;

        private enum State : byte
        {
            Length,
            Array,
            Type,
            MessagePack,
            Other,
        }

        public readonly bool IsMessagePack => state == State.MessagePack;

        [System.Diagnostics.CodeAnalysis.UnscopedRef]
        public readonly ReadOnlySpan<byte> Seen => ((ReadOnlySpan<byte>)bytes)[..count];

        /// <summary>Looks at the next byte of a direction's payloads; true: now it is known that they are MessagePack, from the first one on.</summary>
        public bool Look(byte b, bool mayBe)
        {
            if (state is State.MessagePack or State.Other) return false;
            bytes[count++] = b;
            state = !mayBe ? State.Other : state switch
            {
                State.Length when b >= 0x80 => count < Longest ? State.Length : State.Other,
                State.Length => State.Array,
                State.Array => b is >= 0x92 and <= 0x9F ? State.Type : State.Other,
                // A number in one byte, or in as many as an encoder likes.
                _ => b is (>= 1 and <= 9) or (>= 0xCC and <= 0xD3) ? State.MessagePack : State.Other,
            };
            return state == State.MessagePack;
        }

        [System.Runtime.CompilerServices.InlineArray(Longest + 2)]
        private struct Bytes
        {
            private byte first;
        }
    }
}
