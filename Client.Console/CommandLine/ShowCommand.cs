using System.CommandLine;
using RealtimeHello.Client.Show;
using RealtimeHello.Layers;

namespace RealtimeHello.Client.CommandLine;

/// <summary><c>show</c>: its options, and what they mean.</summary>
internal static class ShowCommand
{
    private const string Details = """
        Reads what was recorded, and tells it layer by layer:
          a capture     as the inspector exports it (format=capture)
          .pcapng       as Wireshark, tshark and the inspector write it
          .pcap         as tcpdump writes it
        Packets are put in order first; what was sent twice counts once, and what the file lacks is said. What runs under TLS stays
        encrypted in packets; a capture has it in the clear, secrets masked.

        Exit codes:
          0  everything was read
          1  the file can't be read, or not to its end; what was read was shown; or the output can't be written
          2  the command line makes no sense

        Examples:
          realtimehello show monday.capture --layers webSocket,signalR
          realtimehello show trace.pcapng --grep PostMessage
          realtimehello show monday.capture --export har > monday.har

        NO_COLOR turns colours off; a pipe gets none.
        """;

    /// <param name="run">Does it; returns the exit code.</param>
    public static Command Create(Func<ShowSettings, Task<int>> run)
    {
        var file = new Argument<string>("FILE") { Description = "A capture, or packets: .pcapng or .pcap." };
        var layers = OptionValues.LayersOption("Which layers to show.", defaultsToAll: true);
        var grep = new Option<string?>("--grep") { Description = "Only events that hold this text, without regard to case.", HelpName = "TEXT" };
        var connection = new Option<string?>("--connection") { Description = "Only the connection of this id.", HelpName = "ID" };
        var export = new Option<ExportFormat?>("--export")
        {
            Description = "Write it to standard output as pcapng, har, ndjson or capture.",
            HelpName = "FORMAT",
            CustomParser = result => OptionValues.OneOf<ExportFormat>(result),
        };
        var command = new Command("show", "Show a capture, or packets that tcpdump or Wireshark recorded, or export them.") { file, layers, grep, connection, export };
        command.Options.Add(DetailedHelp.Option(Details));
        command.SetAction((result, cancellationToken) => run(new ShowSettings
        {
            File = result.GetRequiredValue(file),
            Layers = result.GetValue(layers) ?? new HashSet<Layer>(Enum.GetValues<Layer>()),
            Text = result.GetValue(grep),
            Connection = result.GetValue(connection),
            Export = result.GetValue(export),
        }));
        return command;
    }
}
