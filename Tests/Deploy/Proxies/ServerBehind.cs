using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Deploy.Proxies;

/// <summary>A chat server that believes a proxy on this machine, and a certificate for that proxy.</summary>
public sealed class ServerBehind : IDisposable
{
    public const string Operator = "an-operator-token-of-the-test-0123456789";

    public ChatServer Chat { get; } = new() { Settings = [("Inspector:OperatorToken", Operator), ("Proxies:Trusted:0", "127.0.0.1")] };

    public TestCertificate Certificate { get; } = new();

    public void Dispose()
    {
        Chat.Dispose();
        Certificate.Dispose();
    }
}
