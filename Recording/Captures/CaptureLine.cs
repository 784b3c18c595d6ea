using System.Text.Json;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Recording.Captures;

/// <summary>One line of a capture: <see cref="CaptureFormat"/> says which of these each kind has.</summary>
internal sealed record CaptureLine
{
    public string? Format { get; init; }

    public int? Version { get; init; }

    public CaptureLineKind? Kind { get; init; }

    public string? Connection { get; init; }

    public long Number { get; init; }

    public DateTimeOffset? At { get; init; }

    public Perspective? Perspective { get; init; }

    public string? Remote { get; init; }

    public string? Local { get; init; }

    public bool CompressedIsMasked { get; init; }

    public string? UserId { get; init; }

    public string? UserName { get; init; }

    public string? Client { get; init; }

    public bool IsSecure { get; init; }

    public TapPoint? Tap { get; init; }

    public Direction? Direction { get; init; }

    public long Offset { get; init; }

    public int Length { get; init; }

    public bool BeginsMessage { get; init; }

    public ReadOnlyMemory<byte>? Data { get; init; }

    public bool Reset { get; init; }

    public string? Type { get; init; }

    public JsonElement? Fact { get; init; }

    public ConnectionFacts? Known { get; init; }

    public long Limit { get; init; }
}

internal enum CaptureLineKind : byte
{
    Connection,
    Identity,
    Bytes,
    Skipped,
    Ended,
    Fact,
    Lost,
    Full,
}
