using RealtimeHello.Contracts;

namespace RealtimeHello.Client.Chat;

/// <summary>
/// Puts a room's messages in the order of their numbers: each is handed out once, and none before those under it.
/// Messages that run ahead wait here, at most <see cref="MostAhead"/>; what is dropped beyond that is read again like anything missed.
/// </summary>
internal sealed class RoomTimeline
{
    public const int MostAhead = 500;

    private readonly SortedDictionary<long, ChatMessage> _ahead = [];

    /// <summary>Whether <see cref="Begin"/> was called.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Everything up to this number was handed out.</summary>
    public long Delivered { get; private set; }

    /// <summary>The highest number heard of.</summary>
    public long Highest { get; private set; }

    /// <summary>A message is known to exist that was not handed out.</summary>
    public bool HasGap => HasBegun && Highest > Delivered;

    /// <summary>Begins, or begins anew, after a number; everything up to it counts as handed out.</summary>
    public void Begin(long after)
    {
        HasBegun = true;
        Delivered = Highest = after;
        _ahead.Clear();
    }

    /// <summary>Hears of a number without its message, such as from a receipt.</summary>
    public void Notice(long number) => Highest = Math.Max(Highest, number);

    /// <returns>The messages that may be shown now, in order.</returns>
    public IReadOnlyList<ChatMessage> Accept(ChatMessage message)
    {
        if (!HasBegun || message.Number <= Delivered) return [];
        Notice(message.Number);
        if (message.Number > Delivered + 1)
        {
            if (_ahead.Count < MostAhead) _ahead.TryAdd(message.Number, message);
            return [];
        }

        List<ChatMessage> ready = [message];
        Delivered++;
        while (_ahead.Remove(Delivered + 1, out var next))
        {
            ready.Add(next);
            Delivered++;
        }

        // A message can be handed out by a reading of what was missed while its own copy waits here.
        while (_ahead.Count > 0 && _ahead.First().Key <= Delivered) _ahead.Remove(_ahead.First().Key);
        return ready;
    }
}
