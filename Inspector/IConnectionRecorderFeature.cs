using RealtimeHello.Recording;

namespace RealtimeHello.Inspector;

/// <summary>On a connection's and an HttpContext's features: the recorder of the connection that a request came on.</summary>
public interface IConnectionRecorderFeature
{
    /// <summary>The recorder.</summary>
    ConnectionRecorder Recorder { get; }
}
