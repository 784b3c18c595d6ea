using System.Diagnostics;
using System.Text.Json;
using RealtimeHello.Contracts;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Server;

/// <summary>The hub with @microsoft/signalr, under Node.</summary>
public sealed class JavaScriptClientTests(ChatServer server) : IClassFixture<ChatServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("json")]
    [InlineData("messagepack")]
    public async Task JavaScript_and_NET_chat_with_each_other(string protocol)
    {
        await BringPackages();
        var room = $"js-{protocol}";
        await using var hub = await server.Connect($"net-{protocol}", messagePack: protocol == "json");
        var heard = new Inbox<ChatMessage>(hub, "MessagePosted");
        await hub.Join(room);
        var script = Run("node", "hub.mjs", server.Address.GetLeftPart(UriPartial.Authority), protocol, room);

        var first = await Task.WhenAny(heard.Next(), script) is Task<ChatMessage> message ? await message : throw new InvalidOperationException(await script);
        await hub.Post(room, "from .NET");
        var saw = JsonDocument.Parse(await script).RootElement;

        first.Should().Match<ChatMessage>(it => it.Number == 1 && it.Author == $"js-{protocol}" && it.Text == "from JavaScript: 世界 👋");
        saw.GetProperty("state").GetProperty("members").EnumerateArray().Select(name => name.GetString()).Should().Equal($"js-{protocol}", $"net-{protocol}");
        saw.GetProperty("receipt").GetProperty("number").GetInt64().Should().Be(1);
        saw.GetProperty("receipt").GetProperty("id").GetString().Should().Be(first.Id.ToString());
        saw.GetProperty("receipt").GetProperty("duplicate").GetBoolean().Should().BeFalse();
        saw.GetProperty("heard").EnumerateArray().Select(it => it.GetProperty("text").GetString()).Should().Equal("from JavaScript: 世界 👋", "from .NET");
        saw.GetProperty("halfPair").GetString().Should().Contain("bad_text: ");
        saw.GetProperty("wrongType").GetString().Should().Be("Failed to invoke 'PostMessage' due to an error on the server.");
        saw.GetProperty("vitalsKeys").EnumerateArray().Select(key => key.GetString()).Should()
            .Equal("at", "connections", "messagesPerSecond", "deliveriesPerSecond", "memoryBytes", "bytesPerConnection", "cpuPercent");
        saw.GetProperty("timesAreTimes").GetBoolean().Should().BeTrue();
    }

    /// <summary>Where the scripts are, and their packages.</summary>
    internal static string Folder { get; } = Path.Combine(Repository.Root, "Tests", "Server", "node");

    internal static async Task BringPackages()
    {
        Assert.SkipUnless(await Exists("node"), "Node is missing. Install it: apt-get install nodejs npm");
        if (!Directory.Exists(Path.Combine(Folder, "node_modules", "@microsoft", "signalr-protocol-msgpack")))
            await Run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts");
    }

    private static async Task<bool> Exists(string program)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, ["--version"]) { RedirectStandardOutput = true })!;
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static async Task<string> Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
            await process.WaitForExitAsync().WaitAsync(Patience);
            process.ExitCode.Should().Be(0, await errors);
            return output;
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
