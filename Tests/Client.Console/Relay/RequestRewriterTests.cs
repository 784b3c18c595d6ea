using System.Buffers;
using System.Net;
using System.Text;
using RealtimeHello.Client.Relay;
using RealtimeHello.Layers.Relays;

namespace RealtimeHello.Tests.Client.Relay;

public sealed class RequestRewriterTests
{
    private const string Upgrade = "GET /chat HTTP/1.1\r\nHost: localhost:5090\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
    private const string Accepted = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

    private readonly List<RelayRewrote> _said = [];

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost:5090\r\n\r\n", "GET / HTTP/1.1\r\nHost: chat.example.org:81\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nhOST:localhost:5090  \r\nA: Host: x\r\nX-Host: y\r\n\r\n", "GET / HTTP/1.1\r\nhOST: chat.example.org:81\r\nA: Host: x\r\nX-Host: y\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\nHost: a\nOrigin: http://localhost:5090\n\n", "GET / HTTP/1.1\nHost: chat.example.org:81\nOrigin: http://chat.example.org:81\n\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\norigin:HTTP://127.0.0.1:5090\t\r\n\r\n", "GET / HTTP/1.1\r\nHost: chat.example.org:81\r\norigin: http://chat.example.org:81\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n folded\r\nB: c\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n folded\r\nB: c\r\n\r\n")]
    [InlineData("GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\n\r\n")]
    [InlineData(
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: chat.example.org:81\r\nContent-Length: 11\r\n\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: chat.example.org:81\r\n\r\n")]
    [InlineData(
        "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nHost: a\r\n\r\n0\r\nHost: t\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: chat.example.org:81\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nHost: a\r\n\r\n0\r\nHost: t\r\n\r\nGET /b HTTP/1.1\r\nHost: chat.example.org:81\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\r\nHost: a\r\n\r\n", "\u0016\u0003\u0001\r\nHost: a\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nHost: a\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nHost: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nBad field\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nBad field\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    public void Host_and_Origin_are_set_and_nothing_else_at_every_split(string sent, string passed)
    {
        var bytes = Encoding.Latin1.GetBytes(sent);
        for (var split = 0; split <= bytes.Length; split++)
        {
            var rewriter = Rewriter();
            var output = new ArrayBufferWriter<byte>();
            rewriter.Take(bytes.AsSpan(0, split), output);
            rewriter.Take(bytes.AsSpan(split), output);
            Encoding.Latin1.GetString(output.WrittenSpan).Should().Be(passed, "split at {0}", split);
        }

        var single = Rewriter();
        var one = new ArrayBufferWriter<byte>();
        foreach (var b in bytes) single.Take([b], one);
        Encoding.Latin1.GetString(one.WrittenSpan).Should().Be(passed);
    }

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("http://evil.example:5090")]
    [InlineData("https://localhost:5090")]
    [InlineData("http://localhost:3000")]
    [InlineData("http://localhost")]
    [InlineData("http://localhost:5090.evil.example")]
    [InlineData("http://localhost:5090/")]
    [InlineData("http://localhost:5090 http://evil.example")]
    [InlineData("http://[::1]:5090")]
    [InlineData("null")]
    [InlineData("")]
    public void Any_other_origin_is_the_targets_to_judge(string origin)
    {
        // Host is whatever the page's name is that was bound to the relay's address.
        Passed(Rewriter(), $"GET / HTTP/1.1\r\nHost: evil.example:5090\r\nOrigin: {origin}\r\n\r\n")
            .Should().Be($"GET / HTTP/1.1\r\nHost: chat.example.org:81\r\nOrigin: {origin}\r\n\r\n");
        _said.Should().ContainSingle().Which.Summary.Should().Be("the target gets Host: chat.example.org:81");
    }

    [Theory]
    [InlineData("localhost", false, "127.0.0.1", 5090, "http://localhost:5090", "http://127.0.0.1:5090")]
    [InlineData("localhost", true, "::1", 443, "https://localhost", "https://[::1]")]
    [InlineData("Box.Lan", false, "192.0.2.7", 80, "http://box.lan", "http://192.0.2.7")]
    [InlineData("*", false, "::ffff:127.0.0.1", 5090, "http://localhost:5090", "http://127.0.0.1:5090", "http://{0}:5090")]
    [InlineData("*", false, "fe80::1%2", 5090, "http://[fe80::1]:5090", "http://{0}:5090")]
    public void Its_own_origins_are_those_of_the_names_that_it_is_known_by(string host, bool isSecure, string local, int port, params string[] own) =>
        RelayOrigins.Of(new ListenAddress(host, 0, isSecure), new IPEndPoint(IPAddress.Parse(local), port))
            .Should().BeEquivalentTo(own.Select(origin => origin.Replace("{0}", Dns.GetHostName(), StringComparison.Ordinal).ToLowerInvariant()));

    [Fact]
    public void Only_a_head_waits_and_goes_on_as_it_is_when_the_client_ends_within_it()
    {
        var rewriter = Rewriter();
        Passed(rewriter, "GET / HTTP/1.1\r\nHost: a\r\n").Should().BeEmpty();
        var output = new ArrayBufferWriter<byte>();
        rewriter.Complete(output);
        Encoding.Latin1.GetString(output.WrittenSpan).Should().Be("GET / HTTP/1.1\r\nHost: a\r\n");
        Passed(rewriter, "more").Should().Be("more");

        var posting = Rewriter();
        Passed(posting, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n").Should().NotBeEmpty();
        // A chunk's size, its content, and the end of the body don't wait for anything.
        foreach (var part in new[] { "4", "\r\n", "ab", "cd", "\r\n", "0\r\n", "\r\n" }) Passed(posting, part).Should().Be(part);
    }

    [Fact]
    public void Behind_the_answer_101_bytes_pass_untouched_whatever_they_look_like()
    {
        var rewriter = Rewriter();
        Passed(rewriter, Upgrade + "Origin: http://localhost:5090\r\n\r\n").Should().Contain("\r\nHost: chat.example.org:81\r\n").And.EndWith("\r\nOrigin: http://chat.example.org:81\r\n\r\n");
        // A client in a hurry: before the answer.
        Passed(rewriter, "\u0081\u0080abcd").Should().Be("\u0081\u0080abcd");
        rewriter.IsOver.Should().BeFalse();
        rewriter.Answered(Encoding.Latin1.GetBytes(Accepted));

        rewriter.IsOver.Should().BeTrue();
        Passed(rewriter, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").Should().Be("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        _said.Should().ContainSingle().Which.Summary.Should().Be("the target gets Host: chat.example.org:81, Origin: http://chat.example.org:81");
    }

    [Fact]
    public void Behind_a_refused_upgrade_the_next_request_is_set_again()
    {
        var rewriter = Rewriter();
        Passed(rewriter, Upgrade + "\r\n");
        rewriter.Answered("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno"u8);

        Passed(rewriter, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").Should().Be("GET / HTTP/1.1\r\nHost: chat.example.org:81\r\n\r\n");
    }

    [Fact]
    public void What_never_becomes_a_head_is_not_held_for_ever()
    {
        var rewriter = Rewriter();
        var passed = 0;
        for (var i = 0; i < 40; i++) passed += Passed(rewriter, string.Concat(Enumerable.Repeat("\r\n", 4096))).Length;
        passed.Should().Be(40 * 8192);

        var endless = Rewriter();
        var text = "GET / HTTP/1.1\r\nA: " + new string('a', 200_000);
        Passed(endless, text).Should().Be(text);
    }

    private static string Passed(RequestRewriter rewriter, string text)
    {
        var output = new ArrayBufferWriter<byte>();
        rewriter.Take(Encoding.Latin1.GetBytes(text), output);
        return Encoding.Latin1.GetString(output.WrittenSpan);
    }

    private RequestRewriter Rewriter()
    {
        RelayTarget.TryParse("http://chat.example.org:81", out var target, out _).Should().BeTrue();
        return new RequestRewriter(target!, RelayOrigins.Of(new ListenAddress("localhost", 5090, IsSecure: false), new IPEndPoint(IPAddress.Loopback, 5090)), _said.Add);
    }
}
