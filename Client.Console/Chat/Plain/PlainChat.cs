using RealtimeHello.Client.Chat.Links;
using RealtimeHello.Contracts;

namespace RealtimeHello.Client.Chat.Plain;

/// <summary>
/// The chat for pipes: each line of the input is posted in order, each message is printed as one line, and at the end of the input the chat
/// ends as soon as the last receipt is in.
/// </summary>
/// <param name="room">Where the lines go.</param>
/// <param name="history">How many of the room's latest messages are printed first.</param>
/// <param name="output">Where messages and notes go.</param>
/// <param name="clock">Tells when the next attempt is.</param>
internal sealed class PlainChat(string room, int history, PlainOutput output, TimeProvider clock) : IChatObserver
{
    /// <summary>How long to wait for our own last messages to come back, once they are acknowledged.</summary>
    private static readonly TimeSpan CatchUpPatience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan HurriedFarewell = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly List<Task> _underWay = [];
    private int _failures;

    /// <summary>Posts every line of the input.</summary>
    /// <param name="session">A session that reports to this object.</param>
    /// <param name="input">UTF-8 lines.</param>
    /// <param name="interrupted">The user wants to leave: no more lines, and not long until the end.</param>
    /// <returns>True when every line that was read was acknowledged.</returns>
    /// <exception cref="ChatFailure">The session failed.</exception>
    public async Task<bool> Run(ChatSession session, Stream input, CancellationToken interrupted)
    {
        session.Join(room);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        var running = session.Run(CancellationToken.None);
        try
        {
            await UnlessEnded(running, _joined.Task, interrupted);
            // Why it failed is said once, not again for every line that nobody tried to post.
            if (running.IsFaulted) await running;
            await UnlessEnded(running, PostLines(session, input, over.Token), interrupted);
            // Our own messages are printed too, as they come back.
            await UnlessEnded(running, session.CaughtUp().WaitAsync(CatchUpPatience, clock, interrupted), interrupted);
        }
        catch (TimeoutException)
        {
            output.Diagnostic("The last messages did not come back in time.");
        }
        finally
        {
            await over.CancelAsync();
            session.Close(interrupted.IsCancellationRequested ? HurriedFarewell : Farewell);
            await Task.WhenAny(running);
            // Every post has its outcome now; the last failures are being told.
            await Task.WhenAll(UnderWay());
        }

        await running;
        return Volatile.Read(ref _failures) == 0;
    }

    void IChatObserver.StateChanged(SessionState state)
    {
        switch (state)
        {
            case SessionState.Waiting waiting:
                var seconds = Math.Max(0, (waiting.RetryAt - clock.GetUtcNow()).TotalSeconds);
                output.Note($"{waiting.Reason} Trying again in {seconds:0.0} s.");
                break;
            case SessionState.Online { IsAgain: true }:
                output.Note("Connected again.");
                break;
            case SessionState.Online:
                output.Diagnostic("Connected.");
                break;
        }
    }

    void IChatObserver.RoomJoined(RoomState state)
    {
        foreach (var message in state.Messages.TakeLast(history)) Print(message);
        _joined.TrySetResult();
    }

    void IChatObserver.JoinRefused(string refusedRoom, ChatRefusal refusal) => _joined.TrySetException(new ChatFailure(refusal.Sentence));

    void IChatObserver.RoomBeganAnew(RoomState state)
    {
        output.Note($"The server lost the messages of {state.Room}: its numbers begin anew.");
        foreach (var message in state.Messages) Print(message);
    }

    void IChatObserver.MessageReceived(ChatMessage message) => Print(message);

    void IChatObserver.MembersRead(string readRoom, IReadOnlyList<string> members)
    {
    }

    void IChatObserver.MemberChanged(PresenceChange change)
    {
    }

    void IChatObserver.TypingChanged(TypingChange change)
    {
    }

    void IChatObserver.PostSettled(PendingPost post, PostOutcome outcome)
    {
    }

    void IChatObserver.Diagnostic(string sentence) => output.Diagnostic(sentence);

    private void Print(ChatMessage message) => output.Message(PlainMessage.Format(message));

    private async Task PostLines(ChatSession session, Stream input, CancellationToken over)
    {
        await foreach (var line in StandardInputLines.Read(input, cancellationToken: over))
        {
            over.ThrowIfCancellationRequested();
            if (line.Fault is { } fault) Fail(line.Number, fault);
            else if (string.IsNullOrWhiteSpace(line.Text)) output.Diagnostic($"Line {line.Number} is blank and was skipped.");
            else Remember(Follow(line.Number, await session.Post(room, line.Text, over)));
        }

        await Task.WhenAll(UnderWay()).WaitAsync(over);
    }

    private async Task Follow(long line, PendingPost post)
    {
        if (await post.Outcome is { Refusal: { } refusal }) Fail(line, refusal.Sentence);
    }

    private void Fail(long line, string why)
    {
        Interlocked.Increment(ref _failures);
        output.Note($"Line {line} was not posted: {why}");
    }

    /// <summary>Those that are settled are forgotten now and then; the session bounds how many are not.</summary>
    private void Remember(Task followed)
    {
        lock (_lock)
        {
            if (_underWay.Count >= 512) _underWay.RemoveAll(task => task.IsCompleted);
            _underWay.Add(followed);
        }
    }

    private Task[] UnderWay()
    {
        lock (_lock) return [.. _underWay];
    }

    /// <summary>Waits for a step; ends early when the session does, or when the user leaves.</summary>
    private static async Task UnlessEnded(Task running, Task step, CancellationToken interrupted)
    {
        var left = new TaskCompletionSource();
        await using var registration = interrupted.Register(() => left.TrySetResult());
        if (await Task.WhenAny(step, running, left.Task) != step) return;
        if (!interrupted.IsCancellationRequested) await step;
    }
}
