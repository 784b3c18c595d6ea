using Microsoft.AspNetCore.Http;
using RealtimeHello.Recording;

namespace RealtimeHello.Inspector;

/// <summary>On a connection's and an HttpContext's features: the recorder of the connection that a request came on.</summary>
public interface IConnectionRecorderFeature
{
    /// <summary>The recorder.</summary>
    ConnectionRecorder Recorder { get; }
}

internal static class ConnectionRecorderFeature
{
    /// <summary>The recorder of the connection that a request came on; null where it is not recorded.</summary>
    public static ConnectionRecorder? FindRecorder(this HttpContext? context) => context?.Features.Get<IConnectionRecorderFeature>()?.Recorder;
}
