using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client;

/// <summary>The console client as a process of its own, in a pipe.</summary>
public sealed class ConsoleProcessTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

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
            hub, "PostMessage", "lobby", Guid.CreateVersion7().ToString(), "x\n#lobby 99 bob: forged \u202e zero\u200bwidth", TestContext.Current.CancellationToken);

        var (exitCode, output, errors) = await Run("hi\n", "chat", "--server", server.Address.ToString(), "--name", "bob", "--room", "lobby", "--history", "10");

        exitCode.Should().Be(0, errors);
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCount(2);
        output.Should().NotContain("\u202e").And.NotContain("\u001b").And.NotContain("\u200b").And.Contain("zero\\u200Bwidth");
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

    [Theory]
    [InlineData("TERM")]
    [InlineData("KILL")]
    public async Task A_server_that_is_restarted_in_the_middle_gets_every_line_once_and_in_order(string signal)
    {
        var lines = Enumerable.Range(1, 120).Select(number => $"line {number}").ToList();
        await using var first = await ChatServerProcess.Start(data.Path);
        using var client = ConsoleRun.Start(home.Path, "chat", "--server", first.Address.ToString(), "--name", "bob", "--verbose");
        var errors = client.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            foreach (var line in lines.Take(60)) await client.StandardInput.WriteLineAsync(line);
            await client.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
            var output = new List<string>();
            while (output.Count < 20) output.Add((await client.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience))!);
            // The rest of the first lines is under way, answered or not.
            await first.Signal(signal);
            foreach (var line in lines.Skip(60)) await client.StandardInput.WriteLineAsync(line);
            client.StandardInput.Close();
            await first.WaitForExit(Patience);
            await using var second = await ChatServerProcess.Start(data.Path, first.Address.ToString());
            while (await client.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience) is { } line) output.Add(line);
            await client.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);

            client.ExitCode.Should().Be(0, await errors);
            output.Should().Equal(lines.Select((line, at) => $"#lobby {at + 1} bob: {line}"));
        }
        finally
        {
            if (!client.HasExited) client.Kill();
        }
    }

    [Fact]
    public async Task A_client_that_was_killed_comes_back_under_its_name()
    {
        await using var server = await ChatServerProcess.Start(data.Path);
        using (var killed = ConsoleRun.Start(home.Path, "chat", "--server", server.Address.ToString(), "--name", "bob"))
        {
            await killed.StandardInput.WriteLineAsync("one");
            await killed.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
            (await killed.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience)).Should().Be("#lobby 1 bob: one");
            killed.Kill();
            await killed.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var (exitCode, output, errors) = await Run("two\n", "chat", "--server", server.Address.ToString(), "--name", "bob");

        exitCode.Should().Be(0, errors);
        output.Should().Be("#lobby 2 bob: two\n");
    }

    [Fact]
    public async Task A_kept_sign_in_that_is_damaged_is_set_aside_and_the_name_is_said_to_be_taken()
    {
        await using var server = await ChatServerProcess.Start(data.Path);
        (await Run("one\n", "chat", "--server", server.Address.ToString(), "--name", "bob")).ExitCode.Should().Be(0);
        var file = Directory.EnumerateFiles(Path.Combine(home.Path, "tokens")).Should().ContainSingle().Subject;
        await File.WriteAllTextAsync(file, "{ torn", TestContext.Current.CancellationToken);

        var (exitCode, output, errors) = await Run("two\n", "chat", "--server", server.Address.ToString(), "--name", "bob");

        exitCode.Should().Be(1);
        output.Should().BeEmpty();
        errors.Should().Contain("is damaged: it was moved to").And.Contain("Somebody else holds this name until").And.NotContain("   at ");
        (await Run("three\n", "chat", "--server", server.Address.ToString(), "--name", "bobby")).ExitCode.Should().Be(0, "another name works");
    }

    [Fact]
    public async Task Lines_that_can_not_be_posted_are_named_and_the_others_arrive()
    {
        await using var server = await ChatServerProcess.Start(data.Path);
        using var client = ConsoleRun.Start(home.Path, "chat", "--server", server.Address.ToString(), "--name", "bob");
        var output = client.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = client.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        byte[] input = [.. "good\n"u8, .. "   \n"u8, .. Enumerable.Repeat((byte)'x', 2_001), (byte)'\n', 0xFF, 0xFE, (byte)'\n', .. "bell\a\n"u8, .. Enumerable.Repeat((byte)'y', 2_000), (byte)'\n', .. "last"u8];
        await client.StandardInput.BaseStream.WriteAsync(input, TestContext.Current.CancellationToken);
        client.StandardInput.Close();
        await client.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);

        client.ExitCode.Should().Be(1, "not every line was acknowledged");
        (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().Equal("#lobby 1 bob: good", $"#lobby 2 bob: {new string('y', 2_000)}", "#lobby 3 bob: last");
        var sentences = (await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var number in new[] { 3, 4, 5 }) sentences.Should().ContainSingle(sentence => sentence.Contains($"ine {number} ", StringComparison.Ordinal));
    }

    private Task<(int ExitCode, string Output, string Errors)> Run(string input, params string[] arguments) => ConsoleRun.Piped(home.Path, input, arguments);
}
