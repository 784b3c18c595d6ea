using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace RealtimeHello.Server.Storage;

/// <summary>The model of the database: it makes the migrations and serves the readers. The hot insert goes past it.</summary>
internal sealed class ChatDbContext(DbContextOptions<ChatDbContext> options) : DbContext(options)
{
    public DbSet<RoomRow> Rooms => Set<RoomRow>();

    public DbSet<MessageRow> Messages => Set<MessageRow>();

    public DbSet<NameHoldRow> NameHolds => Set<NameHoldRow>();

    public DbSet<SignOutRow> SignOuts => Set<SignOutRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<RoomRow>(room =>
        {
            room.HasIndex(row => row.Name).IsUnique();
            room.HasIndex(row => row.LastPostedAt);
        });
        modelBuilder.Entity<MessageRow>(message =>
        {
            message.HasKey(row => new { row.RoomId, row.Number });
            message.HasIndex(row => row.Id).IsUnique();
            message.HasOne<RoomRow>().WithMany().HasForeignKey(row => row.RoomId);
        });
        modelBuilder.Entity<NameHoldRow>().HasKey(row => row.Key);
        modelBuilder.Entity<SignOutRow>(signOut =>
        {
            signOut.HasKey(row => row.User);
            signOut.HasIndex(row => row.Until);
        });
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<Guid>().HaveConversion<GuidToBytes>();
        configurationBuilder.Properties<DateTime>().HaveConversion<TimeToMilliseconds>();
    }

    /// <summary>Sixteen bytes in the order of their text, so that UUIDs of version 7 sort by their time.</summary>
    private sealed class GuidToBytes() : ValueConverter<Guid, byte[]>(
        guid => guid.ToByteArray(true),
        bytes => new Guid(bytes, true));

    /// <summary>Milliseconds since 1970, UTC.</summary>
    private sealed class TimeToMilliseconds() : ValueConverter<DateTime, long>(
        time => StoredTime.ToMilliseconds(time),
        milliseconds => StoredTime.FromMilliseconds(milliseconds));
}
