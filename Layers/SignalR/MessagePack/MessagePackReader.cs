using System.Buffers.Binary;
using System.Text;

namespace RealtimeHello.Layers.SignalR.MessagePack;

/// <summary>
/// Reads MessagePack from memory. Never throws: the first <see cref="Problem"/> sticks, and everything read after it is empty.
/// </summary>
/// <remarks>https://github.com/msgpack/msgpack/blob/master/spec.md</remarks>
internal ref struct MessagePackReader(ReadOnlySpan<byte> bytes)
{
    private const int DeepestNesting = 64;

    private ReadOnlySpan<byte> left = bytes;

    /// <summary>What is wrong, in words; null while nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Bytes that were not read.</summary>
    public readonly int Rest => left.Length;

    public void Fail(string problem)
    {
        Problem ??= problem;
        left = default;
    }

    /// <summary>Reads nil, if that comes next.</summary>
    public bool TryReadNil()
    {
        if (left is not [0xC0, ..]) return false;
        left = left[1..];
        return true;
    }

    public long ReadArrayHeader()
    {
        var token = ReadToken();
        if (token.Kind == MessagePackKind.Array) return token.Length;
        Fail("an array is missing");
        return 0;
    }

    public long ReadMapHeader()
    {
        var token = ReadToken();
        if (token.Kind == MessagePackKind.Map) return token.Length;
        Fail("a map is missing");
        return 0;
    }

    public long ReadInteger()
    {
        var token = ReadToken();
        if (token.Kind == MessagePackKind.Integer) return token.Integer;
        Fail("a whole number is missing");
        return 0;
    }

    public bool ReadBoolean()
    {
        var token = ReadToken();
        if (token.Kind == MessagePackKind.Boolean) return token.Integer != 0;
        Fail("true or false is missing");
        return false;
    }

    /// <summary>Null for nil.</summary>
    public string? ReadString()
    {
        var token = ReadToken();
        if (token.Kind == MessagePackKind.String) return Encoding.UTF8.GetString(token.Content);
        if (token.Kind != MessagePackKind.Nil) Fail("a string is missing");
        return null;
    }

    /// <summary>Passes over one value, whatever it is.</summary>
    public void Skip() => Skip(0);

    /// <summary>The next value: all of it, or of an array or a map the header.</summary>
    public MessagePackToken ReadToken()
    {
        if (left.IsEmpty)
        {
            Fail("it ends too early");
            return default;
        }

        var b = left[0];
        left = left[1..];
        switch (b)
        {
            case <= 0x7F: return MessagePackToken.OfInteger(b);
            case <= 0x8F: return MessagePackToken.OfMap(b & 0xF);
            case <= 0x9F: return MessagePackToken.OfArray(b & 0xF);
            case <= 0xBF: return Content(MessagePackKind.String, b & 0x1F);
            case 0xC0: return MessagePackToken.OfNil();
            case 0xC2 or 0xC3: return MessagePackToken.OfBoolean(b == 0xC3);
            case 0xC4 or 0xC5 or 0xC6: return Content(MessagePackKind.Binary, ReadUnsigned(1 << (b - 0xC4)));
            case 0xC7 or 0xC8 or 0xC9: return Extension(ReadUnsigned(1 << (b - 0xC7)));
            case 0xCA: return MessagePackToken.OfReal(BinaryPrimitives.ReadSingleBigEndian(TakeOrZeros(4)));
            case 0xCB: return MessagePackToken.OfReal(BinaryPrimitives.ReadDoubleBigEndian(TakeOrZeros(8)));
            case 0xCC or 0xCD or 0xCE or 0xCF: return MessagePackToken.OfUnsigned(ReadUnsigned(1 << (b - 0xCC)));
            case 0xD0: return MessagePackToken.OfInteger((sbyte)TakeOrZeros(1)[0]);
            case 0xD1: return MessagePackToken.OfInteger(BinaryPrimitives.ReadInt16BigEndian(TakeOrZeros(2)));
            case 0xD2: return MessagePackToken.OfInteger(BinaryPrimitives.ReadInt32BigEndian(TakeOrZeros(4)));
            case 0xD3: return MessagePackToken.OfInteger(BinaryPrimitives.ReadInt64BigEndian(TakeOrZeros(8)));
            case >= 0xD4 and <= 0xD8: return Extension(1ul << (b - 0xD4));
            case 0xD9 or 0xDA or 0xDB: return Content(MessagePackKind.String, ReadUnsigned(1 << (b - 0xD9)));
            case 0xDC or 0xDD: return MessagePackToken.OfArray((long)ReadUnsigned(2 << (b - 0xDC)));
            case 0xDE or 0xDF: return MessagePackToken.OfMap((long)ReadUnsigned(2 << (b - 0xDE)));
            case >= 0xE0: return MessagePackToken.OfInteger((sbyte)b);
            default:
                Fail("byte 0xC1 begins no value");
                return default;
        }
    }

    private void Skip(int depth)
    {
        if (depth > DeepestNesting)
        {
            Fail($"it is nested more than {DeepestNesting} deep");
            return;
        }

        var token = ReadToken();
        var values = token.Kind switch { MessagePackKind.Array => token.Length, MessagePackKind.Map => token.Length * 2, _ => 0 };
        for (; values > 0 && Problem is null; values--) Skip(depth + 1);
    }

    private MessagePackToken Content(MessagePackKind kind, int length) => Content(kind, (ulong)length);

    private MessagePackToken Content(MessagePackKind kind, ulong length) => MessagePackToken.OfContent(kind, Take(length), 0);

    private MessagePackToken Extension(ulong length)
    {
        var type = (sbyte)TakeOrZeros(1)[0];
        return MessagePackToken.OfContent(MessagePackKind.Extension, Take(length), type);
    }

    private ulong ReadUnsigned(int size)
    {
        var value = 0ul;
        foreach (var b in TakeOrZeros(size)) value = (value << 8) | b;
        return value;
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)left.Length)
        {
            Fail("it ends too early");
            return default;
        }

        var taken = left[..(int)length];
        left = left[(int)length..];
        return taken;
    }

    private ReadOnlySpan<byte> TakeOrZeros(int length)
    {
        var taken = Take((ulong)length);
        return taken.Length == length ? taken : "\0\0\0\0\0\0\0\0"u8[..length];
    }
}
