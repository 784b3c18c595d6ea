using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using RealtimeHello.Layers;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Recording.Captures;

/// <summary>A capture that was read: a journal again, for every reader of one.</summary>
public sealed class Capture
{
    /// <summary>Bytes of connections that are read into memory, at most.</summary>
    public const long DefaultLimit = 1024L * 1024 * 1024;

    private readonly Dictionary<string, CaptureReplay> replays = new(StringComparer.Ordinal);
    private readonly List<ConnectionRecord> connections = [];
    private readonly JournalOptions budget;
    private readonly long limit;
    private long lines;
    private long size;

    private Capture(long limit)
    {
        this.limit = limit;
        budget = new JournalOptions { TotalBytes = limit, ConnectionBytes = int.MaxValue, ClosedConnections = int.MaxValue };
        Journal = new Journal(budget);
    }

    /// <summary>The connections, in the order in which they were written.</summary>
    public IReadOnlyList<ConnectionRecord> Connections => connections;

    /// <summary>The journal that they stand in.</summary>
    public Journal Journal { get; }

    /// <summary>Why not everything was read, in one sentence; null: it was. What stands before is there.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Reads a capture to its end, or to where it is torn, wrong, or too large.</summary>
    /// <exception cref="InvalidDataException">This is no capture, or one of a later version. The message is one sentence.</exception>
    /// <exception cref="IOException">The stream can't be read.</exception>
    public static async Task<Capture> Read(Stream stream, long limit = DefaultLimit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var capture = new Capture(limit);
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
        try
        {
            while (await capture.ReadSome(reader, cancellationToken).ConfigureAwait(false))
            {
            }
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }

        if (capture.lines == 0) throw new InvalidDataException(NoCapture);
        foreach (var replay in capture.replays.Values) replay.Finish();
        return capture;
    }

    /// <summary>Whether a file that begins with these bytes says that it is a capture.</summary>
    public static bool BeginsLikeOne(ReadOnlySpan<byte> bytes) => bytes.StartsWith("{\"format\":"u8);

    private static string NoCapture => $"This is no capture: its first line does not name the format \"{CaptureFormat.Name}\".";

    private async Task<bool> ReadSome(PipeReader reader, CancellationToken cancellationToken)
    {
        var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var rest = read.Buffer;
        while (rest.PositionOf((byte)'\n') is { } end)
        {
            if (!Take(rest.Slice(0, end))) return false;
            rest = rest.Slice(rest.GetPosition(1, end));
        }

        if (rest.Length > CaptureFormat.LongestLine) return Stop($"Line {lines + 1} has more than {CaptureFormat.LongestLine} bytes");
        if (read.IsCompleted && !rest.IsEmpty) return Stop($"The capture ends in the middle of line {lines + 1}: it was not written to its end");
        reader.AdvanceTo(rest.Start, rest.End);
        return !read.IsCompleted;
    }

    private bool Take(ReadOnlySequence<byte> bytes)
    {
        CaptureLine? line;
        try
        {
            var json = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = CaptureFormat.Options.MaxDepth });
            line = JsonSerializer.Deserialize<CaptureLine>(ref json, CaptureFormat.Options);
            if (lines == 0) return Begin(line);
            if (line is null) return Stop($"Line {lines + 1} is empty");
            if (line.Kind == CaptureLineKind.Full) return Stop($"The capture reached its limit of {line.Limit} bytes: what came then was not written");
            if (Take(line) is { } wrong) return Stop($"Line {lines + 1} can't be read: {wrong}");
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            if (lines == 0) throw new InvalidDataException(NoCapture, exception);
            return Stop($"Line {lines + 1} can't be read: {PrintableText.OneLine(exception.Message, 200)}");
        }

        lines++;
        // What an entry is more than its bytes counts too.
        size += bytes.Length;
        return size <= limit || Stop($"Only the first {size} bytes were read, which is the limit");
    }

    private bool Begin(CaptureLine? line)
    {
        if (line is not { Format: CaptureFormat.Name, Version: > 0 }) throw new InvalidDataException(NoCapture);
        if (line.Version > CaptureFormat.Version)
            throw new InvalidDataException($"This capture has version {line.Version}; this program reads up to version {CaptureFormat.Version}. A newer program reads it.");
        lines++;
        return true;
    }

    private string? Take(CaptureLine line)
    {
        if (line.Connection is not { Length: > 0 } id) return "it names no connection";
        if (line.Kind is null) return "it has no kind";
        if (line.Kind != CaptureLineKind.Connection) return replays.TryGetValue(id, out var known) ? known.Take(line) : $"no connection {PrintableText.OneLine(id, 60)} began before";
        if (line.Perspective is not { } perspective || line.At is not { } openedAt || line.Remote is null || line.Local is null) return "it lacks perspective, time, remote or local";
        if (Journal.Restore(id, perspective, openedAt, line.Remote, line.Local) is not { } record) return $"connection {PrintableText.OneLine(id, 60)} began before";
        record.CompressedIsMasked = line.CompressedIsMasked;
        replays.Add(id, new CaptureReplay(record, budget));
        connections.Add(record);
        return null;
    }

    private bool Stop(string sentence)
    {
        Trouble = sentence + ".";
        return false;
    }
}
