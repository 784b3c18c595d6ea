namespace RealtimeHello.Recording.Journals;

/// <summary>The bytes of chunks that several connections carry alike, kept once for all of them. Nothing changes them.</summary>
internal sealed class SharedChunk(byte[] bytes)
{
    public ReadOnlySpan<byte> Bytes => bytes;
}
