using System.Net;
using System.Net.Sockets;

namespace RealtimeHello.Benchmarks.Relay;

/// <summary>What the relay is compared with: TCP in, TCP out, nothing looked at.</summary>
internal static class PlainForwarder
{
    /// <summary>Prints its port, and forwards until the process is ended.</summary>
    public static async Task<int> Run(int target)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Console.WriteLine(((IPEndPoint)listener.LocalEndpoint).Port);
        while (true) _ = Serve(await listener.AcceptTcpClientAsync(), target);
    }

    private static async Task Serve(TcpClient client, int target)
    {
        using var near = client;
        using var far = new TcpClient();
        await far.ConnectAsync(IPAddress.Loopback, target);
        near.NoDelay = far.NoDelay = true;
        await Task.WhenAll(Pass(near, far), Pass(far, near));
    }

    private static async Task Pass(TcpClient from, TcpClient to)
    {
        await from.GetStream().CopyToAsync(to.GetStream());
        to.Client.Shutdown(SocketShutdown.Send);
    }
}
