using System.Threading.Channels;

namespace RealtimeHello.Client.Terminal;

/// <summary>A terminal that hands over single keys and takes control sequences. Disposing it gives it back as it was.</summary>
internal interface ITerminal : IDisposable
{
    /// <summary>Cells and rows, at least 1 of each.</summary>
    (int Width, int Height) Size { get; }

    /// <summary>Keys as they are pressed, but for Ctrl+C; completes when the terminal hangs up.</summary>
    ChannelReader<Key> Keys { get; }

    /// <summary>Called, on any thread, when the size may have changed.</summary>
    event Action? Resized;

    /// <summary>Writes a whole frame at once.</summary>
    void Write(string frame);

    /// <summary>Gives the terminal back, stops this process until the user continues it, and takes the terminal again. Without effect where there is no job control.</summary>
    void Suspend();
}
