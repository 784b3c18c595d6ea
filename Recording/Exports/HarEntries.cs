using System.Text;
using System.Text.Json;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Http;
using RealtimeHello.Layers.WebSockets;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Recording.Exports;

/// <summary>
/// The entries of one connection.
/// <code>
/// Between -> (request: Asked) -> (interim answer, such as 100 Continue: Asked)
///                             -> (answer: the entry is written: Between)
///                             -> (101: WebSocket -> (message: written)* -> (the end))
/// </code>
/// </summary>
internal sealed class HarEntries(Utf8JsonWriter writer, ConnectionRecord record)
{
    private readonly Queue<(HttpRequest Request, DateTimeOffset At)> asked = new();
    private DateTimeOffset? webSocketBegan;
    private DateTimeOffset last;
    private DateTimeOffset answered;

    public void Take(LayerEvent happened)
    {
        last = happened.At;
        switch (happened.Detail)
        {
            case HttpRequest request when webSocketBegan is null:
                asked.Enqueue((request, happened.At));
                break;
            case HttpResponse { Status: 101 or >= 200 } response when asked.TryDequeue(out var pair):
                BeginEntry(pair.Request, pair.At);
                Response(response.Status, response.Reason, response.Version, response.Headers, null);
                EndEntry(pair.At, happened.At, isWebSocket: false);
                break;
            case HttpRefused refused when asked.TryDequeue(out var pair):
                BeginEntry(pair.Request, pair.At);
                Response(refused.Status, refused.Reason, refused.Version, refused.Headers, refused.Body);
                EndEntry(pair.At, happened.At, isWebSocket: false);
                break;
            case HttpUpgraded upgraded when asked.TryDequeue(out var pair):
                BeginEntry(pair.Request, pair.At);
                Response(101, "Switching Protocols", "HTTP/1.1", upgraded.Headers, null);
                webSocketBegan = pair.At;
                answered = happened.At;
                writer.WriteStartArray("_webSocketMessages"u8);
                break;
            case WebSocketMessage message when webSocketBegan is not null:
                Message(message, happened);
                break;
            case DecodeFault { AtLayer: Layer.WebSocket } fault when webSocketBegan is not null:
                Error(fault.Summary, happened.At);
                break;
        }
    }

    /// <summary>The connection's last event was taken.</summary>
    public void Complete()
    {
        if (webSocketBegan is { } began)
        {
            writer.WriteEndArray();
            EndEntry(began, last, isWebSocket: true);
        }

        // Asked and never answered: status 0, as browsers have it.
        while (asked.TryDequeue(out var pair))
        {
            BeginEntry(pair.Request, pair.At);
            Response(0, "", "", [], null);
            EndEntry(pair.At, last, isWebSocket: false);
        }
    }

    private bool IsFromClient(Direction direction) => (direction == Direction.Received) == (record.Perspective == Perspective.Server);

