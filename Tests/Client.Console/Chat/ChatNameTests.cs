using RealtimeHello.Contracts;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client.Chat;

/// <summary>In a pipe, why there is no chat is one sentence, and the only one.</summary>
public sealed class ChatNameTests
{
    [Theory]
    [InlineData(UserNameRule.Sentence, "--name", "bad name")]
    [InlineData(UserNameRule.Sentence, "--name", "")]
    [InlineData(UserNameRule.Sentence, "--name", "@ada")]
    [InlineData(RoomNameRule.Sentence, "--name", "ada", "--room", "Lobby")]
    [InlineData(RoomNameRule.Sentence, "--name", "ada", "--room", "#")]
    [InlineData(RoomNameRule.Sentence, "--name", "ada", "--room", "##lobby")]
    [InlineData(UserNameRule.Sentence, "--name", "\u2800")]
    [InlineData(UserNameRule.Sentence, "--name", "\u3164\u115f\u1160\uffa0")]
    [InlineData(RoomNameRule.Sentence, "--name", "ada", "--room", "a room")]
    public async Task A_name_that_is_none_makes_no_sense_and_nobody_is_asked_about_it(string sentence, params string[] arguments)
    {
        using var folder = new TemporaryFolder();

        (await ConsoleRun.Piped(folder.Path, "one\n", ["chat", "--server", "http://127.0.0.1:9", .. arguments])).Should().Be((2, "", $"{sentence} See: realtimehello chat --help\n"));
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
