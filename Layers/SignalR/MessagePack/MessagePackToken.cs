namespace RealtimeHello.Layers.SignalR.MessagePack;

internal enum MessagePackKind : byte
{
    /// <summary>Nothing could be read.</summary>
    None,
    Nil,
    Boolean,
    Integer,

    /// <summary>A whole number above 2^63-1.</summary>
    LargeInteger,
    Real,
    String,
    Binary,
    Array,
    Map,
    Extension,
}

/// <summary>One value of MessagePack, or the header of an array or a map.</summary>
internal readonly ref struct MessagePackToken
{
    public MessagePackKind Kind { get; private init; }

    /// <summary>Of a whole number; 1 for true. A <see cref="MessagePackKind.LargeInteger"/> in two's complement.</summary>
    public long Integer { get; private init; }

    public double Real { get; private init; }

    /// <summary>Values of an array, pairs of a map.</summary>
    public long Length { get; private init; }

    /// <summary>The bytes of a string, of binary data, or of an extension.</summary>
    public ReadOnlySpan<byte> Content { get; private init; }

    /// <summary>The extension's type.</summary>
    public sbyte Extension { get; private init; }

    public static MessagePackToken OfNil() => new() { Kind = MessagePackKind.Nil };

    public static MessagePackToken OfBoolean(bool value) => new() { Kind = MessagePackKind.Boolean, Integer = value ? 1 : 0 };

    public static MessagePackToken OfInteger(long value) => new() { Kind = MessagePackKind.Integer, Integer = value };

    public static MessagePackToken OfUnsigned(ulong value) =>
        new() { Kind = value > long.MaxValue ? MessagePackKind.LargeInteger : MessagePackKind.Integer, Integer = (long)value };

    public static MessagePackToken OfReal(double value) => new() { Kind = MessagePackKind.Real, Real = value };

    public static MessagePackToken OfArray(long length) => new() { Kind = MessagePackKind.Array, Length = length };

    public static MessagePackToken OfMap(long length) => new() { Kind = MessagePackKind.Map, Length = length };

    public static MessagePackToken OfContent(MessagePackKind kind, ReadOnlySpan<byte> content, sbyte extension) =>
        new() { Kind = kind, Content = content, Extension = extension };
}
