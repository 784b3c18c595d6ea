using RealtimeHello.Tests.Deploy.Proxies;

namespace RealtimeHello.Tests.Deploy;

public sealed class DeployedApacheTests(ServerBehind server) : DeployedProxyTests(server)
{
    protected override ProxyProgram Program => ProxyProgram.Apache;

    protected override string PlainFile => "apache/plain.conf";

    protected override string SecureFile => "apache/tls.conf";

    protected override string Localize(string text, int plain, int secure, string folder)
    {
        text = Replace(text, "127.0.0.1:5080", Backend);
        text = Replace(text, "chat.example.org\n", "localhost\n");
        text = Replace(text, "<VirtualHost *:80>", $"Listen 127.0.0.1:{plain}\n<VirtualHost *:{plain}>");
        if (!text.Contains("<VirtualHost *:443>", StringComparison.Ordinal)) return text;
        text = Replace(text, "<VirtualHost *:443>", $"Listen 127.0.0.1:{secure}\n<VirtualHost *:{secure}>");
        text = Replace(text, "/etc/apache2/certs/chat.example.org.pem", Certificate.Chain);
        return Replace(text, "/etc/apache2/certs/chat.example.org.key", Certificate.Key);
    }
}
