namespace RealtimeHello.Server.Storage;

/// <summary>A room, and where its numbering stands: the room list need not look at messages.</summary>
internal sealed class RoomRow
{
    public long Id { get; set; }

    public required string Name { get; set; }

    public long LastNumber { get; set; }

    public DateTime? LastPostedAt { get; set; }
}

/// <summary>A message. Its id is unique in the whole store, so that a repeated post is recognised wherever it goes.</summary>
internal sealed class MessageRow
{
    public long RoomId { get; set; }

    public long Number { get; set; }

    public Guid Id { get; set; }

    public Guid User { get; set; }

    public required string Author { get; set; }

    public required string Text { get; set; }

    public DateTime PostedAt { get; set; }
}

/// <summary>Who holds a guest's name, so that a restart gives none away.</summary>
internal sealed class NameHoldRow
{
    /// <summary>The name in the form it is compared by.</summary>
    public required string Key { get; set; }

    public Guid User { get; set; }

    /// <summary>When the name comes free; null while a connection of its user lives.</summary>
    public DateTime? Until { get; set; }
}

/// <summary>Who signed out, so that a restart takes none of their cookies and tokens again.</summary>
internal sealed class SignOutRow
{
    public Guid User { get; set; }

    /// <summary>When the last of them has expired by itself.</summary>
    public DateTime Until { get; set; }
}
