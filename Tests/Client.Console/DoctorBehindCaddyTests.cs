using RealtimeHello.Tests.Deploy.Proxies;

namespace RealtimeHello.Tests.Client;

/// <summary>The usual mistakes with Caddy.</summary>
public sealed class DoctorBehindCaddyTests(ServerBehind server) : DoctorBehindProxy(server, ProxyProgram.Caddy)
{
    private const string Recognised = "through Caddy";

    [Fact]
    public Task Upgrade_is_taken_out() =>
        Expect("ws://localhost:0/chat", ports => Caddy(ports, $"reverse_proxy {Backend} {{\nheader_up -Upgrade\n}}"), "upgrade_stripped", [Recognised, "header_up lines that change Upgrade"]);

    [Fact]
    public Task The_timeout_is_short() =>
        Expect(
            "ws://localhost:0/hello", ports => Caddy(ports, $"reverse_proxy {Backend} {{\ntransport http {{\nread_timeout 1s\n}}\n}}"), "idle_timeout",
            [Recognised, "take out read_timeout and write_timeout"], "--idle", "20");

    [Fact]
    public Task The_path_is_changed() =>
        Expect("ws://localhost:0/hello", ports => Caddy(ports, $"handle_path /hello* {{\nreverse_proxy {Backend}\n}}"), "wrong_path", [Recognised, "not handle_path"]);

    [Fact]
    public Task No_site_matches_the_name() =>
        Expect("ws://127.0.0.1:0/hello", ports => Caddy(ports, $"reverse_proxy {Backend}"), "caddy_no_site", [Recognised, "Caddyfile"]);

    [Fact]
    public Task Nothing_listens_behind_it() =>
        Expect("ws://localhost:0/hello", ports => Caddy(ports, $"reverse_proxy {Nobody}"), "backend_down", [Recognised, "    reverse_proxy 127.0.0.1:5080"]);

    [Fact]
    public Task It_speaks_tls_to_a_plain_server() =>
        Expect("ws://localhost:0/hello", ports => Caddy(ports, $"reverse_proxy https://{Backend}"), "backend_down", [Recognised, "https:// before it only if the server speaks TLS"]);

    [Fact]
    public Task It_ends_no_tls() =>
        Expect("wss://localhost:0/hello", ports => Caddy(ports, $"reverse_proxy {Backend}"), "not_tls", [Recognised, "a name without http://"]);

    [Fact]
    public Task It_ends_tls_and_is_spoken_to_without() =>
        Expect("ws://localhost:0/hello", ports => Caddy(ports, $"tls {Certificate.Chain} {Certificate.Key}\nreverse_proxy {Backend}", "https"), "tls_port", ["wss://"]);

    [Fact]
    public Task It_redirects_to_https() =>
        Expect("ws://localhost:0/hello", ports => Caddy(ports, "redir https://localhost{uri}"), "https_redirect", [Recognised, "wss://"]);

    [Fact]
    public async Task The_server_behind_it_may_have_no_more_requests()
    {
        await using var proxy = await Start(ports => Caddy(ports, $"reverse_proxy {Backend} {{\nunhealthy_request_count 1\nfail_duration 1m\n}}"));
        await WhileConnected(proxy, () => Expect(proxy, "ws://localhost:0/hello", "limit_reached", [Recognised, "unhealthy_request_count"]));
    }

    [Fact]
    public Task A_reload_closes_what_is_open() =>
        ExpectInTheMiddle(ports => Caddy(ports, $"reverse_proxy {Backend}"), proxy => proxy.Reload(), "going_away", Recognised, "Close 1001", "stream_close_delay 1h");

    private static string Caddy(int[] ports, string lines, string scheme = "http") => $$"""
        {
          admin localhost:{{ports[1]}}
          auto_https disable_redirects
          default_bind 127.0.0.1
        }
        {{scheme}}://localhost:{{ports[0]}} {
          {{lines}}
        }
        """;
}
