using System.Globalization;
using System.Text;
using RealtimeHello.Layers.Diagnosis;

namespace RealtimeHello.Client.Doctor;

/// <summary>An answer's head, and the beginning of its body; read with limits, from servers that may say anything.</summary>
internal sealed record HttpAnswer(int Status, string StartLine, IReadOnlyList<KeyValuePair<string, string>> Fields, string Body)
{
    private const int LongestHead = 32 * 1024;
    private const int LongestBody = 1024;

    public string? this[string name] => Fields.FirstOrDefault(field => field.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>The proxy that it came through or from, and by what that is seen.</summary>
    public (ProxyKind Kind, string By) Proxy { get; } = ProxyFingerprint.Of(Fields, Body);

    /// <summary>Reads a head byte by byte, so that nothing behind a 101 is taken.</summary>
    /// <exception cref="ProbeFailure">What came is no HTTP head.</exception>
    public static async Task<HttpAnswer> Read(Stream stream, CancellationToken cancellationToken)
    {
        var bytes = new List<byte>();
        var one = new byte[1];
        while (!EndsHead(bytes))
        {
            if (bytes.Count >= LongestHead) throw Failure(ProbeSign.HeadTooLong, bytes, $"a head without an end after {LongestHead} bytes");
            if (bytes.Count >= 5 && !Encoding.Latin1.GetString(bytes.ToArray(), 0, 5).Equals("HTTP/", StringComparison.Ordinal))
                throw Failure(ProbeSign.NotHttp, bytes, "an answer that is not HTTP");
            int count;
            try
            {
                count = await stream.ReadAsync(one, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                throw Failure(bytes.Count == 0 ? ProbeSign.Silent : ProbeSign.NotHttp, bytes, $"{bytes.Count} bytes and then nothing");
            }
            catch (IOException)
            {
                count = 0;
            }

            if (count == 0) throw Failure(bytes.Count == 0 ? ProbeSign.EndedWithoutAnswer : ProbeSign.NotHttp, bytes, $"the end after {bytes.Count} bytes");
            bytes.Add(one[0]);
        }

        var lines = Encoding.Latin1.GetString([.. bytes]).Split('\n', StringSplitOptions.TrimEntries);
        if (lines[0].Split(' ') is not [_, { Length: 3 } code, ..] || !int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            throw Failure(ProbeSign.NotHttp, bytes, "a start line that is not HTTP's");
        var fields = lines.Skip(1).Select(line => line.Split(':', 2)).Where(parts => parts.Length == 2)
            .Select(parts => KeyValuePair.Create(parts[0].Trim(), parts[1].Trim())).ToList();
        return new HttpAnswer(status, lines[0], fields, status == 101 ? "" : await BodyOf(stream, fields, cancellationToken));
    }

    private static async Task<string> BodyOf(Stream stream, List<KeyValuePair<string, string>> fields, CancellationToken cancellationToken)
    {
        var length = fields.FirstOrDefault(field => field.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)).Value;
        var most = int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var known) ? Math.Min(known, LongestBody) : LongestBody;
        var isChunked = fields.Exists(field => field.Key.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase) && field.Value.Contains("chunked", StringComparison.OrdinalIgnoreCase));
        var body = new byte[most];
        var filled = 0;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(1));
        try
        {
            while (filled < most && !(isChunked && EndsChunks(body.AsSpan(0, filled))) && await stream.ReadAsync(body.AsMemory(filled), patience.Token) is var count and > 0) filled += count;
        }
        catch (Exception trouble) when (trouble is OperationCanceledException or IOException)
        {
            // What came is enough: the body is only looked at for words that name a cause.
        }

        return Encoding.UTF8.GetString(isChunked ? WithoutChunks(body.AsSpan(0, filled)) : body.AsSpan(0, filled));
    }

    private static bool EndsChunks(ReadOnlySpan<byte> body) => body.EndsWith("0\r\n\r\n"u8);

    /// <summary>What the chunks hold (RFC 9112 7.1), as far as it came.</summary>
    private static byte[] WithoutChunks(ReadOnlySpan<byte> body)
    {
        var content = new List<byte>();
        while (body.IndexOf((byte)'\n') is var end and >= 0)
        {
            var line = Encoding.Latin1.GetString(body[..end]).Split(';')[0].Trim();
            if (!int.TryParse(line, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size) || size <= 0) break;
            body = body[(end + 1)..];
            content.AddRange(body[..Math.Min(size, body.Length)]);
            body = body[Math.Min(size + 2, body.Length)..];
        }

        return [.. content];
    }

    private static bool EndsHead(List<byte> bytes) =>
        bytes is [.., (byte)'\n', (byte)'\n'] or [.., (byte)'\n', (byte)'\r', (byte)'\n'];

    private static ProbeFailure Failure(ProbeSign sign, List<byte> bytes, string seen)
    {
        var text = Encoding.Latin1.GetString([.. bytes.Take(80)]);
        return new ProbeFailure(new ProbeEvidence { Sign = sign, Text = text }, text.Length == 0 ? seen : $"{seen}: {text}");
    }
}
