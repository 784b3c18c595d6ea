using System.Globalization;
using RealtimeHello.Contracts;

namespace RealtimeHello.Client.Chat.Interactive;

/// <summary>What a line of input asks for.</summary>
internal abstract record SlashCommand
{
    private SlashCommand()
    {
    }

    public sealed record Say(string Text) : SlashCommand;

    public sealed record Join(string Room) : SlashCommand;

    /// <param name="Room">Null: the present one.</param>
    public sealed record Leave(string? Room) : SlashCommand;

    public sealed record Who : SlashCommand;

    public sealed record Rooms : SlashCommand;

    public sealed record History(int Count) : SlashCommand;

    public sealed record Quit : SlashCommand;

    public sealed record Help : SlashCommand;

    /// <summary>Nothing to do, but something to say.</summary>
    public sealed record Wrong(string Sentence) : SlashCommand;

    /// <summary>The commands, for completion and help.</summary>
    public static IReadOnlyList<(string Name, string Usage, string Meaning)> All { get; } =
    [
        ("/join", "/join ROOM", "go to a room; the others stay joined"),
        ("/leave", "/leave [ROOM]", "leave this room, or another"),
        ("/who", "/who", "who is here"),
        ("/rooms", "/rooms", "the rooms of this server, the liveliest first"),
        ("/history", "/history [COUNT]", "older messages, 20 or as many as you say, at most 200"),
        ("/help", "/help", "this list"),
        ("/quit", "/quit", "leave; Ctrl+C and Ctrl+D do the same"),
    ];

    /// <summary>Reads a line; <c>//text</c> says a text that begins with a slash. Never fails.</summary>
    public static SlashCommand Parse(string line)
    {
        if (!line.StartsWith('/')) return new Say(line);
        if (line.StartsWith("//", StringComparison.Ordinal)) return new Say(line[1..]);
        var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        string? argument = words.Length > 1 ? words[1] : null;
        if (words.Length > 2) return new Wrong($"{words[0]} takes at most one word after it. To post a text that begins with a slash, write //.");
        return (words[0].ToLowerInvariant(), argument) switch
        {
            ("/join", { } room) => new Join(RoomNameRule.WithoutSign(room)),
            ("/join", null) => new Wrong("Say which room: /join ROOM"),
            ("/leave", var room) => new Leave(room is null ? null : RoomNameRule.WithoutSign(room)),
            ("/who", null) => new Who(),
            ("/rooms", null) => new Rooms(),
            ("/history", null) => new History(20),
            ("/history", { } count) => int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 200
                ? new History(number)
                : new Wrong("/history takes a number from 1 to 200."),
            ("/help", null) => new Help(),
            ("/quit" or "/exit", null) => new Quit(),
            ("/who" or "/rooms" or "/help" or "/quit" or "/exit", _) => new Wrong($"{words[0]} takes nothing after it. To post a text that begins with a slash, write //."),
            var (unknown, _) => new Wrong($"There is no command {unknown}; /help lists them. To post a text that begins with a slash, write //."),
        };
    }
}
