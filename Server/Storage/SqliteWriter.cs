namespace RealtimeHello.Server.Storage;

/// <summary>
/// The one writer: a thread of its own that takes what has queued up, commits it as one transaction and so pays one
/// fsync for all of it. While one group is being written the next one gathers, so groups grow with the load.
/// </summary>
/// <remarks>
/// Working -> (a group fails) -> Failing: everything queued is refused, and once a second a small write is tried
/// -> (it succeeds) -> Working. Each change of state is one line in the log.
/// </remarks>
internal sealed partial class SqliteWriter : IDisposable
{
    /// <summary>Jobs that may wait; more are refused.</summary>
    public const int QueueLength = 8_192;

    /// <summary>Jobs of one transaction: it bounds how long the first of them waits for the last.</summary>
    public const int GroupLength = 1_024;

    private static readonly TimeSpan TimeBetweenTries = TimeSpan.FromSeconds(1);

    private readonly SqliteDatabase _database;
    private readonly ILogger<SqliteWriter> _log;
    // With a monitor, which sleeps at once: what spins in front of its sleep, as BlockingCollection does, spins after each group, and took a twentieth of the processor time of a lively room.
    private readonly Queue<WriteJob> _queue = new();
    private readonly List<WriteJob> _group = new(GroupLength);
    private readonly Thread _thread;
    private WriteSession? _session;
    private volatile bool _isFailing;
    private bool _isClosed;
    private long _groups;

    public SqliteWriter(SqliteDatabase database, ILogger<SqliteWriter> log)
    {
        _database = database;
        _log = log;
        _thread = new Thread(Run) { Name = "SQLite writer", IsBackground = true };
        _thread.Start();
    }

    /// <summary>False from a failed commit until a write succeeds again.</summary>
    public bool IsWorking => !_isFailing;

    /// <summary>Transactions committed since start; each waited for the disk once.</summary>
    public long Groups => Interlocked.Read(ref _groups);

    /// <summary>Queues a job; jobs run in the order in which they were queued.</summary>
    /// <exception cref="StoreUnavailableException">The store fails, or too much is waiting for it.</exception>
    public void Enqueue(WriteJob job)
    {
        if (_isFailing) throw new StoreUnavailableException("The store does not take writes at the moment.");
        lock (_queue)
        {
            if (_isClosed) throw new StoreUnavailableException("The store is closed.");
            if (_queue.Count == QueueLength) throw new StoreUnavailableException("Too many writes are waiting.");
            _queue.Enqueue(job);
            if (_queue.Count == 1) Monitor.Pulse(_queue);
        }
    }

    /// <summary>Writes what is queued, then closes the database.</summary>
    public void Dispose()
    {
        lock (_queue)
        {
            _isClosed = true;
            Monitor.Pulse(_queue);
        }

        _thread.Join();
    }

    private void Run()
    {
        while (TakeGroup())
        {
            if (_isFailing) Refuse(new StoreUnavailableException("The store does not take writes at the moment."));
            else WriteGroup();
            _group.Clear();
        }

        Close();
    }

    /// <summary>Waits for the first job, then takes what is there. While the store fails, comes back once a second to try it.</summary>
    private bool TakeGroup()
    {
        while (true)
        {
            lock (_queue)
            {
                if (_queue.Count == 0 && !_isClosed) Monitor.Wait(_queue, _isFailing ? TimeBetweenTries : Timeout.InfiniteTimeSpan);
                while (_group.Count < GroupLength && _queue.TryDequeue(out var next)) _group.Add(next);
                if (_group.Count > 0) return true;
                if (_isClosed) return false;
            }

            if (_isFailing) TryAgain();
        }
    }

    private void WriteGroup()
    {
        try
        {
            _session ??= new WriteSession(_database.OpenForWriting());
            _session.Begin();
            foreach (var job in _group) job.Run(_session);
            _session.Commit();
        }
        catch (Exception trouble)
        {
            // Whatever it was, nothing of the group is stored; a fresh connection is the surest way to be rid of a half-done transaction.
            Close();
            _isFailing = true;
            LogFailing(trouble, _group.Count);
            Refuse(new StoreUnavailableException("The group could not be committed.", trouble));
            return;
        }

        Interlocked.Increment(ref _groups);
        foreach (var job in _group) job.Done();
    }

    private void TryAgain()
    {
        try
        {
            _session ??= new WriteSession(_database.OpenForWriting());
            _session.Probe();
            _isFailing = false;
            LogWorking();
        }
        catch (Exception trouble)
        {
            Close();
            LogStillFailing(trouble.Message);
        }
    }

    private void Refuse(StoreUnavailableException trouble)
    {
        foreach (var job in _group) job.Fail(trouble);
    }

    private void Close()
    {
        try
        {
            _session?.Dispose();
        }
        catch (Exception trouble)
        {
            LogStillFailing(trouble.Message);
        }

        _session = null;
    }

    [LoggerMessage(LogLevel.Error, "The message store failed: {Jobs} writes were rolled back and refused, and so is what follows until it works again.")]
    private partial void LogFailing(Exception trouble, int jobs);

    [LoggerMessage(LogLevel.Debug, "The message store still fails: {Trouble}")]
    private partial void LogStillFailing(string trouble);

    [LoggerMessage(LogLevel.Information, "The message store works again.")]
    private partial void LogWorking();
}
