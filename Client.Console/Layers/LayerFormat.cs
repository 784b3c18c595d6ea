using System.Globalization;
using RealtimeHello.Client.Terminal;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Http;
using RealtimeHello.Layers.Tcp;
using RealtimeHello.Layers.WebSockets;
using RealtimeHello.Recording.Journals;
using Spectre.Console;

namespace RealtimeHello.Client.Layers;

/// <summary>
/// How an event of a layer looks on a terminal: the columns of the server's layer log (time, layer, direction, kind, what), and below it, behind a bar,
/// what it consists of: the fields of a head, the bits of a frame. Everything in it is harmless text.
/// </summary>
/// <param name="zone">Times are shown in it.</param>
/// <param name="names">Each line names its connection, because there may be several.</param>
internal sealed class LayerFormat(TimeZoneInfo zone, bool names)
{
    private const int LayerColumn = 12;
    private const int KindColumn = 18;
    private const int LongestField = 400;

    private static readonly Style Faint = new(decoration: Decoration.Dim);

    public IEnumerable<Row> Lines(LayerEvent happened, ConnectionRecord record)
    {
        var detail = happened.Detail;
        return Lines(happened.At, detail.Layer, happened.Connection, happened.Direction, detail.Kind, detail is TcpClosed closed ? closed.Story : detail.Summary, Parts(happened, record));
    }

    /// <summary>The same of an event that is known by what a server tells of it.</summary>
    public IEnumerable<Row> Lines(DateTimeOffset at, Layer layer, string connection, Direction direction, string kind, string summary, IEnumerable<string> parts)
    {
        var colour = StyleOf(layer);
        var time = TimeZoneInfo.ConvertTime(at, zone).ToString("HH:mm:ss.fff ", CultureInfo.InvariantCulture);
        var arrow = direction switch { Direction.Received => "<-", Direction.Sent => "->", _ => "--" };
        var name = names ? PrintableText.OneLine(connection, 20) + " " : "";
        yield return new Row(
            new Span(time, Faint),
            new Span(LayerNames.Of(layer).PadRight(LayerColumn), colour),
            new Span(name, Faint),
            new Span($"{arrow} {PrintableText.OneLine(kind, 40).PadRight(KindColumn)}"),
            new Span(PrintableText.OneLine(summary, 600)));
        var indent = new string(' ', time.Length);
        foreach (var line in parts)
            yield return new Row(new Span(indent), new Span("|".PadRight(LayerColumn), colour), new Span(PrintableText.OneLine(line, LongestField)));
    }

    /// <summary>The layer's colour; the same as in the server's layer log.</summary>
    public static Style StyleOf(Layer layer)
    {
        var code = LayerNames.TerminalColourOf(layer);
        return new Style(Color.FromInt32(code >= 90 ? code - 90 + 8 : code - 30));
    }

    private static IEnumerable<string> Parts(LayerEvent happened, ConnectionRecord record) => happened.Detail switch
    {
        HttpRequest request => [$"{request.Method} {PrintableText.WithShortMasks(request.Target)} {request.Version}", .. Fields(request.Headers)],
        HttpResponse response => [$"{response.Version} {response.Status} {response.Reason}", .. Fields(response.Headers)],
        HttpUpgraded upgraded => ["HTTP/1.1 101 Switching Protocols", .. Fields(upgraded.Headers)],
        HttpRefused refused => [$"{refused.Version} {refused.Status} {refused.Reason}", .. Fields(refused.Headers), .. Body(refused.Body)],
        WebSocketFrame frame => FrameBits.Lines(frame.Header, FrameBytes(happened, record)),
        WebSocketPing ping => FrameBits.Lines(ping.Header, FrameBytes(happened, record)),
        WebSocketPong pong => FrameBits.Lines(pong.Header, FrameBytes(happened, record)),
        WebSocketClose close => FrameBits.Lines(close.Header, FrameBytes(happened, record)),
        _ => [],
    };

    private static IEnumerable<string> Fields(IReadOnlyList<HttpHeader> headers) =>
        headers.Select(header => $"{header.Name}: {PrintableText.WithShortMasks(header.Value)}");

    private static IEnumerable<string> Body(string? body) => string.IsNullOrEmpty(body) ? [] : ["", body];

    /// <summary>The frame's bytes as they stand on the connection: its header, and what is there already of the payload's beginning.</summary>
    private static ReadOnlyMemory<byte> FrameBytes(LayerEvent happened, ConnectionRecord record)
    {
        if (happened is not { Bytes: { } range, Tap: { } tap }) return default;
        var counters = record.Counters;
        var recorded = happened.Direction == Direction.Received ? counters.BytesReceived : counters.BytesSent;
        var end = Math.Min(Math.Min(range.End, recorded), range.Start + WebSocketFrameHeader.MaximumLength + FrameBits.ShownPayload);
        return end <= range.Start ? default : record.ReadBytes(tap, happened.Direction, range with { End = end });
    }
}
