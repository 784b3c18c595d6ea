using Microsoft.AspNetCore.SignalR.Client;
using RealtimeHello.Contracts;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client;

/// <summary>What a person sees who chats in a terminal: a real emulator's screen, a real server.</summary>
public sealed class ChatOnTerminalTests : IAsyncDisposable
{
    private readonly TemporaryFolder _home = new();
    private readonly TemporaryFolder _data = new();
    private ChatServerProcess? _server;
    private HubConnection? _bob;

    public async ValueTask DisposeAsync()
    {
        if (_bob is not null) await _bob.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
        _home.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task Messages_that_come_in_never_tear_the_line_that_is_being_typed()
    {
        await using var screen = await Chat(60, 12);
        await screen.Type("half a line");
        for (var i = 1; i <= 30; i++) await Post($"message {i} which is long enough to be broken into two rows of this terminal");

        var rows = await screen.Shows("message 30");

        rows[^1].Should().Be("lobby › half a line");
        rows[^2].Should().StartWith("─ connected ─");
        rows.Count(row => row.Contains("half a line", StringComparison.Ordinal)).Should().Be(1, "it stands nowhere else on the screen");
        (await screen.Cursor()).Should().Be(("lobby › half a line".Length, 11));
        await screen.Type(", and its end");
        await screen.Press("Enter");
        rows = await screen.Shows("ada  half a line, and its end");
        rows[^1].Should().Be("lobby ›");
    }

    [Fact]
    public async Task The_cursor_stands_where_one_types_also_behind_wide_characters_and_in_several_rows()
    {
        await using var screen = await Chat(40, 12);
        await screen.Type("日本é");
        await screen.Shows("lobby › 日本é");
        (await screen.Cursor()).Column.Should().Be(8 + 5);
        await screen.Press("Left");
        await screen.Press("Left");
        await screen.Type("x");
        await screen.Shows("lobby › 日x本é");
        (await screen.Cursor()).Column.Should().Be(8 + 3);

        await screen.Press("End");
        await screen.Type(new string('w', 60));
        var rows = await screen.Shows(rows => rows[^1].EndsWith('w') && rows[^2].EndsWith('w') && rows[^3].StartsWith("lobby ›", StringComparison.Ordinal), "three rows of input");
        (await screen.Cursor()).Should().Be((rows[^1].Length, rows.Length - 1));
    }

    [Fact]
    public async Task After_a_change_of_size_everything_stands_in_its_place()
    {
        await using var screen = await Chat(80, 20);
        await Post("a first message that is a bit longer than forty characters are");
        await Post("a second one");
        await screen.Shows("a second one");
        await screen.Type("typed before");

        foreach (var (width, height, input) in new[]
        {
            (40, 10, "lobby › typed before"), (100, 30, "lobby › typed before"),
            (24, 8, "› typed before"), // where there is no room for the room's name
            (80, 20, "lobby › typed before"),
        })
        {
            await screen.Resize(width, height);
            var rows = await screen.Shows(
                rows => rows.Length <= height && rows[^1] == input && rows[^2].StartsWith("─ connected", StringComparison.Ordinal) && rows[^2].Length == width,
                $"the input line at {width} by {height}");
            rows.Count(row => row.Contains("typed before", StringComparison.Ordinal)).Should().Be(1);
            rows.Count(row => row.Contains("a second one", StringComparison.Ordinal)).Should().Be(1);
            (await screen.Cursor()).Should().Be((input.Length, rows.Length - 1));
            rows.Should().OnlyContain(row => row.Length <= width);
        }
    }

    [Fact]
    public async Task A_restarted_server_is_found_again_and_what_was_typed_meanwhile_arrives_once()
    {
        await using var screen = await Chat(80, 20);
        await screen.Type("still typing");
        var address = _server!.Address.GetLeftPart(UriPartial.Authority);
        await _server.Kill();
        var rows = await screen.Shows(rows => rows[^2].StartsWith("─ reconnecting", StringComparison.Ordinal), "that it reconnects");
        rows[^1].Should().Be("lobby › still typing");
        await screen.Press("Enter");
        await screen.Type("and typing on");

        await using var again = await ChatServerProcess.Start(_data.Path, address);
        rows = await screen.Shows(rows => rows[^2].StartsWith("─ connected", StringComparison.Ordinal) && rows.Any(row => row.Contains("ada  still typing", StringComparison.Ordinal)), "the message that waited");
        rows[^1].Should().Be("lobby › and typing on");
        rows.Should().Contain(row => row.Contains("Connected again.", StringComparison.Ordinal));
        await using var reader = again.Hub(await again.SignIn("cem"));
        await reader.StartAsync(TestContext.Current.CancellationToken);
        (await reader.InvokeAsync<RoomState>(nameof(IChatHub.JoinRoom), "lobby", null, TestContext.Current.CancellationToken))
            .Messages.Select(message => message.Text).Should().Equal("still typing");
    }

    [Fact]
    public async Task The_commands_do_what_help_says()
    {
        await using var screen = await Chat(100, 40);
        await Post("from bob");
        await screen.Shows("bob  from bob");

        await Enter(screen, "/help");
        foreach (var command in new[] { "/join ROOM", "/leave [ROOM]", "/who", "/rooms", "/history [COUNT]", "/quit" }) await screen.Shows(command);
        await Enter(screen, "/who");
        await screen.Shows("2 here: ada (you), bob");
        await Enter(screen, "/join side");
        var rows = await screen.Shows("─ #side, 1 here ─");
        rows[^1].Should().Be("side ›");
        await Enter(screen, "in the other room");
        await screen.Shows("ada  in the other room");
        await Enter(screen, "/rooms");
        rows = await screen.Shows(rows => rows.Any(row => row.Contains("lobby", StringComparison.Ordinal) && row.Contains('2')), "the list of rooms");
        await Post("while ada looks elsewhere");
        await screen.Shows(rows => rows[^2].Contains("#lobby: 1 new", StringComparison.Ordinal), "the unread count");
        await Enter(screen, "/leave");
        await screen.Shows("You left #side.");
        await Enter(screen, "/nonsense");
        await screen.Shows("There is no command /nonsense; /help lists them.");
        await Enter(screen, "/quit");
        await screen.Shows("left with 0");
    }

    [Fact]
    public async Task The_name_that_is_suggested_is_taken_by_Enter_and_replaced_by_typing()
    {
        TerminalScreen.Demand();
        _server = await ChatServerProcess.Start(_data.Path);
        var command = $"dotnet exec '{Repository.ConsoleProgram}' chat --server {_server.Address}";
        await using (var first = await TerminalScreen.Start(80, 20, command, ("REALTIMEHELLO_HOME", _home.Path)))
        {
            var rows = await first.Shows("Your name");
            rows[^1].Should().Be($"Your name (Enter: {Environment.UserName}) ›");
            await Enter(first, "tom");
            await first.Shows("─ connected ─");
            await Enter(first, "/who");
            await first.Shows("1 here: tom (you)");
            await Enter(first, "/quit");
            await first.Shows("left with 0");
        }

        await using var second = await TerminalScreen.Start(80, 20, command, ("REALTIMEHELLO_HOME", _home.Path));
        await second.Shows("Your name (Enter: tom) ›");
        await second.Press("Enter");
        await second.Shows("─ connected ─");
        await Enter(second, "/who");
        await second.Shows("1 here: tom (you)");
    }

    [Fact]
    public async Task A_name_that_was_refused_is_not_suggested_again()
    {
        TerminalScreen.Demand();
        _server = await ChatServerProcess.Start(_data.Path);
        await _server.SignIn(Environment.UserName);
        await using var screen = await TerminalScreen.Start(80, 20, $"dotnet exec '{Repository.ConsoleProgram}' chat --server {_server.Address}", ("REALTIMEHELLO_HOME", _home.Path));
        await screen.Shows($"Your name (Enter: {Environment.UserName}) ›");

        await Enter(screen, "no name");
        (await screen.Shows("A name is 1 to 24"))[^1].Should().Be($"Your name (Enter: {Environment.UserName}) ›", "it was another that was refused");
        await screen.Press("Enter");
        (await screen.Shows("Somebody else holds this name"))[^1].Should().Be("Your name ›");
        await Enter(screen, "tom");
        await screen.Shows("─ connected ─");
    }

    [Fact]
    public async Task On_a_narrow_terminal_the_name_is_typed_in_a_row_of_its_own()
    {
        TerminalScreen.Demand();
        const string kept = "abcdefghijklmnopqrstuvwx";
        _server = await ChatServerProcess.Start(_data.Path);
        var command = $"dotnet exec '{Repository.ConsoleProgram}' chat --server {_server.Address}";
        await using (var wide = await TerminalScreen.Start(80, 20, $"{command} --name {kept}", ("REALTIMEHELLO_HOME", _home.Path)))
        {
            await wide.Shows("─ connected ─");
            await Enter(wide, "/quit");
            await wide.Shows("left with 0");
        }

        await using var screen = await TerminalScreen.Start(40, 20, command, ("REALTIMEHELLO_HOME", _home.Path));
        await screen.Shows("Your name");
        await screen.Type("tom");
        (await screen.Shows("› tom"))[^2..].Should().Equal("Your name (Enter: abcdefghijklmnopqrstu…", "› tom");
        (await screen.Cursor()).Column.Should().Be(5);
        await screen.Resize(80, 20);
        await screen.Shows($"Your name (Enter: {kept}) › tom");
        await screen.Type("m");
        (await screen.Shows("tomm"))[^1].Should().Be($"Your name (Enter: {kept}) › tomm");
        await screen.Press("Enter");
        await screen.Shows("─ connected ─");
    }

    [Theory]
    [InlineData("to", "C-c")]
    [InlineData("", "C-d")]
    public async Task Leaving_where_the_name_is_asked_for_leaves_the_line_to_the_shell(string typed, string key)
    {
        TerminalScreen.Demand();
        _server = await ChatServerProcess.Start(_data.Path);
        await using var screen = await TerminalScreen.Start(80, 20, $"dotnet exec '{Repository.ConsoleProgram}' chat --server {_server.Address}", ("REALTIMEHELLO_HOME", _home.Path));
        await screen.Shows("Your name");
        if (typed.Length > 0) await screen.Type(typed);
        await screen.Press(key);

        (await screen.Shows("left with 0")).Should().SatisfyRespectively(welcome => welcome.Should().Contain("Welcome to the chat"), left => left.Should().Be("left with 0"));
    }

    [Theory]
    [InlineData("TERM", "dumb")]
    [InlineData("TERM", "")]
    public async Task A_terminal_that_can_not_be_drawn_on_gets_plain_lines_and_no_control_sequence(string name, string value)
    {
        await using var screen = await Chat(80, 20, (name, value));
        await Post("hello from bob");
        await screen.Shows("#lobby 1 bob: hello from bob");
        await Enter(screen, "hello from ada");
        await screen.Shows("#lobby 2 ada: hello from ada");
        await Enter(screen, "/who");
        await screen.Shows("2 here: ada (you), bob");
        await Enter(screen, "/quit");
        await screen.Shows("left with 0");
        screen.RawOutput.Should().NotContain("\e");
    }

    [Fact]
    public async Task NO_COLOR_draws_without_colours()
    {
        await using var screen = await Chat(80, 20, ("NO_COLOR", "1"));
        await Post("hello from bob");
        await screen.Shows("bob  hello from bob");
        System.Text.RegularExpressions.Regex.IsMatch(screen.RawOutput, "\e\\[[0-9;]*[34][0-9](;[0-9;]*)?m").Should().BeFalse("there is no colour");
        screen.RawOutput.Should().Contain("\e[", "it is drawn all the same");
    }

    [Theory]
    [InlineData("xterm-256color")]
    [InlineData("dumb")]
    public async Task What_a_hostile_server_says_can_neither_move_the_cursor_nor_colour_nor_set_the_title(string term)
    {
        TerminalScreen.Demand();
        string[] texts =
        [
            "\e]0;pwned\a\e]2;pwned\e\\title", "\e[2J\e[Hclear", "\e[31mred\e[7m", "\u009b31mred again\u009d0;pwned\u009c", "first\rsecond", "back\b\b\b\bspace",
            "\u202eright to left\u2066", "\e]52;c;cHduZWQ=\aclipboard", "\e[6n\e[?1049h\ePq\e\\", "zero\u200bwidth\ufeff", "the last one",
        ];
        await using var hostile = await HostileServer.Start(texts);
        await using var screen = await TerminalScreen.Start(
            80, 30, $"dotnet exec '{Repository.ConsoleProgram}' chat --server {hostile.Address} --name ada", ("REALTIMEHELLO_HOME", _home.Path), ("TERM", term));

        var rows = await screen.Shows("the last one");
        var title = await screen.Title();
        await Enter(screen, "hello");
        await screen.Shows("bad_text");

        rows = await screen.Rows();
        foreach (var part in new[] { "clear", "red", "red again", "first", "second", "right to left", "clipboard", "the last one" }) rows.Should().Contain(row => row.Contains(part, StringComparison.Ordinal));
        (await screen.Title()).Should().Be(title).And.NotContain("pwned");
        var written = screen.RawOutput;
        foreach (var forbidden in new[] { "\e]", "\eP", "\e[2J", "\e[31m", "\e[7m", "\e[6n", "\e[?1049h", "\u009b", "\u009d", "\a", "\b", "\u202e", "\u2066", "\u200b", "\ufeff" })
            written.Should().NotContain(forbidden);
        if (term == "dumb") written.Should().NotContain("\e");
    }

    /// <summary>A server, bob in its lobby, and ada's terminal, connected.</summary>
    private async Task<TerminalScreen> Chat(int width, int height, params (string, string)[] environment)
    {
        TerminalScreen.Demand();
        _server = await ChatServerProcess.Start(_data.Path);
        _bob = _server.Hub(await _server.SignIn("bob"));
        await _bob.StartAsync(TestContext.Current.CancellationToken);
        await _bob.InvokeAsync<RoomState>(nameof(IChatHub.JoinRoom), "lobby", null, TestContext.Current.CancellationToken);
        var screen = await TerminalScreen.Start(
            width, height, $"dotnet exec '{Repository.ConsoleProgram}' chat --server {_server.Address} --name ada", [("REALTIMEHELLO_HOME", _home.Path), .. environment]);
        await screen.Shows(environment.Contains(("TERM", "dumb")) || environment.Contains(("TERM", "")) ? "No messages yet." : "─ connected ─");
        return screen;
    }

    private async Task Post(string text) =>
        await _bob!.InvokeAsync<PostReceipt>(nameof(IChatHub.PostMessage), "lobby", Guid.CreateVersion7().ToString(), text, TestContext.Current.CancellationToken);

    private static async Task Enter(TerminalScreen screen, string line)
    {
        await screen.Type(line);
        await screen.Press("Enter");
    }
}
