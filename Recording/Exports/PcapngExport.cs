using System.Buffers;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Recording.Exports;

/// <summary>
/// Recorded connections as a pcapng file for Wireshark and tshark. A recorder sees byte runs, not segments: each chunk becomes a TCP segment whose
/// sequence number is 1 + its offset, between a handshake and the ending that was seen. What was not stored or was evicted is a hole in the
/// sequence numbers, as in a capture that lost packets. Of a connection over TLS these are the decrypted bytes.
/// </summary>
public static class PcapngExport
{
    private const int FlushedAt = 64 * 1024;

    /// <summary>The media type of such a file.</summary>
    public const string MediaType = "application/x-pcapng";

    /// <summary>Writes the connections as they are now, their packets in the order in which they were recorded.</summary>
    public static async Task Write(Stream stream, IReadOnlyCollection<ConnectionRecord> connections, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(connections);
        var buffer = new ArrayBufferWriter<byte>();
        var blocks = new PcapngBlocks(buffer);
        blocks.Begin("RealtimeHello", "recorded connections");

        var through = ConnectionRecord.LastNumberOf(connections);
        var due = new PriorityQueue<TcpConversation, long>();
        foreach (var connection in connections) Enqueue(new TcpConversation(connection));
        while (due.TryDequeue(out var next, out _))
        {
            next.Write(blocks);
            Enqueue(next);
            if (buffer.WrittenCount < FlushedAt) continue;
            await stream.WriteAsync(buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
            buffer.ResetWrittenCount();
        }

        await stream.WriteAsync(buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);

        void Enqueue(TcpConversation conversation)
        {
            if (conversation.MoveNext() && conversation.Number <= through) due.Enqueue(conversation, conversation.Number);
        }
    }
}
