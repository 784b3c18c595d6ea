using Microsoft.EntityFrameworkCore;

namespace RealtimeHello.Server.Storage;

/// <summary>Brings the database to the present model before the server listens.</summary>
internal sealed class DatabaseStart(IDbContextFactory<ChatDbContext> contexts) : IHostedService
{
    /// <summary>EF Core's own: a row in it means that somebody is migrating.</summary>
    private const string MigrationsLock = "__EFMigrationsLock";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await FreeMigrationsLock(db, cancellationToken);
        await db.Database.MigrateAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// A process that was killed while migrating leaves a row behind for which every later migration waits for ever. The
    /// data folder's lock is ours, so nobody else can be migrating.
    /// </summary>
    private static async Task FreeMigrationsLock(ChatDbContext db, CancellationToken cancellationToken)
    {
        var tables = await db.Database
            .SqlQuery<int>($"SELECT COUNT(*) AS Value FROM sqlite_master WHERE type = 'table' AND name = {MigrationsLock}")
            .SingleAsync(cancellationToken);
        if (tables == 1) await db.Database.ExecuteSqlRawAsync($"DELETE FROM {MigrationsLock}", cancellationToken);
    }
}
