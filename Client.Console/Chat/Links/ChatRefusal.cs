using RealtimeHello.Contracts;
using RealtimeHello.Layers;

namespace RealtimeHello.Client.Chat.Links;

/// <summary>What the chat refused: a code of <see cref="ChatErrorCodes"/> (empty for anything else) and a sentence fit for a terminal.</summary>
internal sealed record ChatRefusal(string Code, string Sentence)
{
    private static readonly string[] Codes =
    [
        ChatErrorCodes.NotInRoom, ChatErrorCodes.BadRoom, ChatErrorCodes.BadText, ChatErrorCodes.BadId, ChatErrorCodes.IdReused,
        ChatErrorCodes.BadRange, ChatErrorCodes.TooFast, ChatErrorCodes.NotAllowed, ChatErrorCodes.Unavailable,
    ];

    /// <summary>Whether the same call may be granted later.</summary>
    public bool IsPassing => Code is ChatErrorCodes.TooFast or ChatErrorCodes.Unavailable;

    /// <summary>Reads <c>code: sentence</c>, with or without what SignalR's client writes before it.</summary>
    public static ChatRefusal Parse(string message)
    {
        var said = message;
        if (said.IndexOf("HubException: ", StringComparison.Ordinal) is >= 0 and var at) said = said[(at + "HubException: ".Length)..];
        foreach (var code in Codes)
            if (said.StartsWith(code + ": ", StringComparison.Ordinal)) return new ChatRefusal(code, PrintableText.OneLine(said[(code.Length + 2)..], 500));
        return new ChatRefusal("", PrintableText.OneLine(said, 500));
    }
}
