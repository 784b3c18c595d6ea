using Microsoft.EntityFrameworkCore;

namespace RealtimeHello.Server.Storage;

/// <summary>Messages, held names and sign-outs, in SQLite, in the data folder.</summary>
internal static class StorageSetup
{
    public static void AddStorage(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<SqliteDatabase>();
        services.AddPooledDbContextFactory<ChatDbContext>((provider, options) => options
            .UseSqlite(provider.GetRequiredService<SqliteDatabase>().ConnectionString)
            .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking));
        services.AddSingleton<SqliteWriter>();
        services.AddSingleton<StoreReads>();
        services.AddSingleton<IMessageStore, SqliteMessageStore>();
        services.AddSingleton<NameHoldStore>();
        services.AddSingleton<SignOutStore>();
        services.AddHostedService<DatabaseStart>();
    }
}
