using RealtimeHello.Client.Chat;
using RealtimeHello.Client.Chat.Links;
using RealtimeHello.Client.CommandLine;
using RealtimeHello.Client.Doctor;
using RealtimeHello.Client.Hello;
using RealtimeHello.Client.Relay;
using RealtimeHello.Client.Show;
using RealtimeHello.Client.Watch;
using RealtimeHello.Layers;

namespace RealtimeHello.Tests.Client;

public sealed class CommandLineTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private ChatSettings? _asked;
    private HelloSettings? _greeted;
    private DoctorSettings? _examined;
    private RelaySettings? _relayed;
    private ShowSettings? _shown;
    private WatchSettings? _watched;

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [Theory]
    [InlineData("--history", "x")]
    [InlineData("--history", "51")]
    [InlineData("--protocol", "xml")]
    [InlineData("--protocol", "1")]
    [InlineData("--wait", "-1")]
    [InlineData("--server", "ftp://localhost")]
    [InlineData("shout")]
    [InlineData("chat", "--name")]
    public async Task What_makes_no_sense_is_one_line_and_exit_code_2(params string[] arguments)
    {
        (await Run(arguments)).Should().Be(2);
        _error.ToString().Trim().Should().NotBeEmpty().And.NotContain("\n").And.Contain("--help");
        _asked.Should().BeNull();
    }

    [Fact]
    public async Task Without_a_command_chat_is_meant()
    {
        (await Run("--name", "ada", "--room", "#dev", "--protocol", "messagepack", "--wait", "0.5", "-s", "wss://example.org/app")).Should().Be(0);
        _asked!.Name.Should().Be("ada");
        _asked.Room.Should().Be("dev");
        _asked.Protocol.Should().Be(HubProtocolName.MessagePack);
        _asked.Wait.Should().Be(TimeSpan.FromMilliseconds(500));
        _asked.Server.Hub.Should().Be(new Uri("wss://example.org/app/chat"));
    }

    [Theory]
    [InlineData("hello", "--layers", "tcp,foo")]
    [InlineData("hello", "--layers", ",")]
    [InlineData("hello", "ftp://localhost")]
    [InlineData("hello", "a", "b")]
    [InlineData("hello", "--subprotocol", "two words")]
    public async Task What_makes_no_sense_to_hello_is_one_line_too(params string[] arguments)
    {
        (await Run(arguments)).Should().Be(2);
        _error.ToString().Trim().Should().NotBeEmpty().And.NotContain("\n").And.Contain("hello --help");
        _greeted.Should().BeNull();
    }

    [Fact]
    public async Task Hello_goes_to_this_servers_echo_and_shows_all_layers_unless_it_is_told_otherwise()
    {
        (await Run("hello")).Should().Be(0);
        _greeted!.Target.Uri.Should().Be(new Uri("ws://localhost:5080/hello"));
        _greeted.Layers.Should().HaveCount(7);

        (await Run("hello", "https://example.org/ws", "--layers", "TCP, websocket")).Should().Be(0, _error.ToString());
        _greeted.Target.Uri.Should().Be(new Uri("wss://example.org/ws"));
        _greeted.Layers.Should().BeEquivalentTo([Layer.Tcp, Layer.WebSocket]);
    }

    [Fact]
    public async Task Help_comes_with_examples_and_without_a_server()
    {
        (await Run("chat", "--help")).Should().Be(0);
        _output.ToString().Should().Contain("--server <URL>").And.Contain("Examples:").And.Contain("Exit codes:");
        _asked.Should().BeNull();
    }

    [Fact]
    public async Task A_hub_of_the_doctor_is_a_path_at_its_address()
    {
        (await Run("doctor", "https://h:81/x", "--hub", "/chat?a=1", "--origin", "https://o", "--idle", "2", "--json")).Should().Be(0);
        _examined!.Target.Uri.Should().Be(new Uri("wss://h:81/chat?a=1"));
        _examined.Should().Match<DoctorSettings>(settings => settings.IsHub && settings.Json && settings.Origin == "https://o" && settings.Idle == TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData("doctor")]
    [InlineData("doctor", "ftp://h")]
    [InlineData("doctor", "ws://h", "--hub", "chat")]
    [InlineData("doctor", "ws://h", "--token", "a\r\nHost: other")]
    public async Task The_doctor_refuses_what_makes_no_sense(params string[] arguments)
    {
        (await Run(arguments)).Should().Be(2);
        _examined.Should().BeNull();
    }

    [Fact]
    public async Task The_doctor_s_help_needs_no_address()
    {
        (await Run("doctor", "--help")).Should().Be(0);
        _output.ToString().Should().Contain("--idle <SECONDS>").And.Contain("Exit codes:");
    }

    [Fact]
    public async Task Show_takes_a_file_and_what_to_show_of_it()
    {
        (await Run("show", "a.pcapng", "--layers", "webSocket", "--grep", "hello", "--connection", "c1", "--export", "har")).Should().Be(0);

        _shown!.File.Should().Be("a.pcapng");
        _shown.Layers.Should().Equal(Layer.WebSocket);
        (_shown.Text, _shown.Connection, _shown.Export).Should().Be(("hello", "c1", ExportFormat.Har));
        (await Run("show")).Should().Be(2);
        (await Run("show", "a", "--export", "gif")).Should().Be(2);
        _error.ToString().Should().Contain("--export is pcapng or har or ndjson or capture, not 'gif'.");
    }

    [Fact]
    public async Task A_relay_listens_on_this_machine_alone_unless_it_is_told_otherwise()
    {
        (await Run("relay", "--listen", "5090", "--target", "http://h:5080/chat")).Should().Be(0, _error.ToString());
        _relayed!.Listen.Should().Be(new ListenAddress("localhost", 5090, false));
        (_relayed.Target.Authority, _relayed.Target.Origin, _relayed.Target.IsSecure, _relayed.Target.Path).Should().Be(("h:5080", "http://h:5080", false, "/chat"));
        _relayed.Layers.Should().HaveCount(7);
        (_relayed.KeepHost, _relayed.Insecure, _relayed.Inspect, _relayed.Capture).Should().Be((false, false, null, null));

        (await Run("relay", "--listen", "wss://[::1]:0", "--target", "wss://chat.example.org", "--layers", "none", "--grep", "x", "--capture", "f", "--capture-limit", "3", "--inspect", "0", "--keep-host", "--insecure"))
            .Should().Be(0, _error.ToString());
        _relayed.Listen.Should().Be(new ListenAddress("::1", 0, true));
        (_relayed.Target.Authority, _relayed.Target.Port, _relayed.Target.IsSecure).Should().Be(("chat.example.org", 443, true));
        _relayed.Layers.Should().BeEmpty();
        (_relayed.KeepHost, _relayed.Insecure, _relayed.Inspect, _relayed.Capture, _relayed.CaptureLimit, _relayed.Text).Should().Be((true, true, 0, "f", 3L * 1024 * 1024, "x"));
    }

    [Theory]
    [InlineData("relay")]
    [InlineData("relay", "--listen", "5090")]
    [InlineData("relay", "--target", "ws://h")]
    [InlineData("relay", "--listen", "h", "--target", "ws://h")]
    [InlineData("relay", "--listen", "h:99999", "--target", "ws://h")]
    [InlineData("relay", "--listen", "ftp://h:1", "--target", "ws://h")]
    [InlineData("relay", "--listen", "h h:1", "--target", "ws://h")]
    [InlineData("relay", "--listen", "1", "--target", "ftp://h")]
    [InlineData("relay", "--listen", "1", "--target", "ws://h", "--inspect", "70000")]
    public async Task A_relay_refuses_what_makes_no_sense_in_one_line(params string[] arguments)
    {
        (await Run(arguments)).Should().Be(2);
        _error.ToString().Trim().Should().NotBeEmpty().And.NotContain("\n").And.Contain("relay --help");
        _relayed.Should().BeNull();
    }

    [Theory]
    [InlineData("http://127.0.0.1:5091/inspect/sign-in?code=abc", "http://127.0.0.1:5091/inspect", "abc")]
    [InlineData("https://h/deep/inspect/sign-in?a=b&code=a%20b", "https://h/deep/inspect", "a%20b")]
    public async Task Watch_takes_the_printed_sign_in_link_in_place_of_a_token(string link, string inspector, string code)
    {
        (await Run("watch", link)).Should().Be(0, _error.ToString());
        (_watched!.Inspector, _watched.Token, _watched.Code).Should().Be((new Uri(inspector), null, code));
        (await Run("watch", link, "--token", "t")).Should().Be(0);
        (_watched.Inspector, _watched.Token, _watched.Code).Should().Be((new Uri(inspector), "t", null));
        (await Run("watch", link[..link.IndexOf("code=", StringComparison.Ordinal)])).Should().Be(2);
        _error.ToString().Should().Contain("'--token' is required, unless URL is the sign-in link");
    }

    [Theory]
    [InlineData("http://h:5080", "http://h:5080/inspect")]
    [InlineData("https://h/deep/inspect/", "https://h/deep/inspect")]
    [InlineData("h:81", "http://h:81/inspect")]
    public async Task Watch_finds_the_inspector_at_its_usual_path(string address, string inspector)
    {
        (await Run("watch", address, "--token", "t", "--layers", "tcp", "--grep", "x", "--connection", "c")).Should().Be(0, _error.ToString());
        _watched!.Inspector.Should().Be(new Uri(inspector));
        (_watched.Token, _watched.Text, _watched.Connection).Should().Be(("t", "x", "c"));
        _watched.Code.Should().BeNull();
        (await Run("watch", address)).Should().Be(2);
        (await Run("watch", address, "--token", "a\r\nb")).Should().Be(2);
    }

    private Task<int> Run(params string[] arguments) => Commands.Run(arguments, _output, _error, new Programs(
        settings => Note(_asked = settings), settings => Note(_greeted = settings), settings => Note(_examined = settings), settings => Note(_relayed = settings),
        settings => Note(_shown = settings), settings => Note(_watched = settings)));

    private static Task<int> Note(object _) => Task.FromResult(0);
}
