using RealtimeHello.Contracts;

namespace RealtimeHello.Client.Chat.Interactive;

/// <summary>A room as the user sees it.</summary>
internal sealed class ConversationRoom(string name)
{
    public string Name => name;

    public SortedSet<string> Members { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The others who type, in the order in which they began.</summary>
    public List<string> Typing { get; } = [];

    /// <summary>The lowest number that was shown; null before any.</summary>
    public long? Oldest { get; set; }

    /// <summary>Messages that came while the user looked at another room.</summary>
    public int Unread { get; set; }

    public void Show(ChatMessage message)
    {
        Oldest = Math.Min(Oldest ?? message.Number, message.Number);
        Typing.Remove(message.Author);
    }
}
