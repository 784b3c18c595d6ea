using System.CommandLine;
using RealtimeHello.Client.Relay;
using RealtimeHello.Layers;

namespace RealtimeHello.Client.CommandLine;

/// <summary><c>relay</c>: its options, and what they mean.</summary>
internal static class RelayCommand
{
    private const string Details = """
        Stands before any server, WebSocket or not, and shows every layer of what passes: let the client connect to the relay in place of the
        server. SignalR is decoded; the messages of Socket.IO, Phoenix and others are shown as text.
          --target ws://, http://     the server is reached in the clear
          --target wss://, https://   the server is reached with TLS; its certificate is checked
          --listen HOST:PORT          clients come in the clear
          --listen wss://HOST:PORT    clients come with TLS; the relay makes a certificate and says how to trust it
        Bytes pass unchanged, in order, with back-pressure and half-closes. Only Host of requests is set to the target's, and Origin where it is the
        relay's own (localhost, its address, the HOST of --listen), so that servers that check them answer. The Origin of any other page passes
        as it is, for the target to judge; --keep-host leaves both. Tokens and cookies are masked before anything is printed or recorded.

        Exit codes:
          0  ended by Ctrl+C or a signal
          1  it could not listen, or the capture is not whole, or the output can't be written
          2  the command line makes no sense

        Examples:
          realtimehello relay --listen localhost:5090 --target http://localhost:5080
          realtimehello relay --listen 5090 --target wss://chat.example.org --layers http,signalR --grep PostMessage
          realtimehello relay --listen 5090 --target ws://localhost:3000 --capture monday.capture --inspect 5091

        NO_COLOR turns colours off; a pipe gets none.
        """;

    /// <param name="run">Does it; returns the exit code.</param>
    public static Command Create(Func<RelaySettings, Task<int>> run)
    {
        var listen = new Option<ListenAddress>("--listen")
        {
            Description = "Where clients connect to; without a host only from this machine. Port 0 finds a free one.",
            HelpName = "HOST:PORT",
            Required = true,
            CustomParser = result => OptionValues.Parsed<ListenAddress>(result, ListenAddress.TryParse),
        };
        var target = new Option<RelayTarget>("--target")
        {
            Description = "The server: ws://, wss://, http:// or https://.",
            HelpName = "URL",
            Required = true,
            CustomParser = result => OptionValues.Parsed<RelayTarget>(result, RelayTarget.TryParse),
        };
        var layers = OptionValues.LayersOption("Which layers to print; none prints nothing.", defaultsToAll: true, canBeNone: true);
        var grep = new Option<string?>("--grep") { Description = "Print only events that hold this text, without regard to case.", HelpName = "TEXT" };
        var capture = new Option<string?>("--capture") { Description = "Record into this file, for show.", HelpName = "FILE" };
        var limit = new Option<int?>("--capture-limit")
        {
            Description = "Megabytes of that file, at most. [default: 1024]",
            HelpName = "MB",
            CustomParser = result => OptionValues.WholeNumber(result, 1, 1_000_000),
        };
        var inspect = new Option<int?>("--inspect")
        {
            Description = "Serve the inspector at this port, for this machine alone; 0 finds a free one. The link that it prints is for a browser, or for watch.",
            HelpName = "PORT",
            CustomParser = result => OptionValues.WholeNumber(result, 0, 65_535),
        };
        var keepHost = new Option<bool>("--keep-host") { Description = "Leave Host and Origin of requests as they are." };
        var insecure = new Option<bool>("--insecure") { Description = "Take any certificate of the target." };
        var command = new Command("relay", "Stand before any server and show every layer of what passes.") { listen, target, layers, grep, capture, limit, inspect, keepHost, insecure };
        command.Options.Add(DetailedHelp.Option(Details));
        command.SetAction((result, _) => run(new RelaySettings
        {
            Listen = result.GetRequiredValue(listen),
            Target = result.GetRequiredValue(target),
            Layers = result.GetValue(layers) ?? new HashSet<Layer>(Enum.GetValues<Layer>()),
            Text = result.GetValue(grep),
            Capture = result.GetValue(capture),
            CaptureLimit = (result.GetValue(limit) ?? 1024) * 1024L * 1024,
            Inspect = result.GetValue(inspect),
            KeepHost = result.GetValue(keepHost),
            Insecure = result.GetValue(insecure),
        }));
        return command;
    }
}
