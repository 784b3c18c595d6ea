using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client;

/// <summary>The console client as a process of its own, in a pipe.</summary>
public sealed class ConsoleProcessTests : IDisposable
{
    private readonly TemporaryFolder home = new();
    private readonly TemporaryFolder data = new();

    public void Dispose()
    {
        home.Dispose();
        data.Dispose();
    }

    [Fact]
    public async Task Piped_lines_are_posted_in_order_twice_in_succession_and_survive_a_restart()
    {
        await using (var server = await ChatServerProcess.Start(data.Path))
        {
            for (var round = 0; round < 2; round++)
            {
                var (exitCode, output, errors) = await Run("one\ntwo\nthree\n", "chat", "--server", server.Address.ToString(), "--name", "bob", "--room", "lobby");
                exitCode.Should().Be(0, errors);
                output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().Equal(
                    $"#lobby {(round * 3) + 1} bob: one", $"#lobby {(round * 3) + 2} bob: two", $"#lobby {(round * 3) + 3} bob: three");
            }
        }

        await using var again = await ChatServerProcess.Start(data.Path);
        await using var hub = again.Hub(await again.SignIn("ada"));
        await hub.StartAsync(TestContext.Current.CancellationToken);
        var state = await Microsoft.AspNetCore.SignalR.Client.HubConnectionExtensions.InvokeAsync<Contracts.RoomState>(hub, "JoinRoom", "lobby", null, TestContext.Current.CancellationToken);
        state.Messages.Select(message => (message.Number, message.Text)).Should().Equal((1, "one"), (2, "two"), (3, "three"), (4, "one"), (5, "two"), (6, "three"));
    }

    [Fact]
    public async Task A_hostile_message_can_neither_colour_the_screen_nor_forge_a_line()
    {
        await using var server = await ChatServerProcess.Start(data.Path);
        await using var hub = server.Hub(await server.SignIn("eve"));
        await hub.StartAsync(TestContext.Current.CancellationToken);
        await Microsoft.AspNetCore.SignalR.Client.HubConnectionExtensions.InvokeAsync<Contracts.RoomState>(hub, "JoinRoom", "lobby", null, TestContext.Current.CancellationToken);
        await Microsoft.AspNetCore.SignalR.Client.HubConnectionExtensions.InvokeAsync<Contracts.PostReceipt>(
            hub, "PostMessage", "lobby", Guid.CreateVersion7().ToString(), "x\n#lobby 99 bob: forged \u202e", TestContext.Current.CancellationToken);

        var (exitCode, output, errors) = await Run("hi\n", "chat", "--server", server.Address.ToString(), "--name", "bob", "--room", "lobby", "--history", "10");

        exitCode.Should().Be(0, errors);
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCount(2);
        output.Should().NotContain("\u202e").And.NotContain("\u001b");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_one_sentence_and_exit_code_1()
    {
        var (exitCode, output, errors) = await Run("hi\n", "chat", "--server", "http://127.0.0.1:9", "--name", "bob", "--wait", "1");

        exitCode.Should().Be(1);
        output.Should().BeEmpty();
        errors.Should().Contain("127.0.0.1:9").And.NotContain("   at ");
    }

    [Fact]
    public async Task An_unknown_option_is_exit_code_2()
    {
        var (exitCode, _, errors) = await Run("", "chat", "--shout");

        exitCode.Should().Be(2);
        errors.Should().Contain("--shout");
    }

    [Fact]
    public async Task Lines_keep_their_order_when_the_server_says_too_fast()
    {
        await using var server = await ChatServerProcess.Start(data.Path);
        var lines = Enumerable.Range(1, 560).ToList();
        var (exitCode, output, errors) = await Run(string.Concat(lines.Select(line => $"{line}\n")), "chat", "--server", server.Address.ToString(), "--name", "bob");

        exitCode.Should().Be(0, errors);
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().Equal(lines.Select(line => $"#lobby {line} bob: {line}"));
    }

    [Fact]
    public async Task MessagePack_carries_the_same_messages()
    {
        await using var server = await ChatServerProcess.Start(data.Path);
        var (exitCode, output, errors) = await Run("one 日本\ntwo\n", "chat", "--server", server.Address.ToString(), "--name", "bob", "--protocol", "messagepack");

        exitCode.Should().Be(0, errors);
        output.Should().Be("#lobby 1 bob: one 日本\n#lobby 2 bob: two\n");
    }

    private Task<(int ExitCode, string Output, string Errors)> Run(string input, params string[] arguments) => ConsoleRun.Piped(home.Path, input, arguments);
}
