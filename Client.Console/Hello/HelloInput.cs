using System.Globalization;
using System.Text;
using RealtimeHello.Layers.WebSockets;

namespace RealtimeHello.Client.Hello;

/// <summary>What a line of input asks for.</summary>
internal abstract record HelloInput
{
    /// <summary>RFC 6455 5.5: the longest payload of a control frame; a Close's code takes two of them.</summary>
    private const int LongestControl = 125;

    private HelloInput()
    {
    }

    public sealed record Text(string Message) : HelloInput;

    public sealed record Binary(byte[] Message) : HelloInput;

    public sealed record Ping(byte[] Payload) : HelloInput;

    public sealed record Close(int Code, string? Reason) : HelloInput;

    public sealed record Quit : HelloInput;

    public sealed record Help : HelloInput;

    /// <summary>Nothing to do, but something to say.</summary>
    public sealed record Wrong(string Sentence) : HelloInput;

    /// <summary>The commands, for help.</summary>
    public static IReadOnlyList<(string Usage, string Meaning)> All { get; } =
    [
        ("text", "send the line as a text message; //text one that begins with a slash"),
        ("/binary 00 ff", "send bytes, written in hexadecimal, as a binary message"),
        ("/ping [TEXT]", "send a Ping frame; a Pong answers it"),
        ("/close [CODE] [REASON]", "send a Close frame, by default with 1000, and wait for the other one"),
        ("/quit", "the same as /close; Ctrl+C and Ctrl+D too"),
        ("/help", "this list"),
    ];

    /// <summary>Reads a line. Never fails.</summary>
    public static HelloInput Parse(string line)
    {
        if (!line.StartsWith('/')) return new Text(line);
        if (line.StartsWith("//", StringComparison.Ordinal)) return new Text(line[1..]);
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        var (word, rest) = space < 0 ? (line, "") : (line[..space], line[(space + 1)..].Trim());
        return word.ToLowerInvariant() switch
        {
            "/binary" => ReadBinary(rest),
            "/ping" when Encoding.UTF8.GetByteCount(rest) > LongestControl => new Wrong($"A ping carries at most {LongestControl} bytes (RFC 6455 5.5)."),
            "/ping" => new Ping(Encoding.UTF8.GetBytes(rest)),
            "/close" => ReadClose(rest),
            "/quit" or "/exit" when rest.Length == 0 => new Quit(),
            "/help" when rest.Length == 0 => new Help(),
            "/quit" or "/exit" or "/help" => new Wrong($"{word} takes nothing after it. To send a text that begins with a slash, write //."),
            _ => new Wrong($"There is no command {word}; /help lists them. To send a text that begins with a slash, write //."),
        };
    }

    private static HelloInput ReadBinary(string rest)
    {
        var digits = rest.Replace(" ", "", StringComparison.Ordinal);
        try
        {
            return new Binary(Convert.FromHexString(digits));
        }
        catch (FormatException)
        {
            return new Wrong("/binary takes bytes of two hexadecimal digits each, such as /binary 00 ff.");
        }
    }

    private static HelloInput ReadClose(string rest)
    {
        if (rest.Length == 0) return new Close((int)System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null);
        var space = rest.IndexOf(' ', StringComparison.Ordinal);
        var (number, reason) = space < 0 ? (rest, null) : (rest[..space], rest[(space + 1)..].Trim());
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var code)) return new Wrong("/close takes a code and then a reason, such as /close 1001 bye.");
        if (!WebSocketCloseCodes.MayBeSent(code))
            return new Wrong($"Close code {code} ({WebSocketCloseCodes.NameOf(code)}) may not be sent (RFC 6455 7.4): 1000-1003, 1007-1014 and 3000-4999 may.");
        return Encoding.UTF8.GetByteCount(reason ?? "") > LongestControl - 2
            ? new Wrong($"The reason of a Close has at most {LongestControl - 2} bytes (RFC 6455 5.5).")
            : new Close(code, reason);
    }
}
