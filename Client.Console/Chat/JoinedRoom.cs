namespace RealtimeHello.Client.Chat;

/// <summary>A room that the user wants to be in. Used by the session's loop alone.</summary>
internal sealed class JoinedRoom(string name)
{
    public string Name => name;

    public RoomTimeline Timeline { get; } = new();

    /// <summary>Joined on the present link.</summary>
    public bool IsIn { get; set; }

    /// <summary>Not to be joined, or read, again before this.</summary>
    public DateTimeOffset? RetryAt { get; set; }

    /// <summary>When a gap was first seen; it may close by itself, messages overtake each other.</summary>
    public DateTimeOffset? GapSince { get; set; }
}
