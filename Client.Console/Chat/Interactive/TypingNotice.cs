namespace RealtimeHello.Client.Chat.Interactive;

/// <summary>Tells a room that the user types: at once, again while it goes on, and when it stops.</summary>
/// <param name="clock">Measures how long ago it was told.</param>
/// <param name="tell">Tells a room.</param>
internal sealed class TypingNotice(TimeProvider clock, Action<string, bool> tell)
{
    /// <summary>The server forgets after a few seconds of silence.</summary>
    public static readonly TimeSpan Again = TimeSpan.FromSeconds(3);

    private string? _room;
    private DateTimeOffset _toldAt;

    /// <summary>The input has changed.</summary>
    /// <param name="room">The room that is looked at.</param>
    /// <param name="text">The input.</param>
    public void Changed(string? room, string text)
    {
        var isCommand = text.StartsWith('/') && !text.StartsWith("//", StringComparison.Ordinal);
        var typingIn = isCommand || string.IsNullOrWhiteSpace(text) ? null : room;
        var now = clock.GetUtcNow();
        if (_room is { } before && before != typingIn) tell(before, false);
        if (typingIn is not null && (typingIn != _room || now - _toldAt >= Again))
        {
            tell(typingIn, true);
            _toldAt = now;
        }

        _room = typingIn;
    }

    /// <summary>The text was posted: the server knows by itself that the typing ended.</summary>
    public void Posted() => _room = null;
}
