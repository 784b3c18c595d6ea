using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace RealtimeHello.Layers.Http;

/// <summary>A head that <see cref="HttpHeadReader"/> found to be well-formed: its start line and fields, as Latin-1 text.</summary>
internal sealed class HttpHead
{
    private readonly List<HttpHeader> fields = [];

    private HttpHead(string startLine) => StartLine = startLine;

    public string StartLine { get; }

    public IReadOnlyList<HttpHeader> Fields => fields;

    /// <summary>Reads all of a head: lines ended by LF, a CR before it optional, the last one empty.</summary>
    public static HttpHead Parse(ReadOnlySpan<byte> bytes)
    {
        HttpHead? head = null;
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            var line = bytes[..end];
            bytes = bytes[(end + 1)..];
            if (line is [.., (byte)'\r']) line = line[..^1];

            if (head is null) head = new HttpHead(Encoding.Latin1.GetString(line));
            else if (!line.IsEmpty) head.Add(line);
        }

        return head!;
    }

    /// <summary>All values of a field, in order: several lines of one name are one list (RFC 9110 5.3).</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out string? value)
    {
        value = null;
        foreach (var field in fields)
        {
            if (field.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                value = value is null ? field.Value : $"{value}, {field.Value}";
        }

        return value is not null;
    }

    /// <summary>Whether a field that is a list of tokens has <paramref name="token"/> in it, in any case; what follows a slash does not count.</summary>
    public bool HasToken(string name, string token)
    {
        if (!TryGet(name, out var value)) return false;
        foreach (var range in value.AsSpan().Split(','))
        {
            var item = value.AsSpan(range);
            if (item.IndexOf('/') is var slash and >= 0) item = item[..slash];
            if (item.Trim(" \t").Equals(token, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    /// <summary>How the body's end is known (RFC 9112 6.3), not counting what the method and status say about it.</summary>
    public HttpBodyFraming BodyFraming(bool isRequest)
    {
        if (TryGet("Transfer-Encoding", out var coding))
        {
            var last = coding.AsSpan(coding.LastIndexOf(',') + 1).Trim(" \t");
            if (last.Equals("chunked", StringComparison.OrdinalIgnoreCase)) return HttpBodyFraming.Chunked;
            return isRequest
                ? HttpBodyFraming.Broken("Transfer-Encoding does not end with chunked, so that the request's end is not known.")
                : HttpBodyFraming.UntilClose;
        }

        if (!TryGet("Content-Length", out var text)) return isRequest ? HttpBodyFraming.None : HttpBodyFraming.UntilClose;

        long? length = null;
        foreach (var range in text.AsSpan().Split(','))
        {
            if (!long.TryParse(text.AsSpan(range).Trim(" \t"), NumberStyles.None, CultureInfo.InvariantCulture, out var one))
                return HttpBodyFraming.Broken("Content-Length is not a number.");
            if (length is { } other && other != one) return HttpBodyFraming.Broken("Content-Length is given twice, with different values.");
            length = one;
        }

        return HttpBodyFraming.OfLength(length!.Value);
    }

    private void Add(ReadOnlySpan<byte> line)
    {
        if (line[0] is (byte)' ' or (byte)'\t')
        {
            // Obsolete line folding: the line goes on with the field before it.
            fields[^1] = fields[^1] with { Value = $"{fields[^1].Value} {Text(line)}".Trim(' ') };
            return;
        }

        var colon = line.IndexOf((byte)':');
        fields.Add(new HttpHeader(Encoding.Latin1.GetString(line[..colon]), Text(line[(colon + 1)..])));
    }

    private static string Text(ReadOnlySpan<byte> value) => Encoding.Latin1.GetString(value.Trim(" \t"u8));
}
