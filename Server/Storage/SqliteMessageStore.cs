using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using RealtimeHello.Contracts;

namespace RealtimeHello.Server.Storage;

/// <summary>Messages in SQLite: the one writer commits them in groups; readers have connections of their own and, under WAL, never wait for it.</summary>
internal sealed class SqliteMessageStore(
    SqliteWriter writer, IDbContextFactory<ChatDbContext> contexts, TimeProvider clock, StoreReads reads) : IMessageStore
{
    private static readonly Func<ChatDbContext, string, long, int, IAsyncEnumerable<ChatMessage>> Before = EF.CompileAsyncQuery(
        (ChatDbContext db, string room, long before, int limit) => db.Messages
            .Where(message => message.RoomId == db.Rooms.Single(row => row.Name == room).Id && message.Number < before)
            .OrderByDescending(message => message.Number).Take(limit)
            .Select(message => new ChatMessage(room, message.Number, message.Id, message.Author, message.Text, message.PostedAt)));

    private static readonly Func<ChatDbContext, string, long, int, IAsyncEnumerable<ChatMessage>> After = EF.CompileAsyncQuery(
        (ChatDbContext db, string room, long after, int limit) => db.Messages
            .Where(message => message.RoomId == db.Rooms.Single(row => row.Name == room).Id && message.Number > after)
            .OrderBy(message => message.Number).Take(limit)
            .Select(message => new ChatMessage(room, message.Number, message.Id, message.Author, message.Text, message.PostedAt)));

    private static readonly Func<ChatDbContext, string, IAsyncEnumerable<RoomTail>> Tail = EF.CompileAsyncQuery(
        (ChatDbContext db, string room) => db.Rooms.Where(row => row.Name == room).Select(row => new RoomTail(room, row.LastNumber, row.LastPostedAt)));

    private static readonly Func<ChatDbContext, int, IAsyncEnumerable<RoomTail>> LatestRooms = EF.CompileAsyncQuery(
        (ChatDbContext db, int limit) => db.Rooms.OrderByDescending(row => row.LastPostedAt).Take(limit)
            .Select(row => new RoomTail(row.Name, row.LastNumber, row.LastPostedAt)));

    /// <inheritdoc/>
    public event Action<ChatMessage>? Stored;

    private TimeProvider Clock { get; } = clock;

    /// <inheritdoc/>
    public bool IsWorking => writer.IsWorking;

    /// <inheritdoc/>
    public Task<AppendResult> Append(NewMessage message)
    {
        var job = new AppendJob(this, message);
        writer.Enqueue(job);
        return job.Result;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ChatMessage>> ReadBefore(string room, long? before, int limit, CancellationToken cancellationToken)
    {
        var messages = await Read(db => Before(db, room, before ?? long.MaxValue, limit), cancellationToken);
        messages.Reverse();
        return messages;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ChatMessage>> ReadAfter(string room, long after, int limit, CancellationToken cancellationToken) =>
        await Read(db => After(db, room, after, limit), cancellationToken);

    /// <inheritdoc/>
    public async Task<RoomTail> ReadTail(string room, CancellationToken cancellationToken) =>
        await Read(db => Tail(db, room), cancellationToken) is [var tail] ? tail : new RoomTail(room, 0, null);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RoomTail>> ReadLatestRooms(int limit, CancellationToken cancellationToken) =>
        await Read(db => LatestRooms(db, limit), cancellationToken);

    private async Task<List<T>> Read<T>(Func<ChatDbContext, IAsyncEnumerable<T>> query, CancellationToken cancellationToken)
    {
        try
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var rows = new List<T>();
            await foreach (var row in query(db).WithCancellation(cancellationToken)) rows.Add(row);
            reads.Succeeded();
            return rows;
        }
        catch (DbException trouble)
        {
            reads.Failed(trouble);
            throw new StoreUnavailableException("The store does not answer.", trouble);
        }
    }

    private sealed class AppendJob(SqliteMessageStore store, NewMessage message) : WriteJob
    {
        // Asynchronous continuations: the writer's thread goes on while the receipts are sent.
        private readonly TaskCompletionSource<AppendResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private AppendResult _result;

        public Task<AppendResult> Result => _completion.Task;

        public override void Run(WriteSession session) =>
            _result = session.Append(message, StoredTime.ToMilliseconds(store.Clock.GetUtcNow().UtcDateTime));

        public override void Done()
        {
            _completion.SetResult(_result);
            if (_result is { IsDuplicate: false, IsIdReused: false }) store.Stored?.Invoke(_result.Message);
        }

        public override void Fail(StoreUnavailableException trouble) => _completion.SetException(trouble);
    }
}
