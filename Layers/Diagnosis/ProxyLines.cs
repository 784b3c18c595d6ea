namespace RealtimeHello.Layers.Diagnosis;

/// <summary>The lines of a proxy's configuration that mend a cause; those for the proxy that was recognised, or else for each, under its name.</summary>
public static class ProxyLines
{
    private static readonly Dictionary<ProxyKind, string> Names = new()
    {
        [ProxyKind.Nginx] = "nginx",
        [ProxyKind.Haproxy] = "HAProxy",
        [ProxyKind.Apache] = "Apache",
        [ProxyKind.Caddy] = "Caddy",
    };

    private static readonly Dictionary<string, Dictionary<ProxyKind, string[]>> Known = new()
    {
        ["upgrade_stripped"] = new()
        {
            [ProxyKind.Nginx] = ["proxy_http_version 1.1;", "proxy_set_header Upgrade $http_upgrade;", "proxy_set_header Connection \"upgrade\";"],
            [ProxyKind.Haproxy] = ["# HAProxy passes Upgrade on by itself, in mode http and in mode tcp: take out what removes it, such as", "# http-request del-header upgrade"],
            [ProxyKind.Apache] = ["ProxyPass / http://127.0.0.1:5080/ upgrade=websocket", "# before 2.4.47: a2enmod proxy_wstunnel, and", "# ProxyPass /chat ws://127.0.0.1:5080/chat"],
            [ProxyKind.Caddy] = ["reverse_proxy 127.0.0.1:5080", "# Caddy passes Upgrade on by itself: take out header_up lines that change Upgrade or Connection"],
        },
        ["idle_timeout"] = new()
        {
            [ProxyKind.Nginx] = ["proxy_read_timeout 1h;", "proxy_send_timeout 1h;"],
            [ProxyKind.Haproxy] = ["timeout tunnel 1h", "# without it, timeout client and timeout server count"],
            [ProxyKind.Apache] = ["ProxyPass / http://127.0.0.1:5080/ upgrade=websocket timeout=3600", "# of timeout= (or ProxyTimeout) and Timeout the longer counts"],
            [ProxyKind.Caddy] = ["# Caddy has no such timeout of its own: take out read_timeout and write_timeout", "# in transport http, and in a global servers block's timeouts"],
        },
        ["connections_dropped"] = new()
        {
            [ProxyKind.Nginx] = ["worker_shutdown_timeout 1h;", "# systemctl reload nginx, not restart"],
            [ProxyKind.Haproxy] = ["hard-stop-after 1h", "# systemctl reload haproxy, not restart"],
            [ProxyKind.Apache] = ["# apachectl graceful (systemctl reload apache2), not restart"],
            [ProxyKind.Caddy] = ["reverse_proxy 127.0.0.1:5080 {", "    stream_close_delay 1h", "}", "# from Caddy 2.7 on; before, every reload closes WebSockets"],
        },
        ["backend_down"] = new()
        {
            [ProxyKind.Nginx] = ["proxy_pass http://127.0.0.1:5080;", "# the address that the server listens on; https:// only if the server speaks TLS there"],
            [ProxyKind.Haproxy] = ["server chat1 127.0.0.1:5080 check", "# the address that the server listens on; ssl only if the server speaks TLS there; maxconn not used up"],
            [ProxyKind.Apache] = ["ProxyPass / http://127.0.0.1:5080/ upgrade=websocket retry=0", "# the address that the server listens on; https:// only if the server speaks TLS there"],
            [ProxyKind.Caddy] = ["reverse_proxy 127.0.0.1:5080", "# the address that the server listens on; https:// before it only if the server speaks TLS there"],
        },
        ["wrong_path"] = new()
        {
            [ProxyKind.Nginx] = ["location /chat {", "    proxy_pass http://127.0.0.1:5080;", "}", "# nothing behind the port: with a slash, nginx replaces the location's path"],
            [ProxyKind.Haproxy] = ["use_backend realtimehello if { path_beg /chat }", "# and no http-request set-path or replace-path for it"],
            [ProxyKind.Apache] = ["ProxyPass /chat http://127.0.0.1:5080/chat upgrade=websocket", "# the same path on both sides: Apache replaces the one by the other"],
            [ProxyKind.Caddy] = ["handle /chat* {", "    reverse_proxy 127.0.0.1:5080", "}", "# not handle_path, uri strip_prefix or rewrite, which change the path"],
        },
        ["https_redirect"] = new()
        {
            [ProxyKind.Nginx] = ["# only if it must work without TLS as well, in the server of port 80, beside return 301:", "location /chat { proxy_pass http://127.0.0.1:5080; }"],
            [ProxyKind.Haproxy] = ["# only if it must work without TLS as well:", "http-request redirect scheme https if !{ ssl_fc } !{ path_beg /chat }"],
            [ProxyKind.Apache] = ["# only if it must work without TLS as well:", "RedirectMatch permanent ^/(?!chat)(.*) https://chat.example.org/$1"],
            [ProxyKind.Caddy] = ["# only if it must work without TLS as well:", "http://chat.example.org {", "    reverse_proxy 127.0.0.1:5080", "}"],
        },
        ["https_redirect_loop"] = new()
        {
            [ProxyKind.Nginx] = ["proxy_set_header X-Forwarded-Proto $scheme;"],
            [ProxyKind.Haproxy] = ["http-request set-header X-Forwarded-Proto https if { ssl_fc }"],
            [ProxyKind.Apache] = ["RequestHeader set X-Forwarded-Proto https"],
            [ProxyKind.Caddy] = ["# Caddy sets X-Forwarded-Proto by itself: take out header_up lines that change it"],
        },
        ["limit_reached"] = new()
        {
            [ProxyKind.Nginx] = ["worker_connections 20000;", "# and limit_conn, limit_req"],
            [ProxyKind.Haproxy] = ["maxconn 20000", "# of global, defaults, frontend and server, the smallest counts"],
            [ProxyKind.Apache] = ["MaxRequestWorkers 2048", "ServerLimit 64", "ThreadsPerChild 64", "# each WebSocket holds one of these threads"],
            [ProxyKind.Caddy] = ["# take out unhealthy_request_count and max_conns_per_host, or raise them"],
        },
        ["not_tls"] = new()
        {
            [ProxyKind.Nginx] = ["listen 443 ssl;", "ssl_certificate /etc/nginx/certs/chat.example.org.pem;", "ssl_certificate_key /etc/nginx/certs/chat.example.org.key;"],
            [ProxyKind.Haproxy] = ["bind :443 ssl crt /etc/haproxy/certs/chat.example.org.pem"],
            [ProxyKind.Apache] = ["SSLEngine on", "SSLCertificateFile /etc/apache2/certs/chat.example.org.pem", "SSLCertificateKeyFile /etc/apache2/certs/chat.example.org.key"],
            [ProxyKind.Caddy] = ["chat.example.org {", "    reverse_proxy 127.0.0.1:5080", "}", "# a name without http:// and without a port: Caddy then gets a certificate"],
        },
    };

