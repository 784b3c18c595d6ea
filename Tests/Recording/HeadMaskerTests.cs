using System.Text;
using CsCheck;
using RealtimeHello.Recording.Masking;

namespace RealtimeHello.Tests.Recording;

public sealed class HeadMaskerTests
{
    private const string Head =
        "GET /chat?a=1&access_token=sEcReT&b=2&access%5Ftoken=sEcReT&CODE=sEcReT HTTP/1.1\r\n"
        + "Host: example\r\n"
        + "authorization: Bearer sEcReT\r\n"
        + "Cookie: realtimehello=sEcReT;\r\n sEcReT=sEcReT\r\n"
        + "Referer: http://example/inspect/sign-in?code=sEcReT\r\n"
        + "X-Original-URL: /chat?a=1&code=sEcReT&id=sEcReT\r\n"
        + "Referer: http://example/#/page?x=1#access_token=sEcReT&b=2\r\n"
        + "Sec-WebSocket-Protocol: chat, access_token, sEcReT\r\n"
        + "sec-websocket-protocol: base64url.bearer.authorization.k8s.io.sEcReT, v4.channel.k8s.io\r\n"
        + "X-Code: kept&code=kept\r\n"
        + "\r\n"
        + "\r\n\n"
        + "GET /next?code=sEcReT#sEcReT HTTP/1.1\r\n\r\n";

    [Fact]
    public void Secrets_are_overwritten_at_the_same_length()
    {
        var masked = Mask(Head, Head.Length);

        masked.Should().NotContain("sEcReT").And.HaveLength(Head.Length);
        masked.Should().StartWith("GET /chat?a=1&access_token=******&b=2&access%5Ftoken=******&CODE=****** HTTP/1.1\r\nHost: example\r\n");
        masked.Should().Contain("authorization: ****** ******\r\n").And.Contain("X-Code: kept&code=kept\r\n");
        masked.Should().Contain("X-Original-URL: /chat?a=1&code=******&id=******\r\n").And.Contain("#/page?x=1#access_token=******&b=2\r\n");
        masked.Should().Contain("Sec-WebSocket-Protocol: chat, access_token, ******\r\n").And.Contain("sec-websocket-protocol: base64url.bearer.*");
        masked.Should().Contain("Cookie: *********************\r\n *************\r\n");
        masked.Should().EndWith("\r\n\r\n\r\n\nGET /next?code=************* HTTP/1.1\r\n\r\n");
    }

    [Fact]
    public void The_same_bytes_are_masked_however_they_are_cut()
    {
        var whole = Mask(Head, Head.Length);
        for (var size = 1; size < Head.Length; size++) Mask(Head, size).Should().Be(whole);
    }

    [Fact]
    public void A_name_longer_than_any_secret_one_is_kept()
    {
        var head = $"GET / HTTP/1.1\r\n{new string('a', 500)}Cookie: kept\r\n\r\n";

        Mask(head, 7).Should().Be(head);
    }

    [Fact]
    public void Any_bytes_keep_their_length_and_nothing_but_stars_is_written() =>
        Gen.Byte.Array[0, 400].Sample(bytes =>
        {
            var masked = bytes.ToArray();
            new HeadMasker(new SecretNames()).Mask(masked);
            for (var i = 0; i < bytes.Length; i++) (masked[i] == bytes[i] || masked[i] == (byte)'*').Should().BeTrue();
        });

    private static string Mask(string head, int size)
    {
        var masker = new HeadMasker(new SecretNames());
        var bytes = Encoding.Latin1.GetBytes(head);
        for (var at = 0; at < bytes.Length; at += size) masker.Mask(bytes.AsSpan(at, Math.Min(size, bytes.Length - at)));
        return Encoding.Latin1.GetString(bytes);
    }
}
