using System.Buffers;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Hubs;
using RealtimeHello.Recording.Masking;

namespace RealtimeHello.Recording;

/// <summary>What is needed until the heads and the handshake are over, and the wire of TLS is not looked at any more.</summary>
internal sealed class ConnectionOpening
{
    private HeadMasker? receivedHeads;
    private HeadMasker? sentHeads;
    private (long Received, long Sent) heads;
    private byte[]? held;

    public int HeldLength { get; private set; }

    /// <summary>Requests whose heads were seen.</summary>
    public int Requests { get; set; }

    public long WireReceived { get; set; }

    public long WireSent { get; set; }

    public bool HandshakeDone { get; set; }

    /// <summary>Asked what goes on over the connection if the last request is answered with an upgrade; null: nobody knows.</summary>
    public Func<(HubContinued Hub, string? UserId)?>? Awaited { get; set; }

    public HeadMasker HeadMaskerOf(Direction direction, SecretNames secrets) =>
        direction == Direction.Received ? receivedHeads ??= new HeadMasker(secrets) : sentHeads ??= new HeadMasker(secrets);

    /// <summary>The number of the entry in which the direction's last head begins.</summary>
    public long HeadOf(Direction direction) => direction == Direction.Received ? heads.Received : heads.Sent;

    public void BeginHead(Direction direction, long number) => heads = direction == Direction.Received ? (number, heads.Sent) : (heads.Received, number);

    /// <summary>Keeps bytes for later; false: they are too many, and so is what was kept.</summary>
    public bool Hold(ReadOnlySpan<byte> bytes, int limit)
    {
        held ??= ArrayPool<byte>.Shared.Rent(limit);
        if (HeldLength + bytes.Length > held.Length)
        {
            HeldLength = 0;
            return false;
        }

        bytes.CopyTo(held.AsSpan(HeldLength));
        HeldLength += bytes.Length;
        return true;
    }

    public byte[] TakeHeld()
    {
        var bytes = held!.AsSpan(0, HeldLength).ToArray();
        LetGo();
        return bytes;
    }

    public void LetGo()
    {
        if (held is not null) ArrayPool<byte>.Shared.Return(held, clearArray: true);
        held = null;
        HeldLength = 0;
    }
}

/// <summary>The connection served other requests before the one that was upgraded. Numbers of the entries in which the request for the WebSocket and its answer stand.</summary>
internal sealed class EarlierRequests
{
    public (long First, long Last, Direction Direction) Request { get; set; }

    public long Answer { get; set; }
}