    /// <summary>Causes that other causes' lines mend.</summary>
    private static readonly Dictionary<string, string> Same = new()
    {
        ["other_upgrade"] = "upgrade_stripped",
        ["upgrade_ignored"] = "upgrade_stripped",
        ["page_swallowed_path"] = "upgrade_stripped",
        ["backend_tls"] = "backend_down",
        ["unavailable"] = "backend_down",
        ["silent"] = "limit_reached",
        ["rate_limited"] = "limit_reached",
        ["going_away"] = "connections_dropped",
    };

    /// <summary>Causes that are the proxy's only where there is one; a server alone has them as often.</summary>
    private static readonly HashSet<string> OfRecognised = ["wrong_path"];

    /// <summary>The lines for a cause; none where the mistake is not the proxy's.</summary>
    /// <param name="cause">As in <see cref="ConnectDiagnosis.Cause"/>.</param>
    /// <param name="proxy">Unknown: the lines of each, if the cause makes a proxy likely.</param>
    public static IReadOnlyList<string> Of(string cause, ProxyKind proxy)
    {
        ArgumentNullException.ThrowIfNull(cause);
        if (!Known.TryGetValue(Same.GetValueOrDefault(cause, cause), out var lines) || (proxy == ProxyKind.Unknown && OfRecognised.Contains(cause))) return [];
        return proxy != ProxyKind.Unknown ? lines[proxy] : [.. lines.SelectMany(one => (string[])[$"{Names[one.Key]}:", .. one.Value.Select(line => "    " + line)])];
    }

    /// <summary>As the proxy's people write it.</summary>
    public static string NameOf(ProxyKind proxy) => Names.GetValueOrDefault(proxy, "");
}
