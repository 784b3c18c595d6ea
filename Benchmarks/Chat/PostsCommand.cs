using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using HdrHistogram;
using Microsoft.AspNetCore.SignalR.Client;
using RealtimeHello.Contracts;

namespace RealtimeHello.Benchmarks.Chat;

/// <summary>How many durable posts a second the chat acknowledges.</summary>
internal static class PostsCommand
{
    public static Command Create()
    {
        var clients = new Option<int[]>("--clients") { Description = "How many clients, each in a room of its own.", DefaultValueFactory = _ => [1, 10, 100], AllowMultipleArgumentsPerToken = true };
        var seconds = new Option<int>("--seconds") { Description = "How long each figure is measured, after one second of warming up.", DefaultValueFactory = _ => 5 };
        var window = new Option<int>("--window") { Description = "Posts that each client has in flight.", DefaultValueFactory = _ => 16 };
        var command = new Command("posts", "Durable posts acknowledged a second, their latency, and the server's processor time for each.") { clients, seconds, window };
        command.SetAction(async result =>
        {
            Console.WriteLine($"{"clients",8} {"posts/s",10} {"p50 ms",8} {"p99 ms",8} {"µs CPU/post",12} {"failed",8}");
            foreach (var count in result.GetValue(clients)!) await Measure(count, result.GetValue(seconds), result.GetValue(window));
            return 0;
        });
        return command;
    }

    private static async Task Measure(int clients, int seconds, int window)
    {
        await using var server = await ServerUnderTest.Start([
            "--Chat:Posts:PerSecond=0", "--Chat:Others:PerSecond=0", "--Chat:SignInsPerMinute=0",
            "--Logging:LogLevel:Default=Warning", "--Logging:LogLevel:RealtimeHello=Warning"]);
        var connections = new List<HubConnection>();
        for (var i = 0; i < clients; i++)
        {
            var connection = await server.Connect($"client-{i}");
            await connection.InvokeAsync<RoomState>(nameof(IChatHub.JoinRoom), $"room-{i}", null);
            connections.Add(connection);
        }

        await Post(connections, window, TimeSpan.FromSeconds(1));
        var processor = server.Processor;
        var began = Stopwatch.GetTimestamp();
        var (posted, failed, latency) = await Post(connections, window, TimeSpan.FromSeconds(seconds));
        var elapsed = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var perPost = (server.Processor - processor).TotalMicroseconds / Math.Max(1, posted);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{clients,8} {posted / elapsed,10:N0} {latency.GetValueAtPercentile(50) / 1000.0,8:0.00} {latency.GetValueAtPercentile(99) / 1000.0,8:0.00} {perPost,12:0.0} {failed,8}"));
        foreach (var connection in connections) await connection.DisposeAsync();
        if (posted == 0) throw new InvalidOperationException("Not one post was acknowledged.");
    }

    private static async Task<(long Posted, long Failed, HistogramBase Latency)> Post(IReadOnlyList<HubConnection> connections, int window, TimeSpan duration)
    {
        var (posted, failed) = (0L, 0L);
        var latency = new LongConcurrentHistogram(1, 60_000_000, 3);
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(connections.SelectMany((connection, room) => Enumerable.Range(0, window).Select(async _ =>
        {
            while (Stopwatch.GetElapsedTime(began) < duration)
            {
                var sent = Stopwatch.GetTimestamp();
                try
                {
                    await connection.InvokeAsync<PostReceipt>(nameof(IChatHub.PostMessage), $"room-{room}", Guid.CreateVersion7().ToString(), "A message of about forty characters, hello.");
                    latency.RecordValue(Math.Max(1, (long)Stopwatch.GetElapsedTime(sent).TotalMicroseconds));
                    Interlocked.Increment(ref posted);
                }
                catch (Microsoft.AspNetCore.SignalR.HubException)
                {
                    Interlocked.Increment(ref failed);
                }
            }
        })));
        return (posted, failed, latency);
    }
}
