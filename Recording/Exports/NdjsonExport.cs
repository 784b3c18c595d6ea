using System.Buffers;
using System.Text.Json;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Recording.Exports;

/// <summary>Recorded connections as one event a line (https://github.com/ndjson/ndjson-spec), for jq and scripts; connection after connection.</summary>
public static class NdjsonExport
{
    private const int EventsAtOnce = 256;

    /// <summary>The media type of such a file.</summary>
    public const string MediaType = "application/x-ndjson";

    /// <summary>Writes the connections' events as they are now, decoded at full depth.</summary>
    public static async Task Write(
        Stream stream, IReadOnlyCollection<ConnectionRecord> connections, DecoderLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(connections);
        var through = ConnectionRecord.LastNumberOf(connections);
        var buffer = new ArrayBufferWriter<byte>();
        var events = new List<LayerEvent>();
        foreach (var connection in connections)
        {
            var reader = new ConnectionReader(connection, DecodingDepth.Full, limits);
            bool more;
            do
            {
                events.Clear();
                more = reader.Read(events, EventsAtOnce, through);
                foreach (var happened in events)
                {
                    using (var writer = new Utf8JsonWriter(buffer)) EventJson.Write(writer, happened);
                    buffer.Write("\n"u8);
                }

                await stream.WriteAsync(buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
                buffer.ResetWrittenCount();
            }
            while (more);
        }
    }
}
