using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using RealtimeHello.Contracts;
using RealtimeHello.Server.Storage;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Server;

public sealed class StorageTests
{
    [Fact]
    public async Task The_writer_writes_ahead_and_waits_for_the_disk()
    {
        await using var server = new ChatServer();
        _ = server.Address;
        using var connection = server.Services.GetRequiredService<SqliteDatabase>().OpenForWriting();

        Pragma("journal_mode").Should().Be("wal");
        Pragma("synchronous").Should().Be(2L, "2 is FULL: a commit waits for the disk");

        object? Pragma(string name)
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"PRAGMA {name}";
            return command.ExecuteScalar();
        }
    }

    [Fact]
    public async Task Posts_that_wait_together_share_a_commit()
    {
        await using var server = new ChatServer();
        await using var hub = await server.Connect("many");
        await hub.Join("many");
        var writer = server.Services.GetRequiredService<SqliteWriter>();
        var before = writer.Groups;

        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => hub.Post("many", $"{i}")));

        (writer.Groups - before).Should().BeInRange(1, 150);
    }

    [Fact]
    public async Task A_restart_keeps_every_message_and_goes_on_counting()
    {
        using var folder = new TemporaryFolder();
        PostReceipt first;
        var id = Guid.CreateVersion7();
        Session session;
        await using (var before = new ChatServer { DataFolder = folder.Path })
        {
            session = await before.SignIn("ada");
            await using var hub = before.Hub(session);
            await hub.StartAsync();
            await hub.Join("kept");
            first = await hub.Post("kept", "before", id);
        }

        await using var after = new ChatServer { DataFolder = folder.Path };
        await using var again = after.Hub(session, messagePack: true);
        await again.StartAsync();
        var state = await again.Join("kept");

        state.Messages.Should().Equal(new ChatMessage("kept", 1, id, "ada", "before", first.PostedAt));
        (await again.Post("kept", "before", id)).Should().Be(first with { Duplicate = true });
        (await again.Post("kept", "after")).Number.Should().Be(2);
    }

    [Fact]
    public async Task A_store_that_fails_is_unavailable_and_goes_on_when_it_can()
    {
        await using var server = new ChatServer();
        await using var hub = await server.Connect("patient");
        await hub.Join("stormy");
        await hub.Post("stormy", "calm");
        var path = server.Services.GetRequiredService<SqliteDatabase>().Path;
        using (var thief = new SqliteConnection($"Data Source={path};Pooling=false"))
        {
            thief.Open();
            using var theft = thief.BeginTransaction();

            (await hub.Refusal("PostMessage", "stormy", Guid.NewGuid(), "lost")).Should().Contain("unavailable: ");
            (await hub.Refusal("PostMessage", "stormy", Guid.NewGuid(), "lost too")).Should().Contain("unavailable: ");
            (await hub.InvokeAsync<ChatMessage[]>("ReadHistory", "stormy", null, 10)).Should().ContainSingle("readers need no writer");
            using var http = server.Http();
            ((int)(await http.GetAsync("/readyz")).StatusCode).Should().Be(503);
            ((int)(await http.GetAsync("/healthz")).StatusCode).Should().Be(200);
            theft.Rollback();
        }

        await server.Logged("The message store works again");
        (await hub.Post("stormy", "calm again")).Number.Should().Be(2);
        server.Log.Count(line => line.Contains("The message store failed", StringComparison.Ordinal)).Should().Be(1);
        server.Log.Count(line => line.Contains("store works again", StringComparison.Ordinal)).Should().Be(1);
    }

    [Fact]
    public async Task A_left_over_migrations_lock_does_not_keep_the_server_from_starting()
    {
        using var folder = new TemporaryFolder();
        await using (var first = new ChatServer { DataFolder = folder.Path }) await first.SignIn("ada");
        using (var connection = new SqliteConnection($"Data Source={folder.Path}/chat.db;Pooling=false"))
        {
            connection.Open();
            using var leave = connection.CreateCommand();
            leave.CommandText = "INSERT INTO __EFMigrationsLock (Id, Timestamp) VALUES (1, '2026-01-01')";
            leave.ExecuteNonQuery();
        }

        await using var second = new ChatServer { DataFolder = folder.Path };

        (await second.SignIn("bob")).Name.Should().Be("bob");
    }
}
