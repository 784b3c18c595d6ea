namespace RealtimeHello.Layers.SignalR;

/// <summary>The hub protocols that are decoded. SignalR's server finds them by name without case, so a handshake may ask for "Json".</summary>
/// <remarks>https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md</remarks>
public static class HubProtocols
{
    /// <summary>Hub messages as JSON, each ended by 0x1E.</summary>
    public const string Json = "json";

    /// <summary>Hub messages as MessagePack arrays, each behind its length.</summary>
    public const string MessagePack = "messagepack";

    /// <summary>Blazor's: MessagePack under another name.</summary>
    public const string Blazor = "blazorpack";

    /// <summary>The name as it is registered, of a protocol that is known; any other name as it is.</summary>
    public static string NameOf(string asked)
    {
        foreach (var known in (ReadOnlySpan<string>)[Json, MessagePack, Blazor])
        {
            if (known.Equals(asked, StringComparison.OrdinalIgnoreCase)) return known;
        }

        return asked;
    }

    /// <summary>Its hub messages are MessagePack.</summary>
    public static bool IsMessagePack(string? protocol) => protocol is MessagePack or Blazor;
}
