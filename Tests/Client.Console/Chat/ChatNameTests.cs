using RealtimeHello.Contracts;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client.Chat;

/// <summary>In a pipe, why there is no chat is one sentence, and the only one.</summary>
public sealed class ChatNameTests
{
    [Fact]
    public async Task A_name_that_is_none_is_refused_without_a_server()
    {
        using var folder = new TemporaryFolder();

        (await ConsoleRun.Piped(folder.Path, "one\n", "chat", "--server", "http://127.0.0.1:9", "--name", "bad name")).Should().Be((1, "", $"{UserNameRule.Sentence}\n"));
    }

    [Fact]
    public async Task A_name_that_somebody_holds_is_said_once_and_not_again_of_the_lines()
    {
        using var folder = new TemporaryFolder();
        await using var server = new ChatServer();
        await server.SignIn("held");

        var (code, _, errors) = await ConsoleRun.Piped(folder.Path, "one\ntwo\n", "chat", "--server", $"{server.Address}", "--name", "held");

        code.Should().Be(1);
        errors.Should().StartWith("Somebody else holds this name until").And.NotContain("was not posted");
    }
}
