using System.CommandLine;
using RealtimeHello.Client.Accounts;
using RealtimeHello.Client.Chat;
using RealtimeHello.Client.Chat.Links;
using RealtimeHello.Contracts;

namespace RealtimeHello.Client.CommandLine;

/// <summary><c>chat</c>: its options, and what they mean.</summary>
internal static class ChatCommand
{
    private const string Details = """
        On a terminal:
          Enter posts, Ctrl+J begins a new line within the message, Tab completes names. A paste of several lines stays one
          message until Enter. /help lists the commands; //text posts a text that begins with a slash. Ctrl+C leaves.

        In a pipe:
          Each line of the input is posted, in order; blank lines are skipped. Each message is printed on one line, as
          '#room 12 ada: text'; notes go to standard error. At the end of the input the chat ends after the last receipt.

        Exit codes:
          0  in a pipe, every line was acknowledged; on a terminal, you left
          1  a line was not acknowledged, the output can't be written, or the chat failed
          2  the command line makes no sense

        Examples:
          realtimehello chat
          realtimehello chat --server https://chat.example.org --name ada --room dev
          printf 'one\ntwo\n' | realtimehello chat --name bob --room lobby
          printf 'hello\n' | realtimehello chat --name ada --layers all
          realtimehello chat --name log --history 50 < /dev/null

        Sign-ins are kept for the same name to work again, in a file for you alone under your configuration folder;
        REALTIMEHELLO_HOME names another folder. NO_COLOR turns colours off.
        """;

    /// <param name="run">Does it; returns the exit code.</param>
    public static Command Create(Func<ChatSettings, Task<int>> run)
    {
        var server = new Option<ServerAddress>("--server", "-s")
        {
            Description = "The server's address.",
            HelpName = "URL",
            DefaultValueFactory = _ => ParseServer(ServerAddress.Default, _ => { })!,
            CustomParser = result => ParseServer(result.Tokens[0].Value, result.AddError),
        };
        var name = new Option<string?>("--name", "-n")
        {
            Description = $"Your name, 1 to {ChatLimits.UserNameLength} letters, digits, '-' or '_'. [default: a terminal asks, a pipe takes the one that is kept]",
            HelpName = "NAME",
            CustomParser = result => ParseName(result.Tokens[0].Value, result.AddError),
        };
        var room = new Option<string>("--room", "-r")
        {
            Description = "The room to join.",
            HelpName = "ROOM",
            DefaultValueFactory = _ => "lobby",
            CustomParser = result => ParseRoom(result.Tokens[0].Value, result.AddError),
        };
        var history = new Option<int?>("--history")
        {
            Description = $"How many of the room's latest messages to show first, 0 to {ChatLimits.LatestMessages}. [default: 20 on a terminal, 0 in a pipe]",
            HelpName = "COUNT",
            CustomParser = result => OptionValues.WholeNumber(result, 0, ChatLimits.LatestMessages),
        };
        var protocol = new Option<HubProtocolName>("--protocol")
        {
            Description = "How hub messages are encoded, json or messagepack. [default: json]",
            HelpName = "ENCODING",
            CustomParser = result => OptionValues.OneOf<HubProtocolName>(result),
        };
        var layers = OptionValues.LayersOption("Show the layers of its own connection as they pass, in a pipe on standard error.", defaultsToAll: false);
        var wait = new Option<TimeSpan?>("--wait")
        {
            Description = "How long to try to connect. [default: in a pipe 30, also to come back; on a terminal 0, then without end]",
            HelpName = "SECONDS",
            CustomParser = result => OptionValues.Seconds(result, 86_400),
        };
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Say more about the connection." };

        var command = new Command("chat", "Chat: on a terminal with history, an input line and commands; in a pipe, line by line.") { server, name, room, history, protocol, layers, wait, verbose };
        command.Options.Add(DetailedHelp.Option(Details));
        command.SetAction((result, _) => run(new ChatSettings
        {
            Server = result.GetRequiredValue(server),
            Name = result.GetValue(name),
            Room = result.GetRequiredValue(room),
            History = result.GetValue(history),
            Protocol = result.GetValue(protocol),
            Wait = result.GetValue(wait),
            Verbose = result.GetValue(verbose),
            Layers = result.GetValue(layers),
        }));
        return command;
    }

    /// <summary>The server would refuse it too, but may be long in coming.</summary>
    private static string? ParseName(string text, Action<string> fail)
    {
        if (UserNameRule.TryNormalize(text, out _)) return text;
        fail(UserNameRule.Sentence);
        return null;
    }

    private static string? ParseRoom(string text, Action<string> fail)
    {
        var name = RoomNameRule.WithoutSign(text);
        if (RoomNameRule.Allows(name)) return name;
        fail(RoomNameRule.Sentence);
        return null;
    }

    private static ServerAddress? ParseServer(string text, Action<string> fail)
    {
        if (ServerAddress.TryParse(text, out var address, out var fault)) return address;
        fail(fault);
        return null;
    }
}
