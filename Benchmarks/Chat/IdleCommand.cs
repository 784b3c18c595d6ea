using System.CommandLine;
using System.Globalization;
using Microsoft.AspNetCore.SignalR.Client;
using RealtimeHello.Contracts;

namespace RealtimeHello.Benchmarks.Chat;

/// <summary>What the server's memory is when nothing happens.</summary>
internal static class IdleCommand
{
    public static Command Create()
    {
        var connections = new Option<int>("--connections") { Description = "Signed-in connections.", DefaultValueFactory = _ => 1_000 };
        var join = new Option<bool>("--join") { Description = "Each joins a room of its own: then everybody hears of every room, and the journal fills up to its budget." };
        var command = new Command("idle", "The server's resident set after start, and for each idle connection.") { connections, join };
        command.SetAction(async result =>
        {
            var count = result.GetValue(connections);
            await using var server = await ServerUnderTest.Start(["--Chat:SignInsPerMinute=0", "--Logging:LogLevel:Default=Warning", "--Logging:LogLevel:RealtimeHello=Warning"]);
            var alone = server.Memory;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"after start: {alone / 1048576.0:0.0} MiB"));
            var open = new List<HubConnection>();
            for (var i = 0; i < count; i++)
            {
                var connection = await server.Connect($"member-{i}");
                if (result.GetValue(join)) await connection.InvokeAsync<RoomState>(nameof(IChatHub.JoinRoom), $"room-{i}", null);
                open.Add(connection);
            }

            var full = server.Memory;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"with {count} idle members: {full / 1048576.0:0.0} MiB, {(full - alone) / 1024.0 / count:0.0} KiB a connection"));
            foreach (var connection in open) await connection.DisposeAsync();
            return 0;
        });
        return command;
    }
}
