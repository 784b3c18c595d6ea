using RealtimeHello.Layers.Diagnosis;

namespace RealtimeHello.Tests.Layers.Diagnosis;

public sealed class ProxyFingerprintTests
{
    [Theory]
    [InlineData("Server: nginx/1.22.1|Date: x", "", ProxyKind.Nginx)]
    [InlineData("Server: openresty", "", ProxyKind.Nginx)]
    [InlineData("Date: x|Server: Apache/2.4.71 (Debian)", "", ProxyKind.Apache)]
    [InlineData("Server: Kestrel|Server: Caddy", "", ProxyKind.Caddy)]
    [InlineData("date: x|sec-websocket-accept: y|connection: Upgrade", "", ProxyKind.Haproxy)]
    [InlineData("connection: Upgrade|upgrade: websocket|Sec-Websocket-Accept: y", "", ProxyKind.Haproxy)]
    [InlineData("date: x|server: Kestrel", "", ProxyKind.Haproxy)]
    [InlineData("Cache-Control: no-cache", "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>\n", ProxyKind.Haproxy)]
    public void Each_leaves_its_trace(string head, string body, ProxyKind proxy)
    {
        var (found, by) = ProxyFingerprint.Of(Fields(head), body);

        found.Should().Be(proxy);
        by.Should().NotBeEmpty();
    }

    [Theory]
    [InlineData("Date: x|Server: Kestrel|Content-Length: 0")]
    [InlineData("date: x|server: envoy|content-length: 0")]
    [InlineData("date: x|server: uvicorn|content-length: 0")]
    [InlineData("Server: not-nginx, though it says nginx|Date: x")]
    [InlineData("x: y")]
    [InlineData("")]
    public void Nobody_else_is_taken_for_one(string head) => ProxyFingerprint.Of(Fields(head), "<h1>Apache, nginx and Caddy</h1>").Proxy.Should().Be(ProxyKind.Unknown);

    [Fact]
    public void Lines_are_given_for_the_proxy_or_for_each_under_its_name()
    {
        ProxyLines.Of("idle_timeout", ProxyKind.Haproxy)[0].Should().Be("timeout tunnel 1h");
        ProxyLines.Of("idle_timeout", ProxyKind.Unknown).Should().Contain(["nginx:", "HAProxy:", "Apache:", "Caddy:", "    timeout tunnel 1h"]);
        ProxyLines.Of("not_signed_in", ProxyKind.Nginx).Should().BeEmpty();
    }

    [Fact]
    public void Every_cause_that_a_proxy_can_mend_has_lines_for_each_proxy()
    {
        string[] causes =
        [
            "upgrade_stripped", "other_upgrade", "upgrade_ignored", "page_swallowed_path", "idle_timeout", "connections_dropped", "going_away", "backend_down", "backend_tls",
            "unavailable", "wrong_path", "https_redirect", "https_redirect_loop", "limit_reached", "rate_limited", "silent", "not_tls",
        ];
        foreach (var cause in causes)
        {
            foreach (var proxy in Enum.GetValues<ProxyKind>())
                ProxyLines.Of(cause, proxy).Any().Should().Be((cause, proxy) != ("wrong_path", ProxyKind.Unknown), $"{cause} at {proxy}; a server alone lacks a path as often");
        }
    }

    private static KeyValuePair<string, string>[] Fields(string head) =>
        [.. head.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(": ", 2)).Select(parts => KeyValuePair.Create(parts[0], parts[1]))];
}
