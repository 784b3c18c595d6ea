using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace RealtimeHello.Server.Storage;

/// <summary>Lets <c>dotnet ef</c> read the model without starting a server.</summary>
internal sealed class DesignTimeContext : IDesignTimeDbContextFactory<ChatDbContext>
{
    public ChatDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<ChatDbContext>().UseSqlite("Data Source=unused").Options);
}
