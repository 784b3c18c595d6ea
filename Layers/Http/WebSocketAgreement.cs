using System.Security.Cryptography;
using System.Text;
using RealtimeHello.Layers.WebSockets.Deflate;

namespace RealtimeHello.Layers.Http;

/// <summary>Checks what a 101 says of the WebSocket that it opens. What is wrong with it keeps nobody from reading on.</summary>
/// <remarks>https://www.rfc-editor.org/rfc/rfc6455#section-4.2.2</remarks>
public static class WebSocketAgreement
{
    private const string Guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    internal static DecodeFault? ProblemOf(string? key, HttpHead answer, string? extensions)
    {
        answer.TryGet("Sec-WebSocket-Accept", out var accept);
        if (key is not null && !IsMasked(key) && !IsMasked(accept) && accept != AcceptOf(key))
            return new DecodeFault(Layer.Http, "RFC 6455 4.2.2", "Sec-WebSocket-Accept does not belong to the request's Sec-WebSocket-Key: something between answered, or a cache.");
        return DeflateAgreement.Parse(extensions).Problem is { } problem ? new DecodeFault(Layer.Http, "RFC 7692 7.1", problem) : null;
    }

    // The specification fixes SHA-1: it tells that the answer is to this request, and protects nothing.
    /// <summary>The Sec-WebSocket-Accept that belongs to a Sec-WebSocket-Key (RFC 6455 4.2.2).</summary>
    public static string AcceptOf(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.Latin1.GetBytes(key + Guid)));

    private static bool IsMasked(string? value) => value is not null && value.Contains('*', StringComparison.Ordinal);
}
