using RealtimeHello.Client.Accounts;
using RealtimeHello.Client.Chat;
using RealtimeHello.Client.Chat.Interactive;
using RealtimeHello.Client.Chat.Plain;
using RealtimeHello.Client.Layers;
using RealtimeHello.Client.Terminal;
using RealtimeHello.Layers;
using RealtimeHello.Layers.WebSockets;

namespace RealtimeHello.Client.Hello;

/// <summary>Puts <c>hello</c> together: the trace, and the mode that fits the terminal or pipe.</summary>
internal static class HelloProgram
{
    /// <returns>The process's exit code.</returns>
    public static async Task<int> Run(HelloSettings settings)
    {
        using var leave = new LeaveRequest();
        var notes = new PlainOutput(TextWriter.Null, Terminals.OpenText(Console.OpenStandardError()), verbose: false);
        try
        {
            return await (Terminals.CanDraw ? OnTerminal(settings, leave) : InLines(settings, notes, leave)) ? 0 : 1;
        }
        catch (ServerTrouble trouble)
        {
            notes.Note(trouble.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            // The user left before it began.
            return Terminals.HasPerson ? 0 : 1;
        }
    }

    private static async Task<bool> InLines(HelloSettings settings, PlainOutput notes, LeaveRequest leave)
    {
        var output = Terminals.OpenRows(trouble =>
        {
            if (trouble is not null) notes.Note(trouble);
            // There is nothing to see any more. Not from within whoever tells: he is waited for.
            _ = Task.Run(leave.Make);
        });
        HelloLines? hello = null;
        using var trace = new LayerTrace(settings.Layers, new LayerFormat(TimeZoneInfo.Local, names: false), output.Write, TimeProvider.System)
        {
            Happened = happened => TellPong(happened, hello is null ? null : hello.PongArrived),
        };
        trace.Follow();
        hello = new HelloLines(settings, trace, output, sentence =>
        {
            trace.Tell();
            notes.Note(sentence);
        });
        try
        {
            return await hello.Run(Terminals.OpenInput(), leave) && !output.HasFailed;
        }
        catch (OperationCanceledException) when (output.IsBroken)
        {
            return !output.HasFailed;
        }
    }

    private static async Task<bool> OnTerminal(HelloSettings settings, LeaveRequest leave)
    {
        var late = new List<Row>();
        using var terminal = Terminals.Open(leave.Make);
        var lines = new LineScreen(terminal, Terminals.Colors);
        try
        {
            var loop = new UiLoop();
            var screen = new HelloScreen(settings, terminal, lines, loop, leave);
            using var trace = new LayerTrace(settings.Layers, new LayerFormat(TimeZoneInfo.Local, names: false), Show, TimeProvider.System)
            {
                Happened = happened => TellPong(happened, screen.PongArrived),
            };
            trace.Follow();
            return await screen.Run(trace);

            void Show(Row row)
            {
                if (!loop.TryPost(() => lines.Print(LayerLayout.Of(row)))) late.Add(row);
            }
        }
        finally
        {
            // What was told when nobody drew any more, such as the connection's end: while the terminal is ours still, so that it is broken at words,
            // and what follows begins a line of its own.
            foreach (var row in late) lines.Print(LayerLayout.Of(row));
            lines.Leave();
        }
    }

    private static void TellPong(LayerEvent happened, Action? arrived)
    {
        if (happened is { Detail: WebSocketPong, Direction: Direction.Received }) arrived?.Invoke();
    }
}
