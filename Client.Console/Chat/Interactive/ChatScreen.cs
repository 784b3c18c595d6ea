using System.Globalization;
using RealtimeHello.Client.Chat.Links;
using RealtimeHello.Client.Terminal;
using RealtimeHello.Contracts;
using Spectre.Console;

namespace RealtimeHello.Client.Chat.Interactive;

/// <summary>Shows a conversation on a terminal: messages scroll, below them stand what is on its way, the state, and the input line.</summary>
internal sealed class ChatScreen(LineScreen screen, LineEditor editor, string me, TimeProvider clock) : IConversationView
{
    private const int MostPending = 3;

    /// <summary>From this many characters on, the count is shown.</summary>
    private const int NearLimit = ChatLimits.TextLength - 200;

    private static readonly Style Faint = new(decoration: Decoration.Dim);
    private static readonly Style Warning = new(Color.FromInt32(166), decoration: Decoration.Bold);
    private static readonly Style Red = new(Color.FromInt32(167), decoration: Decoration.Bold);

    private readonly MessageLayouts _layouts = new(me, clock.LocalTimeZone);
    private DateTime _day = clock.GetLocalNow().Date;

    /// <summary>Something has to be drawn.</summary>
    public bool IsStale { get; private set; } = true;

    public void ShowMessage(ChatMessage message, bool isElsewhere)
    {
        var day = _layouts.Local(message.PostedAt).Date;
        if (day != _day) ShowHeading(day.ToString("dddd, d MMMM yyyy", CultureInfo.InvariantCulture));
        _day = day;
        Print(_layouts.Message(message, isElsewhere));
    }

    public void ShowNotice(NoticeKind kind, string text) => Print(kind switch
    {
        NoticeKind.Answer => MessageLayouts.Answer(text),
        NoticeKind.Event => _layouts.Event(clock.GetUtcNow(), text),
        _ => MessageLayouts.Trouble(text),
    });

    public void ShowHeading(string text) => Print(MessageLayouts.Heading(text));

    public void ShowFailure(PendingPost post, ChatRefusal refusal) => Print(MessageLayouts.Failure(post.Text, refusal.Sentence));

    public void Refresh() => IsStale = true;

    public void Draw(Conversation conversation)
    {
        var (width, height) = (screen.Width, screen.Height);
        var prompt = Prompt(conversation, width);
        var promptWidth = Cells.Width(prompt);
        var input = InputLayout.Of(promptWidth, editor.Text, editor.Cursor, width, Math.Max(1, (height / 2) - 1));
        List<Row> rows = height < 3 ? [] : [.. PendingRows(conversation, width, height), StateRow(conversation, width)];
        var above = rows.Count;
        for (var i = 0; i < input.Rows.Count; i++)
            rows.Add(new Row(new Span(i == 0 ? prompt : new string(' ', promptWidth), Faint), new Span(input.Rows[i])));
        screen.Draw(new LiveRegion(rows, above + input.CursorRow, input.CursorColumn));
        IsStale = false;
    }

    private void Print(RowLayout layout)
    {
        screen.Print(layout);
        IsStale = true;
    }

    private static string Prompt(Conversation conversation, int width)
    {
        var room = conversation.Current is { } current ? Cells.Safe(current.Name) : "";
        return room.Length == 0 || room.Length + 20 > width ? "› " : $"{room} › ";
    }

    private static IEnumerable<Row> PendingRows(Conversation conversation, int width, int height)
    {
        var slow = conversation.Slow.ToList();
        var shown = height < 10 ? 1 : MostPending;
        foreach (var post in slow.Take(shown)) yield return MessageLayouts.Pending(post.Text, width);
        if (slow.Count > shown) yield return MessageLayouts.Pending($"... and {slow.Count - shown} more", width);
    }

    private Row StateRow(Conversation conversation, int width)
    {
        List<Span> parts = [StatePart(conversation.State)];
        if (conversation.Current is { } room)
        {
            if (room.Typing.Count > 0) parts.Add(new Span(Typing(room.Typing), Faint));
            if (conversation.State is SessionState.Online) parts.Add(new Span($"{room.Members.Count} here", Faint));
        }

        foreach (var other in conversation.Rooms.Where(other => other.Unread > 0))
            parts.Add(new Span($"#{Cells.Safe(other.Name)}: {other.Unread} new", Faint));

        var length = editor.Text.Length;
        var count = length < NearLimit || editor.Text.StartsWith('/')
            ? (Span?)null
            : new Span($"{length:N0} of {ChatLimits.TextLength:N0}", length > ChatLimits.TextLength ? Red : Faint);
        return MessageLayouts.Rule(width, parts, count);
    }

    private Span StatePart(SessionState state) => state switch
    {
        SessionState.Online => new Span("connected", Faint),
        SessionState.Waiting waiting => new Span($"reconnecting in {Math.Max(0, Math.Ceiling((waiting.RetryAt - clock.GetUtcNow()).TotalSeconds)):0} s", Warning),
        SessionState.Connecting { IsAgain: true } => new Span("reconnecting", Warning),
        _ => new Span("connecting", Faint),
    };

    private static string Typing(List<string> typing) => typing switch
    {
        [var one] => $"{Cells.Safe(one)} is typing",
        [var one, var two] => $"{Cells.Safe(one)} and {Cells.Safe(two)} are typing",
        _ => $"{typing.Count} people are typing",
    };
}
