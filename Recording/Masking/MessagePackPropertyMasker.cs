using System.Text;

namespace RealtimeHello.Recording.Masking;

/// <summary>
/// Overwrites the values of secret names in the maps of SignalR's MessagePack messages, byte by byte, so that a message keeps its length and
/// stays MessagePack: text becomes <c>*</c>, numbers and bytes 0, true and false nil; of a map or an array everything inside. Never throws.
/// <code>
/// Prefix -> Type -> (Length -> (Body -> Type | Type) | Body -> Type | Type) -> (message's end: Prefix)
/// </code>
/// </summary>
/// <remarks>https://github.com/msgpack/msgpack/blob/master/spec.md; each message has its length before it, as a VarInt of 7 bits a byte.</remarks>
internal sealed class MessagePackPropertyMasker(SecretNames names)
{
    /// <summary>Maps and arrays within each other that are told apart; whatever stands deeper is masked.</summary>
    private const int DeepestLevel = 64;

    private readonly Level[] levels = new Level[DeepestLevel];
    private readonly byte[] name = new byte[SecretNames.LongestName * 3];
    private State state;
    private long messageLeft;
    private int prefixShift;
    private int depth;
    private Body body;
    private int lengthBytes;
    private ulong length;
    private ulong bodyAt;
    private bool valueIsSecret;

    private enum State : byte
    {
        Prefix,
        Type,
        Length,
        Body,
    }

    private enum Body : byte
    {
        Text,
        Bytes,
        Extension,
        Array,
        Map,
    }

    private record struct Level(bool IsMap, ulong Left, bool IsSecret);

    private bool IsName => depth > 0 && depth <= DeepestLevel && levels[depth - 1] is { IsMap: true } level && level.Left % 2 == 0;

    private bool IsSecret => depth > DeepestLevel || (!IsName && (valueIsSecret || (depth > 0 && levels[depth - 1].IsSecret)));

    /// <summary>The next byte; returns what is stored for it.</summary>
    public byte Next(byte b)
    {
        if (state == State.Prefix)
        {
            messageLeft |= (long)(b & 0x7F) << prefixShift;
            prefixShift += 7;
            if ((b & 0x80) != 0 && prefixShift < 35) return b;
            prefixShift = 0;
            depth = 0;
            valueIsSecret = false;
            state = messageLeft == 0 ? State.Prefix : State.Type;
            return b;
        }

        var stored = state switch
        {
            State.Type => NextType(b),
            State.Length => NextOfLength(b),
            _ => NextOfBody(b),
        };
        // Whatever the message holds, the next one begins behind it.
        if (--messageLeft == 0) state = State.Prefix;
        return stored;
    }

    private byte NextType(byte b)
    {
        var isSecret = IsSecret;
        switch (b)
        {
            case <= 0x7F or >= 0xE0:
                EndItem();
                return isSecret ? (byte)0 : b;
            case <= 0x8F:
                Open(Body.Map, (ulong)(b & 0x0F));
                break;
            case <= 0x9F:
                Open(Body.Array, (ulong)(b & 0x0F));
                break;
            case <= 0xBF:
                BeginBody(Body.Text, (ulong)(b & 0x1F));
                break;
            case 0xC2 or 0xC3:
                EndItem();
                return isSecret ? (byte)0xC0 : b;
            case 0xC0 or 0xC1:
                EndItem();
                break;
            case 0xC4 or 0xC5 or 0xC6:
                BeginLength(Body.Bytes, 1 << (b - 0xC4));
                break;
            case 0xC7 or 0xC8 or 0xC9:
                BeginLength(Body.Extension, 1 << (b - 0xC7));
                break;
            case 0xCA or 0xCB:
                BeginBody(Body.Bytes, 4UL << (b - 0xCA));
                break;
            case >= 0xCC and <= 0xCF:
                BeginBody(Body.Bytes, 1UL << (b - 0xCC));
                break;
            case >= 0xD0 and <= 0xD3:
                BeginBody(Body.Bytes, 1UL << (b - 0xD0));
                break;
            case >= 0xD4 and <= 0xD8:
                BeginBody(Body.Extension, 1 + (1UL << (b - 0xD4)));
                break;
            case 0xD9 or 0xDA or 0xDB:
                BeginLength(Body.Text, 1 << (b - 0xD9));
                break;
            case 0xDC or 0xDD:
                BeginLength(Body.Array, 2 << (b - 0xDC));
                break;
            default:
                BeginLength(Body.Map, 2 << (b - 0xDE));
                break;
        }

        return b;
    }

    private void BeginLength(Body of, int bytes)
    {
        body = of;
        lengthBytes = bytes;
        length = 0;
        state = State.Length;
    }

    private byte NextOfLength(byte b)
    {
        length = (length << 8) | b;
        if (--lengthBytes > 0) return b;
        if (body is Body.Array or Body.Map) Open(body, length);
        else BeginBody(body, body == Body.Extension ? length + 1 : length);
        return b;
    }

    private void BeginBody(Body of, ulong bytes)
    {
        body = of;
        length = bytes;
        bodyAt = 0;
        state = State.Body;
        if (bytes == 0) EndBody();
    }

    private byte NextOfBody(byte b)
    {
        var stored = b;
        // An extension's first byte is its type: a timestamp stays one.
        if (IsSecret && !(body == Body.Extension && bodyAt == 0)) stored = body == Body.Text ? (byte)'*' : (byte)0;
        if (bodyAt < (ulong)name.Length) name[bodyAt] = b;
        if (++bodyAt == length) EndBody();
        return stored;
    }

    private void EndBody()
    {
        if (!IsName)
        {
            EndItem();
            return;
        }

        var secret = body == Body.Text && length <= (ulong)name.Length && IsSecretName();
        EndItem();
        valueIsSecret = secret;
    }

    private bool IsSecretName()
    {
        Span<char> characters = stackalloc char[SecretNames.LongestName * 3];
        return names.IsSecretProperty(characters[..Encoding.UTF8.GetChars(name.AsSpan(0, (int)length), characters)]);
    }

    private void Open(Body of, ulong items)
    {
        var secret = IsSecret;
        valueIsSecret = false;
        state = State.Type;
        if (items == 0)
        {
            EndItem();
            return;
        }

        depth++;
        if (depth <= DeepestLevel) levels[depth - 1] = new Level(of == Body.Map, of == Body.Map ? items * 2 : items, secret);
    }

    private void EndItem()
    {
        valueIsSecret = false;
        state = State.Type;
        // Below the deepest level nothing is told apart any more: all is masked until the message ends.
        while (depth is > 0 and <= DeepestLevel && --levels[depth - 1].Left == 0) depth--;
    }
}
