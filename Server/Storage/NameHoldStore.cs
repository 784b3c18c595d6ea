using Microsoft.EntityFrameworkCore;
using RealtimeHello.Server.Accounts;

namespace RealtimeHello.Server.Storage;

/// <summary>The holds on guests' names, written by the one writer along with the messages.</summary>
internal sealed class NameHoldStore(SqliteWriter writer, IDbContextFactory<ChatDbContext> contexts)
{
    public async Task<IReadOnlyList<NameHold>> Load(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.NameHolds.ToListAsync(cancellationToken);
        return rows.ConvertAll(row => new NameHold(row.Key, row.User, row.Until is { } until ? new DateTimeOffset(until) : null));
    }

    /// <summary>Keeps how names stand; null for one that came free.</summary>
    /// <exception cref="StoreUnavailableException">Nothing of it was kept.</exception>
    public Task Save(IReadOnlyList<(string Key, NameHold? Hold)> changes)
    {
        var job = new SaveJob(changes);
        writer.Enqueue(job);
        return job.Result;
    }

    private sealed class SaveJob(IReadOnlyList<(string Key, NameHold? Hold)> changes) : WriteJob
    {
        private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Result => _completion.Task;

        public override void Run(WriteSession session)
        {
            foreach (var (key, hold) in changes)
            {
                if (hold is null) session.Free(key);
                else session.Hold(key, hold.User, hold.Until?.UtcDateTime);
            }
        }

        public override void Done() => _completion.SetResult();

        public override void Fail(StoreUnavailableException trouble) => _completion.SetException(trouble);
    }
}
