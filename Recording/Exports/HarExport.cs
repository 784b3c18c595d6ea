using System.Buffers;
using System.Text.Json;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Recording.Exports;

/// <summary>
/// Recorded connections as HAR 1.2, for browsers' network panels: each request with its answer, and a WebSocket's messages as Chrome writes
/// them, in <c>_webSocketMessages</c>. As the client saw it: <c>send</c> is from the client. Control frames have no place in it.
/// </summary>
/// <remarks>http://www.softwareishard.com/blog/har-12-spec/, Chrome's front_end/models/har/Log.ts</remarks>
public static class HarExport
{
    private const int FlushedAt = 64 * 1024;

    /// <summary>Of a message more characters or bytes than this are cut off: a small compressed one may inflate to a thousand times its size.</summary>
    private const int LongestMessage = 1024 * 1024;

    /// <summary>The media type of such a file.</summary>
    public const string MediaType = "application/json";

    /// <summary>Writes the connections as they are now, the first opened first.</summary>
    public static async Task Write(
        Stream stream, IReadOnlyCollection<ConnectionRecord> connections, DecoderLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(connections);
        limits = (limits ?? DecoderLimits.Default) with { ShownCharacters = LongestMessage, ShownBytes = LongestMessage, ShownArguments = 0 };
        var through = ConnectionRecord.LastNumberOf(connections);
        var buffer = new ArrayBufferWriter<byte>();
        await using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteStartObject("log"u8);
        writer.WriteString("version"u8, "1.2");
        writer.WriteStartObject("creator"u8);
        writer.WriteString("name"u8, "RealtimeHello");
        writer.WriteString("version"u8, typeof(HarExport).Assembly.GetName().Version?.ToString(3));
        writer.WriteEndObject();
        writer.WriteStartArray("pages"u8);
        writer.WriteEndArray();
        writer.WriteStartArray("entries"u8);
        foreach (var connection in connections.OrderBy(connection => connection.OpenedAt))
        {
            var reader = new ConnectionReader(connection, DecodingDepth.Full, limits);
            var entries = new HarEntries(writer, connection);
            var events = new List<Layers.LayerEvent>();
            bool more;
            do
            {
                events.Clear();
                // A chunk at a time, since its messages may be large.
                more = reader.Read(events, atMost: 1, through);
                foreach (var happened in events)
                {
                    entries.Take(happened);
                    if (writer.BytesPending + buffer.WrittenCount >= FlushedAt) await Flush().ConfigureAwait(false);
                }
            }
            while (more);
            entries.Complete();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
        await Flush().ConfigureAwait(false);

        async Task Flush()
        {
            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
            await stream.WriteAsync(buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
            buffer.ResetWrittenCount();
        }
    }
}