    private void Message(WebSocketMessage message, LayerEvent happened)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, IsFromClient(happened.Direction) ? "send" : "receive");
        writer.WriteNumber("time"u8, Seconds(happened.At));
        writer.WriteNumber("opcode"u8, (int)message.Opcode);
        writer.WriteString("data"u8, message.Text ?? Convert.ToBase64String(Convert.FromHexString(message.Hex ?? "")));
        writer.WriteEndObject();
    }

    private void Error(string text, DateTimeOffset at)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "error");
        writer.WriteNumber("time"u8, Seconds(at));
        writer.WriteNumber("opcode"u8, -1);
        writer.WriteString("data"u8, text);
        writer.WriteEndObject();
    }

    private void BeginEntry(HttpRequest request, DateTimeOffset at)
    {
        writer.WriteStartObject();
        writer.WriteString("startedDateTime"u8, at.UtcDateTime);
        writer.WriteString("connection"u8, record.Id);
        if (record.AskedForWebSocket && request.AsksForWebSocket) writer.WriteString("_resourceType"u8, "websocket");
        writer.WriteStartObject("request"u8);
        writer.WriteString("method"u8, request.Method);
        writer.WriteString("url"u8, UrlOf(request));
        writer.WriteString("httpVersion"u8, request.Version);
        writer.WriteStartArray("cookies"u8);
        writer.WriteEndArray();
        Headers(request.Headers);
        writer.WriteStartArray("queryString"u8);
        foreach (var (name, value) in QueryOf(request.Target)) NameAndValue(name, value);
        writer.WriteEndArray();
        writer.WriteNumber("headersSize"u8, -1);
        writer.WriteNumber("bodySize"u8, -1);
        writer.WriteEndObject();
    }

    /// <summary>Bodies are not recorded, but for the beginning of what a refusal says.</summary>
    private void Response(int status, string reason, string version, IReadOnlyList<HttpHeader> headers, string? body)
    {
        writer.WriteStartObject("response"u8);
        writer.WriteNumber("status"u8, status);
        writer.WriteString("statusText"u8, reason);
        writer.WriteString("httpVersion"u8, version);
        writer.WriteStartArray("cookies"u8);
        writer.WriteEndArray();
        Headers(headers);
        writer.WriteStartObject("content"u8);
        writer.WriteNumber("size"u8, body is null ? 0 : Encoding.UTF8.GetByteCount(body));
        writer.WriteString("mimeType"u8, ValueOf(headers, "Content-Type") ?? "x-unknown");
        if (body is not null) writer.WriteString("text"u8, body);
        writer.WriteEndObject();
        writer.WriteString("redirectURL"u8, ValueOf(headers, "Location") ?? "");
        writer.WriteNumber("headersSize"u8, -1);
        writer.WriteNumber("bodySize"u8, -1);
        writer.WriteEndObject();
        writer.WriteStartObject("cache"u8);
        writer.WriteEndObject();
    }

    /// <summary>The time of a WebSocket is its life; of it, the wait for the answer is the only part that can be told.</summary>
    private void EndEntry(DateTimeOffset began, DateTimeOffset ended, bool isWebSocket)
    {
        var wait = ((isWebSocket ? answered : ended) - began).TotalMilliseconds;
        var all = (ended - began).TotalMilliseconds;
        writer.WriteNumber("time"u8, all);
        writer.WriteStartObject("timings"u8);
        writer.WriteNumber("send"u8, 0);
        writer.WriteNumber("wait"u8, wait);
        writer.WriteNumber("receive"u8, all - wait);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void Headers(IReadOnlyList<HttpHeader> headers)
    {
        writer.WriteStartArray("headers"u8);
        foreach (var header in headers) NameAndValue(header.Name, header.Value);
        writer.WriteEndArray();
    }

    private void NameAndValue(string name, string value)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteString("value"u8, value);
        writer.WriteEndObject();
    }

    /// <summary>Of each form that a target may have (RFC 9112 3.2).</summary>
    private string UrlOf(HttpRequest request)
    {
        if (request.Target.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || request.Target.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            return request.AsksForWebSocket ? "ws" + request.Target[4..] : request.Target;
        var scheme = (request.AsksForWebSocket ? "ws" : "http") + (record.IsSecure ? "s" : "");
        if (request.Method == "CONNECT") return $"{scheme}://{request.Target}";
        var host = ValueOf(request.Headers, "Host") ?? (record.Perspective == Perspective.Server ? record.Local : record.Remote);
        return $"{scheme}://{host}{(request.Target == "*" ? "" : request.Target)}";
    }

    private static IEnumerable<(string Name, string Value)> QueryOf(string target)
    {
        var at = target.IndexOf('?', StringComparison.Ordinal);
        foreach (var pair in at < 0 ? [] : target[(at + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            yield return equals < 0 ? (pair, "") : (pair[..equals], pair[(equals + 1)..]);
        }
    }

    private static string? ValueOf(IReadOnlyList<HttpHeader> headers, string name) =>
        headers.FirstOrDefault(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value;

    private static double Seconds(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).TotalSeconds;
}
