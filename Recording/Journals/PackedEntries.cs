using System.Buffers;
using System.IO.Compression;
using RealtimeHello.Layers;

namespace RealtimeHello.Recording.Journals;

/// <summary>Entries that nothing is appended to and nothing is dropped of any more, compressed: heads and handshakes, which are kept for as long as their connection is there, and seldom looked at.</summary>
internal sealed class PackedEntries
{
    /// <summary>Memory beside the bytes, about.</summary>
    private const int Overhead = 96;

    private const int Quality = 4;
    private const int Window = 14;

    private readonly byte[] bytes;
    private readonly int length;
    private readonly LayerDetail?[] facts;

    public PackedEntries(EntryLog log, long lastNumber)
    {
        (var raw, facts, _) = log.Packed();
        LastNumber = lastNumber;
        length = raw.Length;
        var compressed = ArrayPool<byte>.Shared.Rent(BrotliEncoder.GetMaxCompressedLength(length));
        bytes = BrotliEncoder.TryCompress(raw, compressed, out var written, Quality, Window) && written < length ? compressed[..written] : raw;
        ArrayPool<byte>.Shared.Return(compressed);
    }

    /// <summary>Of the last entry.</summary>
    public long LastNumber { get; }

    /// <summary>Memory in use, in bytes.</summary>
    public long Size => Overhead + bytes.Length + (facts.Length * IntPtr.Size);

    /// <summary>The entries, to be read and let go of.</summary>
    public EntryLog Unpack()
    {
        var raw = bytes;
        if (bytes.Length < length)
        {
            raw = new byte[length];
            if (!BrotliDecoder.TryDecompress(bytes, raw, out _)) throw new InvalidOperationException("Packed entries can't be unpacked.");
        }

        return new EntryLog(raw, facts, default);
    }
}
