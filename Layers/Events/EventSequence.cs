using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace RealtimeHello.Layers;

/// <summary>
/// An event's place: the number of its chunk (given once, by the recorder, rising over the whole journal) and where in that chunk it stands.
/// The place is made of byte offset, layer and ordinal, not of a count of events, so that it does not depend on how deeply was decoded.
/// </summary>
/// <param name="Number">The number of the chunk or local fact.</param>
/// <param name="Offset">Offset in the tap's stream where the event's bytes begin; 0 for a local fact.</param>
/// <param name="Layer">The event's layer.</param>
/// <param name="Ordinal">Counts events of one layer that begin at one offset of one chunk.</param>
public readonly record struct EventSequence(long Number, long Offset, Layer Layer, int Ordinal) : IComparable<EventSequence>
{
    /// <summary>Stands behind every event of that chunk or fact, and in front of the next one's; it is no event's own.</summary>
    /// <param name="number">The number of the chunk or local fact.</param>
    public static EventSequence Behind(long number) => new(number, (1L << 48) - 1, Layer.Application, 0xfff);

    /// <inheritdoc/>
    public int CompareTo(EventSequence other)
    {
        var order = Number.CompareTo(other.Number);
        if (order == 0) order = Offset.CompareTo(other.Offset);
        if (order == 0) order = Layer.CompareTo(other.Layer);
        return order == 0 ? Ordinal.CompareTo(other.Ordinal) : order;
    }

    /// <summary>Text that sorts as the sequence does, of fixed width as long as fewer than 4,096 events of one layer begin at one place.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Number:x12}-{Offset:x12}-{(int)Layer:x1}{Ordinal:x3}");

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out EventSequence sequence)
    {
        sequence = default;
        if (text is not { Length: >= 30 and <= 34 } || text[12] != '-' || text[25] != '-') return false;
        if (!long.TryParse(text.AsSpan(0, 12), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            || !long.TryParse(text.AsSpan(13, 12), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var offset)
            || !int.TryParse(text.AsSpan(26, 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var layer)
            || !int.TryParse(text.AsSpan(27), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var ordinal)
            || layer > (int)Layer.Application)
            return false;
        sequence = new EventSequence(number, offset, (Layer)layer, ordinal);
        return true;
    }

    /// <summary>Whether <paramref name="left"/> stands before <paramref name="right"/>.</summary>
    public static bool operator <(EventSequence left, EventSequence right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> stands before <paramref name="right"/> or is it.</summary>
    public static bool operator <=(EventSequence left, EventSequence right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> stands after <paramref name="right"/>.</summary>
    public static bool operator >(EventSequence left, EventSequence right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> stands after <paramref name="right"/> or is it.</summary>
    public static bool operator >=(EventSequence left, EventSequence right) => left.CompareTo(right) >= 0;
}
