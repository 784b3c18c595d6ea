using RealtimeHello.Client.Terminal;
using RealtimeHello.Contracts;

namespace RealtimeHello.Client.Chat.Interactive;

/// <summary>The chat on a terminal: keys go to the input line, the line to the conversation, the conversation to the screen.</summary>
internal sealed class InteractiveChat
{
    /// <summary>How long posts get for their receipts when the user leaves.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly ITerminal _terminal;
    private readonly UiLoop _loop;
    private readonly LineEditor _editor = new();
    private readonly LineScreen _lines;
    private readonly ChatScreen _screen;
    private readonly Conversation _conversation;
    private readonly ChatSession _session;
    private readonly TypingNotice _typing;
    private readonly TimeProvider _clock;
    private readonly LeaveRequest _leave;

    /// <param name="terminal">Given back by its owner.</param>
    /// <param name="lines">What the terminal shows.</param>
    /// <param name="loop">Where everything happens; the session's events are brought to it.</param>
    /// <param name="session">Reports to <paramref name="relay"/>.</param>
    /// <param name="relay">Brings the session's events to the loop.</param>
    /// <param name="options">Whose conversation it is, and how it is shown.</param>
    /// <param name="leave">Made when the user wants to leave.</param>
    /// <param name="clock">The time.</param>
    public InteractiveChat(
        ITerminal terminal, LineScreen lines, UiLoop loop, ChatSession session, ObserverRelay relay, ConversationOptions options, LeaveRequest leave, TimeProvider clock)
    {
        (_terminal, _lines, _loop, _session, _leave, _clock) = (terminal, lines, loop, session, leave, clock);
        _screen = new ChatScreen(lines, _editor, options.Me, clock);
        _conversation = new Conversation(options, session, _screen, clock, loop.Post);
        _typing = new TypingNotice(clock, session.SetTyping);
        relay.Target = _conversation;
    }

    /// <summary>Chats until the user leaves, or the session fails.</summary>
    /// <exception cref="ChatFailure">The session failed.</exception>
    public async Task Run(string room)
    {
        using var refresh = _clock.CreateTimer(_ => _loop.Nudge(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _terminal.Resized += Redraw;
        _conversation.Join(room);
        var running = _session.Run(CancellationToken.None);
        // A failed session ends the loop like the user does; its exception is seen below.
        _ = running.ContinueWith(_ => _loop.Stop(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _ = ForwardKeys();
        await using var leaving = _leave.Token.Register(() => _session.Close(Farewell));
        try
        {
            await _loop.Run(() => Draw(refresh));
        }
        finally
        {
            _terminal.Resized -= Redraw;
            _lines.Leave();
        }

        await running;
    }

    private void Redraw() => _loop.Post(_screen.Refresh);

    private void Draw(ITimer refresh)
    {
        _screen.Draw(_conversation);
        var next = _conversation.State is SessionState.Waiting ? TimeSpan.FromMilliseconds(500)
            : _conversation.PendingCount > 0 ? Conversation.SoonEnough
            : Timeout.InfiniteTimeSpan;
        refresh.Change(next, Timeout.InfiniteTimeSpan);
    }

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
            case KeyCode.Paste: Paste(key.Text); break;
            case KeyCode.Enter: Enter(); break;
            case KeyCode.Tab: _editor.Insert(Completion.Of(_conversation, _editor.Text, _editor.Cursor)); break;
            case KeyCode.EndOfInput when _editor.Text.Length == 0: _leave.Make(); break;
            case KeyCode.EndOfInput: _editor.Apply(KeyCode.Delete); break;
            case KeyCode.Redraw: _lines.Invalidate(); break;
            case KeyCode.Suspend: Suspend(); break;
            default: _editor.Apply(key.Code); break;
        }

        _typing.Changed(_conversation.Current?.Name, _editor.Text);
    }

    private void Paste(string text)
    {
        // The line break at the end of a copied line is not meant.
        if (!_editor.Insert(text.TrimEnd('\r', '\n'))) _screen.ShowNotice(NoticeKind.Trouble, "The paste was too long and was cut.");
    }

    private void Enter()
    {
        var length = _editor.Text.Length;
        if (length > ChatLimits.TextLength)
        {
            _screen.ShowNotice(NoticeKind.Trouble, $"A message has at most {ChatLimits.TextLength:N0} characters; this one has {length:N0}.");
            return;
        }

        var line = _editor.Enter();
        if (!line.StartsWith('/') || line.StartsWith("//", StringComparison.Ordinal)) _typing.Posted();
        if (!_conversation.Enter(line)) _leave.Make();
    }

    private void Suspend()
    {
        _lines.Leave();
        _terminal.Suspend();
        _lines.Invalidate();
    }
}
