using Microsoft.Data.Sqlite;
using RealtimeHello.Server.Hosting;

namespace RealtimeHello.Server.Storage;

/// <summary>The database's file, and how connections to it are made.</summary>
internal sealed class SqliteDatabase(DataFolder folder) : IDisposable
{
    /// <summary>How long a statement waits for a lock that another process holds before it fails.</summary>
    private const int SecondsToWaitForLock = 2;

    public string Path { get; } = folder.File("chat.db");

    public string ConnectionString => new SqliteConnectionStringBuilder
    {
        DataSource = Path,
        ForeignKeys = true,
        DefaultTimeout = SecondsToWaitForLock,
    }.ToString();

    /// <summary>Opens the connection that writes: a commit returns only when it is on the disk.</summary>
    public SqliteConnection OpenForWriting()
    {
        // Not pooled: a connection that failed is closed for good, and the next one starts afresh.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder(ConnectionString) { Pooling = false }.ToString());
        try
        {
            connection.Open();
            using var pragmas = connection.CreateCommand();
            pragmas.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-16000;";
            pragmas.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Closes the readers' idle connections: the last connection to close folds the write-ahead log into the database.</summary>
    public void Dispose()
    {
        using var any = new SqliteConnection(ConnectionString);
        SqliteConnection.ClearPool(any);
    }
}
