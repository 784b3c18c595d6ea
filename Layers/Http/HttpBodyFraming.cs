namespace RealtimeHello.Layers.Http;

/// <summary>How the end of a body is known (RFC 9112 6.3).</summary>
/// <param name="Kind">In which way.</param>
/// <param name="Length">Bytes, of a body of known length.</param>
/// <param name="Problem">Why it can't be known; then nothing after the head can be decoded.</param>
internal readonly record struct HttpBodyFraming(HttpBodyKind Kind, long Length, string? Problem)
{
    public static HttpBodyFraming None => default;

    public static HttpBodyFraming Chunked => new(HttpBodyKind.Chunked, 0, null);

    public static HttpBodyFraming UntilClose => new(HttpBodyKind.UntilClose, 0, null);

    public static HttpBodyFraming OfLength(long length) => length == 0 ? None : new(HttpBodyKind.OfLength, length, null);

    public static HttpBodyFraming Broken(string problem) => new(HttpBodyKind.None, 0, problem);
}

internal enum HttpBodyKind : byte
{
    None,
    OfLength,
    Chunked,
    UntilClose,
}
