using RealtimeHello.Client.Accounts;
using RealtimeHello.Client.Terminal;
using Spectre.Console;

namespace RealtimeHello.Client.Chat.Interactive;

/// <summary>Signs in with a person at the terminal: asks for the name where none was given, and again when it is refused.</summary>
internal sealed class SignInDialog(ITerminal terminal, LineScreen lines, GuestSignIn signIn, ServerAddress server)
{
    /// <summary>Cells; a name has at most as many characters.</summary>
    private const int LongestSuggestion = 24;

    /// <summary>Cells for what is typed; where fewer are left, it has a row of its own.</summary>
    private const int LeastTyped = 8;

    private const string Mark = "› ";

    private static readonly Style Faint = new(decoration: Decoration.Dim);

    /// <param name="name">Null: ask.</param>
    /// <param name="suggestion">Taken by Enter alone; typing is in its place. Tab takes it to be edited.</param>
    /// <param name="leave">The user gives up.</param>
    /// <exception cref="ServerTrouble">Not reachable; or the given name was refused.</exception>
    public async Task<SignedIn> Run(string? name, string suggestion, CancellationToken leave)
    {
        if (name is not null) return await SignIn(name, leave);
        lines.Print(MessageLayouts.Answer($"Welcome to the chat at {server}."));
        while (true)
        {
            string typed;
            try
            {
                typed = await Ask(suggestion, leave);
            }
            finally
            {
                lines.Leave();
            }

            if (typed.Length == 0) continue;
            try
            {
                return await SignIn(typed, leave);
            }
            catch (ServerTrouble refused) when (refused.Status is 400 or 409)
            {
                lines.Print(MessageLayouts.Answer(refused.Message));
                // Enter alone would only be refused again.
                if (typed == suggestion.Trim()) suggestion = "";
            }
        }
    }

    private async Task<SignedIn> SignIn(string name, CancellationToken leave)
    {
        lines.Draw(new LiveRegion([new Row(new Span($"Signing in at {server}", Faint))], 0, 0));
        var signingIn = signIn.SignIn(name, leave);
        try
        {
            return await signingIn;
        }
        finally
        {
            lines.Leave();
        }
    }

    private async Task<string> Ask(string suggestion, CancellationToken leave)
    {
        var question = suggestion.Length == 0 ? "Your name" : $"Your name (Enter: {Cells.Truncate(Cells.Safe(suggestion), LongestSuggestion)})";
        var prompt = $"{question} {Mark}";
        var editor = new LineEditor();
        // Not disposed of: whoever tells of a new size may be about to.
        var resized = new SemaphoreSlim(0);
        terminal.Resized += Tell;
        try
        {
            while (true)
            {
                var fits = Cells.Width(prompt) + LeastTyped <= lines.Width;
                var input = InputLayout.Of(Cells.Width(fits ? prompt : Mark), editor.Text, editor.Cursor, lines.Width, 1);
                lines.Draw(fits
                    ? new LiveRegion([new Row(new Span(prompt, Faint), new Span(input.Rows[0]))], 0, input.CursorColumn)
                    : new LiveRegion([new Row(new Span(Cells.Truncate(question, lines.Width), Faint)), new Row(new Span(Mark, Faint), new Span(input.Rows[0]))], 1, input.CursorColumn));
                if (await NextKey(resized, leave) is not { } key) continue;
                switch (key.Code)
                {
                    case KeyCode.Enter: return (editor.Text.Length == 0 ? suggestion : editor.Text).Trim();
                    case KeyCode.Text or KeyCode.Paste: editor.Insert(key.Text.ReplaceLineEndings("")); break;
                    case KeyCode.Tab when editor.Text.Length == 0: editor.Set(suggestion); break;
                    case KeyCode.NewLine or KeyCode.Tab: break;
                    case KeyCode.EndOfInput when editor.Text.Length == 0: throw new OperationCanceledException("The user left.");
                    default: editor.Apply(key.Code); break;
                }
            }
        }
        finally
        {
            terminal.Resized -= Tell;
        }

        void Tell() => resized.Release();
    }

    /// <returns>Null: only the terminal's size has changed.</returns>
    private async Task<Key?> NextKey(SemaphoreSlim resized, CancellationToken leave)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(leave);
        var key = terminal.Keys.WaitToReadAsync(either.Token).AsTask();
        var size = resized.WaitAsync(either.Token);
        var first = await Task.WhenAny(key, size);
        await either.CancelAsync();
        leave.ThrowIfCancellationRequested();
        return first == key ? await terminal.Keys.ReadAsync(leave) : null;
    }
}
