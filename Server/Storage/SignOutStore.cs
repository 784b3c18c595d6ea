using Microsoft.EntityFrameworkCore;
using RealtimeHello.Server.Accounts;

namespace RealtimeHello.Server.Storage;

/// <summary>Who signed out, written by the one writer along with the messages.</summary>
internal sealed class SignOutStore(SqliteWriter writer, IDbContextFactory<ChatDbContext> contexts)
{
    /// <summary>Whom to remember, the one who is forgotten first in front.</summary>
    public async Task<IReadOnlyList<SignOut>> Load(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.SignOuts.OrderBy(row => row.Until).ToListAsync(cancellationToken);
        return rows.ConvertAll(row => new SignOut(row.User, new DateTimeOffset(row.Until)));
    }

    /// <summary>Keeps a sign-out, and forgets those that were to be remembered up to a time.</summary>
    /// <exception cref="StoreUnavailableException">Nothing was kept or forgotten.</exception>
    public Task Save(SignOut signOut, DateTimeOffset forgetUntil)
    {
        var job = new SaveJob(signOut, forgetUntil);
        writer.Enqueue(job);
        return job.Result;
    }

    private sealed class SaveJob(SignOut signOut, DateTimeOffset forgetUntil) : WriteJob
    {
        private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Result => _completion.Task;

        public override void Run(WriteSession session)
        {
            session.ForgetSignOuts(forgetUntil.UtcDateTime);
            session.SignOut(signOut.User, signOut.Until.UtcDateTime);
        }

        public override void Done() => _completion.SetResult();

        public override void Fail(StoreUnavailableException trouble) => _completion.SetException(trouble);
    }
}
