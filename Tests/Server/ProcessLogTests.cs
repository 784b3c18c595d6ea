using System.Globalization;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Server;

/// <summary>What the server writes to its console besides its own four lines.</summary>
public sealed class ProcessLogTests
{
    [Theory]
    [InlineData(new string[0], "O")]
    [InlineData(new[] { "--Logging:Console:FormatterOptions:TimestampFormat=HH:mm " }, "HH:mm ")]
    public async Task A_line_of_JSON_says_when_it_was_written(string[] arguments, string format)
    {
        using var folder = new TemporaryFolder();
        var before = DateTime.UtcNow.AddSeconds(-1);
        await using var server = await ChatServerProcess.Start(folder.Path, "http://127.0.0.1:0", ["--Logging:Console:FormatterName=json", .. arguments]);
        await using (var hub = server.Hub(await server.SignIn("ada"))) await hub.StartAsync(TestContext.Current.CancellationToken);
        await server.Signal("TERM");
        await server.WaitForExit(TimeSpan.FromSeconds(20));

        var lines = server.Output.Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        lines.Should().NotBeEmpty();
        foreach (var line in lines)
        {
            var at = DateTime.ParseExact(line.GetProperty("Timestamp").GetString()!, format, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal);
            if (format == "O") at.Should().BeOnOrAfter(before).And.BeOnOrBefore(DateTime.UtcNow.AddSeconds(1));
        }
    }

    [Fact]
    public async Task No_token_of_a_query_is_logged_however_much_is_asked_of_ASP_NET_Core()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ChatServerProcess.Start(folder.Path, "http://127.0.0.1:0", "--Logging:LogLevel:Default=Trace", "--Logging:LogLevel:Microsoft.AspNetCore=Trace");
        var session = await server.SignIn("ada");
        using (var socket = new ClientWebSocket())
        {
            await socket.ConnectAsync(new UriBuilder(server.Address) { Scheme = "ws", Path = "/chat", Query = $"access_token={session.AccessToken}" }.Uri, TestContext.Current.CancellationToken);
        }

        using (var http = new HttpClient()) (await http.GetAsync(new Uri(server.Address, $"/session?access_token={session.AccessToken}"), TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        using (var tcp = new TcpClient(server.Address.Host, server.Address.Port))
        {
            // With a blank too many it is no request at all.
            await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET /chat?access_token={session.AccessToken} x HTTP/1.1\r\nHost: localhost\r\n\r\n"), TestContext.Current.CancellationToken);
            using var answer = new StreamReader(tcp.GetStream());
            (await answer.ReadToEndAsync(TestContext.Current.CancellationToken)).Should().StartWith("HTTP/1.1 400");
        }

        await server.Signal("TERM");
        await server.WaitForExit(TimeSpan.FromSeconds(20));

        server.Output.Should().Contain(line => line.Contains("Microsoft.AspNetCore.Routing", StringComparison.Ordinal), "it is asked for");
        server.Output.Where(line => line.Contains(session.AccessToken[..40], StringComparison.Ordinal)).Should().BeEmpty();
    }
}
