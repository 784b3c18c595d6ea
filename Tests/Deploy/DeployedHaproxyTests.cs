using RealtimeHello.Tests.Deploy.Proxies;

namespace RealtimeHello.Tests.Deploy;

public sealed class DeployedHaproxyTests(ServerBehind server) : DeployedProxyTests(server)
{
    protected override ProxyProgram Program => ProxyProgram.Haproxy;

    protected override string PlainFile => "haproxy/plain.cfg";

    protected override string SecureFile => "haproxy/tls.cfg";

    protected override string Localize(string text, int plain, int secure, string folder)
    {
        text = Without(text, "v6only", "user haproxy", "group haproxy");
        text = Replace(text, "127.0.0.1:5080", Backend);
        text = Replace(text, "bind :80\n", $"bind 127.0.0.1:{plain}\n");
        // So many open files are not everybody's.
        text = Replace(text, "maxconn 20000", "maxconn 200");
        return text.Contains("bind :443", StringComparison.Ordinal)
            ? Replace(Replace(text, "bind :443", $"bind 127.0.0.1:{secure}"), "/etc/haproxy/certs/chat.example.org.pem", Certificate.Whole)
            : text;
    }
}
