using Microsoft.AspNetCore.Http;
using RealtimeHello.Recording;

namespace RealtimeHello.Inspector;

/// <summary>On a connection's and an HttpContext's features: the recorder of the connection that a request came on.</summary>
public interface IConnectionRecorderFeature
{
    /// <summary>The recorder.</summary>
    ConnectionRecorder Recorder { get; }
}

/// <summary>Finds the recorder of a request's connection.</summary>
public static class ConnectionRecorderFeature
{
    /// <summary>
    /// The connection that a request came on, to be kept for what may happen when the request is over, see <see cref="ApplicationEvents"/>; null where it is not recorded, or the request is over already.
    /// </summary>
    public static IConnectionRecorderFeature? GetConnectionRecorder(this HttpContext? context) => Find(context) is { } feature ? new KeptConnection(feature) : null;

    internal static ConnectionRecorder? FindRecorder(this HttpContext? context) => Find(context)?.Recorder;

    private static IConnectionRecorderFeature? Find(HttpContext? context)
    {
        try
        {
            return context?.Features.Get<IConnectionRecorderFeature>();
        }
        catch (ObjectDisposedException)
        {
            // The context of a request that is over has no features any more: whoever kept it is not to fail by the inspector.
            return null;
        }
    }
}

/// <summary>The connection of a request, kept: it may be used for somebody else's requests when that one is over.</summary>
internal sealed class KeptConnection(IConnectionRecorderFeature connection) : IConnectionRecorderFeature
{
    /// <summary>Whose the connection was while it carried the request.</summary>
    public int Owner { get; } = connection.Recorder.Owner;

    public ConnectionRecorder Recorder => connection.Recorder;
}
