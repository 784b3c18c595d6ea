using System.Diagnostics.CodeAnalysis;

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

    /// <summary>Reads a list such as <c>http,webSocket</c>, without case; <c>all</c> is every layer.</summary>
    /// <param name="list">The list; empty entries are skipped.</param>
    /// <param name="layers">The layers that were named, as far as they were read.</param>
    /// <param name="unknown">The first name that is no layer's, when the result is false.</param>
    public static bool TryParseList(string? list, out HashSet<Layer> layers, [NotNullWhen(false)] out string? unknown)
    {
        layers = [];
        unknown = null;
        foreach (var name in list?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            if (string.Equals(name, "all", StringComparison.OrdinalIgnoreCase))
            {
                layers.UnionWith(Enum.GetValues<Layer>());
                continue;
            }

            if (!TryParse(name, out var layer))
            {
                unknown = name;
                return false;
            }

            layers.Add(layer);
        }

        return true;
    }

    /// <summary>The colour that a layer has on every terminal: a foreground parameter of ECMA-48's SGR, 31 to 36 or 90.</summary>
    public static int TerminalColourOf(Layer layer) => layer switch
    {
        Layer.Tcp => 90,
        Layer.Tls => 35,
        Layer.Http => 34,
        Layer.WebSocket => 36,
        Layer.SignalR => 32,
        Layer.Hub => 33,
        _ => 31,
    };
}
