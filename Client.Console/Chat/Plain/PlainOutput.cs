using RealtimeHello.Layers;

namespace RealtimeHello.Client.Chat.Plain;

/// <summary>Messages go to standard output, everything else to standard error; each call writes one whole line.</summary>
internal sealed class PlainOutput(TextWriter messages, TextWriter notes, bool verbose)
{
    private readonly Lock _lock = new();
    private bool _isBroken;

    public void Message(string line)
    {
        lock (_lock)
        {
            if (_isBroken) return;
            try
            {
                messages.Write(line + "\n");
                messages.Flush();
            }
            catch (IOException)
            {
                // Whoever read our output left (| head): posting is what we are here for, so it goes on.
                _isBroken = true;
            }
        }
    }

    public void Note(string sentence)
    {
        lock (_lock)
        {
            try
            {
                notes.Write(PrintableText.OneLine(sentence, 2_000) + "\n");
                notes.Flush();
            }
            catch (IOException)
            {
                // Nobody listens to what is said about the chat; the exit code still tells.
            }
        }
    }

    public void Diagnostic(string sentence)
    {
        if (verbose) Note(sentence);
    }
}
