namespace RealtimeHello.Contracts;

/// <summary>The codes that a HubException's text begins with, before the colon.</summary>
public static class ChatErrorCodes
{
    /// <summary>The connection has not joined the room.</summary>
    public const string NotInRoom = "not_in_room";

    /// <summary>The room's name breaks the rule.</summary>
    public const string BadRoom = "bad_room";

    /// <summary>The text is empty, blank, too long, or holds characters that are not allowed.</summary>
    public const string BadText = "bad_text";

    /// <summary>The message id is not a UUID.</summary>
    public const string BadId = "bad_id";

    /// <summary>The message id was used before, with another text.</summary>
    public const string IdReused = "id_reused";

    /// <summary>A limit, number or interval is out of its range.</summary>
    public const string BadRange = "bad_range";

    /// <summary>Too many calls in too short a time.</summary>
    public const string TooFast = "too_fast";

    /// <summary>The caller may not do this.</summary>
    public const string NotAllowed = "not_allowed";

    /// <summary>The message store does not answer; try again later.</summary>
    public const string Unavailable = "unavailable";
}
