namespace RealtimeHello.Client.Show.Packets;

/// <summary>The time at which the last packet was recorded.</summary>
internal sealed class PacketClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

    public override DateTimeOffset GetUtcNow() => Now;
}
