using RealtimeHello.Layers.WebSockets;

namespace RealtimeHello.Layers.SignalR;

/// <summary>
/// Counts one direction's complete hub messages without decoding them: JSON by its record separators, MessagePack by its length prefixes. For lifecycle
/// depth, where a hub message must cost next to nothing. Compressed messages can't be counted so. A part of the direction's frame decoder: what every message needs lies together.
/// </summary>
internal struct HubMessageCounter
{
    private const byte RecordSeparator = 0x1E;
    private const int UnmaskedAtOnce = 512;
    private const int LongestPrefix = 5;

    private long left;
    private byte prefixLength;
    private Encoding encoding;

    private enum Encoding : byte
    {
        Unknown,
        Json,
        MessagePack,
    }

    /// <summary>Complete hub messages so far.</summary>
    public long Messages { get; private set; }

    /// <summary>What follows are hub messages of that protocol; of one that is not known nothing is counted.</summary>
    public void Begin(string? protocol) => encoding = protocol switch
    {
        HubProtocols.Json => Encoding.Json,
        _ when HubProtocols.IsMessagePack(protocol) => Encoding.MessagePack,
        _ => Encoding.Unknown,
    };

    /// <summary>A message that was read already.</summary>
    public void CountOne() => Messages++;

    /// <summary>The next payload bytes, as they stand on the wire.</summary>
    /// <param name="payload">The bytes.</param>
    /// <param name="header">The header of the frame that they are of.</param>
    /// <param name="position">Where they begin in the frame's payload.</param>
    public void Count(ReadOnlySpan<byte> payload, in WebSocketFrameHeader header, long position)
    {
        if (!header.Masked)
        {
            Count(payload);
            return;
        }

        Span<byte> unmasked = stackalloc byte[UnmaskedAtOnce];
        while (!payload.IsEmpty)
        {
            var step = payload[..Math.Min(payload.Length, UnmaskedAtOnce)];
            WebSocketMasking.Unmask(step, unmasked, header.MaskingKey, position);
            Count(unmasked[..step.Length]);
            payload = payload[step.Length..];
            position += step.Length;
        }
    }

    /// <summary>The next payload bytes, unmasked.</summary>
    public void Count(ReadOnlySpan<byte> payload)
    {
        if (encoding == Encoding.Json) Messages += CountJson(payload);
        else if (encoding == Encoding.MessagePack) CountPrefixed(payload);
    }

    /// <summary>The next payload is that message's. False: its bytes have to be counted.</summary>
    public bool TryCount(in WholeMessage message)
    {
        if (encoding == Encoding.Json) Messages += message.JsonMessages;
        if (encoding != Encoding.MessagePack) return true;
        if (left != 0 || prefixLength != 0 || message.MessagePackMessages is not { } whole) return false;
        Messages += whole;
        return true;
    }

    /// <summary>How many hub messages of JSON end in a payload.</summary>
    public static int CountJson(ReadOnlySpan<byte> payload) => payload.Count(RecordSeparator);

    /// <summary>Of how many hub messages of MessagePack a payload consists; null: not of whole ones.</summary>
    public static int? CountWholeMessagePack(ReadOnlySpan<byte> payload)
    {
        var counter = new HubMessageCounter { encoding = Encoding.MessagePack };
        counter.CountPrefixed(payload);
        return counter is { encoding: Encoding.MessagePack, left: 0, prefixLength: 0 } ? (int)counter.Messages : null;
    }

    private void CountPrefixed(ReadOnlySpan<byte> payload)
    {
        while (!payload.IsEmpty)
        {
            if (left > 0 && prefixLength == 0)
            {
                var count = (int)Math.Min(left, payload.Length);
                left -= count;
                payload = payload[count..];
                if (left == 0) Messages++;
                continue;
            }

            // A VarInt, the lowest seven bits first.
            left |= (long)(payload[0] & 0x7F) << (7 * prefixLength++);
            var isLast = (payload[0] & 0x80) == 0;
            payload = payload[1..];
            if (isLast) prefixLength = 0;
            if (isLast && left == 0) Messages++;
            if (isLast || prefixLength < LongestPrefix) continue;
            // Longer than a length can be: where the next one stands is not known.
            encoding = Encoding.Unknown;
            return;
        }
    }
}
