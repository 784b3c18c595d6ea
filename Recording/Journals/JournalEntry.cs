using RealtimeHello.Layers;

namespace RealtimeHello.Recording.Journals;

/// <summary>One chunk, one run of bytes that was not stored, or one local fact.</summary>
internal readonly struct JournalEntry
{
    /// <summary>Rises over the whole journal.</summary>
    public required long Number { get; init; }

    /// <summary>UTC ticks.</summary>
    public required long Ticks { get; init; }

    /// <summary>Offset in the tap's stream; of a fact: 0.</summary>
    public long Offset { get; init; }

    /// <summary>How many bytes.</summary>
    public int Length { get; init; }

    public required EntryKind Kind { get; init; }

    public TapPoint Tap { get; init; }

    public Direction Direction { get; init; }

    /// <summary>The recording can be cut in front of this chunk, as far as its direction is concerned. Of a skipped run: it is whole HTTP exchanges that were left out.</summary>
    public bool BeginsMessage { get; init; }

    public LayerDetail? Fact { get; init; }

    /// <summary>The bytes of a chunk that several connections carry alike, kept once for all of them; null: they stand in the log.</summary>
    public byte[]? Shared { get; init; }

    /// <summary>Bytes of the plain tap, stored or not.</summary>
    public bool IsPlainRun => Kind is EntryKind.Chunk or EntryKind.Skipped && Tap == TapPoint.Plain;

    /// <summary>Bytes of the plain tap that go on with a message: their direction can't be cut in front of them.</summary>
    public bool GoesOn => IsPlainRun && !BeginsMessage;
}

internal enum EntryKind : byte
{
    Chunk,
    Skipped,
    Fact,
    FinishedFin,
    FinishedReset,

    /// <summary>In a capture: entries up to this number were evicted before they were written.</summary>
    Lost,

    /// <summary>For readers that begin in front of it: what was known there, see <see cref="KnownBefore"/>. No event.</summary>
    Known,
}
