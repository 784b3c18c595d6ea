using RealtimeHello.Client.Accounts;
using RealtimeHello.Recording.Captures;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Client.Relay;

/// <summary>What the relay records, as a file. When it can't be written any more the relay goes on, and says so at its end.</summary>
internal sealed class RelayCapture : IAsyncDisposable
{
    private readonly FileStream _file;
    private readonly JournalWatch _watch;
    private readonly CaptureWriter _writer;
    private readonly Task<string?> _writing;

    private RelayCapture(FileStream file, long limit, Journal journal)
    {
        _file = file;
        _watch = journal.Watch();
        _writer = new CaptureWriter(file, limit);
        _writing = Task.Run(() => Write(limit));
    }

    /// <summary>Begins a file, readable for its user alone.</summary>
    /// <exception cref="ServerTrouble">It is there already, or can't be made.</exception>
    public static RelayCapture Open(string file, long limit, Journal journal)
    {
        try
        {
            return new RelayCapture(new FileStream(file, PrivateFiles.New(FileShare.Read, FileOptions.Asynchronous)), limit, journal);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ServerTrouble(File.Exists(file) ? $"{file} is there already, and is not written over: remove it, or choose another --capture." : $"{file} can't be written: {trouble.Message}", isLasting: true, trouble);
        }
    }

    /// <summary>Writes what is left.</summary>
    /// <returns>Why not everything is in the file, in a sentence; null: everything is.</returns>
    public async Task<string?> Finish()
    {
        _watch.Dispose();
        return await _writing;
    }

    public async ValueTask DisposeAsync()
    {
        await Finish();
        await _file.DisposeAsync();
    }

    private async Task<string?> Write(long limit)
    {
        try
        {
            await _writer.Follow(_watch);
            return _writer.IsFull ? $"{_file.Name} is full ({limit / (1024 * 1024)} MB, see --capture-limit): what came behind that is not in it." : null;
        }
        catch (IOException trouble)
        {
            return $"{_file.Name} could not be written to its end: {trouble.Message}";
        }
    }
}
