using System.Text.Json;
using RealtimeHello.Contracts;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Server;

/// <summary>The hub with @microsoft/signalr, under Node.</summary>
public sealed class JavaScriptClientTests(ChatServer server) : IClassFixture<ChatServer>
{
    /// <summary>SignalR's own JavaScript client.</summary>
    internal static NodeFolder Scripts { get; } = new("Tests/Server/node");

    [Theory]
    [InlineData("json")]
    [InlineData("messagepack")]
    public async Task JavaScript_and_NET_chat_with_each_other(string protocol)
    {
        await Scripts.BringPackages();
        var room = $"js-{protocol}";
        await using var hub = await server.Connect($"net-{protocol}", messagePack: protocol == "json");
        var heard = new Inbox<ChatMessage>(hub, "MessagePosted");
        await hub.Join(room);
        var script = Scripts.Run("node", "hub.mjs", server.Address.GetLeftPart(UriPartial.Authority), protocol, room);

        var first = await Task.WhenAny(heard.Next(), script) is Task<ChatMessage> message ? await message : throw new InvalidOperationException(await script);
        await hub.Post(room, "from .NET");
        var saw = JsonDocument.Parse(await script).RootElement;

        first.Should().Match<ChatMessage>(it => it.Number == 1 && it.Author == $"js-{protocol}" && it.Text == "from JavaScript: 世界 👋");
        saw.GetProperty("state").GetProperty("members").EnumerateArray().Select(name => name.GetString()).Should().Equal($"js-{protocol}", $"net-{protocol}");
        saw.GetProperty("receipt").GetProperty("number").GetInt64().Should().Be(1);
        saw.GetProperty("receipt").GetProperty("id").GetString().Should().Be(first.Id.ToString());
        saw.GetProperty("receipt").GetProperty("duplicate").GetBoolean().Should().BeFalse();
        saw.GetProperty("heard").EnumerateArray().Select(it => it.GetProperty("text").GetString()).Should().Equal("from JavaScript: 世界 👋", "from .NET");
        saw.GetProperty("history").EnumerateArray().Select(it => it.GetProperty("number").GetInt64()).Should().Equal(1, 2);
        saw.GetProperty("missed").EnumerateArray().Select(it => it.GetProperty("text").GetString()).Should().Equal("from .NET");
        saw.GetProperty("listed").GetProperty("members").GetInt32().Should().Be(2);
        saw.GetProperty("listed").GetProperty("lastNumber").GetInt64().Should().Be(2);
        saw.GetProperty("outside").GetString().Should().Contain("not_in_room: ");
        saw.GetProperty("halfPair").GetString().Should().Contain("bad_text: ");
        saw.GetProperty("wrongType").GetString().Should().Be("Failed to invoke 'PostMessage' due to an error on the server.");
        saw.GetProperty("vitalsKeys").EnumerateArray().Select(key => key.GetString()).Should()
            .Equal("at", "connections", "messagesPerSecond", "deliveriesPerSecond", "memoryBytes", "bytesPerConnection", "cpuPercent");
        saw.GetProperty("timesAreTimes").GetBoolean().Should().BeTrue();
    }
}
