using System.Text.Json;
using RealtimeHello.Tests.Deploy.Proxies;

namespace RealtimeHello.Tests.Client;

/// <summary>The usual mistakes with HAProxy.</summary>
public sealed class DoctorBehindHaproxyTests(ServerBehind server) : DoctorBehindProxy(server, ProxyProgram.Haproxy)
{
    private const string Recognised = "through HAProxy";

    [Fact]
    public Task Upgrade_is_taken_out() =>
        Expect("ws://127.0.0.1:0/chat", ports => Haproxy(ports, "http-request del-header upgrade"), "upgrade_stripped", [Recognised, "http-request del-header upgrade"]);

    [Fact]
    public async Task Scripts_get_the_lines_too()
    {
        await using var proxy = await Start(ports => Haproxy(ports, backend: Nobody));
        var (exitCode, output, _) = await Examine(proxy, "ws://127.0.0.1:0/hello", "--json");

        exitCode.Should().Be(1);
        using var report = JsonDocument.Parse(output);
        var diagnosis = report.RootElement.GetProperty("findings").EnumerateArray().Last().GetProperty("diagnosis");
        diagnosis.GetProperty("cause").GetString().Should().Be("backend_down");
        diagnosis.GetProperty("lines").EnumerateArray().First().GetString().Should().Be("server chat1 127.0.0.1:5080 check");
    }

    [Fact]
    public Task No_timeout_for_tunnels_is_set() =>
        Expect("ws://127.0.0.1:0/hello", ports => Haproxy(ports, timeout: "1s"), "idle_timeout", [Recognised, "    timeout tunnel 1h"], "--idle", "20");

    [Fact]
    public Task The_path_is_changed() =>
        Expect("ws://127.0.0.1:0/hello", ports => Haproxy(ports, @"http-request replace-path /(.*) /api/\1"), "wrong_path", [Recognised, "replace-path"]);

    [Fact]
    public Task Nothing_listens_behind_it() =>
        Expect("ws://127.0.0.1:0/hello", ports => Haproxy(ports, backend: Nobody), "backend_down", [Recognised, "    server chat1 127.0.0.1:5080 check"]);

    [Fact]
    public Task It_speaks_tls_to_a_plain_server() =>
        Expect("ws://127.0.0.1:0/hello", ports => Haproxy(ports, backend: $"{Backend} ssl verify none"), "backend_down", [Recognised, "ssl only if the server speaks TLS"]);

    [Fact]
    public Task It_ends_no_tls() =>
        Expect("wss://127.0.0.1:0/hello", ports => Haproxy(ports), "not_tls", [Recognised, "    bind :443 ssl crt"]);

    [Fact]
    public Task It_ends_tls_and_is_spoken_to_without() =>
        Expect("ws://127.0.0.1:0/hello", ports => Haproxy(ports, ssl: true), "ended_without_answer", ["wss://"]);

    [Fact]
    public Task It_redirects_to_https() =>
        Expect("ws://127.0.0.1:0/hello", ports => Haproxy(ports, "http-request redirect scheme https unless { ssl_fc }"), "https_redirect", [Recognised, "wss://"]);

    [Fact]
    public Task The_server_is_not_told_that_tls_ended_before_it() =>
        Expect(
            "wss://localhost:0/hello",
            ports => Haproxy(ports, ssl: true, backend: $"127.0.0.1:{ports[1]}") + $$"""

                listen server_that_wants_https
                  bind 127.0.0.1:{{ports[1]}}
                  http-request redirect scheme https unless { req.hdr(x-forwarded-proto) https }
                  server chat {{Backend}}

                """,
            "https_redirect_loop",
            [Recognised, "    http-request set-header X-Forwarded-Proto https if { ssl_fc }"]);

    [Fact]
    public async Task It_carries_as_many_connections_as_it_may()
    {
        await using var proxy = await Start(ports => Haproxy(ports, "maxconn 1"));
        await WhileConnected(proxy, () => Expect(proxy, "ws://127.0.0.1:0/hello", "silent", ["as many connections as it may", "HAProxy:", "    maxconn 20000"]));
    }

    [Fact]
    public async Task The_server_behind_it_may_have_no_more_connections()
    {
        await using var proxy = await Start(ports => Haproxy(ports, backend: $"{Backend} maxconn 1"));
        await WhileConnected(proxy, () => Expect(proxy, "ws://127.0.0.1:0/hello", "backend_down", [Recognised, "maxconn"]));
    }

    [Fact]
    public Task A_client_may_not_come_so_often() =>
        Expect("ws://127.0.0.1:0/hello", ports => Haproxy(ports, "http-request deny deny_status 429"), "rate_limited", [Recognised, "maxconn"]);

    [Fact]
    public Task A_reload_cuts_what_is_open() =>
        ExpectInTheMiddle(ports => Haproxy(ports, global: "hard-stop-after 1s"), proxy => proxy.Reload(), "connections_dropped", Recognised, "    hard-stop-after 1h");

    private string Haproxy(int[] ports, string line = "", string? backend = null, string timeout = "30s", bool ssl = false, string global = "") => $"""
        global
          {global}
        defaults
          mode http
          timeout connect 1s
          timeout queue 500ms
          timeout client {timeout}
          timeout server {timeout}
        frontend outside
          bind 127.0.0.1:{ports[0]} {(ssl ? $"ssl crt {Certificate.Whole}" : "")}
          {line}
          default_backend inside
        backend inside
          server chat {backend ?? Backend}

        """;
}
