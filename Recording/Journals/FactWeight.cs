using RealtimeHello.Layers;
using RealtimeHello.Layers.Application;
using RealtimeHello.Layers.Hubs;

namespace RealtimeHello.Recording.Journals;

/// <summary>How much memory a fact takes, about: it counts in the budget as bytes do.</summary>
internal static class FactWeight
{
    private const int Object = 64;
    private const int Field = 64;

    /// <summary>In bytes.</summary>
    public static int Of(LayerDetail fact) => fact switch
    {
        ApplicationFact published => Object + Of(published.Name) + Of(published.Text) + Of(published.Fields),
        HubFailed failed => Object + Of(failed.Error),
        _ => Object,
    };

    private static int Of(IReadOnlyDictionary<string, object?> fields)
    {
        var weight = 0;
        foreach (var (key, value) in fields) weight += Field + Of(key) + Of(value as string);
        return weight;
    }

    private static int Of(string? text) => (text?.Length ?? 0) * sizeof(char);
}
