using RealtimeHello.Tests.Deploy.Proxies;

namespace RealtimeHello.Tests.Deploy;

public sealed class DeployedNginxTests(ServerBehind server) : DeployedProxyTests(server)
{
    protected override ProxyProgram Program => ProxyProgram.Nginx;

    protected override string PlainFile => "nginx/plain.conf";

    protected override string SecureFile => "nginx/tls.conf";

    protected override string Localize(string text, int plain, int secure, string folder)
    {
        text = Without(text, "listen [::]", "user www-data");
        text = Replace(text, "127.0.0.1:5080", Backend);
        text = Replace(text, "listen 80;", $"listen 127.0.0.1:{plain};");
        text = Replace(text, "/run/nginx.pid", $"{folder}/pid");
        text = Replace(text, "error_log /var/log/nginx/error.log", "error_log stderr");
        // Where a package of nginx keeps what it gathers up is not everybody's to write.
        text = Replace(text, "access_log /var/log/nginx/access.log;", $"""
            access_log off;
            client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
            """);
        // So many open files are not everybody's.
        text = Replace(Replace(text, "worker_rlimit_nofile 40000", "worker_rlimit_nofile 400"), "worker_connections 20000", "worker_connections 200");
        if (!text.Contains("listen 443", StringComparison.Ordinal)) return text;
        text = Replace(text, "listen 443 ssl http2;", $"listen 127.0.0.1:{secure} ssl http2;");
        text = Replace(text, "/etc/nginx/certs/chat.example.org.pem", Certificate.Chain);
        return Replace(text, "/etc/nginx/certs/chat.example.org.key", Certificate.Key);
    }
}
