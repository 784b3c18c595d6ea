using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Tests.Inspector;

/// <summary>A connection to an application that somebody asks over for one user after the other, as a proxy does that keeps its own open.</summary>
internal sealed class SharedConnection : IDisposable
{
    public const string Handshake = "{\"protocol\":\"json\",\"version\":1}\u001e";

    private readonly TcpClient client = new();
    private readonly NetworkStream stream;

    public SharedConnection(Uri address)
    {
        client.Connect(IPAddress.Loopback, address.Port);
        stream = client.GetStream();
        Port = ((IPEndPoint)client.Client.LocalEndPoint!).Port;
    }

    private int Port { get; }

    public ConnectionRecord In(Journal journal) => journal.Connections.Single(Is);

    public bool Is(ConnectionRecord record) => record.Remote.EndsWith($":{Port}", StringComparison.Ordinal);

    /// <summary>Negotiates a hub.</summary>
    /// <returns>Its token and its id.</returns>
    public async Task<(string Token, string Id)> Negotiate(string hub, string? user, int version = 1)
    {
        var (_, answer) = await Post($"{hub}/negotiate?negotiateVersion={version}", user, "");
        var negotiated = JsonNode.Parse(answer)!;
        return ((string?)negotiated["connectionToken"] ?? (string)negotiated["connectionId"]!, (string)negotiated["connectionId"]!);
    }

    public Task<(string Status, string Body)> Get(string target, string? user, string fields = "") => Ask($"GET {target}", user, fields, "");

    public Task<(string Status, string Body)> Post(string target, string? user, string body, string fields = "") => Ask($"POST {target}", user, $"{fields}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n", body);

    /// <summary>Becomes a WebSocket.</summary>
    public async Task Upgrade(string target, string? user) => (await Get(target, user, "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")).Status.Should().Contain(" 101 ");

    /// <summary>Sends a text, and reads what comes.</summary>
    public async Task<string> Say(string text)
    {
        var payload = Encoding.UTF8.GetBytes(text);
        await stream.WriteAsync((byte[])[0x81, (byte)(0x80 | payload.Length), 0, 0, 0, 0, .. payload], TestContext.Current.CancellationToken);
        return await Hear();
    }

    /// <summary>Says goodbye with 1000, and reads the answer.</summary>
    public async Task SayGoodbye()
    {
        await stream.WriteAsync((byte[])[0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8], TestContext.Current.CancellationToken);
        await Hear();
    }

    public void Dispose() => client.Dispose();

    private async Task<string> Hear()
    {
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer, TestContext.Current.CancellationToken));
    }

    private async Task<(string Status, string Body)> Ask(string request, string? user, string fields, string body)
    {
        var authorization = user is null ? "" : $"Authorization: {StrangersUsers.Authorization(user)}\r\n";
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"{request} HTTP/1.1\r\nHost: localhost\r\n{authorization}{fields}\r\n{body}"), TestContext.Current.CancellationToken);
        var head = await Through("\r\n\r\n");
        var status = head.Split('\r')[0];
        var length = head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        if (length is null) return (status, head.Contains("chunked", StringComparison.OrdinalIgnoreCase) ? await Through("0\r\n\r\n") : "");
        var content = new byte[int.Parse(length.AsSpan(15), CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(content, TestContext.Current.CancellationToken);
        return (status, Encoding.UTF8.GetString(content));
    }

    private async Task<string> Through(string end)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, TestContext.Current.CancellationToken);
            text.Append((char)one[0]);
        }

        return text.ToString();
    }
}
