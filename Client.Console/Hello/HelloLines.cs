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

    private HelloSocket? _socket;
    private bool _hasFailed;

    /// <summary>A Pong came.</summary>
    public void PongArrived() => _socket?.PongArrived();

    /// <returns>True when everything was answered and the WebSocket closed in good order.</returns>
    /// <exception cref="ServerTrouble">There is no WebSocket to be had.</exception>
    public async Task<bool> Run(Stream input, LeaveRequest leave)
    {
        await using var socket = _socket = await HelloSocket.Open(settings, trace, text => output.Write(new Row($"< {text}")), leave.Token);
        trace.Tell();
        try
        {
            await foreach (var line in StandardInputLines.Read(input, LongestLine, leave.Token))
            {
                if (line.Fault is { } fault) Fail($"Line {line.Number} was not sent: {fault}");
                else if (!await Do(socket, line.Number, HelloInput.Parse(line.Text!), line.Text!, leave.Token)) break;
                if (socket.Ended.IsCompleted) break;
            }
        }
        catch (OperationCanceledException) when (leave.IsMade)
        {
            _hasFailed = !Terminals.HasPerson;
        }

        await socket.Close(1000, null);
        var end = await socket.Ended;
        if (!end.IsOrderly) Fail(end.Sentence);
        else if (end.ByServer) notes(end.Sentence);
        return !_hasFailed;
    }

    /// <returns>False when no more lines are to be read.</returns>
    private async Task<bool> Do(HelloSocket socket, long number, HelloInput input, string line, CancellationToken leave)
    {
        if (input is HelloInput.Wrong wrong)
        {
            Fail($"Line {number} was not sent: {wrong.Sentence}");
            return true;
        }

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
        if (!await arrival) Fail($"Line {number} got no {what}" + (_socket!.Ended.IsCompleted ? "." : $" within {settings.Wait.TotalSeconds:0.#} s."));
    }

    private void Fail(string sentence)
    {
        _hasFailed = true;
        trace.Tell();
        notes(sentence);
    }
}
