using System.CommandLine;
using RealtimeHello.Client.Hello;
using RealtimeHello.Layers;

namespace RealtimeHello.Client.CommandLine;

/// <summary><c>hello</c>: its options, and what they mean.</summary>
internal static class HelloCommand
{
    private const string Details = """
        Type a line: it is sent as a text message, and you see every layer that it passes through, on its way out and back.
          /binary 00 ff            sends bytes
          /ping [TEXT]             sends a Ping frame
          /close [CODE] [REASON]   says goodbye with that code, such as /close 1001 bye
          /quit, Ctrl+C, Ctrl+D    the same with 1000
          //text                   sends a text that begins with a slash

        In a pipe:
          Each line of the input is sent when the one before it was answered; at the end of the input, or behind /close, the
          WebSocket is closed. Standard output has what was sent ('> '), its layers, and what came back ('< '); trouble goes
          to standard error.

        Exit codes:
          0  every line was answered and both sides said goodbye; on a terminal, both sides said goodbye
          1  no WebSocket, a line without an answer, the connection broke, or the output can't be written
          2  the command line makes no sense

        Examples:
          realtimehello hello
          realtimehello hello wss://echo.example.org --layers http,webSocket
          printf 'hello\n/close 1001 bye\n' | realtimehello hello

        NO_COLOR turns colours off; a pipe gets none.
        """;

    /// <param name="run">Does it; returns the exit code.</param>
    public static Command Create(Func<HelloSettings, Task<int>> run)
    {
        var url = new Argument<HelloTarget>("URL")
        {
            Description = "The WebSocket's address: ws://, wss://, http:// or https://.",
            DefaultValueFactory = _ => HelloTarget.TryParse(HelloTarget.Default, out var target, out string? _) ? target : throw new InvalidOperationException(HelloTarget.Default),
            CustomParser = result => OptionValues.Parsed<HelloTarget>(result, HelloTarget.TryParse),
        };
        var layers = OptionValues.LayersOption("Which layers to show.", defaultsToAll: true);
        var subprotocol = new Option<string?>("--subprotocol")
        {
            Description = "Offer a subprotocol (Sec-WebSocket-Protocol).",
            HelpName = "NAME",
            CustomParser = result =>
            {
                var name = result.Tokens[0].Value;
                if (name.Length > 0 && name.All(c => c is > ' ' and <= '~' && !"()<>@,;:\\\"/[]?={}".Contains(c, StringComparison.Ordinal))) return name;
                result.AddError($"--subprotocol is one word of HTTP's token characters, not '{name}'.");
                return null;
            },
        };
        var wait = new Option<TimeSpan?>("--wait")
        {
            Description = "How long to wait for the connection, for a piped line's answer, and for the other side's goodbye. [default: 10]",
            HelpName = "SECONDS",
            CustomParser = result => OptionValues.Seconds(result, 86_400),
        };

        var command = new Command("hello", "A bare WebSocket, of any server: type a line and see every layer that it passes through, both ways.") { url, layers, subprotocol, wait };
        command.Options.Add(DetailedHelp.Option(Details));
        command.SetAction((result, _) => run(new HelloSettings
        {
            Target = result.GetRequiredValue(url),
            Layers = result.GetValue(layers) ?? new HashSet<Layer>(Enum.GetValues<Layer>()),
            Subprotocol = result.GetValue(subprotocol),
            Wait = result.GetValue(wait) ?? TimeSpan.FromSeconds(10),
        }));
        return command;
    }
}
