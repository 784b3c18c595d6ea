using RealtimeHello.Tests.Deploy.Proxies;

namespace RealtimeHello.Tests.Client;

/// <summary>The usual mistakes with Apache.</summary>
public sealed class DoctorBehindApacheTests(ServerBehind server) : DoctorBehindProxy(server, ProxyProgram.Apache)
{
    private const string Recognised = "through Apache";

    [Theory]
    [InlineData("/chat", "upgrade_stripped")]
    [InlineData("/hello", "page_swallowed_path")]
    public Task Upgrade_is_not_passed_on(string path, string cause) =>
        Expect($"ws://127.0.0.1:0{path}", ports => Apache(ports, $"ProxyPass / http://{Backend}/"), cause, [Recognised, "    ProxyPass / http://127.0.0.1:5080/ upgrade=websocket"]);

    [Fact]
    public Task The_timeout_is_short() =>
        Expect("ws://127.0.0.1:0/hello", ports => Apache(ports, $"Timeout 1\n{Pass}"), "idle_timeout", [Recognised, "timeout=3600"], "--idle", "20");

    [Fact]
    public Task The_path_is_changed() =>
        Expect("ws://127.0.0.1:0/hello", ports => Apache(ports, $"ProxyPass / http://{Backend}/api/ upgrade=websocket"), "wrong_path", [Recognised, "ProxyPass /chat http://127.0.0.1:5080/chat"]);

    [Fact]
    public Task The_path_is_not_passed_on() =>
        Expect("ws://127.0.0.1:0/hello", ports => Apache(ports, $"ProxyPass /chat http://{Backend}/chat upgrade=websocket"), "wrong_path", [Recognised, "The proxy answers by itself"]);

    [Fact]
    public Task Nothing_listens_behind_it() =>
        Expect("ws://127.0.0.1:0/hello", ports => Apache(ports, $"ProxyPass / http://{Nobody}/ upgrade=websocket"), "backend_down", [Recognised, "    ProxyPass / http://127.0.0.1:5080/ upgrade=websocket retry=0"]);

    [Fact]
    public Task It_speaks_tls_to_a_plain_server() =>
        Expect(
            "ws://127.0.0.1:0/hello", ports => Apache(ports, $"SSLProxyEngine on\nProxyPass / https://{Backend}/ upgrade=websocket"), "backend_tls",
            [Recognised, "https:// only if the server speaks TLS there"]);

    [Fact]
    public Task It_ends_no_tls() =>
        Expect("wss://127.0.0.1:0/hello", ports => Apache(ports, Pass), "not_tls", [Recognised, "    SSLEngine on"]);

    [Fact]
    public Task It_ends_tls_and_is_spoken_to_without() =>
        Expect("ws://127.0.0.1:0/hello", ports => Apache(ports, Pass, ssl: true), "tls_port", [Recognised, "wss://"]);

    [Fact]
    public Task It_sends_plain_http_to_a_server_that_speaks_tls() =>
        Expect(
            "wss://localhost:0/hello", ports => Apache(ports, $"ProxyPass / http://127.0.0.1:{ports[1]}/ upgrade=websocket\nListen 127.0.0.1:{ports[1]}", ssl: true), "backend_tls",
            [Recognised, "the proxy sends it plain http"]);

    [Fact]
    public Task It_redirects_to_https() =>
        Expect("ws://127.0.0.1:0/hello", ports => Apache(ports, "Redirect permanent / https://localhost/"), "https_redirect", [Recognised, "wss://"]);

    [Fact]
    public Task The_server_is_not_told_that_tls_ended_before_it() =>
        Expect(
            "wss://localhost:0/hello",
            ports => Apache(ports, $"ProxyPass / http://127.0.0.1:{ports[1]}/ upgrade=websocket", ssl: true) + $$"""

                Listen 127.0.0.1:{{ports[1]}}
                <VirtualHost *:{{ports[1]}}>
                  SSLEngine off
                  RewriteEngine on
                  RewriteCond %{HTTP:X-Forwarded-Proto} !=https
                  RewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R=307,L]
                </VirtualHost>
                """,
            "https_redirect_loop",
            [Recognised, "    RequestHeader set X-Forwarded-Proto https"]);

    [Fact]
    public async Task It_carries_as_many_connections_as_it_may()
    {
        await using var proxy = await Start(ports => Apache(ports, $"ServerLimit 1\nThreadLimit 1\nThreadsPerChild 1\nMaxRequestWorkers 1\nStartServers 1\n{Pass}"));
        await WhileConnected(proxy, () => Expect(proxy, "ws://127.0.0.1:0/hello", "silent", ["as many connections as it may", "Apache:", "    MaxRequestWorkers 2048"]));
    }

    [Fact]
    public Task A_restart_cuts_what_is_open() =>
        ExpectInTheMiddle(ports => Apache(ports, Pass), proxy => proxy.Signal("HUP"), "connections_dropped", Recognised, "apachectl graceful");

    private string Pass => $"ProxyPass / http://{Backend}/ upgrade=websocket";

    private string Apache(int[] ports, string lines, bool ssl = false) => $"""
        # a2enmod proxy proxy_http headers alias rewrite ssl socache_shmcb
        Listen 127.0.0.1:{ports[0]}
        {(ssl ? $"SSLEngine on\nSSLCertificateFile {Certificate.Chain}\nSSLCertificateKeyFile {Certificate.Key}" : "")}
        {lines}
        """;
}
