using RealtimeHello.Tests.Deploy.Proxies;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client;

/// <summary>The usual mistakes with nginx.</summary>
public sealed class DoctorBehindNginxTests(ServerBehind server) : DoctorBehindProxy(server, ProxyProgram.Nginx)
{
    private const string Recognised = "through nginx";
    private const string Upgrade = "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_set_header Host $http_host;";

    [Fact]
    public async Task Configured_rightly_it_is_healthy()
    {
        await using var proxy = await Start(ports => Nginx(ports, Pass()));
        var (exitCode, output, errors) = await Examine(proxy, "ws://127.0.0.1:0/hello");

        exitCode.Should().Be(0, output + errors);
        output.Should().Contain("Healthy").And.Contain("a plain WebSocket that echoes").And.Contain(Recognised);
    }

    [Fact]
    public Task Upgrade_is_not_passed_on() =>
        Expect("ws://127.0.0.1:0/chat", ports => Nginx(ports, $"proxy_pass http://{Backend};"), "upgrade_stripped", [Recognised, "    proxy_set_header Upgrade $http_upgrade;"]);

    [Fact]
    public async Task A_name_is_passed_on_that_the_server_does_not_answer_to()
    {
        // There for its own machine alone: it trusts no proxy.
        await using var alone = new ChatServer();
        await using var proxy = await Start(ports => Nginx(ports, $"proxy_pass http://127.0.0.1:{alone.Address.Port}; {Upgrade.Replace("$http_host", "chat.example.org", StringComparison.Ordinal)}"));

        await Expect(proxy, "ws://127.0.0.1:0/chat", "allowed_hosts", [Recognised, "The server does not answer to this host name.", "Proxies:Trusted"]);
    }

    [Fact]
    public Task The_timeout_is_short() =>
        Expect("ws://127.0.0.1:0/hello", ports => Nginx(ports, Pass("proxy_read_timeout 1s;")), "idle_timeout", [Recognised, "    proxy_read_timeout 1h;"], "--idle", "20");

    [Fact]
    public Task The_path_is_changed() =>
        Expect("ws://127.0.0.1:0/hello", ports => Nginx(ports, $"proxy_pass http://{Backend}/api/; {Upgrade}"), "wrong_path", [Recognised, "nothing behind the port"]);

    [Fact]
    public Task The_path_is_not_passed_on() =>
        Expect("ws://127.0.0.1:0/hello", ports => Nginx(ports, "return 404;"), "wrong_path", [Recognised, "The proxy answers by itself"]);

    [Fact]
    public Task Nothing_listens_behind_it() =>
        Expect("ws://127.0.0.1:0/hello", ports => Nginx(ports, $"proxy_pass http://{Nobody}; {Upgrade}"), "backend_down", [Recognised, "    proxy_pass http://127.0.0.1:5080;"]);

    [Fact]
    public Task It_speaks_tls_to_a_plain_server() =>
        Expect("ws://127.0.0.1:0/hello", ports => Nginx(ports, $"proxy_pass https://{Backend}; {Upgrade}"), "backend_down", [Recognised, "https:// only if the server speaks TLS"]);

    [Fact]
    public Task It_ends_no_tls() =>
        Expect("wss://127.0.0.1:0/hello", ports => Nginx(ports, Pass()), "not_tls", [Recognised, "    listen 443 ssl;"]);

    [Fact]
    public Task It_ends_tls_and_is_spoken_to_without() =>
        Expect("ws://127.0.0.1:0/hello", ports => Nginx(ports, Pass(), ssl: true), "tls_port", [Recognised, "wss://"]);

    [Fact]
    public Task It_redirects_to_https() =>
        Expect("ws://127.0.0.1:0/hello", ports => Nginx(ports, "return 301 https://$host$request_uri;"), "https_redirect", [Recognised, "wss://"]);

    [Fact]
    public Task The_server_is_not_told_that_tls_ended_before_it() =>
        Expect(
            "wss://localhost:0/hello",
            ports => Nginx(
                ports, $"proxy_pass http://127.0.0.1:{ports[1]}; {Upgrade}", ssl: true,
                more: $$"""server { listen 127.0.0.1:{{ports[1]}}; if ($http_x_forwarded_proto != https) { return 307 https://$http_host$request_uri; } }"""),
            "https_redirect_loop",
            [Recognised, "    proxy_set_header X-Forwarded-Proto $scheme;"]);

    [Fact]
    public async Task A_client_may_have_no_more_connections()
    {
        await using var proxy = await Start(ports => Nginx(ports, Pass("limit_conn all 1;")));
        await WhileConnected(proxy, () => Expect(proxy, "ws://127.0.0.1:0/hello", "limit_reached", [Recognised, "limit_conn"]));
    }

    [Fact]
    public Task A_reload_cuts_what_is_open() =>
        ExpectInTheMiddle(ports => Nginx(ports, Pass(), shutdown: "1s"), proxy => proxy.Reload(), "connections_dropped", Recognised, "    worker_shutdown_timeout 1h;");

    private string Pass(string lines = "") => $"proxy_pass http://{Backend}; {Upgrade} {lines}";

    private string Nginx(int[] ports, string lines, bool ssl = false, string shutdown = "1h", string more = "") => $$"""
        pid pid;
        error_log stderr notice;
        worker_shutdown_timeout {{shutdown}};
        events { }
        http {
          access_log off;
          client_body_temp_path a; proxy_temp_path b; fastcgi_temp_path c; uwsgi_temp_path d; scgi_temp_path e;
          limit_conn_zone $server_name zone=all:1m;
          server {
            listen 127.0.0.1:{{ports[0]}} {{(ssl ? $"ssl; ssl_certificate {Certificate.Chain}; ssl_certificate_key {Certificate.Key}" : "")}};
            server_name localhost;
            location / { {{lines}} }
          }
          {{more}}
        }
        """;
}
