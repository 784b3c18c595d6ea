using RealtimeHello.Client.Accounts;
using RealtimeHello.Client.Terminal;
using Spectre.Console;

namespace RealtimeHello.Client.Chat.Interactive;

/// <summary>Signs in with a person at the terminal: asks for the name where none was given, and again when it is refused.</summary>
internal sealed class SignInDialog(ITerminal terminal, LineScreen lines, GuestSignIn signIn, ServerAddress server)
{
    private static readonly Style Faint = new(decoration: Decoration.Dim);

    /// <param name="name">Null: ask.</param>
    /// <param name="suggestion">What stands in the input line at first.</param>
    /// <param name="leave">The user gives up.</param>
    /// <exception cref="ServerTrouble">Not reachable; or the given name was refused.</exception>
    public async Task<SignedIn> Run(string? name, string suggestion, CancellationToken leave)
    {
        if (name is not null) return await SignIn(name, leave);
        lines.Print(MessageLayouts.Answer($"Welcome to the chat at {server}."));
        while (true)
        {
            var typed = await Ask(suggestion, leave);
            if (typed.Length == 0) continue;
            try
            {
                return await SignIn(typed, leave);
            }
            catch (ServerTrouble refused) when (refused.Status is 400 or 409)
            {
                lines.Print(MessageLayouts.Answer(refused.Message));
                suggestion = typed;
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
        const string prompt = "Your name › ";
        var editor = new LineEditor();
        editor.Set(suggestion);
        while (true)
        {
            var input = InputLayout.Of(prompt.Length, editor.Text, editor.Cursor, lines.Width, 1);
            lines.Draw(new LiveRegion([new Row(new Span(prompt, Faint), new Span(input.Rows[0]))], 0, input.CursorColumn));
            var key = await terminal.Keys.ReadAsync(leave);
            switch (key.Code)
            {
                case KeyCode.Enter: return editor.Text.Trim();
                case KeyCode.Text or KeyCode.Paste: editor.Insert(key.Text.ReplaceLineEndings("")); break;
                case KeyCode.NewLine or KeyCode.Tab: break;
                case KeyCode.EndOfInput when editor.Text.Length == 0: throw new OperationCanceledException("The user left.");
                default: editor.Apply(key.Code); break;
            }
        }
    }
}
