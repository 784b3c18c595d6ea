using System.CommandLine;
using RealtimeHello.Client.Hello;
using RealtimeHello.Client.Watch;
using RealtimeHello.Layers;

namespace RealtimeHello.Client.CommandLine;

/// <summary><c>watch</c>: its options, and what they mean.</summary>
internal static class WatchCommand
{
    private const string Details = """
        Follows what a server's inspector sees, live: of every connection for the operator's token, of one's own for a user's. It comes back when
        the server does, and then tells what it missed, as far as the server still has it. The inspector is looked for at /inspect unless the
        address has another path. This server keeps its operator's token in its data folder, in the file operator-token. In place of address and
        token, the sign-in link is taken that a server or a relay --inspect prints: it is good as long as that process runs.

        Exit codes:
          0  ended by Ctrl+C or a signal
          1  there is no inspector, it does not take the token or the link, or the output can't be written
          2  the command line makes no sense

        Examples:
          realtimehello watch http://localhost:5080 --token "$(cat data/operator-token)"
          realtimehello watch 'http://127.0.0.1:5091/inspect/sign-in?code=...'
          realtimehello watch https://chat.example.org/inspect --token T --layers tcp,http --grep refused

        NO_COLOR turns colours off; a pipe gets none.
        """;

    private const string SignInPath = "/sign-in";

    /// <param name="run">Does it; returns the exit code.</param>
    public static Command Create(Func<WatchSettings, Task<int>> run)
    {
        var url = new Argument<Uri?>("URL")
        {
            Description = "The server's address, or its inspector's, or the printed sign-in link.",
            CustomParser = result => OptionValues.Parsed<HelloTarget>(result, HelloTarget.TryParse)?.Uri,
        };
        var token = new Option<string?>("--token")
        {
            Description = "The operator's token, or a user's access token; it is never shown.",
            HelpName = "T",
            CustomParser = OptionValues.FieldValue,
        };
        var layers = OptionValues.LayersOption("Which layers to show.", defaultsToAll: true);
        var grep = new Option<string?>("--grep") { Description = "Only events that hold this text, without regard to case.", HelpName = "TEXT" };
        var connection = new Option<string?>("--connection") { Description = "Only the connection of this id.", HelpName = "ID" };
        var command = new Command("watch", "Follow a server's inspector live.") { url, token, layers, grep, connection };
        command.Options.Add(DetailedHelp.Option(Details));
        command.Validators.Add(result =>
        {
            if (result.GetResult(token) is null && result.GetResult(url) is { } given && !given.Errors.Any() && result.GetValue(url) is { } address && CodeOf(address) is null)
                result.AddError("Option '--token' is required, unless URL is the sign-in link that a server or relay prints.");
        });
        command.SetAction((result, _) => run(new WatchSettings
        {
            Inspector = InspectorOf(result.GetRequiredValue(url)!),
            Token = result.GetValue(token),
            Code = result.GetValue(token) is null ? CodeOf(result.GetRequiredValue(url)!) : null,
            Layers = result.GetValue(layers) ?? new HashSet<Layer>(Enum.GetValues<Layer>()),
            Text = result.GetValue(grep),
            Connection = result.GetValue(connection),
        }));
        return command;
    }

    /// <summary>Of a sign-in link; null: it is none.</summary>
    private static string? CodeOf(Uri address) => IsSignIn(address)
        ? address.Query.TrimStart('?').Split('&').FirstOrDefault(pair => pair.StartsWith("code=", StringComparison.Ordinal) && pair.Length > 5)?[5..]
        : null;

    private static bool IsSignIn(Uri address) => address.AbsolutePath.EndsWith(SignInPath, StringComparison.Ordinal);

    /// <summary>Without what a sign-in link has behind the inspector's path.</summary>
    private static Uri InspectorOf(Uri address) => new UriBuilder(address)
    {
        Scheme = address.Scheme == "wss" ? "https" : "http",
        Port = address.Port,
        Query = "",
        Path = address.AbsolutePath == "/" ? "/inspect" : IsSignIn(address) ? address.AbsolutePath[..^SignInPath.Length] : address.AbsolutePath.TrimEnd('/'),
    }.Uri;
}
