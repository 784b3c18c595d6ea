namespace RealtimeHello.Server.Storage;

/// <summary>Notes whether reading works: one line when it fails, one when it works again, none for each reader.</summary>
internal sealed partial class StoreReads(ILogger<StoreReads> log)
{
    private int _isFailing;

    public void Succeeded()
    {
        if (Volatile.Read(ref _isFailing) == 1 && Interlocked.Exchange(ref _isFailing, 0) == 1) LogWorking();
    }

    public void Failed(Exception trouble)
    {
        if (Interlocked.Exchange(ref _isFailing, 1) == 0) LogFailing(trouble);
    }

    [LoggerMessage(LogLevel.Error, "The message store can't be read.")]
    private partial void LogFailing(Exception trouble);

    [LoggerMessage(LogLevel.Information, "The message store can be read again.")]
    private partial void LogWorking();
}
