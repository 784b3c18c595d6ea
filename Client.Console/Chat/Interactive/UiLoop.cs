using System.Threading.Channels;

namespace RealtimeHello.Client.Chat.Interactive;

/// <summary>
/// Runs, one after the other, what keys, session and timers want done. After whatever was waiting is done, the caller is told once: that is when to draw.
/// At most <see cref="Capacity"/> things wait; who posts more, waits too. Not to be posted to by what it runs.
/// </summary>
internal sealed class UiLoop
{
    public const int Capacity = 1_024;

    /// <summary>Things done before drawing though more wait, so that a flood is seen passing by.</summary>
    private const int MostAtOnce = 256;

    private readonly Channel<Action> _actions = Channel.CreateBounded<Action>(new BoundedChannelOptions(Capacity) { SingleReader = true });

    public void Post(Action action) => TryPost(action);

    /// <returns>False when the loop has ended: nobody looks any more, and it is not done.</returns>
    public bool TryPost(Action action)
    {
        if (_actions.Writer.TryWrite(action)) return true;
        try
        {
            _actions.Writer.WriteAsync(action).AsTask().GetAwaiter().GetResult();
            return true;
        }
        catch (ChannelClosedException)
        {
            return false;
        }
    }

    /// <summary>Has the loop draw soon; for timers, which may not wait.</summary>
    public void Nudge() => _actions.Writer.TryWrite(() => { });

    /// <summary>Ends the loop when what was posted before is done.</summary>
    public void Stop() => _actions.Writer.TryComplete();

    /// <param name="done">Called when nothing waits any more.</param>
    public async Task Run(Action done)
    {
        while (await _actions.Reader.WaitToReadAsync())
        {
            for (var count = 0; count < MostAtOnce && _actions.Reader.TryRead(out var action); count++) action();
            done();
        }
    }
}
