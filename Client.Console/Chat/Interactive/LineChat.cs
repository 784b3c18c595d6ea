using RealtimeHello.Client.Chat.Links;
using RealtimeHello.Client.Chat.Plain;
using RealtimeHello.Contracts;

namespace RealtimeHello.Client.Chat.Interactive;

/// <summary>The chat for a person at a terminal that can't be drawn on (TERM=dumb, or output into a file): plain lines, with the commands.</summary>
internal sealed class LineChat : IConversationView
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    private readonly UiLoop _loop;
    private readonly ChatSession _session;
    private readonly PlainOutput _output;
    private readonly Conversation _conversation;
    private readonly LeaveRequest _leave;

    /// <param name="loop">Where everything happens.</param>
    /// <param name="session">Reports to <paramref name="relay"/>.</param>
    /// <param name="relay">Brings the session's events to the loop.</param>
    /// <param name="output">Where lines go.</param>
    /// <param name="options">Whose conversation it is, and how it is shown.</param>
    /// <param name="leave">Made when the user wants to leave.</param>
    /// <param name="clock">The time.</param>
    public LineChat(UiLoop loop, ChatSession session, ObserverRelay relay, PlainOutput output, ConversationOptions options, LeaveRequest leave, TimeProvider clock)
    {
        (_loop, _session, _output, _leave) = (loop, session, output, leave);
        _conversation = new Conversation(options, session, this, clock, loop.Post);
        relay.Target = _conversation;
    }

    /// <exception cref="ChatFailure">The session failed.</exception>
    public async Task Run(string room, Stream input)
    {
        _conversation.Join(room);
        var running = _session.Run(CancellationToken.None);
        _ = running.ContinueWith(_ => _loop.Stop(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _ = ForwardLines(input);
        await using var leaving = _leave.Token.Register(() => _session.Close(Farewell));
        await _loop.Run(() => { });
        await running;
    }

    public void ShowMessage(ChatMessage message, bool isElsewhere) => _output.Message(PlainMessage.Format(message));

    public void ShowNotice(NoticeKind kind, string text) => _output.Note(text);

    public void ShowHeading(string text) => _output.Note($"-- {text} --");

    public void ShowFailure(PendingPost post, ChatRefusal refusal) => _output.Note($"Not posted: {post.Text} ({refusal.Sentence})");

    public void Refresh()
    {
        // There is nothing that stays in its place.
    }

    private async Task ForwardLines(Stream input)
    {
        await foreach (var line in StandardInputLines.Read(input))
        {
            _loop.Post(() =>
            {
                if (line.Fault is { } fault) _output.Note($"Not posted: {fault}");
                else if (!_conversation.Enter(line.Text!)) _leave.Make();
            });
        }

        _loop.Post(_leave.Make);
    }
}
