using RealtimeHello.Layers;

namespace RealtimeHello.Recording.Journals;

/// <summary>Entries that nothing is appended to and nothing is dropped of any more, as an <see cref="EntryPacker"/> packed them.</summary>
/// <param name="Bytes">The entries; shorter than <paramref name="Length"/> where they are compressed.</param>
/// <param name="Length">Bytes of the entries when they are unpacked.</param>
/// <param name="Dictionary">What they were compressed with, shared by many.</param>
/// <param name="Attached">What is attached to the entries.</param>
/// <param name="LastNumber">Of the last entry.</param>
internal sealed record PackedEntries(byte[] Bytes, int Length, byte[] Dictionary, object?[] Attached, long LastNumber)
{
    /// <summary>Memory beside the bytes, about.</summary>
    private const int Overhead = 96;

    /// <summary>Memory in use, in bytes.</summary>
    public long Size => Overhead + Bytes.Length + (Attached.Length * IntPtr.Size);
}
