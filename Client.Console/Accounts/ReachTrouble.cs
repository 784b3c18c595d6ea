using System.Net.Sockets;
using System.Security.Authentication;
using RealtimeHello.Layers;

namespace RealtimeHello.Client.Accounts;

/// <summary>Says in one sentence why a server could not be reached, and what to do.</summary>
internal static class ReachTrouble
{
    public static ServerTrouble Describe(ServerAddress server, Exception trouble) => Describe($"{server}", "--server", trouble);

    /// <param name="server">How the server is called in the sentence.</param>
    /// <param name="source">Where the user gave its address.</param>
    /// <param name="trouble">What failed.</param>
    public static ServerTrouble Describe(string server, string source, Exception trouble)
    {
        for (var inner = trouble; inner is not null; inner = inner.InnerException)
        {
            if (inner is ServerTrouble known) return known;
            if (inner is SocketException socket) return new ServerTrouble(Describe(server, source, socket), isLasting: false, trouble);
            if (inner is AuthenticationException tls)
                return new ServerTrouble($"TLS with {server} failed: {PrintableText.OneLine((tls.InnerException ?? tls).Message.TrimEnd('.'), 300)}. Check that its certificate is for this name and trusted here.", isLasting: true, trouble);
            if (inner is OperationCanceledException or TimeoutException)
                return new ServerTrouble($"{server} did not answer in time.", isLasting: false, trouble);
        }

        return new ServerTrouble($"The connection to {server} broke: {PrintableText.OneLine(trouble.Message, 300)}", isLasting: false, trouble);
    }

    private static string Describe(string server, string source, SocketException trouble) => trouble.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => $"Nothing listens at {server}. Start the server with `dotnet run --project Server`, or check {source}.",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => $"The name of {server} is not known; check {source}.",
        SocketError.TimedOut or SocketError.HostUnreachable or SocketError.NetworkUnreachable => $"{server} can't be reached from here ({trouble.Message}).",
        SocketError.ConnectionReset or SocketError.ConnectionAborted => $"{server} broke the connection off.",
        _ => $"{server} can't be reached: {trouble.Message}",
    };
}
