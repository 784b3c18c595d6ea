using System.Buffers;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace RealtimeHello.Recording.Journals;

/// <summary>
/// Packs the openings of a journal's connections: heads and handshakes, which are kept for as long as their connection is there, and seldom looked at. Those of one kind of client and one server
/// are nearly the same; so earlier ones are the dictionary for what comes (RFC 8878 5), and little more is kept of each than what tells it from the others. Thread-safe.
/// </summary>
internal sealed class EntryPacker
{
    private const int Level = 3;
    private const int LongestDictionary = 8 * 1024;

    /// <summary>Of what is shorter nothing is learned.</summary>
    private const int ShortestLesson = 256;

    /// <summary>The first few kinds of clients are learned at once, others now and then: each dictionary lives as long as what was packed with it.</summary>
    private const int QuickLessons = 4;
    private const int PacksBetweenLessons = 64;

    private readonly Lock gate = new();
    private Compressor? compressor;
    private Decompressor? decompressor;
    private byte[] dictionary = [];
    private byte[] dictionaryOfDecompressor = [];
    private long packs;
    private long nextLesson;
    private int lessons;

    /// <summary>Packs a whole log, from its first entry on.</summary>
    public PackedEntries Pack(EntryLog log, long lastNumber)
    {
        var (entries, attached, _) = log.Packed();
        var buffer = ArrayPool<byte>.Shared.Rent(Compressor.GetCompressBound(entries.Length));
        lock (gate)
        {
            compressor ??= MakeCompressor();
            var length = compressor.Wrap(entries, buffer);
            var packed = new PackedEntries(length < entries.Length ? buffer[..length] : entries, entries.Length, dictionary, attached, lastNumber);
            ArrayPool<byte>.Shared.Return(buffer);
            packs++;
            if (length > entries.Length / 3) Learn(entries);
            return packed;
        }
    }

    /// <summary>The entries, to be read and let go of.</summary>
    public EntryLog Unpack(PackedEntries packed)
    {
        if (packed.Bytes.Length == packed.Length) return new EntryLog(packed.Bytes, packed.Attached, default);
        var entries = new byte[packed.Length];
        lock (gate)
        {
            decompressor ??= new Decompressor();
            if (dictionaryOfDecompressor != packed.Dictionary) decompressor.LoadDictionary(packed.Dictionary);
            dictionaryOfDecompressor = packed.Dictionary;
            decompressor.Unwrap(packed.Bytes, entries);
        }

        return new EntryLog(entries, packed.Attached, default);
    }

    /// <summary>These were not much like those before: those that come may be like these.</summary>
    private void Learn(byte[] entries)
    {
        if (entries.Length < ShortestLesson || packs < nextLesson) return;
        nextLesson = ++lessons < QuickLessons ? packs : packs + PacksBetweenLessons;
        // An entry comes first: whatever a peer sent can't be taken for a dictionary in the format of its own.
        byte[] learned = [.. entries, .. dictionary];
        dictionary = learned.Length > LongestDictionary ? learned[..LongestDictionary] : learned;
        compressor!.LoadDictionary(dictionary);
    }

    /// <summary>Without what would say again what is known here.</summary>
    private static Compressor MakeCompressor()
    {
        var compressor = new Compressor(Level);
        compressor.SetParameter(ZSTD_cParameter.ZSTD_c_contentSizeFlag, 0);
        compressor.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 0);
        compressor.SetParameter(ZSTD_cParameter.ZSTD_c_dictIDFlag, 0);
        return compressor;
    }
}
