using RealtimeHello.Client.Terminal;
using RealtimeHello.Layers;

namespace RealtimeHello.Client.Chat.Plain;

/// <summary>Messages go to standard output, everything else to standard error; each call writes one whole line.</summary>
internal sealed class PlainOutput(TextWriter messages, TextWriter notes, bool verbose)
{
    private readonly Lock _lock = new();
    private bool _isBroken;
    private bool _hasFailed;

    /// <summary>Messages can't be written, though somebody may want to read them.</summary>
    public bool HasFailed
    {
        get
        {
            lock (_lock) return _hasFailed;
        }
    }

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
            catch (Exception failure) when (OutputTrouble.IsOne(failure))
            {
                // Posting is what we are here for, so it goes on.
                _isBroken = true;
                if (OutputTrouble.Of(failure) is not { } trouble) return;
                _hasFailed = true;
                Note(trouble);
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
            catch (Exception failure) when (OutputTrouble.IsOne(failure))
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
