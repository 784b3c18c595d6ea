using System.CommandLine;
using RealtimeHello.Client.Doctor;
using RealtimeHello.Client.Hello;

namespace RealtimeHello.Client.CommandLine;

/// <summary><c>doctor</c>: its options, and what they mean.</summary>
internal static class DoctorCommand
{
    private const string Details = """
        Probes, in this order, and stops at the first that fails:
          name, tcp, tls, http     addresses, the kernel's round trip, certificate, what answers and which proxy is on the way
          protocol                 without --hub: what is spoken here, or where SignalR, Socket.IO or Phoenix are; without a path, at usual ones too
          negotiate                of SignalR: what is offered, and whether ten connections reach the server that they negotiated with
          upgrade, origin          both heads; whether a foreign page may connect
          webSocket, signalR       ping; at an echo also fragments and messages of 16 and 64 KB; SignalR's handshake
          messagePack, keepAlive   of SignalR: the other hub protocol, and after how much silence the server pings
          idle                     with --idle: who ends an idle connection, when, and how (Close frame, FIN, RST)

        A server that asks who connects (401) wants --token: its own kind of bearer token. RealtimeHello's chat gives one to a guest as accessToken:
          curl -d '{"name":"ada"}' -H 'Content-Type: application/json' http://localhost:5080/session
        and the command chat keeps one for each server and name in ~/.config/realtimehello/tokens (on macOS and Windows in the application data).

        Exit codes:
          0    healthy
          1    a layer failed, or the output can't be written
          2    the command line makes no sense
          130  interrupted (Ctrl+C); what was seen until then is printed

        Examples:
          realtimehello doctor ws://localhost:5080/hello
          realtimehello doctor https://chat.example.org --hub /chat --token T --idle 120
          realtimehello doctor http://localhost:3000 --json | jq -r '.findings[] | select(.outcome=="failed").diagnosis.fix'

        With --json: { target, healthy: true, false, or null when interrupted, interrupted, findings: [ { layer, outcome: ok, warning or failed, milliseconds, evidence: [text], heads: { sent, received },
        diagnosis: { cause, certainty: certain, likely, possible or reported, sentence, fix, lines } } ] }
        """;

    /// <param name="run">Does it; returns the exit code.</param>
    public static Command Create(Func<DoctorSettings, Task<int>> run)
    {
        var url = new Argument<HelloTarget?>("URL")
        {
            Description = "The server's address: ws://, wss://, http:// or https://.",
            CustomParser = result => OptionValues.Parsed<HelloTarget>(result, HelloTarget.TryParse),
        };
        var hub = new Option<string?>("--hub")
        {
            Description = "The path of a SignalR hub, which has to answer there.",
            HelpName = "PATH",
            CustomParser = result =>
            {
                var path = result.Tokens[0].Value;
                if (path.StartsWith('/') && !path.StartsWith("//", StringComparison.Ordinal) && !path.Contains('#', StringComparison.Ordinal)) return path;
                result.AddError($"--hub is a path such as /chat, not '{path}'.");
                return null;
            },
        };
        var origin = Field("--origin", "Send this Origin.", "O");
        var token = Field("--token", "Send this bearer token; it is never shown.", "T");
        var idle = new Option<TimeSpan?>("--idle")
        {
            Description = "Leave a connection idle for so long, and say who ends it.",
            HelpName = "SECONDS",
            CustomParser = result => OptionValues.Seconds(result, 86_400),
        };
        var keepAlive = new Option<TimeSpan?>("--keep-alive")
        {
            Description = "How long to wait for a hub's keep-alive; 0: not at all. [default: 16]",
            HelpName = "SECONDS",
            CustomParser = result => OptionValues.Seconds(result, 600),
        };
        var json = new Option<bool>("--json") { Description = "One JSON object in place of lines." };
        var command = new Command("doctor", "Why won't it connect: probes layer by layer, and says the cause and the fix.") { url, hub, origin, token, idle, keepAlive, json };
        command.Options.Add(DetailedHelp.Option(Details));
        command.SetAction((result, _) =>
        {
            var target = result.GetRequiredValue(url)!;
            var path = result.GetValue(hub);
            if (path is not null && target.At(path) is { } withPath) target = withPath;
            return run(new DoctorSettings
            {
                Target = target,
                IsHub = path is not null,
                Origin = result.GetValue(origin),
                Token = result.GetValue(token),
                Idle = result.GetValue(idle),
                KeepAlive = result.GetValue(keepAlive) ?? new DoctorSettings { Target = target }.KeepAlive,
                Json = result.GetValue(json),
            });
        });
        return command;
    }

    private static Option<string?> Field(string name, string description, string help) => new(name)
    {
        Description = description,
        HelpName = help,
        CustomParser = OptionValues.FieldValue,
    };
}
