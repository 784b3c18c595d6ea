using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Recording.Captures;

/// <summary>
/// Writes connections as a capture (<see cref="CaptureFormat"/>), as one more reader of the journal: as they are, or as they go on. What the journal
/// evicted before it came to be written is said to be lost. For one thread at a time.
/// </summary>
public sealed class CaptureWriter
{
    /// <summary>Bytes that are gathered before they are written.</summary>
    private const int GatheredBytes = 64 * 1024;

    private readonly Stream stream;
    private readonly long limit;
    private readonly ArrayBufferWriter<byte> gathered = new();
    /// <summary>As long as the journal or anybody holds a connection: a watch may name a closed one once more.</summary>
    private readonly ConditionalWeakTable<ConnectionRecord, Progress> connections = [];
    private byte[] buffer = [];
    private long written;

    /// <param name="stream">Where to; is not disposed of.</param>
    /// <param name="limit">Bytes of the capture, at most: behind that, one line says so, and nothing more is written.</param>
    public CaptureWriter(Stream stream, long limit = long.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(stream);
        this.stream = stream;
        this.limit = limit;
        Line(new CaptureLine { Format = CaptureFormat.Name, Version = CaptureFormat.Version });
    }

    /// <summary>The limit was reached: nothing more is written.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Writes connections as they are now, as an export.</summary>
    public static async Task Write(Stream stream, IReadOnlyCollection<ConnectionRecord> connections, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connections);
        var through = ConnectionRecord.LastNumberOf(connections);
        var writer = new CaptureWriter(stream);
        foreach (var connection in connections) await writer.WriteNews(connection, through, cancellationToken).ConfigureAwait(false);
        await writer.Flush(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes what a journal records, as it comes, until <paramref name="watch"/> is disposed of or the capture is full.</summary>
    /// <exception cref="IOException">The stream can't be written.</exception>
    public async Task Follow(JournalWatch watch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(watch);
        var goesOn = true;
        while (goesOn && !IsFull)
        {
            goesOn = await watch.WaitAsync(cancellationToken).ConfigureAwait(false);
            foreach (var connection in watch.Take()) await WriteNews(connection, cancellationToken: cancellationToken).ConfigureAwait(false);
            await Flush(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes what was recorded of a connection since the last call.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="through">Only what has a number up to this.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WriteNews(ConnectionRecord connection, long through = long.MaxValue, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (!connections.TryGetValue(connection, out var progress))
        {
            connections.Add(connection, progress = new Progress());
            Line(new CaptureLine
            {
                Kind = CaptureLineKind.Connection,
                Connection = connection.Id,
                At = connection.OpenedAt,
                Perspective = connection.Perspective,
                Remote = connection.Remote,
                Local = connection.Local,
                CompressedIsMasked = connection.CompressedIsMasked,
            });
        }

        while (!IsFull && connection.Log.TryReadAfter(progress.Number, out var entry, ref buffer, out var evicted) && entry.Number <= through)
        {
            if (evicted is { } lostThrough) Line(Lost(connection, lostThrough, entry.Number));
            progress.Number = entry.Number;
            if (entry.Kind == EntryKind.Lost) Line(Lost(connection, entry.Number, entry.Number + 1));
            else Line(Of(connection.Id, entry));
            if (gathered.WrittenCount >= GatheredBytes) await Flush(cancellationToken).ConfigureAwait(false);
        }

        var identity = new CaptureLine
        {
            Kind = CaptureLineKind.Identity,
            Connection = connection.Id,
            UserId = connection.UserId,
            UserName = connection.UserName,
            Client = connection.Client,
            IsSecure = connection.IsSecure,
        };
        if (identity != (progress.Identity ?? new CaptureLine { Kind = CaptureLineKind.Identity, Connection = connection.Id })) Line(identity);
        progress.Identity = identity;
    }

    /// <summary>Hands everything that was gathered to the stream, and the stream's own buffers on.</summary>
    public async Task Flush(CancellationToken cancellationToken = default)
    {
        await stream.WriteAsync(gathered.WrittenMemory, cancellationToken).ConfigureAwait(false);
        gathered.ResetWrittenCount();
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private static CaptureLine Lost(ConnectionRecord connection, long through, long next) =>
        new() { Kind = CaptureLineKind.Lost, Connection = connection.Id, Number = through, Known = connection.FactsAt(next) };

    private CaptureLine Of(string connection, in JournalEntry entry)
    {
        var line = new CaptureLine { Connection = connection, Number = entry.Number, At = new DateTimeOffset(entry.Ticks, TimeSpan.Zero) };
        return entry.Kind switch
        {
            EntryKind.Fact => line with
            {
                Kind = CaptureLineKind.Fact,
                Type = CaptureFormat.NameOf(entry.Fact!.GetType()),
                Fact = JsonSerializer.SerializeToElement(entry.Fact, entry.Fact.GetType(), Exports.EventJson.Options),
            },
            _ => line with
            {
                Kind = entry.Kind switch
                {
                    EntryKind.Chunk => CaptureLineKind.Bytes,
                    EntryKind.Skipped => CaptureLineKind.Skipped,
                    _ => CaptureLineKind.Ended,
                },
                Tap = entry.Tap,
                Direction = entry.Direction,
                Offset = entry.Offset,
                Length = entry.Kind == EntryKind.Skipped ? entry.Length : 0,
                BeginsMessage = entry.BeginsMessage,
                Data = entry.Kind == EntryKind.Chunk ? buffer.AsMemory(0, entry.Length) : null,
                Reset = entry.Kind == EntryKind.FinishedReset,
            },
        };
    }

    private void Line(CaptureLine line)
    {
        if (IsFull) return;
        var before = gathered.WrittenCount;
        Append(line);
        written += gathered.WrittenCount - before;
        if (written <= limit) return;
        IsFull = true;
        Append(new CaptureLine { Kind = CaptureLineKind.Full, Limit = limit });
    }

    private void Append(CaptureLine line)
    {
        using (var writer = new Utf8JsonWriter(gathered)) JsonSerializer.Serialize(writer, line, CaptureFormat.Options);
        gathered.Write("\n"u8);
    }

    private sealed class Progress
    {
        public long Number { get; set; }

        public CaptureLine? Identity { get; set; }
    }
}
