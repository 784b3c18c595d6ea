using System.Net;
using System.Net.WebSockets;
using RealtimeHello.Client.Accounts;
using RealtimeHello.Layers;

namespace RealtimeHello.Client.Hello;

/// <summary>Says in one or two sentences why there is no WebSocket, and what to do.</summary>
internal static class HelloTrouble
{
    public static string Describe(HelloTarget target, ClientWebSocket socket, Exception trouble)
    {
        if (trouble is WebSocketException && socket.HttpStatusCode is not (0 or HttpStatusCode.SwitchingProtocols)) return Refusal(target, socket, (int)socket.HttpStatusCode);
        if (socket.HttpStatusCode == HttpStatusCode.SwitchingProtocols)
            return $"{target} answered 101, but not as RFC 6455 4.2.2 asks: {PrintableText.OneLine(Innermost(trouble).Message, 300)}";
        if (Innermost(trouble) is HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } notHttp)
            return $"{target} answered something that is not HTTP ({PrintableText.OneLine(notHttp.Message, 200)}): is it the right port?";
        // What was given up may say so by the way it was cut off: an answer that ended.
        if (trouble is OperationCanceledException) return ReachTrouble.Describe($"{target}", "the address", trouble).Message;
        if (Innermost(trouble) is HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } or HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded })
        {
            return target.Uri.Scheme == "wss" ? $"{target} ended the connection without an answer: it may speak no HTTP."
                : $"{target} ended the connection without an answer: it may speak TLS (then write {(target.IsHttp ? "https" : "wss")}://), or no HTTP at all.";
        }

        if (Innermost(trouble).Message.Contains("frame", StringComparison.Ordinal) && trouble.ToString().Contains(nameof(System.Security.Authentication.AuthenticationException), StringComparison.Ordinal))
            return $"{target} does not speak TLS: write {(target.IsHttp ? "http" : "ws")}:// if the server is meant to be reached in the clear.";
        return ReachTrouble.Describe($"{target}", "the address", trouble).Message;
    }

    private static string Refusal(HelloTarget target, ClientWebSocket socket, int status)
    {
        var location = socket.HttpResponseHeaders is { } headers && headers.TryGetValue("Location", out var values) ? PrintableText.OneLine(values.First(), 300) : null;
        var path = PrintableText.OneLine(target.Uri.AbsolutePath, 200);
        return status switch
        {
            >= 300 and < 400 when location is not null => $"{target} sends elsewhere ({status}): a WebSocket does not follow, so give that address: {location}",
            >= 200 and < 300 => $"{target} answered {status} as to a plain request: {path} is no WebSocket, or a proxy on the way took the Upgrade header out.",
            401 => $"{target} wants to know who you are (401): there is a WebSocket, but not for everybody.",
            403 => $"{target} refused (403): it does not accept this origin or user.",
            404 => $"{target} has no WebSocket at {path} (404): check the path.",
            426 => $"{target} wants another kind of upgrade (426): it may speak another version of WebSocket, or another protocol.",
            >= 500 => $"{target} answered {status}: the server behind it failed, or a proxy could not reach it.",
            _ => $"{target} answered {status} instead of 101: it does not open a WebSocket at {path}.",
        };
    }

    private static Exception Innermost(Exception trouble)
    {
        while (trouble.InnerException is { } inner) trouble = inner;
        return trouble;
    }
}
