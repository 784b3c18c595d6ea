using System.Text.Json;
using System.Text.Json.Serialization;
using RealtimeHello.Layers;
using RealtimeHello.Recording.Exports;

namespace RealtimeHello.Recording.Captures;

/// <summary>
/// A capture is a journal kept as a file: JSON, one object a line (NDJSON), so that what was written before a writer died can be read, and any
/// text tool can look in. The first line names the format; each other line has a <c>kind</c>:
/// <list type="table">
/// <item><term>connection</term><description>begins a connection: id, perspective, remote, local, openedAt</description></item>
/// <item><term>identity</term><description>what was found out about it: user, client behind a proxy, TLS</description></item>
/// <item><term>bytes</term><description>a chunk, secrets masked: tap, direction, offset, beginsMessage, data (base64)</description></item>
/// <item><term>skipped</term><description>a run of bytes that was not stored: tap, direction, offset, length; beginsMessage where whole HTTP exchanges were left out</description></item>
/// <item><term>ended</term><description>a direction's end: tap, direction, reset</description></item>
/// <item><term>fact</term><description>a local fact: type, fact</description></item>
/// <item><term>lost</term><description>entries up to this number were evicted before they could be written; known: what they told that later bytes can't be decoded without</description></item>
/// <item><term>full</term><description>the limit of the file was reached; nothing comes behind it</description></item>
/// </list>
/// Entries carry the journal's own number and time, so events decoded from a capture have the sequences that they had live.
/// </summary>
public static class CaptureFormat
{
    /// <summary>The media type of such a file.</summary>
    public const string MediaType = "application/x-ndjson";

    /// <summary>The usual end of such a file's name.</summary>
    public const string Extension = "capture";

    /// <summary>The version that is written, and the highest that is read.</summary>
    public const int Version = 1;

    /// <summary>Bytes of one line, at most: a chunk of the largest size that a tap sees, as base64, is far below it.</summary>
    internal const int LongestLine = 16 * 1024 * 1024;

    /// <summary>What the first line calls the format.</summary>
    internal const string Name = "RealtimeHello capture";

    private static readonly Dictionary<string, Type> types = typeof(LayerDetail).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(LayerDetail)) && !type.IsAbstract)
        .ToDictionary(NameOf);

    internal static JsonSerializerOptions Options { get; } = new(EventJson.Options)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        MaxDepth = 32,
    };

    internal static string NameOf(Type fact) => JsonNamingPolicy.CamelCase.ConvertName(fact.Name);

    internal static Type? TypeOf(string name) => types.GetValueOrDefault(name);
}
