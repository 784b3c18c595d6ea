using RealtimeHello.Tests.Deploy.Proxies;

namespace RealtimeHello.Tests.Deploy;

public sealed class DeployedCaddyTests(ServerBehind server) : DeployedProxyTests(server)
{
    protected override ProxyProgram Program => ProxyProgram.Caddy;

    protected override string PlainFile => "caddy/plain.Caddyfile";

    protected override string SecureFile => "caddy/tls.Caddyfile";

    protected override string Localize(string text, int plain, int secure, string folder)
    {
        text = Replace(text, "127.0.0.1:5080", Backend);
        text = Replace(text, "http_port 80", $"http_port {plain}");
        text = Replace(text, "https_port 443", $"https_port {secure}");
        // By a file instead of a port, and on this machine alone.
        text = Replace(text, "admin localhost:2019", $"admin unix//{folder}/admin\n\tdefault_bind 127.0.0.1");
        if (!text.Contains("chat.example.org {", StringComparison.Ordinal)) return text;
        text = Replace(text, "chat.example.org {", "localhost {");
        return Replace(text, "/etc/caddy/certs/chat.example.org.pem /etc/caddy/certs/chat.example.org.key", $"{Certificate.Chain} {Certificate.Key}");
    }
}
