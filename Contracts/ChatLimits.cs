namespace RealtimeHello.Contracts;

/// <summary>The limits that server and clients share.</summary>
public static class ChatLimits
{
    /// <summary>Characters (UTF-16 code units) of a message's text.</summary>
    public const int TextLength = 2_000;

    /// <summary>Characters of a user's name.</summary>
    public const int UserNameLength = 24;

    /// <summary>Characters of a room's name.</summary>
    public const int RoomNameLength = 32;

    /// <summary>Messages that <see cref="IChatHub.JoinRoom"/> returns without a number.</summary>
    public const int LatestMessages = 50;

    /// <summary>Messages that <see cref="IChatHub.JoinRoom"/> and <see cref="IChatHub.ReadMissed"/> return at most after a number.</summary>
    public const int MissedMessages = 500;

    /// <summary>Messages that <see cref="IChatHub.ReadHistory"/> returns at most.</summary>
    public const int HistoryMessages = 200;

    /// <summary>Rooms that <see cref="IChatHub.ListRooms"/> returns at most.</summary>
    public const int ListedRooms = 500;

    /// <summary>Milliseconds between two readings of <see cref="IChatHub.WatchVitals"/>, at least.</summary>
    public const int ShortestVitalsInterval = 250;

    /// <summary>Milliseconds between two readings of <see cref="IChatHub.WatchVitals"/>, at most.</summary>
    public const int LongestVitalsInterval = 10_000;
}
