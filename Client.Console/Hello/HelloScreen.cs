using System.Threading.Channels;
using RealtimeHello.Client.Accounts;
using RealtimeHello.Client.Chat;
using RealtimeHello.Client.Chat.Interactive;
using RealtimeHello.Client.Layers;
using RealtimeHello.Client.Terminal;
using Spectre.Console;

namespace RealtimeHello.Client.Hello;

/// <summary><c>hello</c> on a terminal: what passes through the layers scrolls, below it stand the state and the input line.</summary>
internal sealed class HelloScreen
{
    /// <summary>Lines that wait: for the WebSocket to open, or for an other side that does not read.</summary>
    private const int MostWaiting = 64;

    private static readonly Style Faint = new(decoration: Decoration.Dim);
    private static readonly Style Bold = new(decoration: Decoration.Bold);

    private readonly HelloSettings _settings;
    private readonly ITerminal _terminal;
    private readonly LineScreen _lines;
    private readonly UiLoop _loop;
    private readonly LeaveRequest _leave;
    private readonly LineEditor _editor = new();
    private readonly Channel<(string Line, HelloInput Input)> _toSend = Channel.CreateBounded<(string, HelloInput)>(MostWaiting);
    private string _state = "connecting";
    private HelloSocket? _socket;

    /// <param name="settings">Where to, and how.</param>
    /// <param name="terminal">Given back by its owner.</param>
    /// <param name="lines">What the terminal shows.</param>
    /// <param name="loop">Where everything happens.</param>
    /// <param name="leave">Made when the user wants to leave.</param>
    public HelloScreen(HelloSettings settings, ITerminal terminal, LineScreen lines, UiLoop loop, LeaveRequest leave) =>
        (_settings, _terminal, _lines, _loop, _leave) = (settings, terminal, lines, loop, leave);

    /// <summary>A Pong came.</summary>
    public void PongArrived() => _socket?.PongArrived();

    /// <returns>True when the WebSocket was closed in good order.</returns>
    /// <exception cref="ServerTrouble">There is no WebSocket to be had.</exception>
    public async Task<bool> Run(LayerTrace trace)
    {
        _terminal.Resized += Redraw;
        var talking = Task.Run(() => Talk(trace));
        _ = talking.ContinueWith(_ => _loop.Stop(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _ = ForwardKeys();
        try
        {
            await _loop.Run(Draw);
        }
        finally
        {
            _terminal.Resized -= Redraw;
            if (Waiting() is { Length: > 0 } waiting) Print(new Row(new Span("! ", Bold), new Span($"Not sent: {waiting}.")));
            _lines.Leave();
        }

        return await talking;
    }

    private async Task<bool> Talk(LayerTrace trace)
    {
        await using var socket = _socket = await HelloSocket.Open(
            _settings, trace, text => _loop.Post(() => Print(new Row(new Span("< ", Bold), new Span(text, Bold)))), _leave.Token);
        _loop.Post(() => _state = $"connected to {_settings.Target}, /help for more");
        await using var leaving = _leave.Token.Register(() => _ = socket.Close(1000, null));
        _ = Send(socket);
        var end = await socket.Ended;
        // The connection is closed behind its WebSocket, and told last.
        _loop.Post(() => Print(new Row(end.Sentence)));
        return end.IsOrderly;
    }

    private void Print(Row row) => _lines.Print(LayerLayout.Of(row));

    private void Redraw() => _loop.Post(() => { });

    private void Draw()
    {
        const string prompt = "› ";
        var (width, height) = (_lines.Width, _lines.Height);
        var input = InputLayout.Of(Cells.Width(prompt), _editor.Text, _editor.Cursor, width, Math.Max(1, (height / 2) - 1));
        var state = Waiting() is { Length: > 0 } waiting ? $"not sent yet: {waiting}; {_state}" : _state;
        List<Row> rows = height < 3 ? [] : [MessageLayouts.Rule(width, [new Span(state, Faint)], null)];
        var above = rows.Count;
        for (var i = 0; i < input.Rows.Count; i++) rows.Add(new Row(new Span(i == 0 ? prompt : "  ", Faint), new Span(input.Rows[i])));
        _lines.Draw(new LiveRegion(rows, above + input.CursorRow, input.CursorColumn));
    }

    /// <summary>How many lines are not sent yet; empty for none.</summary>
    private string Waiting() => _toSend.Reader.Count switch { 0 => "", 1 => "1 line", var count => $"{count} lines" };

    private async Task ForwardKeys()
    {
        await foreach (var key in _terminal.Keys.ReadAllAsync()) _loop.Post(() => Take(key));
        _leave.Make();
    }

    private void Take(Key key)
    {
        switch (key.Code)
        {
            case KeyCode.Text: _editor.Insert(key.Text); break;
            case KeyCode.Paste: _editor.Insert(key.Text.TrimEnd('\r', '\n')); break;
            case KeyCode.Enter: Enter(); break;
            case KeyCode.Tab: break;
            case KeyCode.EndOfInput when _editor.Text.Length == 0: _leave.Make(); break;
            case KeyCode.EndOfInput: _editor.Apply(KeyCode.Delete); break;
            case KeyCode.Redraw: _lines.Invalidate(); break;
            case KeyCode.Suspend: Suspend(); break;
            default: _editor.Apply(key.Code); break;
        }
    }

    private void Enter()
    {
        var line = _editor.Enter();
        switch (HelloInput.Parse(line))
        {
            case HelloInput.Wrong wrong: Print(new Row(new Span("! ", Bold), new Span(wrong.Sentence))); break;
            case HelloInput.Help:
                foreach (var (usage, meaning) in HelloInput.All) Print(new Row(new Span($"  {usage,-23} ", Faint), new Span(meaning)));
                break;
            case HelloInput.Quit: _leave.Make(); break;
            case var input when !_toSend.Writer.TryWrite((line, input)):
                _editor.Set(line);
                Print(new Row(new Span("! ", Bold), new Span($"{MostWaiting} lines wait to be sent already. This one stays here: press Enter again when they are.")));
                break;
        }
    }

    /// <summary>Sends what was entered, line by line, from when the WebSocket is open. A line waits only where the other side does not read; the screen does not.</summary>
    private async Task Send(HelloSocket socket)
    {
        while (await _toSend.Reader.WaitToReadAsync() && !socket.Ended.IsCompleted && _toSend.Reader.TryRead(out var entered))
        {
            var (line, input) = entered;
            _loop.Post(() => Print(new Row(new Span("> ", Bold), new Span(Cells.Safe(line), Bold))));
            await (input switch
            {
                HelloInput.Text text => socket.SendText(text.Message),
                HelloInput.Binary binary => socket.SendBinary(binary.Message),
                HelloInput.Ping ping => socket.Ping(ping.Payload),
                HelloInput.Close close => socket.Close(close.Code, close.Reason),
                _ => Task.CompletedTask,
            });
        }
    }

    private void Suspend()
    {
        _lines.Leave();
        _terminal.Suspend();
        _lines.Invalidate();
    }
}
