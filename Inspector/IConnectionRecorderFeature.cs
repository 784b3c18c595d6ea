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
    public static IConnectionRecorderFeature? GetConnectionRecorder(this HttpContext? context) => RecordedRequest.Of(context) is { } request ? new KeptConnection(request) : null;

    internal static ConnectionRecorder? FindRecorder(this HttpContext? context) => RecordedRequest.Of(context)?.Recorder;
}

/// <summary>The connection of a request, kept.</summary>
internal sealed class KeptConnection(RecordedRequest request) : IConnectionRecorderFeature
{
    public RecordedRequest Request => request;

    public ConnectionRecorder Recorder => request.Recorder;
}
