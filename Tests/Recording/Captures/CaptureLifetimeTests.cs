using System.Text;
using System.Text.Json;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Layers.Tcp;
using RealtimeHello.Recording.Captures;
using RealtimeHello.Recording.Exports;

namespace RealtimeHello.Tests.Recording.Captures;

/// <summary>How long a connection lived, as a capture says it.</summary>
public sealed class CaptureLifetimeTests
{
    [Theory]
    [InlineData("2026-01-02T12:00:00Z", "10000000.00:00:00")]
    [InlineData("2026-01-02T12:00:00Z", "-10000000.00:00:00")]
    [InlineData("9999-12-31T23:59:58Z", "00:00:05")]
    [InlineData("0001-01-01T00:00:02Z", "-00:00:05")]
    public async Task One_that_cannot_be_is_named_and_the_connection_is_not_over(string openedAt, string lifetime)
    {
        var capture = await Read(openedAt, lifetime);

        capture.Trouble.Should().Be($"Line 3 can't be read: its lifetime {lifetime} can't be.");
        capture.Connections.Should().ContainSingle().Which.ClosedAt.Should().BeNull();
    }

    [Theory]
    [InlineData("2026-01-02T12:00:00Z", "00:00:00", "2026-01-02T12:00:00Z")]
    [InlineData("2026-01-02T12:00:00Z", "1.00:00:00", "2026-01-03T12:00:00Z")]
    [InlineData("9999-12-31T23:59:58Z", "00:00:01", "9999-12-31T23:59:59Z")]
    [InlineData("2026-01-02T12:00:00Z", "-00:00:01", "2026-01-02T11:59:59Z")]
    public async Task One_that_can_be_ends_the_connection(string openedAt, string lifetime, string closedAt)
    {
        var capture = await Read(openedAt, lifetime);

        capture.Trouble.Should().BeNull();
        capture.Connections.Single().ClosedAt.Should().Be(DateTimeOffset.Parse(closedAt, System.Globalization.CultureInfo.InvariantCulture));
    }

    private static async Task<Capture> Read(string openedAt, string lifetime)
    {
        var report = new CloseReport(ClosedBy.Client, Layer.Tcp, null, "client_vanished", "It went.");
        var fact = JsonSerializer.SerializeToNode(new TcpClosed(report, TimeSpan.Zero, new ConnectionCounters(0, 0, 0, 0, 0, 0, 0, 0, 0)), EventJson.Options)!;
        fact["lifetime"] = lifetime;
        var text = $$"""
            {"format":"RealtimeHello capture","version":1}
            {"kind":"connection","connection":"A","at":"{{openedAt}}","perspective":"server","remote":"r","local":"l"}
            {"kind":"fact","connection":"A","number":1,"at":"2026-01-02T12:00:00Z","type":"tcpClosed","fact":{{fact.ToJsonString()}}}

            """;
        return await Capture.Read(new MemoryStream(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n"))), cancellationToken: TestContext.Current.CancellationToken);
    }
}
