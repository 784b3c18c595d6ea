using RealtimeHello.Client.Hello;

namespace RealtimeHello.Tests.Client;

public sealed class HelloInputTests
{
    [Fact]
    public void Lines_say_what_to_send()
    {
        HelloInput.Parse("hello").Should().Be(new HelloInput.Text("hello"));
        HelloInput.Parse("").Should().Be(new HelloInput.Text(""), "an empty message is a message");
        HelloInput.Parse("//etc").Should().Be(new HelloInput.Text("/etc"));
        HelloInput.Parse("/binary 00 fF0a").Should().BeOfType<HelloInput.Binary>().Which.Message.Should().Equal(0x00, 0xff, 0x0a);
        HelloInput.Parse("/binary").Should().BeOfType<HelloInput.Binary>().Which.Message.Should().BeEmpty();
        HelloInput.Parse("/ping").Should().BeOfType<HelloInput.Ping>().Which.Payload.Should().BeEmpty();
        HelloInput.Parse("/ping hi").Should().BeOfType<HelloInput.Ping>().Which.Payload.Should().Equal((byte)'h', (byte)'i');
        HelloInput.Parse("/close").Should().Be(new HelloInput.Close(1000, null));
        HelloInput.Parse("/close 1001 good bye").Should().Be(new HelloInput.Close(1001, "good bye"));
        HelloInput.Parse("/quit").Should().Be(new HelloInput.Quit());
    }

    [Theory]
    [InlineData("/binary 0")]
    [InlineData("/binary xy")]
    [InlineData("/close 999")]
    [InlineData("/close 1005")]
    [InlineData("/close 1006 gone")]
    [InlineData("/close 5000")]
    [InlineData("/close bye")]
    [InlineData("/quit now")]
    [InlineData("/shout")]
    [InlineData("/")]
    public void What_makes_no_sense_is_said_in_one_sentence(string line) =>
        HelloInput.Parse(line).Should().BeOfType<HelloInput.Wrong>().Which.Sentence.Should().NotBeEmpty().And.NotContain("\n");

    [Fact]
    public void A_control_frame_is_never_longer_than_125_bytes()
    {
        HelloInput.Parse("/ping " + new string('x', 125)).Should().BeOfType<HelloInput.Ping>();
        HelloInput.Parse("/ping " + new string('x', 126)).Should().BeOfType<HelloInput.Wrong>();
        HelloInput.Parse("/close 1000 " + new string('é', 61)).Should().BeOfType<HelloInput.Close>();
        HelloInput.Parse("/close 1000 " + new string('é', 62)).Should().BeOfType<HelloInput.Wrong>();
    }

    [Theory]
    [InlineData("ws://h/p?q=1", "ws://h/p?q=1")]
    [InlineData("http://h:81/p", "ws://h:81/p")]
    [InlineData("https://h", "wss://h/")]
    [InlineData("h:5080/hello", "ws://h:5080/hello")]
    public void Addresses_are_read_with_each_scheme_that_people_write(string written, string uri)
    {
        HelloTarget.TryParse(written, out var target, out _).Should().BeTrue();
        target!.Uri.Should().Be(new Uri(uri));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ftp://h")]
    [InlineData("ws://user:secret@h/")]
    [InlineData("ws://h/#part")]
    public void Other_addresses_are_refused_in_one_sentence(string written)
    {
        HelloTarget.TryParse(written, out _, out var fault).Should().BeFalse();
        fault.Should().NotBeEmpty().And.NotContain("\n");
    }
}
