using Microsoft.Extensions.Configuration;
using RealtimeHello.Server.Chat;
using RealtimeHello.Server.Hosting;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Server;

/// <summary>The sections <c>Chat</c> and <c>Proxies</c> of the server's configuration.</summary>
public sealed class ChatSettingsTests
{
    [Theory]
    [InlineData("Chat:SignInsPerMinut", "5", "There is no setting Chat:SignInsPerMinut; there are AllowedOrigins, SignInsPerMinute, Posts, Typing, Others.")]
    [InlineData("Chat:Posts:PerSec", "5", "There is no setting Chat:Posts:PerSec; there are PerSecond, Burst.")]
    [InlineData("Chat:Posts", "5", "Chat:Posts is '5', and has to be a section: Chat:Posts:PerSecond=0.")]
    [InlineData("Chat:SignInsPerMinute", "-1", "Chat:SignInsPerMinute is '-1', and has to be a whole number, 0 or more.")]
    [InlineData("Chat:SignInsPerMinute", "1.5", "Chat:SignInsPerMinute is '1.5', and has to be a whole number, 0 or more.")]
    [InlineData("Chat:Typing:Burst", "many", "Chat:Typing:Burst is 'many', and has to be a number, 0 or more.")]
    [InlineData("Chat:Others:PerSecond", "-2", "Chat:Others:PerSecond is '-2', and has to be a number, 0 or more.")]
    [InlineData("Chat:AllowedOrigins", "https://chat.example.org", "Chat:AllowedOrigins is 'https://chat.example.org', and has to be a list: Chat:AllowedOrigins:0=https://chat.example.org.")]
    [InlineData("Chat", "off", "Chat is 'off', and has to be a section: Chat:SignInsPerMinute=0.")]
    public void What_the_chat_may_not_be_told_is_named_with_what_it_may(string key, string value, string sentence) =>
        FluentActions.Invoking(() => Check((key, value))).Should().Throw<StartException>().WithMessage(sentence);

    [Fact]
    public void What_has_its_shape_is_taken() => FluentActions
        .Invoking(() => Check(("Chat:SignInsPerMinute", "0"), ("chat:posts:persecond", "0.5"), ("Chat:Others:Burst", "200"), ("Chat:AllowedOrigins", ""), ("Chat:AllowedOrigins:0", "https://chat.example.org")))
        .Should().NotThrow();

    [Theory]
    [InlineData("--Chat:SignInPerMinute=0", "There is no setting Chat:SignInPerMinute;")]
    [InlineData("--Logging:LogLevel:RealtimeHello.Layers=Loud", "The configuration is not understood: Configuration value 'Loud' is not supported.")]
    [InlineData("--Proxies:Trust:0=127.0.0.1", "There is no setting Proxies:Trust; there is Trusted.")]
    [InlineData("--Proxies:Trusted=127.0.0.1", "Proxies:Trusted is '127.0.0.1', and has to be a list: Proxies:Trusted:0=127.0.0.1.")]
    public async Task A_mistake_keeps_the_server_from_starting_with_one_sentence(string argument, string sentence)
    {
        using var folder = new TemporaryFolder();
        var (exitCode, output, errors) = await ChatServerProcess.Run("--data", folder.Path, "--urls", "http://127.0.0.1:0", argument);

        exitCode.Should().Be(1);
        output.Should().BeEmpty();
        errors.Should().StartWith(sentence).And.NotContain("\n");
    }

    private static void Check(params (string Key, string Value)[] entries) => ChatOptions.Check(
        new ConfigurationBuilder().AddInMemoryCollection(entries.Select(entry => KeyValuePair.Create(entry.Key, (string?)entry.Value))).Build().GetSection(ChatOptions.Section));
}
