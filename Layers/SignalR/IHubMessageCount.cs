namespace RealtimeHello.Layers.SignalR;

/// <summary>Where the hub messages of a direction are counted that nobody decodes.</summary>
internal interface IHubMessageCount
{
    /// <summary>What follows are hub messages of that protocol; of one that is not known nothing is counted.</summary>
    void BeginCount(string? protocol);

    /// <summary>The next payload bytes, unmasked.</summary>
    void Count(ReadOnlySpan<byte> payload);

    /// <summary>A message that was read already.</summary>
    void CountOne();
}
