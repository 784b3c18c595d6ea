namespace RealtimeHello.Layers;

/// <summary>The names of layers, as JSON and people write them.</summary>
public static class LayerNames
{
    /// <summary>camelCase, as in the inspector's JSON.</summary>
    public static string Of(Layer layer) => layer switch
    {
        Layer.Tcp => "tcp",
        Layer.Tls => "tls",
        Layer.Http => "http",
        Layer.WebSocket => "webSocket",
        Layer.SignalR => "signalR",
        Layer.Hub => "hub",
        Layer.Application => "application",
        _ => throw new ArgumentOutOfRangeException(nameof(layer), layer, "No such layer."),
    };

    /// <summary>Reads a name, without case.</summary>
    public static bool TryParse(string? name, out Layer layer)
    {
        foreach (var candidate in Enum.GetValues<Layer>())
        {
            if (!string.Equals(Of(candidate), name, StringComparison.OrdinalIgnoreCase)) continue;
            layer = candidate;
            return true;
        }

        layer = default;
        return false;
    }
}
