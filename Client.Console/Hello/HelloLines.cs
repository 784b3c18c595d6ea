using RealtimeHello.Client.Accounts;
using RealtimeHello.Client.Chat;
using RealtimeHello.Client.Chat.Plain;
using RealtimeHello.Client.Layers;
using RealtimeHello.Client.Terminal;
using RealtimeHello.Layers;

namespace RealtimeHello.Client.Hello;

/// <summary>
/// <c>hello</c> in a pipe, or for a person at a terminal that can't be drawn on: each line is sent and its answer awaited before the next is read,
/// so that what is printed is in order; at the end of the input the WebSocket is closed.
/// </summary>
/// <param name="settings">Where to, and how.</param>
/// <param name="trace">Records the connection, and tells its layers to <paramref name="output"/>.</param>
/// <param name="output">Takes what is sent and received.</param>
/// <param name="notes">Takes sentences about trouble.</param>
internal sealed class HelloLines(HelloSettings settings, LayerTrace trace, RowWriter output, Action<string> notes)
{
    /// <summary>Characters of a line, at most.</summary>
    private const int LongestLine = 64 * 1024;

    /// <summary>How long, once the WebSocket is over, the end of the input may take to be noticed.</summary>
    private static readonly TimeSpan InputGrace = TimeSpan.FromMilliseconds(250);

    private HelloSocket? _socket;
    private Task _underWay = Task.CompletedTask;
    private bool _hasFailed;

    /// <summary>A Pong came.</summary>
    public void PongArrived() => _socket?.PongArrived();

    /// <returns>True when everything was answered and the WebSocket closed in good order.</returns>
    /// <exception cref="ServerTrouble">There is no WebSocket to be had.</exception>
    public async Task<bool> Run(Stream input, LeaveRequest leave)
    {
        await using var socket = _socket = await HelloSocket.Open(settings, trace, text => output.Write(new Row($"< {text}")), leave.Token);
        trace.Tell();
        var left = new TaskCompletionSource();
        await using var leaving = leave.Token.Register(() => left.TrySetResult());
        // A read of standard input can't be called off: whoever leaves, or is left, does not wait for it.
        var sending = SendLines(socket, input, leave.Token);
        await Task.WhenAny(sending, socket.Ended, left.Task);
        if (!leave.IsMade)
        {
            await _underWay;
            await Task.WhenAny(sending, Task.Delay(InputGrace));
        }

        if (sending.IsCompleted) await sending;
        else if (!Terminals.HasPerson && !output.IsBroken) Fail(leave.IsMade ? "Left before the end of the input." : "The WebSocket ended before the input did.");

        await socket.Close(1000, null);
        var end = await socket.Ended;
        if (!end.IsOrderly) Fail(end.Sentence);
        else if (end.ByServer) notes(end.Sentence);
        return !_hasFailed;
    }

    private async Task SendLines(HelloSocket socket, Stream input, CancellationToken leave)
    {
        try
        {
            await foreach (var line in StandardInputLines.Read(input, LongestLine, leave))
            {
                if (socket.Ended.IsCompleted) Fail($"Line {line.Number} was not sent: the WebSocket is over.");
                else if (line.Fault is { } fault) Fail($"Line {line.Number} was not sent: {fault}");
                else if (!await Do(socket, line.Number, HelloInput.Parse(line.Text!), line.Text!, leave)) return;
                if (socket.Ended.IsCompleted) return;
            }
        }
        catch (OperationCanceledException) when (leave.IsCancellationRequested)
        {
            // The user left, which is told elsewhere.
        }
    }

    private async Task<bool> Do(HelloSocket socket, long number, HelloInput input, string line, CancellationToken leave)
    {
        var doing = Send(socket, number, input, line, leave);
        _underWay = doing;
        return await doing;
    }

    /// <returns>False when no more lines are to be read.</returns>
    private async Task<bool> Send(HelloSocket socket, long number, HelloInput input, string line, CancellationToken leave)
    {
        if (input is HelloInput.Wrong wrong)
        {
            Fail($"Line {number} was not sent: {wrong.Sentence}");
            return true;
        }

        socket.ForgetArrivals();
        output.Write(new Row($"> {PrintableText.OneLine(line, 1_000)}"));
        switch (input)
        {
            case HelloInput.Text text:
                await socket.SendText(text.Message);
                await Await(socket.NextMessage(leave), number, "answer");
                break;
            case HelloInput.Binary binary:
                await socket.SendBinary(binary.Message);
                await Await(socket.NextMessage(leave), number, "answer");
                break;
            case HelloInput.Ping ping:
                await socket.Ping(ping.Payload);
                await Await(socket.NextPong(leave), number, "Pong");
                break;
            case HelloInput.Close close:
                await socket.Close(close.Code, close.Reason);
                return false;
            case HelloInput.Help:
                foreach (var (usage, meaning) in HelloInput.All) notes($"{usage,-23} {meaning}");
                break;
            default:
                return false;
        }

        return true;
    }

    private async Task Await(Task<bool> arrival, long number, string what)
    {
        // Whoever can show nothing does not wait for it.
        if (!await arrival && !output.IsBroken) Fail($"Line {number} got no {what}" + (_socket!.Ended.IsCompleted ? "." : $" within {settings.Wait.TotalSeconds:0.#} s."));
    }

    private void Fail(string sentence)
    {
        _hasFailed = true;
        trace.Tell();
        notes(sentence);
    }
}
