using System.CommandLine;
using RealtimeHello.Client.Accounts;
using RealtimeHello.Client.Chat;
using RealtimeHello.Client.Chat.Links;
using RealtimeHello.Contracts;

namespace RealtimeHello.Client.CommandLine;

/// <summary><c>chat</c>: its options, and what they mean.</summary>
internal static class ChatCommand
{
    private const string Description = """
        Chat: on a terminal with an input line, history and /help; in a pipe, line by line.

        On a terminal, Enter posts, Ctrl+J begins a new line within the message, and a paste of several lines stays one
        message until Enter. /help lists the commands; //text posts a text that begins with a slash. Ctrl+C leaves.

        In a pipe each line of the input is posted in order (blank lines are skipped), each message is printed as
        '#room 12 ada: text' on one line, and notes go to standard error. The end of the input ends the chat after the last
        receipt. Exit code: 0 every line was acknowledged, 1 one was not or the chat failed, 2 wrong usage.

        Examples:
          realtimehello chat
          realtimehello chat --server https://chat.example.org --name ada --room dev
          printf 'one\ntwo\n' | realtimehello chat --name bob --room lobby
          realtimehello chat --name log --history 50 < /dev/null
        """;

    /// <param name="run">Does it; returns the exit code.</param>
    public static Command Create(Func<ChatSettings, Task<int>> run)
    {
        var server = new Option<ServerAddress>("--server", "-s")
        {
            Description = "The server's address.",
            HelpName = "URL",
            DefaultValueFactory = _ => ParseServer(ServerAddress.Default, _ => { })!,
            CustomParser = result => ParseServer(result.Tokens.Single().Value, result.AddError),
        };
        var name = new Option<string?>("--name", "-n")
        {
            Description = $"Your name, 1-{ChatLimits.UserNameLength} letters, digits, '-' or '_'. Without it: asked for on a terminal; in a pipe, the one that is kept for the server.",
            HelpName = "NAME",
        };
        var room = new Option<string>("--room", "-r")
        {
            Description = "The room to join.",
            HelpName = "ROOM",
            DefaultValueFactory = _ => "lobby",
        };
        var history = new Option<int?>("--history")
        {
            Description = $"How many of the room's latest messages to show first, 0-{ChatLimits.LatestMessages}. Default: 20 on a terminal, 0 in a pipe.",
            HelpName = "COUNT",
        };
        history.Validators.Add(result =>
        {
            if (result.Errors.Any()) return;
            if (result.GetValueOrDefault<int?>() is < 0 or > ChatLimits.LatestMessages) result.AddError($"--history is 0 to {ChatLimits.LatestMessages}.");
        });
        var protocol = new Option<HubProtocolName>("--protocol")
        {
            Description = "How hub messages are encoded: json or messagepack.",
            HelpName = "NAME",
            DefaultValueFactory = _ => HubProtocolName.Json,
        };
        var wait = new Option<double?>("--wait")
        {
            Description = "How long to try to connect. Default: in a pipe 30, also when the connection was lost; on a terminal 0 at first, and later without end.",
            HelpName = "SECONDS",
        };
        wait.Validators.Add(result =>
        {
            if (result.Errors.Any()) return;
            if (result.GetValueOrDefault<double?>() is { } seconds && seconds is not (>= 0 and <= 86_400)) result.AddError("--wait is 0 to 86,400 seconds.");
        });
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Say more about the connection, on standard error." };

        var command = new Command("chat", Description) { server, name, room, history, protocol, wait, verbose };
        command.SetAction((result, _) => run(new ChatSettings
        {
            Server = result.GetRequiredValue(server),
            Name = result.GetValue(name),
            Room = result.GetRequiredValue(room).TrimStart('#'),
            History = result.GetValue(history),
            Protocol = result.GetValue(protocol),
            Wait = result.GetValue(wait) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Verbose = result.GetValue(verbose),
        }));
        return command;
    }

    private static ServerAddress? ParseServer(string text, Action<string> fail)
    {
        if (ServerAddress.TryParse(text, out var address, out var fault)) return address;
        fail(fault);
        return null;
    }
}
